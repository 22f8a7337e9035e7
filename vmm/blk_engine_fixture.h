/* SPDX-License-Identifier: MIT
 *
 * A disk engine over files of a temporary directory, one case after the other
 * for each back end that the host has; every case has an engine of its own,
 * since threads stay with theirs.
 */
#ifndef VMM_BLK_ENGINE_FIXTURE_H
#define VMM_BLK_ENGINE_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/unit.h"
#include "vmm/blk_backend.h"

enum { BYTES = 1 << 20, NONE = 2, TAGS = 1 << 20 };

static char directory[] = "/tmp/mica-disk-XXXXXX";
static struct blk_engine *engine;
static enum blk_aio aio;
static uint8_t buffer[BYTES];
static uint8_t outcome[TAGS]; /* by tag: ok, or NONE */

static inline bool
open_ring(struct uring *ring)
{
	int event = eventfd(0, EFD_CLOEXEC);

	return uring_open(ring, &(struct uring_wish){ 8, 8, event, &event, 1 });
}

static inline bool
host_has_uring(void)
{
	struct uring ring;

	return open_ring(&ring);
}

static inline void
enter_directory(void)
{
	signal(SIGXFSZ, SIG_IGN);
	check(mkdtemp(directory) != NULL && chdir(directory) == 0);
}

static inline void
leave_directory(void)
{
	for (char name[2] = "0"; *name < '0' + BLK_DISKS_MAX; ++*name)
		unlink(name);
	check(chdir("/") == 0);
	rmdir(directory);
}

/* Starts an engine with disks in files 0, 1, ... of zeros. */
static inline const char *
start(unsigned disks, enum blk_sync sync)
{
	const char *wrong = NULL;

	memset(outcome, NONE, sizeof(outcome));
	engine = mmap(NULL, sizeof(*engine), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(engine != MAP_FAILED);
	for (unsigned i = 0; i < disks && wrong == NULL; i++) {
		char name[] = { (char)('0' + i), '\0' };
		int fd;

		unlink(name); /* the last case has it locked */
		fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		check(fd >= 0 && ftruncate(fd, BYTES) == 0);
		close(fd);
		engine->disk[i].aio = aio;
		engine->disk[i].sync = sync;
		wrong = blk_file_open(&engine->disk[i].file, name, false);
	}
	if (wrong == NULL)
		wrong = blk_engine_open(engine, disks);
	return wrong != NULL ? wrong : blk_engine_start(engine);
}

static inline void
begin(const char *name, unsigned disks, enum blk_sync sync)
{
	unit_case(name);
	expect(start(disks, sync) == NULL);
}

/* Runs them for each back end; between these two. */
static inline void
for_each_back_end(void (*cases)(void))
{
	aio = BLK_AIO_THREADS;
	cases();
	aio = BLK_AIO_URING;
	if (host_has_uring())
		cases();
	else
		unit_case("# SKIP this host forbids io_uring");
}

/* All that such a test's main() does: its exit status. */
static inline int
run_for_each_back_end(void (*cases)(void))
{
	enter_directory();
	for_each_back_end(cases);
	leave_directory();
	return unit_done();
}

#endif
