/* SPDX-License-Identifier: MIT
 *
 * What a guest that has broken out might do: has a thread of a running mica
 * make a system call, and prints its result. For tools/check_sandbox, by root.
 *
 *	hijack THREAD NUMBER ARGUMENT...	(at most three)
 *
 * The thread is to wait in a system call: its `syscall` instruction, which lies
 * behind it, is what runs.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

enum { INSTRUCTION = 2 /* bytes */ };

/* False: that was its end. */
static bool
run_one(pid_t thread, struct user_regs_struct *r)
{
	int how;

	return ptrace(PTRACE_SETREGS, thread, NULL, r) == 0 &&
	    ptrace(PTRACE_SINGLESTEP, thread, NULL, NULL) == 0 &&
	    waitpid(thread, &how, __WALL) == thread && WIFSTOPPED(how) &&
	    ptrace(PTRACE_GETREGS, thread, NULL, r) == 0;
}

int
main(int argc, char **argv)
{
	unsigned long long argument[4] = { 0, 0, 0, 0 };
	struct user_regs_struct before, r;
	pid_t thread;

	if (argc < 3 || argc > 6)
		return 2;
	thread = (pid_t)strtol(argv[1], NULL, 10);
	for (int i = 2; i < argc; i++)
		argument[i - 2] = strtoull(argv[i], NULL, 0);
	if (ptrace(PTRACE_ATTACH, thread, NULL, NULL) < 0 ||
	    waitpid(thread, NULL, __WALL) != thread ||
	    ptrace(PTRACE_GETREGS, thread, NULL, &before) < 0) {
		perror("hijack");
		return 1;
	}
	r = before;
	r.rip -= INSTRUCTION;
	r.orig_rax = ~0ull; /* nothing to restart */
	r.rax = argument[0];
	r.rdi = argument[1];
	r.rsi = argument[2];
	r.rdx = argument[3];
	if (!run_one(thread, &r)) {
		printf("killed\n");
		return 0;
	}
	printf("%lld\n", (long long)r.rax);
	ptrace(PTRACE_SETREGS, thread, NULL, &before);
	ptrace(PTRACE_DETACH, thread, NULL, NULL);
	return 0;
}
