/* SPDX-License-Identifier: MIT
 *
 * How long until the guest's first byte and until the process is gone, how
 * much memory beside the guest's, how long one port exit: the floor, mica and
 * QEMU in turn, many times, medians and ratios.
 *
 *	bench_boot DIR RUNS		(DIR: where make put mica and bench/)
 *
 * Times are a parent's: from before fork() until a byte comes through a pipe,
 * and until wait() returns. What cannot be run here is left out and said so.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 1000, WORDS = 24, TRIPS = 20000 };

enum figure { FIRST_BYTE, EXIT, FIGURES };

struct candidate {
	const char *name;
	const char *words[WORDS]; /* the image follows */
	double us[FIGURES][RUNS_MAX];
};

static char floor_path[4096], mica_path[4096], image_dir[4096];

#define QEMU                                                                   \
	"qemu-system-x86_64", "-M", "microvm,rtc=off,pit=off,pic=off",         \
	    "-enable-kvm", "-cpu", "host,-arch-capabilities", "-m", "128",     \
	    "-nodefaults", "-no-user-config", "-display", "none",              \
	    "-no-reboot", "-serial", "stdio", "-device",                       \
	    "isa-debug-exit,iobase=0xf4,iosize=4", "-kernel"

static struct candidate candidates[] = {
	{ .name = "floor", .words = { floor_path } },
	{ .name = "floor --bare", .words = { floor_path, "--bare" } },
	{ .name = "mica", .words = { mica_path } },
	{ .name = "mica --teardown sync",
	    .words = { mica_path, "--teardown", "sync" } },
	{ .name = "mica --irqchip none",
	    .words = { mica_path, "--irqchip", "none" } },
	{ .name = "qemu microvm", .words = { QEMU } },
};
enum { CANDIDATES = sizeof(candidates) / sizeof(candidates[0]) };

static double
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static pid_t
start(const struct candidate *c, const char *image, int *out)
{
	char path[8192], *words[WORDS + 2];
	int pipes[2], n = 0;
	pid_t pid;

	if (pipe(pipes) < 0)
		exit(1);
	pid = fork();
	if (pid != 0) {
		close(pipes[1]);
		*out = pipes[0];
		return pid;
	}
	for (; c->words[n] != NULL; n++)
		words[n] = (char *)(size_t)c->words[n];
	if (image != NULL) {
		snprintf(path, sizeof(path), "%s/%s", image_dir, image);
		words[n++] = path;
	}
	words[n] = NULL;
	dup2(pipes[1], 1);
	close(pipes[0]);
	close(pipes[1]);
	dup2(open("/dev/null", O_RDONLY), 0);
	execvp(words[0], words);
	_exit(127);
}

static int
read_byte(int fd)
{
	unsigned char byte;

	return read(fd, &byte, 1) == 1;
}

/* One run; false when it did not print a byte. */
static int
measure(struct candidate *c, const char *image, int run)
{
	double begin = now_us();
	int out, status, ok;
	pid_t pid = start(c, image, &out);

	ok = read_byte(out);
	c->us[FIRST_BYTE][run] = now_us() - begin;
	waitpid(pid, &status, 0);
	c->us[EXIT][run] = now_us() - begin;
	close(out);
	return ok;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), ascending);
	return values[n / 2];
}

static void
print_boot(int runs)
{
	double first = median(candidates[0].us[FIRST_BYTE], runs);
	double whole = median(candidates[0].us[EXIT], runs);

	printf("%-24s %14s %7s %14s %7s\n", "", "first byte us", "floor",
	    "process us", "floor");
	for (int i = 0; i < CANDIDATES; i++) {
		struct candidate *c = &candidates[i];
		double a = median(c->us[FIRST_BYTE], runs);
		double b = median(c->us[EXIT], runs);

		if (c->name[0] != '-')
			printf("%-24s %14.0f %7.2f %14.0f %7.2f\n", c->name, a,
			    a / first, b, b / whole);
	}
}

