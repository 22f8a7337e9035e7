/* SPDX-License-Identifier: MIT
 *
 * The guest of tools/bench_blk: process 1 of a Linux guest with a disk. It
 * inserts the modules of virtio-blk, then does the word `bench=` of the
 * kernel's command line, and powers off:
 *
 *	bench=boot	nothing
 *	bench=read	dd of the whole disk to /dev/null
 *	bench=write	dd of zeros over the whole disk
 *	bench=queue	the phases below, in step with bench_blk_host.c
 *
 * A phase does REQUESTS of 4 KiB at random places, with O_DIRECT and so many
 * at a time; then it does nothing for as long, in a loop, which costs what the
 * guest costs by itself: its ticks and the talk with the host.
 *
 *	"@ready"	the host reads KVM's counters, and sends a byte
 *	"@done NS"	the same, after NS nanoseconds
 *
 * dd is a phase without that twin.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <linux/fs.h>

#include "tools/bench_blk.h"

static uint64_t blocks;
static uint8_t *buffers;
static int disk, host;

static void
must(int ok, const char *what)
{
	if (ok)
		return;
	printf("bench_blk: %s: %s\n", what, strerror(errno));
	reboot(RB_AUTOBOOT);
	_exit(1);
}

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static off_t
somewhere(void)
{
	static uint64_t x = 88172645463325252; /* xorshift64 */

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (off_t)(x % blocks * BLOCK);
}

/*
 * Depth 1: one system call a request.
 */

static void
one_by_one(int write)
{
	for (int i = 0; i < REQUESTS; i++) {
		ssize_t n = write ? pwrite(disk, buffers, BLOCK, somewhere())
				  : pread(disk, buffers, BLOCK, somewhere());

		must(n == BLOCK, "a request");
	}
}

/*
 * More: Linux's own asynchronous I/O. What is done is at once replaced.
 */

static void
submit(aio_context_t context, struct iocb **list, long n)
{
	for (long i = 0; i < n; i++)
		list[i]->aio_offset = somewhere();
	for (long done = 0; done < n;) {
		long s = syscall(SYS_io_submit, context, n - done, list + done);

		must(s > 0, "io_submit");
		done += s;
	}
}

static void
in_flight(int write, int depth)
{
	struct iocb cb[DEPTH_MAX] = { { 0 } }, *list[DEPTH_MAX];
	struct io_event events[DEPTH_MAX];
	aio_context_t context = 0;
	long n, left = REQUESTS - depth;

	must(syscall(SYS_io_setup, depth, &context) == 0, "io_setup");
	for (int i = 0; i < depth; i++) {
		cb[i].aio_lio_opcode = write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD;
		cb[i].aio_fildes = (uint32_t)disk;
		cb[i].aio_buf = (uintptr_t)(buffers + (size_t)i * BLOCK);
		cb[i].aio_nbytes = BLOCK;
		list[i] = &cb[i];
	}
	submit(context, list, depth);
	for (long done = 0; done < REQUESTS; done += n) {
		n = syscall(SYS_io_getevents, context, 1, depth, events, NULL);
		must(n > 0, "io_getevents");
		for (long i = 0; i < n; i++) {
			must(events[i].res == BLOCK, "a request");
			list[i] = (struct iocb *)(uintptr_t)events[i].obj;
		}
		submit(context, list, n < left ? n : left);
		left -= n < left ? n : left;
	}
	syscall(SYS_io_destroy, context);
}

static void
await_host(void)
{
	char byte;

	must(read(host, &byte, 1) == 1, "the host's byte");
}

static void
report(uint64_t ns)
{
	char line[64];
	int n = snprintf(
	    line, sizeof(line), "@done %14llu\n", (unsigned long long)ns);

	must(write(host, line, (size_t)n) == n, "the console");
	await_host();
}

static void
get_ready(void)
{
	must(write(host, "@ready\n", 7) == 7, "the console");
	await_host();
}

static void
phase(int write, int depth)
{
	uint64_t begin_ns, took_ns;

	get_ready();
	begin_ns = now_ns();
	if (depth == 1)
		one_by_one(write);
	else
		in_flight(write, depth);
	took_ns = now_ns() - begin_ns;
	report(took_ns);

	get_ready();
	begin_ns = now_ns();
	while (now_ns() - begin_ns < took_ns)
		;
	report(took_ns);
}

/* As tty, the console would echo and translate. */
static void
open_host(void)
{
	struct termios raw;

	host = open("/dev/ttyS0", O_RDWR | O_NOCTTY);
	must(host >= 0 && tcgetattr(host, &raw) == 0, "/dev/ttyS0");
	cfmakeraw(&raw);
	must(tcsetattr(host, TCSANOW, &raw) == 0, "/dev/ttyS0");
}

static void
bench_queue(void)
{
	uint64_t bytes = 0;

	disk = open("/dev/vda", O_RDWR | O_DIRECT);
	must(disk >= 0, "/dev/vda");
	must(ioctl(disk, BLKGETSIZE64, &bytes) == 0, "/dev/vda's size");
	blocks = bytes / BLOCK;
	must(blocks > 0, "/dev/vda's size");
	buffers = mmap(NULL, (size_t)DEPTH_MAX * BLOCK, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	must(buffers != MAP_FAILED, "memory");
#define PHASE(name, write, depth) phase(write, depth);
	EACH_PHASE(PHASE)
#undef PHASE
}

static void
bench_dd(const char *from, const char *to, const char *sync)
{
	uint64_t begin_ns;
	int status = -1;
	pid_t pid;

	get_ready();
	begin_ns = now_ns();
	pid = fork();
	if (pid == 0) {
		close(2); /* what it has to say costs exits */
		execl("/bin/busybox", "dd", from, to, "bs=1M",
		    "count=" STRING(DISK_MIB), sync, NULL);
		_exit(127);
	}
	must(waitpid(pid, &status, 0) == pid && status == 0, "dd");
	report(now_ns() - begin_ns);
}

static void
insert(const char *module)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/lib/%s.ko", module);
	fd = open(path, O_RDONLY);
	must(fd >= 0 && syscall(SYS_finit_module, fd, "", 0) == 0, path);
	close(fd);
}

int
main(void)
{
	const char *bench = getenv("bench");

	must(bench != NULL, "no bench= on the command line");
	must(mount("dev", "/dev", "devtmpfs", 0, NULL) == 0, "/dev");
	insert("virtio_ring");
	insert("virtio");
	insert("virtio_pci_legacy_dev");
	insert("virtio_pci_modern_dev");
	insert("virtio_pci");
	insert("virtio_blk");
	open_host();
	if (strcmp(bench, "queue") == 0)
		bench_queue();
	if (strcmp(bench, "read") == 0)
		bench_dd("if=/dev/vda", "of=/dev/null", NULL);
	if (strcmp(bench, "write") == 0)
		bench_dd("if=/dev/zero", "of=/dev/vda", "conv=fsync");
	reboot(RB_POWER_OFF);
	return 0;
}
