/* SPDX-License-Identifier: MIT
 *
 * See bench.h. What cannot be set up ends the benchmark.
 */
#include "tools/bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
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
	pid_t pid;

	if (pipe(pipes) < 0)
		exit(1);
	pid = fork();
	if (pid != 0) {
		close(pipes[1]);
		*out = pipes[0];
		return pid;
	}
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