/* Every candidate in turn, so that the machine's drift meets all alike. */
static void
bench_boot(int runs)
{
	for (int run = -1; run < runs; run++) /* the first does not count */
		for (int i = 0; i < CANDIDATES; i++) {
			struct candidate *c = &candidates[i];

			if (c->name[0] != '-' &&
			    !measure(c, "byte.elf", run < 0 ? 0 : run)) {
				printf("# %s printed nothing; left out\n",
				    c->name);
				c->name = "-";
			}
		}
	print_boot(runs);
}

static void
bench_embedded(int runs)
{
	static struct candidate c = { .words = { mica_path } };

	for (int run = 0; run < runs; run++)
		measure(&c, NULL, run);
	printf("%-24s %14.0f %7s %14.0f\n", "mica's own guest",
	    median(c.us[FIRST_BYTE], runs), "", median(c.us[EXIT], runs));
}

/*
 * Private dirty KiB beside the guest's RAM. That is the largest mapping and,
 * where a monitor advises a part of it, the one that ends where it begins.
 * Counted by the field Anonymous: Private_Dirty would add the pages of a
 * freshly written binary that the disk does not have yet.
 */
static long
private_dirty(pid_t pid)
{
	char path[64], line[512];
	unsigned long from = 0, to = 0, ram = 0, largest = 0, before = 0;
	char *end;
	long sum = 0, of_ram = 0, of_before = 0, here = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		unsigned long start = strtoul(line, &end, 16);

		if (*end == '-') { /* a mapping's first line */
			from = start;
			to = strtoul(end + 1, NULL, 16);
			of_before = before == from ? here : 0;
			before = to;
		}
		if (strncmp(line, "Anonymous:", 10) != 0)
			continue;
		here = strtol(line + 10, NULL, 10);
		sum += here;
		if (to - from > largest) {
			largest = to - from;
			ram = from;
			of_ram = here + of_before;
		}
	}
	if (f != NULL)
		fclose(f);
	return ram != 0 ? sum - of_ram : -1;
}

static void
bench_memory(void)
{
	printf("\n%-24s %14s\n", "", "dirty KiB");
	for (int i = 0; i < CANDIDATES; i++) {
		int out, status;
		pid_t pid;

		if (candidates[i].name[0] == '-')
			continue;
		pid = start(&candidates[i], "spin.elf", &out);
		if (read_byte(out)) {
			usleep(50000);
			printf("%-24s %14ld\n", candidates[i].name,
			    private_dirty(pid));
		}
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		close(out);
	}
}

static double
round_trip_us(struct candidate *c)
{
	double begin, us;
	int out, status;
	pid_t pid = start(c, "trips.elf", &out);

	read_byte(out);
	begin = now_us();
	read_byte(out);
	us = (now_us() - begin) / TRIPS;
	waitpid(pid, &status, 0);
	close(out);
	return us;
}

static void
bench_round_trip(void)
{
	enum { TIMES = 25 };
	double us[CANDIDATES][TIMES], least;

	for (int time = 0; time < TIMES; time++)
		for (int i = 0; i < CANDIDATES; i++)
			us[i][time] = round_trip_us(&candidates[i]);
	least = median(us[0], TIMES);
	printf("\n%-24s %14s %7s\n", "", "port exit us", "floor");
	for (int i = 0; i < CANDIDATES; i++)
		if (candidates[i].name[0] != '-')
			printf("%-24s %14.2f %7.2f\n", candidates[i].name,
			    median(us[i], TIMES), median(us[i], TIMES) / least);
}

int
main(int argc, char **argv)
{
	int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 30;

	if (argc < 2 || runs < 1 || runs > RUNS_MAX) {
		fprintf(stderr, "usage: bench_boot DIR [RUNS]\n");
		return 1;
	}
	snprintf(floor_path, sizeof(floor_path), "%s/bench/floor", argv[1]);
	snprintf(mica_path, sizeof(mica_path), "%s/mica", argv[1]);
	snprintf(image_dir, sizeof(image_dir), "%s/bench", argv[1]);
	bench_boot(runs);
	bench_embedded(runs);
	bench_memory();
	bench_round_trip();
	return 0;
}
