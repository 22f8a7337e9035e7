/* SPDX-License-Identifier: MIT
 *
 * Runs mica, and has a process of another user's try, whenever one of mica's
 * threads is about to make a system call, to open that one's memory. Status 0:
 * it never could; 1: it could, and which call that was is printed; 2: nothing
 * could be learned here. For tools/check_sandbox, by root.
 *
 *	peep ID MICA ARGUMENT...	(ID: user and group)
 */
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/fault_run.h"

static int peeper;
static unsigned calls, found;

static bool
can_open(int process)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", process);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
become(unsigned id)
{
	return syscall(SYS_setgroups, 0, NULL) == 0 &&
	    syscall(SYS_setresgid, id, id, id) == 0 &&
	    syscall(SYS_setresuid, id, id, id) == 0;
}

/* Is one that may be looked into found? Then for each that comes. */
_Noreturn static void
peep(int socket)
{
	pid_t process = getppid();
	int yes;

	do {
		yes = can_open(process);
		send(socket, &yes, sizeof(yes), 0);
	} while (recv(socket, &process, sizeof(process), 0) == sizeof(process));
	_exit(0);
}

/* The peeper's parent is there to be found. fault_run() waits for all children:
 * these are nobody's. */
_Noreturn static void
be_found(unsigned id, int socket)
{
	if (fork() != 0)
		_exit(0);
	if (!become(id) || prctl(PR_SET_DUMPABLE, 1) < 0)
		_exit(2);
	if (fork() == 0)
		peep(socket);
	close(socket);
	wait(NULL);
	_exit(0);
}

static bool
start_peeper(unsigned id)
{
	int pair[2], yes = 0;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	peeper = pair[0];
	child = fork();
	if (child == 0) {
		close(pair[0]);
		be_found(id, pair[1]);
	}
	close(pair[1]);
	waitpid(child, NULL, 0);
	return recv(peeper, &yes, sizeof(yes), 0) == sizeof(yes) && yes;
}

static void
witness(int thread, const struct seccomp_data *call)
{
	int yes = 0;

	calls++;
	send(peeper, &thread, sizeof(thread), 0);
	if (recv(peeper, &yes, sizeof(yes), 0) != sizeof(yes))
		exit(2);
	if (yes && found++ == 0)
		printf("open to others before call %d, %#llx\n", call->nr,
		    call->args[0]);
}

int
main(int argc, char **argv)
{
	static struct fault_outcome outcome;
	const struct fault none = { .call = CALLS };

	if (argc < 3 || !start_peeper((unsigned)strtoul(argv[1], NULL, 10)))
		return 2;
	fault_witness = witness;
	fault_run(&none, (const char *const *)argv + 2, NULL, &outcome);
	printf("%u calls, before %u of them\n", calls, found);
	return calls == 0 || outcome.hung ? 2 : found > 0;
}
