/* SPDX-License-Identifier: MIT
 *
 * The ring on its own: what goes in comes out, however much of it, from a file
 * and from a pipe; and hosts that forbid it.
 */
#include "vmm/uring.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
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

/* The ring's files. */
enum { SCRATCH, NOBODY, PIPE, READABLE, FILES };

static struct uring ring;
static int event, files[FILES], pipe_end;
static char name[] = "/tmp/mica-uring-XXXXXX";

static bool
open_ring(struct uring *u, const int *all, unsigned count)
{
	return uring_open(
	    u, &(struct uring_wish){ ENTRIES, COMPLETIONS, event, all, count });
}

static bool
put(unsigned op, int file, const struct iovec *iov, uint64_t offset,
    uint64_t id)
{
	return uring_put(&ring,
	    &(struct io_uring_sqe){ .opcode = (uint8_t)op,
		.fd = file,
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
		poll(&(struct pollfd){ .fd = event, .events = POLLIN }, 1, -1);
	return id;
}

/* All of it: what a lone submission came to. */
static int32_t
result_of(unsigned op, int file, const struct iovec *iov)
{
	int32_t result;

	expect(put(op, file, iov, 0, 5) && uring_submit(&ring));
	expect_eq(take(&result), 5);
	return result;
}

static void
test_file(void)
{
	char out[] = "twelve bytes", in[13];
	int32_t result;

	unit_case("written, read, and told of by the eventfd");
	expect(
	    put(IORING_OP_WRITEV, SCRATCH, &(struct iovec){ out, 12 }, 0, 7));
	expect(uring_unsubmitted(&ring));
	expect_eq(events(), 0);
	expect(uring_submit(&ring));
	expect(!uring_unsubmitted(&ring));
	expect_eq(take(&result), 7);
	expect_eq(result, 12);
	expect_eq(events(), 1);
	expect(
	    put(IORING_OP_READV, SCRATCH, &(struct iovec){ in, 13 }, 0, ~0ull));
	expect(uring_submit(&ring) && uring_submit(&ring));
	expect_eq(take(&result), ~0ull);
	expect_eq(result, 12);
	expect(memcmp(in, out, 12) == 0);
}

/* As who writes into the ring's memory himself would have it, without what
 * uring_put() adds. */
static int32_t
result_of_bare(const struct io_uring_sqe *sqe)
{
	uint32_t tail = *ring.sq_tail;
	int32_t result;

	ring.sqes[tail & ring.sq_mask] = *sqe;
	__atomic_store_n(ring.sq_tail, tail + 1, __ATOMIC_RELEASE);
	expect(uring_submit(&ring));
	take(&result);
	return result;
}

/* What no disk needs, of any file; a flag that no disk's has. */
static void
test_restricted(void)
{
	static const uint8_t calls[] = { IORING_OP_OPENAT, IORING_OP_CLOSE,
		IORING_OP_READ, IORING_OP_SENDMSG, IORING_OP_CONNECT,
		IORING_OP_SOCKET, IORING_OP_TIMEOUT, IORING_OP_UNLINKAT,
		IORING_OP_FILES_UPDATE, 54 /* FIXED_FD_INSTALL */,
		IORING_OP_NOP };
	struct io_uring_sqe linked = { .opcode = IORING_OP_FSYNC,
		.flags = IOSQE_FIXED_FILE | IOSQE_IO_LINK };

	unit_case("no other operation than disks'");
	for (unsigned i = 0; i < ARRAY_SIZE(calls); i++)
		expect_eq(result_of(calls[i], SCRATCH, NULL), -EACCES);
	expect_eq(result_of_bare(&linked), -EACCES);
	expect(syscall(SYS_io_uring_register, ring.fd,
		   IORING_UNREGISTER_EVENTFD, NULL, 0) < 0);
	expect(syscall(SYS_io_uring_register, ring.fd,
		   IORING_REGISTER_FILES_UPDATE,
		   &(struct io_uring_files_update){ .fds = (uintptr_t)&event },
		   1) < 0);
	events();
}

/* 2 is open; so is all that the ring's files are. */
static void
test_files(void)
{
	char byte = 1;
	struct iovec iov = { &byte, 1 };

	unit_case("no other descriptor than disks', nor against its mode");
	for (int fd = 0; fd <= ring.fd; fd++)
		for (unsigned flags = 0; flags <= IOSQE_ASYNC;
		     flags += IOSQE_ASYNC)
			expect_eq(result_of_bare(&(struct io_uring_sqe){
				      .opcode = IORING_OP_WRITEV,
				      .flags = (uint8_t)flags,
				      .fd = fd,
				      .addr = (uintptr_t)&iov,
				      .len = 1 }),
			    -EACCES);
	expect_eq(result_of(IORING_OP_WRITEV, NOBODY, &iov), -EBADF);
	expect_eq(result_of(IORING_OP_WRITEV, FILES, &iov), -EBADF);
	expect_eq(result_of(IORING_OP_WRITEV, -1, &iov), -EBADF);
	expect_eq(result_of(IORING_OP_WRITEV, READABLE, &iov), -EBADF);
	expect_eq(result_of(IORING_OP_READV, READABLE, &iov), 1);
	events();
}

/* Whether another process, say, could have it now. */
static bool
locked(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(name, O_RDWR | O_CLOEXEC);
	bool is = fcntl(fd, F_OFD_SETLK, &lock) < 0;

	close(fd);
	return is;
}

static void
test_forget(void)
{
	char byte;
	struct iovec iov = { &byte, 1 };

	unit_case("who lets go of a file has done so at once");
	close(files[SCRATCH]);
	expect(locked());
	uring_forget(&ring);
	expect(!locked());
	expect_eq(result_of(IORING_OP_READV, SCRATCH, &iov), -EBADF);
	expect_eq(result_of(IORING_OP_READV, READABLE, &iov), -EBADF);
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
			expect(put(IORING_OP_NOP, SCRATCH, NULL, 0, i));
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

/* Before Linux 5.19 it can't, of a file of the ring's. */
static void
test_cancel(void)
{
	int32_t result, of_pipe = 0;
	char byte;

	unit_case("what never comes can be cancelled");
	expect(
	    put(IORING_OP_READV, PIPE, &(struct iovec){ &byte, 1 }, 0, 0x111));
	expect(uring_submit(&ring));
	expect(uring_put(&ring,
	    &(struct io_uring_sqe){ .opcode = IORING_OP_ASYNC_CANCEL,
		.addr = 0x111,
		.user_data = 0x222 }));
	expect(uring_submit(&ring));
	for (unsigned i = 0; i < 2; i++)
		if (take(&result) == 0x111)
			of_pipe = result;
		else if (result == -EINVAL)
			close(pipe_end);
		else
			expect_eq(result, 0);
	expect(of_pipe == -ECANCELED || of_pipe == 0);
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
		_exit(open_ring(&other, &event, 1) ? 0 : errno);
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

static void
open_files(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int ends[2];

	event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	files[SCRATCH] = mkostemp(name, O_CLOEXEC);
	files[NOBODY] = -1;
	files[READABLE] = open(name, O_RDONLY | O_CLOEXEC);
	check(pipe2(ends, O_CLOEXEC) == 0 && files[READABLE] >= 0);
	check(fcntl(files[SCRATCH], F_OFD_SETLK, &lock) == 0);
	files[PIPE] = ends[0];
	pipe_end = ends[1];
}

static void
cases(void)
{
	test_file();
	test_restricted();
	test_files();
	test_many();
	test_cancel();
	test_forget();
}

int
main(void)
{
	open_files();
	test_forbidden();
	if (open_ring(&ring, files, FILES) && uring_map(&ring))
		cases();
	else
		unit_case("the ring # SKIP this host forbids io_uring");
	unlink(name);
	return unit_done();
}
