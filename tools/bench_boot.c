/* SPDX-License-Identifier: MIT
 *
 * How long until the guest's first byte and until the process is gone, how
 * much memory beside the guest's: the floor, mica and QEMU in turn, many times,
 * medians and ratios.
 *
 *	bench_boot DIR RUNS		(DIR: where make put mica and bench/)
 *
 * Times are a parent's: from before fork() until a byte comes through a pipe,
 * and until wait() returns. What cannot be run here is left out and said so.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/bench.h"

enum figure { FIRST_BYTE, EXIT, FIGURES };

struct candidate {
	struct bench bench;
	double us[FIGURES][BENCH_RUNS_MAX];
	bool left_out;
};

static struct candidate candidates[] = {
	{ .bench = { "floor", { bench_floor } } },
	{ .bench = { "floor --bare", { bench_floor, "--bare" } } },
	{ .bench = { "mica", { bench_mica } } },
	{ .bench = { "mica --teardown sync",
	      { bench_mica, "--teardown", "sync" } } },
	{ .bench = { "mica --sandbox lite",
	      { bench_mica, "--sandbox", "lite" } } },
	{ .bench = { "qemu microvm",
	      { BENCH_QEMU("microvm,rtc=off,pit=off,pic=off") } } },
};
enum { CANDIDATES = sizeof(candidates) / sizeof(candidates[0]) };

/* One run; false when it did not print a byte. */
static int
measure(struct candidate *c, const char *image, int run)
{
	double begin = bench_now_us();
	int out, status, ok;
	pid_t pid = bench_start(&c->bench, image, &out);

	ok = bench_read_byte(out);
	c->us[FIRST_BYTE][run] = bench_now_us() - begin;
	waitpid(pid, &status, 0);
	c->us[EXIT][run] = bench_now_us() - begin;
	close(out);
	return ok;
}

static void
print_boot(int runs)
{
	double first = bench_median(candidates[0].us[FIRST_BYTE], runs);
	double whole = bench_median(candidates[0].us[EXIT], runs);

	printf("%-24s %14s %7s %14s %7s\n", "", "first byte us", "floor",
	    "process us", "floor");
	for (int i = 0; i < CANDIDATES; i++) {
		struct candidate *c = &candidates[i];
		double a = bench_median(c->us[FIRST_BYTE], runs);
		double b = bench_median(c->us[EXIT], runs);

		if (!c->left_out)
			printf("%-24s %14.0f %7.2f %14.0f %7.2f\n",
			    c->bench.name, a, a / first, b, b / whole);
	}
}

/* Every candidate in turn, so that the machine's drift meets all alike. */
static void
bench_boot(int runs)
{
	for (int run = -1; run < runs; run++) /* the first does not count */
		for (int i = 0; i < CANDIDATES; i++) {
			struct candidate *c = &candidates[i];

			if (!c->left_out &&
			    !measure(c, "byte.elf", run < 0 ? 0 : run)) {
				printf("# %s printed nothing; left out\n",
				    c->bench.name);
				c->left_out = true;
			}
		}
	print_boot(runs);
}

static void
bench_embedded(int runs)
{
	static struct candidate c = { .bench = { "", { bench_mica } } };

	for (int run = 0; run < runs; run++)
		measure(&c, NULL, run);
	printf("%-24s %14.0f %7s %14.0f\n", "mica's own guest",
	    bench_median(c.us[FIRST_BYTE], runs), "",
	    bench_median(c.us[EXIT], runs));
}

/* Private dirty memory, by the field Anonymous: Private_Dirty would add the
 * pages of a freshly written binary that the disk does not have yet. */
static void
bench_memory(void)
{
	printf("\n%-24s %14s\n", "", "dirty KiB");
	for (int i = 0; i < CANDIDATES; i++) {
		int out, status;
		pid_t pid;

		if (candidates[i].left_out)
			continue;
		pid = bench_start(&candidates[i].bench, "spin.elf", &out);
		if (bench_read_byte(out)) {
			usleep(50000);
			printf("%-24s %14ld\n", candidates[i].bench.name,
			    bench_kib(bench_child(pid), "Anonymous:"));
		}
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		close(out);
	}
}

int
main(int argc, char **argv)
{
	int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 30;

	if (argc < 2 || runs < 1 || runs > BENCH_RUNS_MAX) {
		fprintf(stderr, "usage: bench_boot DIR [RUNS]\n");
		return 1;
	}
	bench_dir(argv[1]);
	bench_boot(runs);
	bench_embedded(runs);
	bench_memory();
	return 0;
}
