/* SPDX-License-Identifier: MIT
 *
 * Kills mica at random instants while guest-tests/t_numbers.c writes its disk,
 * by both ways that mica has to do its I/O in turn, and prints TAP: whatever
 * the guest was told is kept, the disk has. (What was flushed outlives the
 * host's end too, but for that a host would have to end.)
 *
 *	kill_sweep BUILD TIMES
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/numbers.h"

enum { WINDOW_US = 200000, PATIENCE_US = 20000000 };

static const char *const engines[] = { "io_uring", "threads" };

struct run {
	pid_t pid;
	int out;
	char said[1 << 20];
	unsigned used;
};

static char mica[4096], guest[4096];
static char dir[] = "/tmp/kill_sweep.XXXXXX";

static void
give_up(const char *what)
{
	perror(what);
	exit(2);
}

static void
start(struct run *r, const char *disk_word)
{
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC) < 0)
		give_up("pipe");
	r->used = 0;
	r->out = pipes[0];
	r->pid = fork();
	if (r->pid < 0)
		give_up("fork");
	if (r->pid > 0) {
		close(pipes[1]);
		return;
	}
	dup2(open("/dev/null", O_RDONLY), 0);
	dup2(pipes[1], 1);
	execl(mica, mica, "--disk", disk_word, guest, "--", "0", (char *)NULL);
	_exit(127);
}

/* What it says within `us`; false when that is all. */
static bool
hear(struct run *r, long us)
{
	struct pollfd out = { .fd = r->out, .events = POLLIN };
	struct timespec left = { us / 1000000, us % 1000000 * 1000 };
	ssize_t n;

	if (ppoll(&out, 1, &left, NULL) <= 0)
		return false;
	n = read(r->out, r->said + r->used, sizeof(r->said) - 1 - r->used);
	r->used += n > 0 ? (unsigned)n : 0;
	return n > 0;
}

static long
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* From its first byte on, at a random moment. */
static void
kill_it(struct run *r)
{
	long at_us = random() % WINDOW_US;

	if (!hear(r, PATIENCE_US))
		give_up("a guest that says something");
	for (at_us += now_us(); at_us > now_us();)
		if (!hear(r, at_us - now_us()))
			break;
	kill(r->pid, SIGKILL);
	waitpid(r->pid, NULL, 0);
	while (hear(r, 0))
		;
	close(r->out);
	r->said[r->used] = '\0';
}

/* 0, or 1 if the disk lacks something. */
static unsigned
kill_once(unsigned number, const char *engine, unsigned *batches)
{
	static struct run r;
	char disk[64], word[128], why[128];
	const char *lost;

	snprintf(disk, sizeof(disk), "%s/%u", dir, number);
	snprintf(word, sizeof(word), "path=%s,aio=%s", disk, engine);
	numbers_make(disk);
	start(&r, word);
	kill_it(&r);
	lost = numbers_lost(disk, r.said, batches, why);
	if (lost != NULL)
		printf("# aio=%s: %s\n# the last it said: %.200s\n", engine,
		    lost, r.said + (r.used > 200 ? r.used - 200 : 0));
	unlink(disk);
	return lost != NULL;
}

int
main(int argc, char **argv)
{
	unsigned times = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	unsigned failures = 0;

	if (times == 0) {
		fprintf(stderr, "usage: kill_sweep BUILD TIMES\n");
		return 2;
	}
	snprintf(mica, sizeof(mica), "%s/mica", argv[1]);
	snprintf(guest, sizeof(guest), "%s/guest-tests/t_numbers.elf", argv[1]);
	if (mkdtemp(dir) == NULL)
		give_up(dir);
	srandom((unsigned)time(NULL));
	for (unsigned i = 0; i < 2; i++) {
		unsigned lost = 0, batches, kept = 0;

		for (unsigned n = 0; n < times / 2; n++) {
			lost += kill_once(n, engines[i], &batches);
			kept += batches;
		}
		failures += lost > 0 || kept == 0;
		printf("%sok %u - kills: aio=%s: nothing that was kept is lost"
		       " # %u kills, %u batches kept\n",
		    lost > 0 || kept == 0 ? "not " : "", i + 1, engines[i],
		    times / 2, kept);
	}
	rmdir(dir);
	printf("1..2\n");
	return failures > 0;
}
