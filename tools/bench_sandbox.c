/* SPDX-License-Identifier: MIT
 *
 * What the sandbox costs: until a guest's first byte, --sandbox off, lite and
 * full in turn, many times; and for each KVM_RUN, without and with a program.
 *
 *	bench_sandbox DIR RUNS		(DIR: where make put mica and bench/)
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/bench.h"
#include "vmm/seccomp.h"

enum { LEVELS = 3, TRIPS = 5000, TURNS = 400, VCPU = 100 };

static const struct bench levels[LEVELS] = {
	{ "off", { bench_mica, "--sandbox", "off" } },
	{ "lite", { bench_mica, "--sandbox", "lite" } },
	{ "full", { bench_mica, "--sandbox", "full" } },
};

static double
first_byte_us(const struct bench *level)
{
	double begin = bench_now_us(), us;
	int out, status;
	pid_t pid = bench_start(level, "byte.elf", &out);

	if (!bench_read_byte(out))
		exit(1);
	us = bench_now_us() - begin;
	waitpid(pid, &status, 0);
	close(out);
	return us;
}

/* The difference is between neighbours in time: the machine drifts. */
static void
bench_start_up(int runs)
{
	static double us[LEVELS][BENCH_RUNS_MAX], more[LEVELS][BENCH_RUNS_MAX];

	for (int run = 0; run < runs; run++)
		for (int i = 0; i < LEVELS; i++) {
			us[i][run] = first_byte_us(&levels[i]);
			more[i][run] = us[i][run] - us[0][run];
		}
	printf("%-10s %14s %14s %14s %14s\n", "--sandbox", "best us",
	    "median us", "+ best us", "+ median us");
	for (int i = 0; i < LEVELS; i++) {
		double median = bench_median(us[i], runs);

		printf("%-10s %14.0f %14.0f %14.0f %14.0f\n", levels[i].name,
		    us[i][0], median, us[i][0] - us[0][0],
		    bench_median(more[i], runs));
	}
}

static double
run_ns(int vcpu)
{
	double best = 1e9;

	for (int turn = 0; turn < TURNS; turn++) {
		double begin = bench_now_us(), ns;

		for (int i = 0; i < TRIPS; i++)
			ioctl(vcpu, KVM_RUN, 0);
		ns = (bench_now_us() - begin) * 1000 / TRIPS;
		best = ns < best ? ns : best;
	}
	return best;
}

/* In a process of its own: a program is for good. */
static void
bench_program(const char *name, struct sock_filter *program, unsigned length)
{
	static double without, installed;
	double with, begin;

	fflush(stdout);
	if (fork() != 0) {
		wait(NULL);
		return;
	}
	without = run_ns(VCPU);
	begin = bench_now_us();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    !seccomp_obey(program, length))
		_exit(1);
	installed = bench_now_us() - begin;
	with = run_ns(VCPU);
	printf("%-36s %10.0f %10.0f %+10.0f %14.0f\n", name, without, with,
	    with - without, installed);
	fflush(stdout);
	_exit(0);
}

/* Of a file that refuses it at once. What a program may cost at least is what
 * one costs that looks at an argument, and lets all through; one that does not
 * look, the kernel need not run. */
static void
bench_run(void)
{
	struct sock_filter all[] = { BPF_STMT(BPF_RET, SECCOMP_RET_ALLOW) };
	struct sock_filter looks[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[1])),
		BPF_STMT(BPF_RET, SECCOMP_RET_ALLOW),
	};
	struct sock_filter ours[SECCOMP_LENGTH_MAX];
	uint32_t slots[SECCOMP_SLOTS] = { [SLOT_vcpu] = VCPU };

	if (dup2(open("/dev/null", O_RDWR), VCPU) < 0)
		exit(1);
	printf("\n%-36s %10s %10s %10s %14s\n", "a KVM_RUN that is refused, ns",
	    "without", "with", "more", "installed, us");
	bench_program("a program that allows all", all, ARRAY_SIZE(all));
	bench_program("... and looks at an argument", looks, ARRAY_SIZE(looks));
	bench_program(
	    "a vCPU's", ours, seccomp_program(SECCOMP_vcpu, slots, ours));
}

int
main(int argc, char **argv)
{
	int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 30;

	if (argc < 2 || runs < 1 || runs > BENCH_RUNS_MAX) {
		fprintf(stderr, "usage: bench_sandbox DIR [RUNS]\n");
		return 1;
	}
	if (freopen("/dev/null", "w", stderr) == NULL) /* its warnings */
		return 1;
	bench_dir(argv[1]);
	bench_start_up(runs);
	fflush(stdout);
	bench_run();
	return 0;
}
