/* SPDX-License-Identifier: MIT
 *
 * One mica for a long time: a guest that works with every device, a control
 * socket by which it is reset, stopped, resized again and again, clients of its
 * console that come and go, and beside it hostile guests of other micas
 * (guest-tests/run 'h_*'). Prints TAP: after each life its memory, descriptors,
 * mappings and threads are taken, and the least of the last quarter is no more
 * than that of the first, but for DRIFT_KIB and what a moment makes of it.
 *
 *	soak BUILD SECONDS [GUESTS]	(GUESTS: patterns, instead of 'h_*')
 *
 * Its files are in BUILD/soak, where the next soak takes over what one that was
 * killed has left.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/bench.h"

enum { PATIENCE_MS = 30000, LIVES_MAX = 1 << 16, WARM = 3, LIVES_MIN = 11 };
enum { DRIFT_KIB = 64, MOMENT = 2 };

/* What a life leaves, and a leak would raise, by one a life at least. In the
 * midst of it a doorbell more or less is up, and a thread of the kernel's. */
enum gauge { RSS, DESCRIPTORS, MAPPINGS, THREADS, GAUGES };
static const struct {
	const char *name;
	long drift;
} gauges[GAUGES] = { { "KiB resident", DRIFT_KIB }, { "descriptors", MOMENT },
	{ "mappings", MOMENT }, { "threads", MOMENT } };
static long taken[GAUGES][LIVES_MAX];

static char dir[4096], control[4112], socket_at[4112], disk[4112];
static char mica[4112], guest[4128], beside_said[4112];
static pid_t pid, beside;
static int out, client;
static unsigned tests, failures;

static void
verdict(bool ok, const char *what, const char *more)
{
	tests++;
	failures += !ok;
	printf(
	    "%sok %u - soak: %s # %s\n", ok ? "" : "not ", tests, what, more);
}

_Noreturn static void
give_up(const char *what)
{
	verdict(false, what, "it stops here");
	printf("1..%u\n", tests);
	if (pid > 0)
		kill(pid, SIGKILL);
	if (beside > 0)
		kill(-beside, SIGKILL);
	exit(1);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	for (unsigned ms = 0; ms < PATIENCE_MS; ms += 10) {
		if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
			return fd;
		usleep(10000);
	}
	give_up("it can be connected to");
}

/* Reads until the text comes; what comes on stdout meanwhile is dropped, and
 * the other way round. */
static void
await(int fd, const char *text)
{
	static char heard[2][65536];
	double end_us = bench_now_us() + PATIENCE_MS * 1e3;

	for (size_t used = 0; bench_now_us() < end_us;) {
		struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
			{ .fd = fd == out ? client : out, .events = POLLIN } };
		ssize_t n;

		poll(fds, 2, 100);
		if (fds[1].revents & POLLIN &&
		    read(fds[1].fd, heard[1], sizeof(heard[1])) <= 0)
			break;
		if (!(fds[0].revents & (POLLIN | POLLHUP)))
			continue;
		n = read(fd, heard[0] + used, sizeof(heard[0]) - 1 - used);
		if (n <= 0)
			break;
		used += (size_t)n;
		heard[0][used] = '\0';
		if (strstr(heard[0], text) != NULL)
			return;
		if (strstr(heard[0], "FAIL") != NULL)
			give_up("a guest's work");
	}
	give_up(text);
}

static void
tell(const char *command, const char *answer)
{
	if (send(client, command, strlen(command), MSG_NOSIGNAL) < 0)
		give_up(command);
	await(client, answer);
}

static long
count_of(pid_t of, const char *what)
{
	char path[64];
	DIR *list;
	long n = -2; /* . and .. */

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)of, what);
	list = opendir(path);
	if (list == NULL)
		give_up(path);
	while (readdir(list) != NULL)
		n++;
	closedir(list);
	return n;
}

static long
count_mappings(pid_t of)
{
	char path[64], line[512];
	long n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)of);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		n++;
	if (f != NULL)
		fclose(f);
	return n;
}

/* The process that was started, and what it may have started itself. */
static void
take(unsigned life)
{
	char path[64], child[16] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid,
	    (int)pid);
	f = fopen(path, "r");
	if (f != NULL && fgets(child, sizeof(child), f) == NULL)
		child[0] = '\0';
	if (f != NULL)
		fclose(f);
	for (pid_t of = pid, next = (pid_t)strtol(child, NULL, 10); of != 0;
	     of = next, next = 0) {
		taken[RSS][life] += bench_kib(of, "Rss:");
		taken[DESCRIPTORS][life] += count_of(of, "fd");
		taken[MAPPINGS][life] += count_mappings(of);
		taken[THREADS][life] += count_of(of, "task");
	}
}

static long
least(const long *of, unsigned count)
{
	long min = *of;

	while (count-- > 0) {
		min = *of < min ? *of : min;
		of++;
	}
	return min;
}

