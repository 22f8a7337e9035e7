/* SPDX-License-Identifier: MIT
 *
 * The host's side of tools/bench_blk: runs tools/bench_blk_guest.c under mica
 * or QEMU and reads KVM's counters of the machine (debugfs) where the guest
 * says that a phase begins and ends.
 *
 *	bench_blk_host JOB...
 *
 * A job is a monitor's name and the guest's word, mica/queue for example. In
 * the current directory are mica, vmlinuz and bench.cpio; the disk is
 * /dev/ram0. Wants root, KVM and /sys/kernel/debug. What a job came to is
 * printed when it has succeeded, a line a phase, by tabs; "busy" and "idle" are
 * the phase and its idle twin:
 *
 *	= JOB PHASE us requests COUNTER busy idle COUNTER busy idle ...
 *	= JOB whole us
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/bench.h"
#include "tools/bench_blk.h"

enum { LIMIT_S = 120 };

static const char *const counter_names[] = { "exits", "irq_injections",
	"halt_exits" };
enum { COUNTERS = sizeof(counter_names) / sizeof(counter_names[0]) };

static const char *const phase_names[] = {
#define PHASE(name, ...) #name,
	EACH_PHASE(PHASE)
#undef PHASE
};
enum { PHASES = sizeof(phase_names) / sizeof(phase_names[0]) };

struct part {
	uint64_t counted[COUNTERS];
	double us;
};
struct figures {
	struct part busy, idle;
};

#define MICA(disk)                                                             \
	"exec ./mica --mem 256M --disk path=/dev/ram0" disk                    \
	" --initrd bench.cpio vmlinuz -- $append"
#define QEMU(drive, device)                                                    \
	"exec qemu-system-x86_64 -M microvm,pcie=on,rtc=on -enable-kvm"        \
	" -cpu host -m 256 -nodefaults -no-user-config -display none"          \
	" -no-reboot -serial stdio"                                            \
	" -drive if=none,id=d,format=raw,file=/dev/ram0" drive                 \
	" -device virtio-blk-pci,drive=d" device                               \
	" -kernel vmlinuz -initrd bench.cpio -append \"$append\""

static const struct monitor {
	const char *name, *command;
} monitors[] = {
	{ "mica", MICA("") },
	{ "mica-threads", MICA(",aio=threads") },
	{ "qemu", QEMU("", "") },
	{ "qemu-iothread",
	    QEMU(",aio=io_uring", ",iothread=t -object iothread,id=t") },
};
enum { MONITORS = sizeof(monitors) / sizeof(monitors[0]) };

/*
 * A machine, and a line from its console.
 */

struct machine {
	pid_t pid;
	int in, out; /* the guest's console */
	char counters[300];
};

static void
start(struct machine *m, const char *command, const char *bench)
{
	int in[2], out[2];
	char append[200];

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		exit(1);
	m->pid = fork();
	if (m->pid == 0) {
		snprintf(append, sizeof(append),
		    "console=ttyS0 quiet panic=-1 mitigations=off bench=%s",
		    bench);
		setenv("append", append, 1);
		dup2(in[0], 0);
		dup2(out[1], 1);
		alarm(LIMIT_S); /* survives exec */
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	m->in = in[1];
	m->out = out[0];
	m->counters[0] = 0;
}

static int
finish(struct machine *m)
{
	int status = -1;

	close(m->in);
	close(m->out);
	waitpid(m->pid, &status, 0);
	if (status != 0)
		printf("# ended with wait status %#x\n", status);
	return status == 0;
}

/* The next line that begins with '@'; others are shown. False at the end. */
static int
next_line(struct machine *m, char *line, size_t size)
{
	size_t n = 0;
	char byte;

	while (read(m->out, &byte, 1) == 1) {
		if (byte != '\n') {
			if (n < size - 1 && byte != '\r')
				line[n++] = byte;
			continue;
		}
		line[n] = 0;
		n = 0;
		if (line[0] == '@')
			return 1;
		if (line[0] != 0)
			printf("# %s\n", line);
	}
	return 0;
}

static int
go_on(struct machine *m)
{
	return write(m->in, "g", 1) == 1;
}

/*
 * KVM's counters: a directory for each machine, PID-FD.
 */

static int
find_counters(struct machine *m)
{
	DIR *dir = opendir("/sys/kernel/debug/kvm");
	struct dirent *entry;
	char prefix[20];
	int n = snprintf(prefix, sizeof(prefix), "%d-", (int)m->pid);

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (strncmp(entry->d_name, prefix, (size_t)n) == 0)
			snprintf(m->counters, sizeof(m->counters),
			    "/sys/kernel/debug/kvm/%s", entry->d_name);
	if (dir != NULL)
		closedir(dir);
	return m->counters[0] != 0;
}

static uint64_t
read_counter(const struct machine *m, const char *name)
{
	char path[400], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/%s", m->counters, name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		printf("# %s: %s\n", path, strerror(errno));
	close(fd);
	return strtoull(text, NULL, 10);
}

/* A phase or its idle twin. */
static int
run_part(struct machine *m, struct part *p)
{
	char line[256];

	if (!next_line(m, line, sizeof(line)) || strcmp(line, "@ready") != 0 ||
	    !find_counters(m))
		return 0;
	for (int i = 0; i < COUNTERS; i++)
		p->counted[i] = read_counter(m, counter_names[i]);
	if (!go_on(m) || !next_line(m, line, sizeof(line)) ||
	    strncmp(line, "@done", 5) != 0)
		return 0;
	for (int i = 0; i < COUNTERS; i++)
		p->counted[i] =
		    read_counter(m, counter_names[i]) - p->counted[i];
	p->us = strtod(line + 5, NULL) / 1000;
	return go_on(m);
}

static void
print_figures(const char *job, const char *phase, const struct figures *f)
{
	printf("=\t%s\t%s\t%.0f\t%d", job, phase, f->busy.us, REQUESTS);
	for (int i = 0; i < COUNTERS; i++)
		printf("\t%s\t%llu\t%llu", counter_names[i],
		    (unsigned long long)f->busy.counted[i],
		    (unsigned long long)f->idle.counted[i]);
	printf("\n");
}

/* From before fork() until the process is gone. */
static void
run_job(const char *job, const char *command, const char *bench)
{
	struct figures figures[PHASES] = { 0 };
	int queue = strcmp(bench, "queue") == 0, ok = 1;
	int phases = queue ? PHASES : strcmp(bench, "boot") != 0;
	double begin_us = bench_now_us();
	struct machine m;
	char line[256];

	start(&m, command, bench);
	for (int i = 0; ok && i < phases; i++) {
		printf("# %s: %s\n", job, queue ? phase_names[i] : "dd");
		ok = run_part(&m, &figures[i].busy) &&
		    (!queue || run_part(&m, &figures[i].idle));
	}
	if (ok)
		ok = !next_line(&m, line, sizeof(line));
	if (!finish(&m) || !ok)
		return;
	for (int i = 0; i < phases; i++)
		print_figures(job, queue ? phase_names[i] : "dd", &figures[i]);
	printf("=\t%s\twhole\t%.0f\n", job, bench_now_us() - begin_us);
}

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++)
		for (int j = 0; j < MONITORS; j++) {
			const struct monitor *m = &monitors[j];
			size_t n = strlen(m->name);

			if (strncmp(argv[i], m->name, n) == 0 &&
			    argv[i][n] == '/')
				run_job(argv[i], m->command, argv[i] + n + 1);
		}
	return 0;
}
