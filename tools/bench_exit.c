/* SPDX-License-Identifier: MIT
 *
 * How long an exit takes, there and back: accesses to a port, to a register in
 * memory, and a doorbell, under the floor, mica and QEMU in turn.
 *
 *	bench_exit DIR RUNS		(DIR: where make put mica and bench/)
 *
 * A guest prints a byte, does TRIPS accesses, and prints another; what counts
 * is the CPU time that the monitor had in between. The registers are the
 * scratch register of COM1 and the IOAPIC's index. The doorbell is that of
 * virtio-rng's queue, an ioeventfd: the vCPU goes on while a thread is woken,
 * and both count. QEMU has no such device at that place.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/bench.h"

enum { TRIPS = 20000 };

enum access {
	PORT_WRITE,
	PORT_READ,
	MMIO_WRITE,
	MMIO_READ,
	DOORBELL,
	ACCESSES
};

static const struct {
	const char *name, *image;
} accesses[ACCESSES] = {
	[PORT_WRITE] = { "port write", "port_write.elf" },
	[PORT_READ] = { "port read", "port_read.elf" },
	[MMIO_WRITE] = { "MMIO write", "mmio_write.elf" },
	[MMIO_READ] = { "MMIO read", "mmio_read.elf" },
	[DOORBELL] = { "doorbell", "doorbell.elf" },
};

/* The IOAPIC in user space, as mica's is. */
#define MICROVM "microvm,rtc=off,pit=off,pic=off,kernel-irqchip=split"

/* Ratios are to the first that has an access: `first` to `last`. */
static struct candidate {
	struct bench bench;
	enum access first, last;
	double us[ACCESSES][BENCH_RUNS_MAX], ratio[ACCESSES][BENCH_RUNS_MAX];
} candidates[] = {
	{ .bench = { "floor", { bench_floor } }, .last = MMIO_READ },
	{ .bench = { "floor --doorbell", { bench_floor, "--doorbell" } },
	    .first = DOORBELL,
	    .last = DOORBELL },
	{ .bench = { "mica", { bench_mica } }, .last = MMIO_READ },
	{ .bench = { "mica --rng on", { bench_mica, "--rng", "on" } },
	    .first = DOORBELL,
	    .last = DOORBELL },
	{ .bench = { "QEMU microvm", { BENCH_QEMU(MICROVM) } },
	    .last = MMIO_READ },
};
enum { CANDIDATES = sizeof(candidates) / sizeof(candidates[0]) };

/* Of all its threads. Other work on the machine matters less to this than to a
 * clock on the wall. */
static double
cpu_us(pid_t pid)
{
	struct timespec spent = { 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) == 0)
		clock_gettime(clock, &spent);
	return (double)spent.tv_sec * 1e6 + (double)spent.tv_nsec / 1e3;
}

/* Negative when the guest did not get there. */
static double
trip_us(const struct bench *b, const char *image)
{
	int out, status, ok;
	pid_t pid = bench_start(b, image, &out), worker;
	double begin_us, us;

	ok = bench_read_byte(out);
	worker = bench_child(pid);
	begin_us = cpu_us(worker);
	ok &= bench_read_byte(out);
	us = (cpu_us(worker) - begin_us) / TRIPS;
	waitpid(pid, &status, 0);
	close(out);
	return ok ? us : -1;
}

static bool
has(const struct candidate *c, int access)
{
	return access >= (int)c->first && access <= (int)c->last;
}

/* Ratios are taken between neighbours in time: the machine drifts. */
static void
measure(int access, int run)
{
	double base = 0;

	for (int i = 0; i < CANDIDATES; i++) {
		struct candidate *c = &candidates[i];
		double us;

		if (!has(c, access))
			continue;
		us = trip_us(&c->bench, accesses[access].image);
		base = base == 0 ? us : base;
		c->us[access][run] = us;
		c->ratio[access][run] = us / base;
	}
}

static void
print_row(struct candidate *c, int runs)
{
	printf("| %s |", c->bench.name);
	for (int a = 0; a < ACCESSES; a++) {
		double us = bench_median(c->us[a], runs);

		if (!has(c, a) || us < 0)
			printf(" | |");
		else
			printf(" %.2f | %.3f |", us,
			    bench_median(c->ratio[a], runs));
	}
	printf("\n");
}

int
main(int argc, char **argv)
{
	int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 30;

	if (argc < 2 || runs < 1 || runs > BENCH_RUNS_MAX) {
		fprintf(stderr, "usage: bench_exit DIR [RUNS]\n");
		return 1;
	}
	bench_dir(argv[1]);
	for (int run = 0; run < runs; run++)
		for (int a = 0; a < ACCESSES; a++)
			measure(a, run);
	printf("| us |");
	for (int a = 0; a < ACCESSES; a++)
		printf(" %s | / floor |", accesses[a].name);
	printf("\n|---|---|---|---|---|---|---|---|---|---|---|\n");
	for (int i = 0; i < CANDIDATES; i++)
		print_row(&candidates[i], runs);
	return 0;
}
