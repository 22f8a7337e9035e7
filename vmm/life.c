/* SPDX-License-Identifier: MIT
 *
 * See life.h; unix(7) on SCM_RIGHTS, signalfd(2), pid_namespaces(7).
 */
#include "vmm/life.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmm/console.h"
#include "vmm/disk.h"
#include "vmm/jail.h"
#include "vmm/kept.h"
#include "vmm/log.h"
#include "vmm/vm.h"

/* All that a life ever says to its supervisor. */
struct word {
	int32_t status;
	uint32_t again;
};

/* How long it may take a life to end when it is told to; one that a guest has
 * taken over may not want to. */
enum { LEAVE_MS = 10000 };

union rights {
	char room[CMSG_SPACE(LIFE_HANDED * sizeof(int))];
	struct cmsghdr head;
};

/* Room for so many, and no more: CMSG_SPACE() rounds up, and the kernel would
 * install one that nobody knows of. */
static struct msghdr
message(struct iovec *iov, union rights *rights, unsigned fds)
{
	return (struct msghdr){ .msg_iov = iov,
		.msg_iovlen = 1,
		.msg_control = fds != 0 ? rights->room : NULL,
		.msg_controllen = fds != 0 ? CMSG_LEN(fds * sizeof(int)) : 0 };
}

/*
 * The supervisor.
 */

/* On every way out through exit(), but not in a life. */
__attribute__((destructor)) static void
tidy_up(void)
{
	if (vm.life.word != 0)
		return;
	term_restore();
	control_remove();
	console_remove();
}

/* mica itself crashes: tidy up, then die as we would. */
static void
crashed(int signal)
{
	tidy_up();
	raise(signal);
}

static void
on_crash(void (*handler)(int signal))
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
		SIGQUIT };
	struct sigaction action = { .sa_handler = handler,
		.sa_flags = (int)SA_RESETHAND };

	for (unsigned i = 0; i < ARRAY_SIZE(fatal); i++)
		sigaction(fatal[i], &action, NULL);
}

void
life_keep_tidy(void)
{
	on_crash(crashed);
}

/* As it died, so do we; but nobody wants a core dump of a process that is well,
 * as often as a guest likes. */
static _Noreturn void
die_by(int signal)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t it;

	if (signal == SIGSYS)
		warn("stopped by its own sandbox: a defect of mica's, or a"
		     " guest that had broken out of its machine; please"
		     " report it");
	tidy_up();
	prctl(PR_SET_DUMPABLE, 0);
	sigemptyset(&it);
	sigaddset(&it, signal);
	sigaction(signal, &action, NULL);
	raise(signal);
	sigprocmask(SIG_UNBLOCK, &it, NULL);
	_exit(128 + signal);
}

static int
await(pid_t life)
{
	int how;

	while (waitpid(life, &how, 0) < 0)
		if (errno != EINTR)
			die_errno("waitpid");
	return how;
}

/* By a signal of those that queue: the last one counts. */
static void
tell_size(pid_t life)
{
	struct console_size size;

	if (console_terminal(&size))
		sigqueue(life, SIGRTMIN,
		    (union sigval){ .sival_int = size.cols | size.rows << 16 });
}

bool
life_hears_size(const struct signalfd_siginfo *info, struct console_size *size)
{
	uint32_t said = (uint32_t)info->ssi_int;

	*size = (struct console_size){ (uint16_t)said, (uint16_t)(said >> 16) };
	return info->ssi_signo == (uint32_t)SIGRTMIN &&
	    info->ssi_code == SI_QUEUE;
}

/* The life hears nothing of a terminal's stop (be_born()), and the shell wants
 * its terminal as it was. Who goes on in the background stops again at the last
 * but one line, until he is in the foreground. */
static void
suspend(pid_t life)
{
	kill(life, SIGSTOP);
	term_restore();
	raise(SIGSTOP);
	term_raw();
	kill(life, SIGCONT);
}

/* True: one of them says to leave. A second SIGTERM does, whichever life had the
 * first. */
static bool
hand_on_signals(pid_t life)
{
	struct signalfd_siginfo info;
	bool leave = false;

	while (read(vm.loop.signal, &info, sizeof(info)) == sizeof(info)) {
		int signal = (int)info.ssi_signo;

		if (signal == SIGTSTP)
			suspend(life);
		else if (signal == SIGWINCH)
			tell_size(life);
		else if (signal != SIGRTMIN) /* tell_size()'s alone */
			kill(life, signal);
		leave |= signal == SIGINT || signal == SIGHUP ||
		    (signal == SIGTERM && vm.loop.terminated);
		vm.loop.terminated |= signal == SIGTERM;
	}
	return leave;
}

/* Its word, and whose sockets it leaves. False: it has died without one. */
static bool
hear(int socket, struct word *word)
{
	struct iovec iov = { word, sizeof(*word) };
	union rights rights;
	struct msghdr m = message(&iov, &rights, LIFE_HANDED);
	struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		die_errno("recvmsg");
	c = CMSG_FIRSTHDR(&m);
	vm.life.handed_count = 0;
	if (c != NULL && c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SCM_RIGHTS) {
		size_t bytes =
		    MIN(c->cmsg_len - CMSG_LEN(0), sizeof(vm.life.handed));

		memcpy(vm.life.handed, CMSG_DATA(c), bytes);
		vm.life.handed_count = (unsigned)(bytes / sizeof(int));
	}
	return n == sizeof(*word);
}

