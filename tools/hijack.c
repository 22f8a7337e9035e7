/* SPDX-License-Identifier: MIT
 *
 * What a guest that has broken out might do: has a thread of a running mica
 * make a system call, and prints its result. For tools/check_sandbox and
 * tools/check_control, by root.
 *
 *	hijack THREAD NUMBER ARGUMENT...	(at most three)
 *	hijack THREAD again SOCKET SEED FD...
 *
 * `again` asks the supervisor by its socket to begin another life, hands it
 * those descriptors, and leaves for that life what SEED makes of
 * --on-reboot restart's memory: 0 ones, a number anything at random, - what is
 * there.
 *
 * The thread is to wait in a system call: its `syscall` instruction, which lies
 * behind it, is what runs.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INSTRUCTION = 2 /* bytes */, FDS_MOST = 32 };

/* As it lies on the thread's stack: last_word.c's text, and what carries it. */
struct again {
	struct msghdr message;
	struct iovec iov;
	int32_t word[2]; /* status, again */
	char rights[CMSG_SPACE(FDS_MOST * sizeof(int))];
};

/* False: that was its end. */
static bool
run_one(pid_t thread, struct user_regs_struct *r)
{
	int how;

	if (ptrace(PTRACE_SETREGS, thread, NULL, r) < 0)
		return false;
	do
		if (ptrace(PTRACE_SINGLESTEP, thread, NULL, NULL) < 0 ||
		    waitpid(thread, &how, __WALL) != thread || !WIFSTOPPED(how))
			return false;
	while (WSTOPSIG(how) == SIGSTOP); /* it was stopped before */
	return ptrace(PTRACE_GETREGS, thread, NULL, r) == 0;
}

static void *
pointer(unsigned long long address)
{
	return (void *)(uintptr_t)address;
}

/* On its stack, below what it uses; there the message's address. */
static unsigned long long
put_message(int memory, unsigned long long stack, char **fds, int count)
{
	unsigned long long at = (stack - 4096 - sizeof(struct again)) & ~15ull;
	struct again a = { .word = { 0, 1 } };
	struct cmsghdr *c = (struct cmsghdr *)a.rights;

	a.iov.iov_base = pointer(at + offsetof(struct again, word));
	a.iov.iov_len = sizeof(a.word);
	a.message.msg_iov = pointer(at + offsetof(struct again, iov));
	a.message.msg_iovlen = 1;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
	for (int i = 0; i < count; i++) {
		int fd = (int)strtol(fds[i], NULL, 10);

		memcpy(CMSG_DATA(c) + (size_t)i * sizeof(int), &fd, sizeof(fd));
	}
	if (count > 0) {
		a.message.msg_control =
		    pointer(at + offsetof(struct again, rights));
		a.message.msg_controllen = c->cmsg_len;
	}
	return pwrite(memory, &a, sizeof(a), (off_t)at) == sizeof(a) ? at : 0;
}

/* Fills the one mapping that is shared and has no file. */
static bool
fill(pid_t thread, int memory, const char *how)
{
	unsigned seed = (unsigned)strtoul(how, NULL, 0);
	unsigned long long first = 0, end = 0;
	char path[64], line[512];
	bool found = false;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)thread);
	maps = fopen(path, "r");
	while (!found && maps != NULL && fgets(line, sizeof(line), maps)) {
		char *dash = line;

		found = strstr(line, "rw-s") != NULL &&
		    strstr(line, "/dev/zero") != NULL;
		first = strtoull(line, &dash, 16);
		end = strtoull(dash + 1, NULL, 16);
	}
	srandom(seed);
	for (; found && first < end; first += sizeof(long)) {
		long word = seed == 0 ? -1 : random() << 33 ^ random();

		if (seed > 0 && random() % 4 == 0)
			word = random() % 3;
		found = pwrite(memory, &word, sizeof(word), (off_t)first) ==
		    sizeof(word);
	}
	return found;
}

static bool
prepare(pid_t thread, struct user_regs_struct *r, int argc, char **argv)
{
	char path[64];
	int memory;

	if (argc < 5 || argc - 5 > FDS_MOST)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)thread);
	memory = open(path, O_RDWR);
	r->rsi = put_message(memory, r->rsp, argv + 5, argc - 5);
	r->rax = SYS_sendmsg;
	r->rdi = strtoull(argv[3], NULL, 0);
	r->rdx = 0;
	return r->rsi != 0 &&
	    (argv[4][0] == '-' || fill(thread, memory, argv[4]));
}

int
main(int argc, char **argv)
{
	unsigned long long argument[4] = { 0, 0, 0, 0 };
	struct user_regs_struct before, r;
	bool again = argc > 2 && strcmp(argv[2], "again") == 0;
	pid_t thread;

	if (argc < 3 || (!again && argc > 6))
		return 2;
	thread = (pid_t)strtol(argv[1], NULL, 10);
	for (int i = 2; i < argc && !again; i++)
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
	if (again && !prepare(thread, &r, argc, argv)) {
		fprintf(stderr, "hijack: no such memory\n");
		return 1;
	}
	if (!run_one(thread, &r)) {
		printf("killed\n");
		return 0;
	}
	printf("%lld\n", (long long)r.rax);
	ptrace(PTRACE_SETREGS, thread, NULL, &before);
	ptrace(PTRACE_DETACH, thread, NULL, NULL);
	return 0;
}
