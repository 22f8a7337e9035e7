/* SPDX-License-Identifier: MIT
 *
 * The engine at work: jobs and the room for them, syncs, hosts without io_uring.
 * Cases come twice, for each back end.
 */
#include "vmm/blk_engine_io.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static const struct blk_io flush_io = { .op = BLK_FLUSH };

static void
test_room(void)
{
	unsigned n = 0;

	begin("room: so many jobs at a time, and no more", 2, BLK_SYNC_FLUSH);
	for (; blk_engine_room(engine, 0); n++)
		expect_eq(submit_at(0, n, BLK_READ, n * 512, 512), BLK_LATER);
	expect_eq(n, BLK_JOBS - BLK_BURST + 1);
	expect(!blk_engine_room_again(engine, 0));
	expect(blk_engine_room(engine, 1)); /* the other has its own */
	for (unsigned i = 0; i < BLK_BURST - 1; i++, n++)
		expect_eq(submit_at(0, n, BLK_READ, n * 512, 512), BLK_LATER);
	for (unsigned i = 0; i < n; i++)
		expect(wait_for(i));
	expect(blk_engine_room_again(engine, 0));
	expect(!blk_engine_room_again(engine, 0)); /* once */

	begin("all disks full at once", BLK_DISKS_MAX, BLK_SYNC_FLUSH);
	for (unsigned i = 0; i < BLK_DISKS_MAX * BLK_JOBS; i++)
		expect_eq(
		    submit_at(i % BLK_DISKS_MAX, i, BLK_READ, i * 512, 512),
		    BLK_LATER);
	for (unsigned i = 0; i < BLK_DISKS_MAX * BLK_JOBS; i++)
		expect(wait_for(i));
}

static void
test_each(void)
{
	uint8_t byte;

	begin("each disk is its own file", BLK_DISKS_MAX, BLK_SYNC_FLUSH);
	for (unsigned i = 0; i < BLK_DISKS_MAX; i++) {
		buffer[i * 512] = (uint8_t)(0x80 + i);
		expect_eq(submit_at(i, i, BLK_WRITE, i * 512, 512), BLK_LATER);
	}
	for (unsigned i = 0; i < BLK_DISKS_MAX; i++) {
		expect(wait_for(i));
		check(pread(engine->disk[i].file.fd, &byte, 1, i * 512) == 1);
		expect_eq(byte, 0x80 + i);
	}
}

/* /dev/null takes every write, and no sync. */
static int
no_sync(unsigned disk)
{
	int fd = engine->disk[disk].file.fd;

	become(disk, open("/dev/null", O_RDWR | O_CLOEXEC));
	return fd;
}

static bool
stable_write(void)
{
	return whole(&(struct blk_io){ .op = BLK_WRITE,
	    .stable = true,
	    .bytes = 512,
	    .iov = &(struct iovec){ buffer, 512 },
	    .iovs = 1 });
}

static void
test_sync(void)
{
	int fd;

	begin("a sync that failed is not forgotten", 2, BLK_SYNC_FLUSH);
	expect(stable_write() && flush());
	fd = no_sync(0);
	expect(transfer(BLK_WRITE, 0, 512));
	expect(!stable_write());
	become(0, fd);
	expect(!flush() && !stable_write());
	expect(!whole(
	    &(struct blk_io){ .op = BLK_ZERO, .stable = true, .bytes = 512 }));
	expect(transfer(BLK_WRITE, 0, 512) && transfer(BLK_READ, 0, 512));
	expect(range(BLK_ZERO, false, 0, 512));
	expect_eq(submit(1, 1, &flush_io), BLK_LATER);
	expect(wait_for(1)); /* the other's is fine */

	begin("one sync at a time; who comes during it has the next", 1,
	    BLK_SYNC_FLUSH);
	for (uint32_t tag = 1; tag <= 3; tag++)
		expect_eq(submit(0, tag, &flush_io), BLK_LATER);
	expect(engine->disk[0].syncing.first->tag == 1);
	expect(engine->disk[0].syncing.first->next == NULL);
	expect(engine->disk[0].unsynced.first->tag == 2);
	expect(engine->disk[0].unsynced.last->tag == 3);
	expect(wait_for(1) && wait_for(2) && wait_for(3));
	expect(engine->disk[0].sync_job.state == JOB_FREE);

	begin("... and fails with it", 1, BLK_SYNC_FLUSH);
	no_sync(0);
	for (uint32_t tag = 1; tag <= 3; tag++)
		expect_eq(submit(0, tag, &flush_io), BLK_LATER);
	expect(!wait_for(1) && !wait_for(2) && !wait_for(3));

	begin("sync=always", 1, BLK_SYNC_ALWAYS);
	expect(transfer(BLK_WRITE, 0, 512) && flush());
	no_sync(0);
	expect(transfer(BLK_READ, 0, 512) || true); /* the end of /dev/null */
	expect(!engine->disk[0].lost);
	expect(!transfer(BLK_WRITE, 0, 512));

	begin("sync=never", 1, BLK_SYNC_NEVER);
	no_sync(0);
	expect(stable_write());
	expect_eq(submit(0, 1, &flush_io), BLK_DONE);
}

static uint64_t
blocks(void)
{
	struct stat is;

	check(fstat(engine->disk[0].file.fd, &is) == 0);
	return (uint64_t)is.st_blocks;
}

static void
test_unmap(void)
{
	uint64_t full;

	begin("what is not needed goes back to the host", 1, BLK_SYNC_ALWAYS);
	memset(buffer, 0x44, BYTES);
	expect(transfer(BLK_WRITE, 0, BYTES));
	full = blocks();
	expect(range(BLK_ZERO, false, 0, BYTES / 4));
	expect_eq(blocks(), full);
	expect(range(BLK_ZERO, true, 0, BYTES / 4));
	expect(blocks() < full);
	full = blocks();
	expect(range(BLK_DISCARD, false, BYTES / 2, BYTES / 4));
	expect(blocks() < full);
}

/* Starts an engine where io_uring_setup(2) fails: what it says. */
static int
where_forbidden(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(filter), filter };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
			_exit(9);
		if (start(2, BLK_SYNC_FLUSH) != NULL)
			_exit(1);
		_exit(
		    engine->disk[1].aio == BLK_AIO_THREADS && flush() ? 2 : 3);
	}
	check(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Comes first: it forks, which sanitizers do not like beside threads. */
static void
test_forbidden(void)
{
	unit_case("where io_uring is forbidden: threads, unless demanded");
	aio = BLK_AIO_URING;
	expect_eq(where_forbidden(), 1);
	aio = BLK_AIO_THREADS;
	expect_eq(where_forbidden(), 2);
	aio = BLK_AIO_ANY;
	expect_eq(where_forbidden(), 2);
	if (host_has_uring()) {
		expect(start(1, BLK_SYNC_FLUSH) == NULL);
		expect_eq(engine->disk[0].aio, BLK_AIO_URING);
	}
}

static void
cases(void)
{
	test_room();
	test_each();
	test_sync();
	test_unmap();
}

int
main(void)
{
	enter_directory();
	test_forbidden();
	for_each_back_end(cases);
	leave_directory();
	return unit_done();
}
