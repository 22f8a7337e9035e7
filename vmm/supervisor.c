/* SPDX-License-Identifier: MIT
 *
 * See supervisor.h; pid_namespaces(7), signalfd(2).
 */
#include "vmm/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
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

/* How long it may take a life to end when it is told to; one that a guest has
 * taken over may not want to. */
enum { LEAVE_MS = 10000 };

/*
 * Whatever ends it: the terminal is as it was, and no socket is left.
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
supervisor_keep_tidy(void)
{
	on_crash(crashed);
}

/* As the life died, so do we; but nobody wants a core dump of a process that is
 * well, as often as a guest likes. */
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

/*
 * While a life runs: signals go to it.
 */

/* By a signal of those that queue: the last one counts. */
static void
tell_size(pid_t life)
{
	struct console_size size;

	if (console_terminal(&size))
		sigqueue(life, SIGRTMIN,
		    (union sigval){ .sival_int = console_size_number(size) });
}

/* The life hears nothing of a terminal's stop (life_begin()), and the shell
 * wants its terminal as it was. Who goes on in the background stops again at
 * the last but one line, until he is in the foreground. */
static void
suspend(pid_t life)
{
	kill(life, SIGSTOP);
	term_restore();
	raise(SIGSTOP);
	term_raw();
	kill(life, SIGCONT);
}

/* By a signal that queues, and that can't be ignored on the way: of two SIGTERMs
 * that wait, one would be lost. */
static void
tell_to_leave(pid_t life)
{
	kill(life, SIGRTMIN);
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
		else if (signal == SIGTERM && vm.loop.terminated)
			tell_to_leave(life);
		else if (signal != SIGRTMIN) /* ours alone */
			kill(life, signal);
		leave |= signal == SIGINT || signal == SIGHUP ||
		    (signal == SIGTERM && vm.loop.terminated);
		vm.loop.terminated |= signal == SIGTERM;
	}
	return leave;
}

/* Until it says its word or dies: was it told to leave? If it does not, it is
 * killed. */
static bool
await_word(pid_t life, int socket)
{
	struct pollfd fds[] = { { .fd = socket, .events = POLLIN },
		{ .fd = vm.loop.signal, .events = POLLIN } };
	uint64_t until_ns = 0;
	bool leave = false;

	for (;;) {
		int n = poll(fds, ARRAY_SIZE(fds), leave ? LEAVE_MS / 10 : -1);

		if (n > 0 && hand_on_signals(life) && !leave) {
			leave = true;
			until_ns = stats_now_ns() + LEAVE_MS * 1000000ull;
		}
		if (n > 0 && fds[0].revents != 0)
			return leave;
		if (leave && stats_now_ns() >= until_ns) {
			kill(life, SIGKILL);
			warn("told to leave, the machine is still there %u s"
			     " later: killed",
			    LEAVE_MS / 1000);
			until_ns = UINT64_MAX;
		}
	}
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

/* Until it ends; then the status to end with, unless another is to begin. */
static bool
watch_over(pid_t life, int socket, int *status)
{
	struct last_word *word = &vm.life.before;
	bool leave = await_word(life, socket), again;
	int heard = last_word_hear(socket, word);

	if (heard < 0)
		die_errno("recvmsg");
	/* It has nothing to do but end: what ends of its own accord keeps its
	 * status; what a guest has taken over might stay, or its I/O. */
	kill(life, SIGKILL);
	if (heard == 0) {
		int how = await(life);

		if (WIFSIGNALED(how))
			die_by(WTERMSIG(how));
		*status = WEXITSTATUS(how);
		return false;
	}
	*status = word->status;
	again = vm.life.kept != NULL && word->again && !leave;
	if (again || vm.config.teardown_sync)
		await(life);
	return again;
}

/*
 * One life after the other.
 */

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
fork_life(void)
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

/* They are the new life's. */
static void
close_clients(void)
{
	struct last_word *word = &vm.life.before;

	while (word->client_count > 0)
		close(word->clients[--word->client_count]);
}

void
supervisor_begin(void)
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
		life = fork_life();
		if (life == 0) {
			close(pair[0]); /* or it would be at both ends */
			on_crash(SIG_DFL);
			life_begin(pair[1]);
			return;
		}
		close(pair[1]);
		close_clients();
		vm.life.again = watch_over(life, pair[0], &status);
		disk_release();
		close(pair[0]);
	} while (vm.life.again);
	exit(status);
}
