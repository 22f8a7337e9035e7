/* SPDX-License-Identifier: MIT
 *
 * A host that takes its time: whichever thread of a process makes a certain
 * system call gets no further than that, until stdin ends. For check_control.
 *
 *	hold PID NUMBER		says "held" when the first one is
 */
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

static void
attach(const char *process)
{
	char path[64];
	struct dirent *task;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%s/task", process);
	tasks = opendir(path);
	while (tasks != NULL && (task = readdir(tasks)) != NULL) {
		pid_t thread = (pid_t)strtol(task->d_name, NULL, 10);

		if (thread == 0)
			continue;
		if (ptrace(PTRACE_SEIZE, thread, NULL, PTRACE_O_TRACESYSGOOD) ||
		    ptrace(PTRACE_INTERRUPT, thread, NULL, NULL)) {
			perror("hold");
			exit(1);
		}
	}
}

/* A thread has stopped, for that or for something else: on with it. */
static bool
is_held(pid_t thread, int how, unsigned long long number)
{
	struct user_regs_struct r;
	int signal = WSTOPSIG(how);

	if (signal == (SIGTRAP | 0x80) &&
	    ptrace(PTRACE_GETREGS, thread, NULL, &r) == 0 &&
	    r.orig_rax == number)
		return true;
	if (signal == (SIGTRAP | 0x80) || how >> 16 != 0)
		signal = 0; /* none of its own */
	ptrace(PTRACE_SYSCALL, thread, NULL, (long)signal);
	return false;
}

int
main(int argc, char **argv)
{
	struct pollfd end = { .fd = 0, .events = POLLIN };
	bool said = false;
	pid_t thread;
	int how;

	if (argc != 3)
		return 2;
	attach(argv[1]);
	while (poll(&end, 1, 2) == 0)
		while ((thread = waitpid(-1, &how, __WALL | WNOHANG)) > 0)
			if (WIFSTOPPED(how) &&
			    is_held(thread, how, strtoull(argv[2], NULL, 0)) &&
			    !said) {
				said = true;
				printf("held\n");
				fflush(stdout);
			}
	return 0; /* which lets all go on */
}