/* The first lives warm up: code is read in, stacks grow. */
static void
judge(enum gauge g, unsigned lives)
{
	unsigned quarter = (lives - WARM) / 4;
	long first = least(&taken[g][WARM], quarter);
	long last = least(&taken[g][lives - quarter], quarter);
	char more[128];

	snprintf(more, sizeof(more), "%ld, %ld at the end, %u lives", first,
	    last, lives);
	verdict(last - first <= gauges[g].drift, gauges[g].name, more);
}

/* From one reset to the next, which comes amid the guest's work. */
static void
live(unsigned life)
{
	int console;

	await(out, "round\n");
	console = connect_to(socket_at);
	tell("{\"execute\":\"stop\"}\n", "return");
	tell("{\"execute\":\"balloon\",\"arguments\":{\"value\":33554432}}\n",
	    "return");
	if (life % 2 && truncate(disk, 1048576) < 0)
		give_up(disk);
	tell(life % 2 ? "{\"execute\":\"block_resize\",\"arguments\":"
			"{\"device\":\"blk0\",\"size\":1048576}}\n"
		      : "{\"execute\":\"block_resize\",\"arguments\":"
			"{\"device\":\"blk0\",\"size\":2097152}}\n",
	    "return");
	tell("{\"execute\":\"cont\"}\n", "return");
	await(out, "round\n");
	close(console);
	take(life);
	usleep((useconds_t)random() % 20000);
	tell("{\"execute\":\"system_reset\"}\n", "\"RESET\"");
}

static void
run_beside(const char *build, char *const *guests)
{
	char variable[4104];

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	snprintf(variable, sizeof(variable), "BUILD=%s", build);
	putenv(variable);
	dup2(open(beside_said, O_RDWR | O_CREAT | O_TRUNC, 0600), 1);
	execv("guest-tests/run", guests);
	_exit(127);
}

/* The hostile ones, again and again; false when one of them has failed. */
static bool
goes_on_beside(const char *build, char *const *guests)
{
	static char all[] = "h_*", *const words[] = { all, all, NULL };
	int status;

	if (beside > 0 && waitpid(beside, &status, WNOHANG) == 0)
		return true;
	if (beside > 0 && status != 0)
		return false;
	beside = fork();
	if (beside == 0)
		run_beside(build, guests[0] != NULL ? guests - 1 : words);
	return true;
}

/* Which of them has failed, and why. */
static void
tell_beside(void)
{
	FILE *file = fopen(beside_said, "r");
	char line[256];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "ok", 2) != 0)
			printf("# %s", line);
	if (file != NULL)
		fclose(file);
}

static void
start(const char *build)
{
	char path[4128], file[4128], unix_word[4128];
	const struct bench b = { "mica",
		{ mica, "--on-reboot", "restart", "--mem", "64M", "--cpus", "2",
		    "--control", control, "--disk", path, "--console", file,
		    "--console", unix_word, "--balloon", "on", guest, "--",
		    "forever blk rng console balloon" } };
	int fd;

	snprintf(dir, sizeof(dir), "%s/soak", build);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		give_up(dir);
	snprintf(mica, sizeof(mica), "%s/mica", build);
	snprintf(guest, sizeof(guest), "%s/guest-tests/t_work.elf", build);
	snprintf(control, sizeof(control), "%s/control", dir);
	snprintf(socket_at, sizeof(socket_at), "%s/console", dir);
	snprintf(beside_said, sizeof(beside_said), "%s/beside", dir);
	snprintf(disk, sizeof(disk), "%s/disk", dir);
	snprintf(path, sizeof(path), "path=%s", disk);
	snprintf(file, sizeof(file), "file=%s/file", dir);
	snprintf(unix_word, sizeof(unix_word), "unix=%s", socket_at);
	fd = open(disk, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, 1 << 20) < 0)
		give_up(disk);
	close(fd);
	pid = bench_start(&b, NULL, &out);
	client = connect_to(control);
	tell("{\"execute\":\"qmp_capabilities\"}\n", "return");
}

static void
finish(void)
{
	static const char *const names[] = { "disk", "file", "beside" };
	char path[4112];
	int status = -1;

	kill(-beside, SIGTERM);
	waitpid(beside, NULL, 0);
	if (send(client, "{\"execute\":\"quit\"}\n", 19, MSG_NOSIGNAL) == 19)
		waitpid(pid, &status, 0);
	verdict(status == 0, "it ends in order", "");
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	verdict(rmdir(dir) == 0, "it leaves no file", "");
}

int
main(int argc, char **argv)
{
	double end_us = bench_now_us();
	unsigned lives = 0;
	bool well = true;

	if (argc < 3) {
		fprintf(stderr, "usage: soak BUILD SECONDS [GUESTS]\n");
		return 2;
	}
	end_us += strtod(argv[2], NULL) * 1e6;
	start(argv[1]);
	while (lives < LIVES_MAX && well &&
	    (bench_now_us() < end_us || lives < LIVES_MIN)) {
		live(lives++);
		well = goes_on_beside(argv[1], argv + 3);
	}
	if (!well)
		tell_beside();
	verdict(well, "the hostile guests beside it", "");
	for (unsigned g = 0; g < GAUGES && lives >= LIVES_MIN; g++)
		judge(g, lives);
	finish();
	printf("1..%u\n", tests);
	return failures > 0;
}
