/* SPDX-License-Identifier: MIT
 *
 * A host that lacks something, or a container's filter that forbids it: runs a
 * command, and what that starts, with system calls that fail.
 *
 *	without ERRNO CALL[:IS|/MASK]... -- COMMAND...
 *
 * CALL is a number; IS what its first argument is, MASK bits of which it has
 * one; numbers are strtoul's.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { FILTER_MAX = 128, PER_CALL = 5 };

static struct sock_filter filter[FILTER_MAX];
static unsigned short length;

static void
add(unsigned code, unsigned long k, int yes, int no)
{
	filter[length++] = (struct sock_filter){ (unsigned short)code,
		(unsigned char)yes, (unsigned char)no, (unsigned)k };
}

/* Five instructions, which end with the error or fall through. */
static void
forbid(const char *text, unsigned long error)
{
	char *end;
	unsigned long number = strtoul(text, &end, 0);
	unsigned test = *end == ':' ? BPF_JEQ : BPF_JSET;
	unsigned long k = *end == '\0' ? 0 : strtoul(end + 1, NULL, 0);

	add(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3);
	add(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]), 0,
	    0);
	if (*end == '\0')
		add(BPF_JMP | BPF_JA, 0, 0, 0);
	else
		add(BPF_JMP | test | BPF_K, k, 0, 1);
	add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error, 0, 0);
}

int
main(int argc, char **argv)
{
	struct sock_fprog program = { .filter = filter };
	int i = 2;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (length + PER_CALL < FILTER_MAX)
			forbid(argv[i], strtoul(argv[1], NULL, 0));
	if (i + 1 >= argc) {
		fputs("usage: without ERRNO CALL[:IS|/MASK]... -- COMMAND...\n",
		    stderr);
		return 1;
	}
	add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	program.len = length;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		perror("seccomp");
		return 1;
	}
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 1;
}
