/* SPDX-License-Identifier: MIT
 *
 * What the benchmarks share: the monitors that they compare, starting one with
 * its console in a pipe, clock and median.
 */
#ifndef TOOLS_BENCH_H
#define TOOLS_BENCH_H

#include <sys/types.h>

enum { BENCH_WORDS = 24, BENCH_RUNS_MAX = 1000 };

/* A monitor and its options; the image follows. `NULL` ends them. */
struct bench {
	const char *name;
	const char *words[BENCH_WORDS];
};

/* Set by bench_dir(): where make put mica and bench/. */
extern char bench_floor[], bench_mica[], bench_images[];
void bench_dir(const char *dir);

/* QEMU, with a machine like mica's. */
#define BENCH_QEMU(machine)                                                    \
	"qemu-system-x86_64", "-M", machine, "-enable-kvm", "-cpu",            \
	    "host,-arch-capabilities", "-m", "128", "-nodefaults",             \
	    "-no-user-config", "-display", "none", "-no-reboot", "-serial",    \
	    "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=4",         \
	    "-kernel"

/* Runs it, with the image of that name if not NULL; *out reads its standard
 * output. The caller closes that and waits for the process, which is killed
 * when the caller ends before. */
pid_t bench_start(const struct bench *b, const char *image, int *out);

/* Its child, if it has one: mica's runs the guest. Else itself. */
pid_t bench_child(pid_t pid);

/* False when nothing comes any more. */
int bench_read_byte(int fd);

double bench_now_us(void);

/* KiB of a process by a field of smaps, "Rss:", without the guest's RAM: that
 * is the largest mapping and, where a monitor advises a part of it, the one
 * that ends where it begins. -1 when there is no such process. */
long bench_kib(pid_t pid, const char *field);

/* Sorts them. */
double bench_median(double *values, int n);

#endif
