/* SPDX-License-Identifier: MIT
 *
 * How late timer interrupts reach a guest's handler: the 8254 at 1000 Hz,
 * mica's and KVM's, and the MC146818 at 1024 Hz, in turn.
 *
 *	bench_timer DIR RUNS		(DIR: where make put mica and guests)
 *
 * The guest notes the TSC before it starts the timer and at each interrupt. An
 * interrupt is late by what has passed since the last tick that was due, by the
 * chip's nominal rate and CLOCK_MONOTONIC, by which the TSC is measured here
 * over each run. Counted in: the guest's own way into its handler, which is the
 * same for all, and half of the exit that started the timer. A tick due before
 * the one before it reached the handler is lost, or comes later (KVM's 8254).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#include "tools/bench.h"
#include "tools/bench_timer.h"

enum { RUNS_MAX = 50 };

#define IMAGE "../guest-tests/bench_timer_guest.elf"

#define MICA(...)                                                              \
	{                                                                      \
		bench_mica, "--cmdline", __VA_ARGS__                           \
	}
#define KERNEL	   "--irqchip", "kernel"
#define KERNEL_PIT KERNEL, "--pit", "kernel"
#define PIT_RATE   ((double)PIT_HZ / PIT_COUNT)

static const struct candidate {
	struct bench bench;
	double hz;
} candidates[] = {
	{ { "8254, mica, halted", MICA("pit halt") }, PIT_RATE },
	{ { "8254, mica with KVM's irqchip, halted", MICA("pit halt", KERNEL) },
	    PIT_RATE },
	{ { "8254, KVM, halted", MICA("pit halt", KERNEL_PIT) }, PIT_RATE },
	{ { "8254, mica, busy", MICA("pit spin") }, PIT_RATE },
	{ { "8254, mica with KVM's irqchip, busy", MICA("pit spin", KERNEL) },
	    PIT_RATE },
	{ { "8254, KVM, busy", MICA("pit spin", KERNEL_PIT) }, PIT_RATE },
	{ { "MC146818, mica, halted", MICA("rtc halt") }, RTC_HZ },
	{ { "MC146818, mica, busy", MICA("rtc spin") }, RTC_HZ },
};
enum { CANDIDATES = sizeof(candidates) / sizeof(candidates[0]) };

static struct result {
	double late_us[RUNS_MAX * TIMER_SAMPLES];
	int samples;
	long due;
} results[CANDIDATES];

/* Upper ends of the histogram's bars. */
static const double bars_us[] = { 20, 40, 60, 80, 100, 200, 500 };
enum { BARS = sizeof(bars_us) / sizeof(bars_us[0]) };

static bool
read_log(int fd, struct timer_log *log)
{
	size_t got = 0;

	while (got < sizeof(*log)) {
		ssize_t n = read(fd, (char *)log + got, sizeof(*log) - got);

		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

/* Of the TSC, a microsecond. A guest's TSC that is not the host's is scaled by
 * the CPU, and then CPUID's word is all that we have. */
static double
tsc_per_us(const struct timer_log *log, double host)
{
	double guest = (double)log->khz / 1e3;

	if (guest == 0 || (guest < host * 1.001 && guest > host * 0.999))
		return host;
	return guest;
}

static void
add(struct result *r, const struct timer_log *log, double hz, double per_us)
{
	double period = per_us * 1e6 / hz, passed = 0;

	for (int i = 0; i < TIMER_SAMPLES; i++) {
		passed = (double)(log->at[i] - log->start);
		r->late_us[r->samples++] =
		    (passed - period * (double)(long)(passed / period)) /
		    per_us;
	}
	r->due += (long)(passed / period);
}

static bool
measure(int i)
{
	const struct candidate *c = &candidates[i];
	static struct timer_log log;
	double begin_us = bench_now_us(), us;
	unsigned long long begin = __rdtsc();
	int out, status;
	pid_t pid = bench_start(&c->bench, IMAGE, &out);
	bool ok = read_log(out, &log);

	us = bench_now_us() - begin_us;
	if (ok)
		add(&results[i], &log, c->hz,
		    tsc_per_us(&log, (double)(__rdtsc() - begin) / us));
	waitpid(pid, &status, 0);
	close(out);
	return ok;
}

static void
print_row(int i)
{
	struct result *r = &results[i];
	int n = r->samples, at = 0;

	bench_median(r->late_us, n); /* sorts */
	printf("| %s | %.0f | %.0f | %.0f | %.0f | %.2f |",
	    candidates[i].bench.name, r->late_us[n / 2], r->late_us[n - n / 10],
	    r->late_us[n - n / 100], r->late_us[n - 1],
	    100.0 * (double)(r->due - n) / (double)r->due);
	for (int bar = 0; bar <= BARS; bar++) {
		int first = at;

		while (at < n && (bar == BARS || r->late_us[at] < bars_us[bar]))
			at++;
		printf(" %.1f |", 100.0 * (at - first) / n);
	}
	printf("\n");
}

static void
print_head(void)
{
	printf("| us late | p50 | p90 | p99 | max | lost, %% |");
	for (int bar = 0; bar < BARS; bar++)
		printf(" < %.0f |", bars_us[bar]);
	printf(" more, %% |\n|---|");
	for (int column = 0; column < BARS + 6; column++)
		printf("---|");
	printf("\n");
}

int
main(int argc, char **argv)
{
	int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;

	if (argc < 2 || runs < 1 || runs > RUNS_MAX) {
		fprintf(stderr, "usage: bench_timer DIR [RUNS]\n");
		return 1;
	}
	bench_dir(argv[1]);
	for (int run = 0; run < runs; run++)
		for (int i = 0; i < CANDIDATES; i++)
			if (!measure(i)) {
				fprintf(stderr, "bench_timer: %s: no result\n",
				    candidates[i].bench.name);
				return 1;
			}
	print_head();
	for (int i = 0; i < CANDIDATES; i++)
		print_row(i);
	return 0;
}
