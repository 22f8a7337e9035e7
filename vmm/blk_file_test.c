/* SPDX-License-Identifier: MIT
 *
 * Disks in files of a temporary directory: what is read and written, and what
 * the host does not allow.
 */
#include "vmm/blk_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/unit.h"
#include "vmm/text.h"

enum { BYTES = 1 << 20 };

static char directory[] = "/tmp/mica-blk-XXXXXX";
static struct blk_file disk;
static uint8_t buffer[BYTES], want[BYTES];

/* An image of BYTES of 0x33, in the current directory. */
static void
make(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	memset(want, 0x33, BYTES);
	check(fd >= 0 && write(fd, want, BYTES) == BYTES);
	close(fd);
}

static void
begin(const char *name)
{
	unit_case(name);
	make("image");
	expect(blk_file_open(&disk, "image", false) == NULL);
	expect_eq(disk.bytes, BYTES);
}

/* In two pieces, the first of an odd size. */
static bool
transfer(enum blk_op op, uint64_t offset, size_t bytes)
{
	struct iovec iov[] = { { buffer, bytes / 3 },
		{ buffer + bytes / 3, bytes - bytes / 3 } };

	return blk_file_io(&disk,
	    &(struct blk_io){ .op = op,
		.offset = offset,
		.bytes = bytes,
		.iov = iov,
		.iovs = 2 });
}

static bool
range(enum blk_op op, bool unmap, uint64_t offset, uint64_t bytes)
{
	return blk_file_io(&disk,
	    &(struct blk_io){
		.op = op, .unmap = unmap, .offset = offset, .bytes = bytes });
}

static bool
flush(void)
{
	return blk_file_io(&disk, &(struct blk_io){ .op = BLK_FLUSH });
}

static bool
as_wanted(void)
{
	return transfer(BLK_READ, 0, BYTES) && memcmp(buffer, want, BYTES) == 0;
}

static uint64_t
blocks(void)
{
	struct stat is;

	check(fstat(disk.fd, &is) == 0);
	return (uint64_t)is.st_blocks;
}

static void
test_io(void)
{
	begin("what is written is read, and is in the file");
	expect(as_wanted());
	memset(buffer, 0x44, 5120);
	memset(want + 512, 0x44, 5120);
	expect(transfer(BLK_WRITE, 512, 5120));
	expect(flush());
	expect(as_wanted());
	close(disk.fd);
	expect(blk_file_open(&disk, "image", true) == NULL);
	expect(as_wanted());
	expect(!transfer(BLK_WRITE, 0, 512)); /* whoever asks */
	close(disk.fd);
}

static void
test_ranges(void)
{
	uint64_t full;

	begin("DISCARD gives the space back");
	full = blocks();
	expect(range(BLK_DISCARD, false, 65536, 524288));
	expect(blocks() < full);
	expect(range(BLK_DISCARD, false, 0, BYTES));
	expect(transfer(BLK_READ, 0, BYTES));
	close(disk.fd);

	for (unsigned unmap = 0; unmap < 2; unmap++) {
		begin("WRITE_ZEROES, with and without space to give back "
		      "(5.2.6.2)");
		full = blocks();
		expect(range(BLK_ZERO, unmap, 512, 1024));
		expect(range(BLK_ZERO, unmap, 65536, 524288));
		memset(want + 512, 0, 1024);
		memset(want + 65536, 0, 524288);
		expect(as_wanted());
		if (unmap)
			expect(blocks() < full);
		close(disk.fd);
	}

	begin("WRITE_ZEROES where the host knows no such call");
	close(disk.fd);
	disk.fd = memfd_create("image", MFD_CLOEXEC);
	check(write(disk.fd, want, BYTES) == BYTES);
	expect(range(BLK_ZERO, false, 512, 700 * 1024));
	memset(want + 512, 0, 700 * 1024);
	expect(as_wanted());
	close(disk.fd);
}

static void
test_cut(void)
{
	begin("a file cut off: no bytes are made up, writing mends it");
	check(ftruncate(disk.fd, 4096 + 100) == 0);
	expect(transfer(BLK_READ, 0, 4096));
	expect(!transfer(BLK_READ, 4096, 512));
	expect(!transfer(BLK_READ, 8192, 512));
	expect(transfer(BLK_WRITE, 8192, 512));
	expect(transfer(BLK_READ, 8192, 512));
	for (unsigned unmap = 0; unmap < 2; unmap++) {
		check(ftruncate(disk.fd, 4096) == 0);
		expect(range(BLK_ZERO, unmap, 65536, 4096));
		memset(buffer, 1, 4096);
		expect(transfer(BLK_READ, 65536, 4096));
		expect(buffer[0] == 0 && buffer[4095] == 0);
	}
	close(disk.fd);
}

