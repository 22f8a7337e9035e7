/* SPDX-License-Identifier: MIT
 *
 * See bench.h. What cannot be set up ends the benchmark.
 */
#include "tools/bench.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

char bench_floor[4096], bench_mica[4096], bench_images[4096];

void
bench_dir(const char *dir)
{
	snprintf(bench_floor, sizeof(bench_floor), "%s/bench/floor", dir);
	snprintf(bench_mica, sizeof(bench_mica), "%s/mica", dir);
	snprintf(bench_images, sizeof(bench_images), "%s/bench", dir);
}

pid_t
bench_start(const struct bench *b, const char *image, int *out)
{
	char path[8192], *words[BENCH_WORDS + 2];
	int pipes[2], n = 0;
	pid_t parent = getpid(), pid;

	if (pipe(pipes) < 0)
		exit(1);
	pid = fork();
	if (pid != 0) {
		close(pipes[1]);
		*out = pipes[0];
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	do
		words[n] = (char *)(size_t)b->words[n];
	while (b->words[++n] != NULL);
	if (image != NULL) {
		snprintf(path, sizeof(path), "%s/%s", bench_images, image);
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

pid_t
bench_child(pid_t pid)
{
	char path[64];
	char text[32] = "";
	FILE *f;
	pid_t child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid,
	    (int)pid);
	f = fopen(path, "r");
	if (f != NULL && fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	if (f != NULL)
		fclose(f);
	child = (pid_t)strtol(text, NULL, 10);
	return child != 0 ? child : pid;
}

int
bench_read_byte(int fd)
{
	unsigned char byte;

	return read(fd, &byte, 1) == 1;
}

double
bench_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

long
bench_kib(pid_t pid, const char *field)
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
		if (strncmp(line, field, strlen(field)) != 0)
			continue;
		here = strtol(line + strlen(field), NULL, 10);
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

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
bench_median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), ascending);
	return values[n / 2];
}