/* Until it ends; then the status to end with, unless another is to begin. */
static bool
watch_over(pid_t life, int socket, int *status)
{
	struct pollfd fds[] = { { .fd = socket, .events = POLLIN },
		{ .fd = vm.loop.signal, .events = POLLIN } };
	struct word word = { 0, 0 };
	uint64_t until_ns = 0; /* then it is killed, if told to leave */
	bool leave = false, again, said;
	int n;

	do {
		n = poll(fds, ARRAY_SIZE(fds), leave ? LEAVE_MS / 10 : -1);
		if (n > 0 && hand_on_signals(life) && !leave) {
			leave = true;
			until_ns = stats_now_ns() + LEAVE_MS * 1000000ull;
		} else if (leave && stats_now_ns() >= until_ns) {
			warn("told to leave, the machine is still there %u s"
			     " later: killed",
			    LEAVE_MS / 1000);
			kill(life, SIGKILL);
			until_ns = UINT64_MAX;
		}
	} while (n <= 0 || fds[0].revents == 0);
	said = hear(socket, &word);
	/* It has nothing to do but end: what ends of its own accord keeps its
	 * status; what a guest has taken over might stay, or its I/O. */
	kill(life, SIGKILL);
	if (!said) {
		int how = await(life);

		if (WIFSIGNALED(how))
			die_by(WTERMSIG(how));
		*status = WEXITSTATUS(how);
		return false;
	}
	*status = word.status;
	again = vm.life.kept != NULL && word.again != 0 && !leave;
	if (again || vm.config.teardown_sync)
		await(life);
	return again;
}

void
life_tie(void)
{
	struct pollfd there = { .fd = vm.life.word };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&there, 1, 0) > 0)
		_exit(1); /* it has gone already */
}

/* In the life: it ends with its supervisor, whatever ends that; and hears what
 * the terminal's user does from it alone. */
static void
be_born(const int pair[2])
{
	sigset_t stop;

	close(pair[0]); /* or we would be at both ends */
	vm.life.word = pair[1];
	life_tie();
	setsid();
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP); /* ignored: nobody's shell waits for it */
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	on_crash(SIG_DFL);
}

static void
keep_for_next(void)
{
	void *shared = mmap(NULL, sizeof(struct kept), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		die_errno("--on-reboot restart");
	vm.life.kept = shared;
}

static pid_t
begin(void)
{
	pid_t life = -1;

	vm.life.namespaces = true;
	if (vm.config.sandbox == SANDBOX_FULL)
		life = jail_fork();
	if (life >= 0)
		return life;
	vm.life.namespaces = false;
	vm.life.why = errno;
	life = fork();
	if (life < 0)
		die_errno("fork");
	return life;
}

void
life_begin(void)
{
	int pair[2], status;
	pid_t life;

	if (vm.config.restart)
		keep_for_next();
	do {
		if (socketpair(
			AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
			die_errno("socketpair");
		disk_prepare();
		life = begin();
		if (life == 0) {
			be_born(pair);
			return;
		}
		close(pair[1]);
		while (vm.life.handed_count > 0)
			close(vm.life.handed[--vm.life.handed_count]);
		vm.life.again = watch_over(life, pair[0], &status);
		disk_release();
		close(pair[0]);
	} while (vm.life.again);
	exit(status);
}

/*
 * A life.
 */

/* Copied first: what the life before has had the host read into that memory may
 * come as late as it likes. */
void
life_recall(void)
{
	UNCLEARED struct kept kept;

	memcpy(&kept, vm.life.kept, sizeof(kept));
	kept_take(&kept);
}

static bool
say(const struct word *said)
{
	struct word word = *said;
	struct iovec iov = { &word, sizeof(word) };
	int *of[LIFE_HANDED];
	unsigned n = word.again != 0 ? life_clients(of) : 0;
	union rights rights = { .room = { 0 } };
	struct msghdr m = message(&iov, &rights, n);

	rights.head.cmsg_level = SOL_SOCKET;
	rights.head.cmsg_type = SCM_RIGHTS;
	rights.head.cmsg_len = CMSG_LEN(n * sizeof(int));
	for (unsigned i = 0; i < n; i++)
		memcpy(CMSG_DATA(&rights.head) + i * sizeof(int), of[i],
		    sizeof(int));
	return sendmsg(vm.life.word, &m, 0) >= 0;
}

/* Who reads our output, is connected, or wants a disk, need not wait until the
 * kernel is through with this process. */
static void
let_go(void)
{
	int *of[LIFE_HANDED];

	for (unsigned n = life_clients(of); n-- > 0;)
		close(*of[n]);
	disk_end();
	for (int fd = 0; fd < vm.life.word; fd++)
		close(fd);
}

void
life_end(int status, bool again)
{
	struct word word = { status, again };

	if (again)
		kept_leave(vm.life.kept);
	else
		let_go();
	/* Unheard, the status is the process's own. */
	if (!say(&word) && again)
		die_errno("--on-reboot restart");
	_exit(again ? 1 : status);
}
