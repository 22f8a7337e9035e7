/* SPDX-License-Identifier: MIT
 *
 * The ring on its own: what goes in comes out, however much of it, from a file
 * and from a pipe; and hosts that forbid it.
 */
#include "vmm/uring.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/unit.h"

enum { ENTRIES = 8, COMPLETIONS = 64 };

static struct uring ring;
static int event;

static bool
put(unsigned op, int fd, const struct iovec *iov, uint64_t offset, uint64_t id)
{
	return uring_put(&ring,
	    &(struct io_uring_sqe){ .opcode = (uint8_t)op,
		.fd = fd,
		.addr = (uintptr_t)iov,
		.len = 1,
		.off = offset,
		.user_data = id });
}

static uint64_t
events(void)
{
	uint64_t n = 0;

	return read(event, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

/* The next completion, as soon as it is there. */
static uint64_t
take(int32_t *result)
{
	uint64_t id;

	while (!uring_take(&ring, &id, result))
		uring_wait(&ring);
	return id;
}

static void
test_file(void)
{
	char name[] = "/tmp/mica-uring-XXXXXX", out[] = "twelve bytes", in[13];
	int fd = mkstemp(name);
	int32_t result;

	unit_case("written, read, and told of by the eventfd");
	unlink(name);
	expect(put(IORING_OP_WRITEV, fd, &(struct iovec){ out, 12 }, 0, 7));
	expect(uring_unsubmitted(&ring));
	expect_eq(events(), 0);
	expect(uring_submit(&ring));
	expect(!uring_unsubmitted(&ring));
	expect_eq(take(&result), 7);
	expect_eq(result, 12);
	expect_eq(events(), 1);
	expect(put(IORING_OP_READV, fd, &(struct iovec){ in, 13 }, 0, ~0ull));
	expect(uring_submit(&ring));
	expect_eq(take(&result), ~0ull);
	expect_eq(result, 12);
	expect(memcmp(in, out, 12) == 0);
	expect(put(IORING_OP_READV, -1, &(struct iovec){ in, 1 }, 0, 1));
	expect(uring_submit(&ring) && uring_submit(&ring));
	take(&result);
	expect_eq(result, -EBADF);
	close(fd);
}

/* What no disk needs, by any descriptor; a flag that no disk's has. */
static void
test_restricted(void)
{
	static const uint8_t calls[] = { IORING_OP_OPENAT, IORING_OP_CLOSE,
		IORING_OP_READ, IORING_OP_SENDMSG, IORING_OP_CONNECT,
		IORING_OP_SOCKET, IORING_OP_TIMEOUT, IORING_OP_UNLINKAT,
		IORING_OP_NOP };
	struct io_uring_sqe linked = {
		.opcode = IORING_OP_FSYNC, .flags = IOSQE_IO_LINK, .fd = -1
	};
	int32_t result;

	unit_case("no other operation than disks'");
	for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
		expect(put(calls[i], -1, NULL, 0, i));
		expect(uring_submit(&ring));
		expect_eq(take(&result), i);
		expect_eq(result, -EACCES);
	}
	expect(uring_put(&ring, &linked));
	expect(uring_submit(&ring));
	take(&result);
	expect_eq(result, -EACCES);
	expect(syscall(SYS_io_uring_register, ring.fd,
		   IORING_UNREGISTER_EVENTFD, NULL, 0) < 0);
	events();
}

static void
test_many(void)
{
	bool seen[COMPLETIONS] = { false };
	uint64_t id;
	int32_t result;

	unit_case("more than fit into the ring, often enough to wrap");
	for (unsigned round = 0; round < 20; round++) {
		memset(seen, 0, sizeof(seen));
		for (unsigned i = 0; i < COMPLETIONS; i++)
			expect(put(IORING_OP_NOP, -1, NULL, 0, i));
		expect(uring_submit(&ring));
		for (unsigned i = 0; i < COMPLETIONS; i++) {
			expect(uring_take(&ring, &id, &result));
			expect(id < COMPLETIONS && !seen[id]);
			seen[id % COMPLETIONS] = true;
		}
		expect(!uring_take(&ring, &id, &result));
	}
	events();
}

static void
test_cancel(void)
{
	int32_t result, of_pipe = 0;
	char byte;
	int ends[2];

	unit_case("what never comes can be cancelled");
	check(pipe2(ends, O_CLOEXEC) == 0);
	expect(put(
	    IORING_OP_READV, ends[0], &(struct iovec){ &byte, 1 }, 0, 0x111));
	expect(uring_submit(&ring));
	expect(uring_put(&ring,
	    &(struct io_uring_sqe){ .opcode = IORING_OP_ASYNC_CANCEL,
		.fd = -1,
		.addr = 0x111,
		.user_data = 0x222 }));
	expect(uring_submit(&ring));
	for (unsigned i = 0; i < 2; i++)
		if (take(&result) == 0x111)
			of_pipe = result;
		else
			expect_eq(result, 0);
	expect_eq(of_pipe, -ECANCELED);
	close(ends[0]);
	close(ends[1]);
}

/* In a process where a system call ends in `error`. */
static int
error_where_forbidden(unsigned call, int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(filter), filter };
	struct uring other;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
			_exit(0);
		_exit(uring_open(&other, 8, 8, event) ? 0 : errno);
	}
	check(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_forbidden(void)
{
	unit_case("hosts that forbid it");
	expect_eq(error_where_forbidden(SYS_io_uring_setup, EPERM), EPERM);
	expect_eq(error_where_forbidden(SYS_io_uring_setup, ENOSYS), ENOSYS);
	expect_eq(error_where_forbidden(SYS_io_uring_register, EACCES), EACCES);
	expect_eq(error_where_forbidden(SYS_io_uring_enter, EPERM), EPERM);
}

int
main(void)
{
	event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	test_forbidden();
	if (!uring_open(&ring, ENTRIES, COMPLETIONS, event)) {
		unit_case("the ring # SKIP this host forbids io_uring");
		return unit_done();
	}
	test_file();
	test_restricted();
	test_many();
	test_cancel();
	return unit_done();
}
