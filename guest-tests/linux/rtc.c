/* SPDX-License-Identifier: MIT
 *
 * rtc SECONDS HZ: waits by /dev/rtc0 for its alarm in SECONDS, for an update,
 * and for a second of periodic interrupts; says how many came. For guests under
 * test, whose busybox has no rtcwake; static.
 */
#include <fcntl.h>
#include <linux/rtc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static int fd;

static void
must(int result, const char *what)
{
	if (result >= 0)
		return;
	perror(what);
	exit(1);
}

/* How many interrupts, of which all must be of kind `want`. */
static unsigned long
await(unsigned long want)
{
	unsigned long data = 0;

	must((int)read(fd, &data, sizeof(data)), "read");
	if (!(data & want)) {
		fprintf(stderr, "interrupts %#lx, not %#lx\n", data, want);
		exit(1);
	}
	return data >> 8;
}

/* As rtcwake does it. */
static void
alarm_in(int seconds)
{
	struct rtc_wkalrm wake = { .enabled = 1 };
	struct tm tm = { 0 };
	time_t at;

	must(ioctl(fd, RTC_RD_TIME, &wake.time), "RTC_RD_TIME");
	memcpy(&tm, &wake.time, sizeof(wake.time));
	at = timegm(&tm) + seconds;
	gmtime_r(&at, &tm);
	memcpy(&wake.time, &tm, sizeof(wake.time));
	must(ioctl(fd, RTC_WKALM_SET, &wake), "RTC_WKALM_SET");
	await(RTC_AF);
	must(ioctl(fd, RTC_RD_TIME, &wake.time), "RTC_RD_TIME");
	memcpy(&tm, &wake.time, sizeof(wake.time));
	printf("alarm %+d s\n", (int)(timegm(&tm) - at));
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	unsigned long hz, n = 0;
	double since;

	if (argc != 3)
		return 2;
	hz = strtoul(argv[2], NULL, 10);
	must(fd = open("/dev/rtc0", O_RDONLY), "/dev/rtc0");
	alarm_in((int)strtol(argv[1], NULL, 10));

	must(ioctl(fd, RTC_UIE_ON), "RTC_UIE_ON");
	await(RTC_UF);
	must(ioctl(fd, RTC_UIE_OFF), "RTC_UIE_OFF");

	must(ioctl(fd, RTC_IRQP_SET, hz), "RTC_IRQP_SET");
	must(ioctl(fd, RTC_PIE_ON), "RTC_PIE_ON");
	since = now();
	while (n < hz)
		n += await(RTC_PF);
	since = now() - since;
	must(ioctl(fd, RTC_PIE_OFF), "RTC_PIE_OFF");
	printf("periodic %lu in %.2f s\n", n, since);
	return since < 0.9;
}
