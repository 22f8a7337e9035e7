/* SPDX-License-Identifier: MIT
 *
 * Runs a mica whose supervisor is killed just before its child asks, for the
 * Nth time, to die with it; or another process and the first of its children to
 * ask. Status 0: the child has ended all the same; 1: it lives, and is killed;
 * 2: it never asked. For tools/check_sandbox.
 *
 *	orphan N MICA ARGUMENT...
 */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALL_STOP = SIGTRAP | 0x80, SECONDS = 2 };

static pid_t
start(char **argv)
{
	const long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
	    PTRACE_O_TRACEVFORK | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
	pid_t mica = fork();

	if (mica == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		kill(getpid(), SIGSTOP);
		execv(argv[0], argv);
		_exit(127);
	}
	waitpid(mica, NULL, 0);
	ptrace(PTRACE_SETOPTIONS, mica, NULL, options);
	ptrace(PTRACE_CONT, mica, NULL, NULL);
	return mica;
}

/* Is it at the entry of that call? */
static bool
asks(pid_t child, int how)
{
	struct user_regs_struct r;

	return WSTOPSIG(how) == CALL_STOP &&
	    ptrace(PTRACE_GETREGS, child, NULL, &r) == 0 &&
	    r.orig_rax == SYS_prctl && r.rdi == PR_SET_PDEATHSIG &&
	    (long)r.rax == -38; /* ENOSYS, as yet */
}

/* The child, stopped there; 0: none has come so far. */
static pid_t
await(pid_t mica, int times)
{
	pid_t pid, child = 0;
	int how;

	while ((pid = waitpid(-1, &how, __WALL)) > 0) {
		if (!WIFSTOPPED(how))
			continue;
		if (child == 0 && pid != mica && asks(pid, how))
			child = pid;
		if (pid == child && asks(pid, how) && --times == 0)
			return pid;
		ptrace(pid == mica ? PTRACE_CONT : PTRACE_SYSCALL, pid, NULL,
		    NULL);
	}
	return 0;
}

static bool
lives(pid_t child)
{
	int how;
	pid_t pid;

	for (int i = 0; i < SECONDS * 100; i++) {
		pid = waitpid(child, &how, __WALL | WNOHANG);
		if (pid < 0 || (pid == child && !WIFSTOPPED(how)))
			return false;
		if (pid == child)
			ptrace(PTRACE_CONT, child, NULL, NULL);
		usleep(10000);
	}
	return true;
}

int
main(int argc, char **argv)
{
	pid_t mica, child;

	if (argc < 3)
		return 2;
	mica = start(argv + 2);
	child = await(mica, (int)strtol(argv[1], NULL, 10));
	if (child == 0)
		return 2;
	kill(mica, SIGKILL);
	waitpid(mica, NULL, __WALL);
	ptrace(PTRACE_CONT, child, NULL, NULL);
	return lives(child);
}