static void
test_full(void)
{
	struct rlimit old, limit = { 4096 + 256, RLIM_INFINITY };

	begin("a host that takes no more: an error, half of it or not");
	check(ftruncate(disk.fd, 0) == 0);
	check(getrlimit(RLIMIT_FSIZE, &old) == 0);
	limit.rlim_max = old.rlim_max;
	check(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	expect(!transfer(BLK_WRITE, 8192, 512));
	expect(!transfer(BLK_WRITE, 4096, 512));
	expect(transfer(BLK_WRITE, 0, 4096));
	expect(!range(BLK_ZERO, false, 4096, 4096));
	expect(!range(BLK_ZERO, true, 4096, 4096));
	check(setrlimit(RLIMIT_FSIZE, &old) == 0);
	expect(transfer(BLK_WRITE, 8192, 512));
	expect(flush());
	close(disk.fd);

	begin("no space (ENOSPC), or no space for that (EINVAL)");
	close(disk.fd);
	disk.fd = open("/dev/full", O_RDWR);
	expect(!transfer(BLK_WRITE, 0, 512));
	expect(!range(BLK_ZERO, false, 0, 4096));
	expect(!flush());
	close(disk.fd);
}

static void
test_resize(void)
{
	begin("a new size, or why not");
	expect(blk_file_resize(&disk, 2 * BYTES) == NULL);
	expect_eq(disk.bytes, 2 * BYTES);
	expect(transfer(BLK_READ, 2 * BYTES - 4096, 4096));
	expect(!transfer(BLK_READ, 2 * BYTES, 512));
	expect(as_wanted());
	expect(strstr(blk_file_resize(&disk, BYTES - 512), "longer") != NULL);
	expect_eq(disk.bytes, 2 * BYTES);
	check(ftruncate(disk.fd, BYTES - 512) == 0);
	expect(blk_file_resize(&disk, BYTES - 512) == NULL);
	expect_eq(disk.bytes, BYTES - 512);
	expect(!transfer(BLK_READ, BYTES - 512, 512));
	expect(blk_file_resize(&disk, 0) != NULL);
	expect(blk_file_resize(&disk, 513) != NULL);
	expect(blk_file_resize(&disk, ~511ull) != NULL);
	expect(blk_file_resize(&disk, 1ull << 62) != NULL); /* EFBIG */
	expect_eq(disk.bytes, BYTES - 512);
	close(disk.fd);

	begin("measured again: what it has become, unless no disk has that");
	check(truncate("image", 3 * BYTES) == 0);
	blk_file_remeasure(&disk);
	expect_eq(disk.bytes, 3 * BYTES);
	check(truncate("image", BYTES + 1) == 0);
	blk_file_remeasure(&disk);
	expect_eq(disk.bytes, 3 * BYTES);
	check(truncate("image", 0) == 0);
	blk_file_remeasure(&disk);
	expect_eq(disk.bytes, 3 * BYTES);
	close(disk.fd);

	begin("of a read-only disk, only what somebody else has made of it");
	close(disk.fd);
	expect(blk_file_open(&disk, "image", true) == NULL);
	expect(blk_file_resize(&disk, 2 * BYTES) != NULL);
	expect_eq(disk.bytes, BYTES);
	check(truncate("image", 2 * BYTES) == 0);
	expect(blk_file_resize(&disk, 2 * BYTES) == NULL);
	expect_eq(disk.bytes, 2 * BYTES);
	close(disk.fd);
}

/* Does another process get it? */
static bool
other_opens(bool read_only)
{
	struct blk_file other;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(blk_file_open(&other, "image", read_only) == NULL);
	check(pid > 0 && waitpid(pid, &status, 0) == pid);
	check(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_lock(void)
{
	begin("one writer, or readers");
	expect(!other_opens(false));
	expect(!other_opens(true));
	close(open("image", O_RDONLY)); /* which would end a POSIX lock */
	expect(!other_opens(false));
	close(disk.fd);
	expect(other_opens(false));
	expect(blk_file_open(&disk, "image", true) == NULL);
	expect(other_opens(true));
	expect(!other_opens(false));
	close(disk.fd);
}

static void
test_given(void)
{
	struct blk_file other;
	char name[32];
	int both;

	unit_case("one writer, or readers, by one descriptor");
	make("image");
	both = open("image", O_RDWR | O_CLOEXEC);
	text_put(name, sizeof(name), "fd=%d", both);
	expect(blk_file_open(&disk, name, false) == NULL);
	expect(blk_file_open(&other, name, true) != NULL);
	expect(!other_opens(true));
	close(disk.fd); /* its lock stays, and is no other's */
	expect(!other_opens(true));
	expect(blk_file_open(&disk, name, false) == NULL);
	make("other");
	expect(blk_file_open(&other, "other", false) == NULL);
	expect(blk_file_same(&disk, &disk) && !blk_file_same(&disk, &other));
	close(other.fd);
	close(disk.fd);
	close(both);
	both = open("image", O_RDONLY | O_CLOEXEC);
	text_put(name, sizeof(name), "fd=%d", both);
	expect(blk_file_open(&disk, name, true) == NULL);
	expect(blk_file_open(&other, name, true) == NULL);
	close(other.fd);
	close(disk.fd);
	close(both);
}

static bool
refused(const char *path)
{
	bool wrong = blk_file_open(&disk, path, true) != NULL;

	return wrong && disk.fd == -1;
}

static void
test_refused(void)
{
	unit_case("what is no disk");
	expect(refused("missing"));
	expect(refused("."));
	expect(refused("/dev/null"));
	check(mkfifo("fifo", 0600) == 0);
	expect(refused("fifo")); /* and does not wait for a writer */
	make("odd");
	check(truncate("odd", 513) == 0);
	expect(refused("odd"));
	check(truncate("odd", 0) == 0);
	expect(refused("odd"));
	check(truncate("odd", 512) == 0);
	expect(!refused("odd"));
	close(disk.fd);
}

int
main(void)
{
	signal(SIGXFSZ, SIG_IGN);
	check(mkdtemp(directory) != NULL && chdir(directory) == 0);
	test_io();
	test_ranges();
	test_cut();
	test_full();
	test_resize();
	test_lock();
	test_given();
	test_refused();
	unlink("image");
	unlink("other");
	unlink("fifo");
	unlink("odd");
	rmdir(directory);
	return unit_done();
}
