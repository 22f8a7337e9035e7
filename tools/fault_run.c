/* SPDX-License-Identifier: MIT
 *
 * See fault_run.h. The child installs a filter that hands system calls to a
 * descriptor (seccomp_unotify(2)), which the parent fetches out of it; the
 * parent lets each go on or gives it an error. Without a fault that is every
 * call; else only those that the row may name, so that all others run as fast
 * as ever.
 */
#include "tools/fault_run.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* fault_row.with. */
#define ANY	  (-1)
#define SECOND(n) ((int64_t)1 << 32 | (uint32_t)(n))
#define THIRD(n)  ((int64_t)2 << 32 | (uint32_t)(n))
#define FOURTH(n) ((int64_t)3 << 32 | (uint32_t)(n))

const struct fault_row fault_rows[CALLS] = {
#define ROW(row, each, told, number, with, says, ...)                          \
	{ #row, true, each, told, number, with, says, { __VA_ARGS__ } },
#define CALL(row, ...) ROW(row, true, true, __VA_ARGS__)
#define MAY(row, ...)  ROW(row, true, false, __VA_ARGS__)
#define ONCE(row, ...) ROW(row, false, false, __VA_ARGS__)
#define CERTAIN(row, nr, arg, why)                                             \
	{ .name = #row, .number = (nr), .with = (arg) },
#include "tools/fault_calls.def"
};

void (*fault_witness)(int thread, const struct seccomp_data *call);
bool fault_socket;

/* Both processes see it: the descriptor's number in the child. */
struct shared {
	int listener; /* -1: not yet */
	bool fetched;
};

struct run {
	const struct fault *fault;
	const struct fault_talk *talk;
	struct fault_outcome *o;
	pid_t pid;
	int pidfd, listener, out, err, socket;
	bool begun; /* main() has */
	bool ended;
	uint64_t deadline_ms;
};

static void
give_up(const char *what)
{
	perror(what);
	exit(2);
}

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/*
 * The child.
 */

#define FIELD(of)    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (of))
#define NUMBER	     FIELD(offsetof(struct seccomp_data, nr))
#define ARGUMENT(n)  FIELD(offsetof(struct seccomp_data, args) + 8 * (n))
#define IS(k, t, f)  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(k), t, f)
#define VERDICT(how) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_##how)

static int
install(const struct fault *fault)
{
	const struct fault_row *row = &fault_rows[fault->call % CALLS];
	bool any = row->with < 0;
	struct sock_filter all[] = { NUMBER, IS(SYS_rt_sigreturn, 0, 1),
		VERDICT(ALLOW), VERDICT(USER_NOTIF) };
	struct sock_filter some[] = { NUMBER, IS(SYS_poll, 4, 0),
		IS(row->number, any ? 3 : 0, 2),
		ARGUMENT(any ? 1 : row->with >> 32), IS(row->with, 1, 0),
		VERDICT(ALLOW), VERDICT(USER_NOTIF) };
	bool none = fault->call == CALLS;
	struct sock_fprog program = {
		.len = none ? sizeof(all) / sizeof(all[0])
			    : sizeof(some) / sizeof(some[0]),
		.filter = none ? all : some,
	};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

_Noreturn static void
child(const struct fault *fault, struct shared *shared,
    const char *const *words, const int pipes[2])
{
	int listener;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
	dup2(pipes[0], 1);
	dup2(pipes[1], 2);
	listener = install(fault);
	__atomic_store_n(&shared->listener, listener, __ATOMIC_SEQ_CST);
	/* No system call may be made now but the one that starts it. */
	while (!__atomic_load_n(&shared->fetched, __ATOMIC_SEQ_CST))
		__asm__ volatile("pause");
	execv(words[0], (char *const *)(uintptr_t)words);
	_exit(127);
}

/*
 * The parent.
 */

static void
fetch_listener(struct run *r, struct shared *shared)
{
	int there = -1;

	while (there < 0 && waitpid(r->pid, NULL, WNOHANG) == 0) {
		sched_yield();
		there = __atomic_load_n(&shared->listener, __ATOMIC_SEQ_CST);
	}
	r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0);
	r->listener = (int)syscall(SYS_pidfd_getfd, r->pidfd, there, 0);
	if (r->listener < 0)
		give_up("a filter with a listener");
	__atomic_store_n(&shared->fetched, true, __ATOMIC_SEQ_CST);
}

static void
begin(struct run *r, const char *const *words)
{
	struct shared *shared = mmap(NULL, sizeof(*shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int out[2], err[2];

	if (shared == MAP_FAILED ||
	    (fault_socket
		    ? socketpair(AF_UNIX,
			  SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, out)
		    : pipe2(out, O_CLOEXEC | O_NONBLOCK)) < 0 ||
	    pipe2(err, O_CLOEXEC | O_NONBLOCK) < 0)
		give_up("pipes");
	fcntl(out[1], F_SETFL, 0);
	fcntl(err[1], F_SETFL, 0);
	shared->listener = -1;
	r->pid = fork();
	if (r->pid < 0)
		give_up("fork");
	if (r->pid == 0)
		child(r->fault, shared, words, (int[2]){ out[1], err[1] });
	close(out[1]);
	close(err[1]);
	r->out = out[0];
	r->err = err[0];
	r->socket = -1;
	fetch_listener(r, shared);
	munmap(shared, sizeof(*shared));
	r->deadline_ms = now_ms() + FAULT_PATIENCE_MS;
}

static bool
fits(const struct fault_row *row, const struct seccomp_data *call)
{
	return row->number == call->nr &&
	    (row->with < 0 ||
		(uint32_t)row->with == (uint32_t)call->args[row->with >> 32]);
}

static enum fault_call
row_of(const struct seccomp_data *call)
{
	enum fault_call i = 0;

	while (i < CALLS && !fits(&fault_rows[i], call))
		i++;
	return i;
}

/* The error that this call gets, or 0. */
static int
judge(struct run *r, const struct seccomp_data *call)
{
	const struct fault *f = r->fault;
	struct fault_outcome *o = r->o;
	enum fault_call row = row_of(call);

	r->begun |= call->nr == SYS_poll;
	if (!r->begun)
		return 0;
	if (row == CALLS) {
		snprintf(o->unknown, sizeof(o->unknown),
		    "number %d, second argument 0x%x", call->nr,
		    (unsigned)call->args[1]);
		return 0;
	}
	o->counts[row]++;
	if (row != f->call ||
	    (f->nth != FAULT_EACH && o->counts[row] != f->nth))
		return 0;
	o->hits++;
	return f->error;
}

static void
answer(struct run *r)
{
	static union {
		struct seccomp_notif head;
		char room[1024];
	} ask;
	static union {
		struct seccomp_notif_resp head;
		char room[1024];
	} reply;

	memset(&ask, 0, sizeof(ask));
	memset(&reply, 0, sizeof(reply));
	if (ioctl(r->listener, SECCOMP_IOCTL_NOTIF_RECV, &ask) < 0)
		return; /* a signal, or the end, came first */
	if (fault_witness != NULL)
		fault_witness((int)ask.head.pid, &ask.head.data);
	reply.head.id = ask.head.id;
	reply.head.error = -judge(r, &ask.head.data);
	if (reply.head.error == 0)
		reply.head.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	ioctl(r->listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

static void
hear(int fd, struct fault_text *t)
{
	char dropped[1024];
	size_t room = sizeof(t->text) - 1 - t->used;
	ssize_t n = room > 0 ? read(fd, t->text + t->used, room)
			     : read(fd, dropped, sizeof(dropped));

	if (n > 0 && room > 0)
		t->used += (unsigned)n;
}

/* It is not read: the answers are few. */
static void
say(struct run *r)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const char *text = r->talk->text;

	r->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", r->talk->path);
	if (connect(r->socket, (struct sockaddr *)&at, sizeof(at)) == 0)
		send(r->socket, text, strlen(text), MSG_NOSIGNAL);
}

static void
serve(struct run *r, int ms)
{
	struct pollfd fds[] = { { .fd = r->listener, .events = POLLIN },
		{ .fd = r->out, .events = POLLIN },
		{ .fd = r->err, .events = POLLIN },
		{ .fd = r->ended ? -1 : r->pidfd, .events = POLLIN } };

	if (poll(fds, 4, ms) <= 0)
		return;
	if (fds[0].revents & POLLIN)
		answer(r);
	if (fds[1].revents & POLLIN)
		hear(r->out, &r->o->out);
	if (fds[2].revents & POLLIN)
		hear(r->err, &r->o->err);
	if (r->talk != NULL && r->socket < 0 && r->o->out.used > 0)
		say(r);
	if (fds[3].revents & POLLIN)
		r->ended = waitpid(r->pid, &r->o->status, 0) == r->pid;
}

/* What it leaves behind, the child that takes the VM apart, ends too: it comes
 * to us, who have asked for that. */
static void
await_rest(struct run *r)
{
	uint64_t limit = now_ms() + 5000;
	pid_t pid = 0;

	while (pid >= 0) {
		serve(r, 1);
		pid = waitpid(-1, NULL, WNOHANG);
		if (pid == 0 && now_ms() > limit) {
			r->o->left = true;
			kill(-r->pid, SIGKILL);
			waitpid(-1, NULL, 0);
		}
	}
}

void
fault_run(const struct fault *fault, const char *const *words,
    const struct fault_talk *talk, struct fault_outcome *o)
{
	struct run r = { .fault = fault, .talk = talk, .o = o };

	memset(o, 0, sizeof(*o));
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	begin(&r, words);
	while (!r.ended) {
		serve(&r, 100);
		if (!o->hung && now_ms() > r.deadline_ms) {
			o->hung = true;
			kill(-r.pid, SIGKILL);
		}
	}
	await_rest(&r);
	for (unsigned used = ~0u; used != o->out.used + o->err.used;) {
		used = o->out.used + o->err.used;
		hear(r.out, &o->out);
		hear(r.err, &o->err);
	}
	close(r.pidfd);
	close(r.listener);
	close(r.out);
	close(r.err);
	if (r.socket >= 0)
		close(r.socket);
}
