/* SPDX-License-Identifier: MIT
 *
 * What vmm/ does for devices, done for fuzzers: each call goes into the trace,
 * is held to its contract (a breach aborts), and answers as the input's host
 * events have set it up.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "devices/balloon.h"
#include "devices/blk.h"
#include "devices/console.h"
#include "devices/virtio_blk_config.h"
#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"
#include "vmm/entropy.h"
#include "vmm/kick.h"
#include "vmm/log.h"
#include "vmm/term.h"

struct fuzz fuzz;
struct fuzz_io fuzz_waits[FUZZ_DISK_WAITS];

void
fuzz_trace(uint64_t what)
{
	fuzz.trace = (fuzz.trace ^ what) * 0x9e3779b97f4a7c15;
	fuzz.trace ^= fuzz.trace >> 29;
}

/*
 * irq.h: wired as in vmm/irq.c.
 */

void
irq_set(unsigned line, bool high)
{
	check(line < IRQ_LINES);
	if (fuzz.line[line] == high)
		return;
	fuzz.line[line] = high;
	fuzz.chips = true;
	fuzz_trace(line << 1 | high);
	if (line == IRQ_RTC && high)
		power_clock(&fuzz_board->power);
	if (line < 16)
		i8259_set_line(&fuzz_board->pic, line, high);
	ioapic_set_line(&fuzz_board->ioapic, line == IRQ_PIT ? 2 : line, high);
}

void
irq_share(unsigned line, unsigned driver, bool high)
{
	check(line < IRQ_LINES && driver < 32);
	fuzz.drivers[line] &= ~(1u << driver);
	fuzz.drivers[line] |= (uint32_t)high << driver;
	irq_set(line, fuzz.drivers[line] != 0);
}

void
irq_intr(bool high)
{
	check(fuzz.intr != high);
	fuzz.intr = high;
	fuzz_trace(high);
}

void
irq_msi(uint64_t address, uint32_t data)
{
	check(address >> 20 == 0xfee);
	oracle_message(address, data);
	fuzz_trace(address << 32 | data);
}

void
irq_route(unsigned pin, bool used, uint64_t address, uint32_t data)
{
	check(pin < IRQ_LINES && (!used || address >> 20 == 0xfee));
	fuzz.routed &= ~(1u << pin);
	fuzz.routed |= (uint32_t)used << pin;
	fuzz_trace(address << 32 | data);
}

/*
 * kick.h, loop.h, stop.h, log.h.
 */

void
kick_enable(unsigned device, unsigned queue)
{
	uint64_t bit = (uint64_t)1 << queue % 64;

	check(device < PCI_DEVICES && queue < 64);
	check((fuzz.enabled[device] & bit) == 0);
	fuzz.enabled[device] |= bit;
	fuzz_trace(device << 8 | queue << 1);
}

void
kick_disable(unsigned device, unsigned queue)
{
	uint64_t bit = (uint64_t)1 << queue % 64;

	check(device < PCI_DEVICES && queue < 64);
	check((fuzz.enabled[device] & bit) != 0);
	fuzz.enabled[device] &= ~bit;
	fuzz_trace(device << 8 | queue);
}

void
kick_post(unsigned device, unsigned queue)
{
	check(device < PCI_DEVICES && queue < 64);
	fuzz.posting |= 1u << device;
	fuzz.posted[device] |= (uint64_t)1 << queue;
	fuzz_trace(device << 8 | queue);
}

uint64_t
loop_now_ns(void)
{
	return fuzz.now_ns;
}

uint64_t
loop_host_ns(void)
{
	return fuzz.host_ns;
}

void
loop_timer(enum timer timer, uint64_t at_ns)
{
	check(timer < TIMERS);
	fuzz.timer_at[timer] = at_ns;
	fuzz_trace(at_ns);
}

void
vm_stop(enum stop how, int status)
{
	check(how != STOP_NOT);
	if (fuzz.stop == STOP_NOT)
		fuzz.stop = how;
	fuzz_trace((uint64_t)how << 32 | (uint32_t)status);
	if (fuzz_record != NULL)
		fuzz_record(NULL);
}

void
vm_mark(uint32_t number)
{
	fuzz_trace(number);
}

/* Never once for each thing that a guest can do again. */
void
warn_first(const char *fmt, ...)
{
	(void)fmt;
	fuzz.warnings++;
	check(fuzz.warnings <= FUZZ_ROWS * VIRTQ_BROKENS);
}

void
check_failed(const char *file, int line, const char *cond)
{
	fprintf(stderr, "%s:%d: check failed: %s\n", file, line, cond);
	abort();
}

/*
 * entropy.h, term.h, balloon.h.
 */

size_t
entropy_read(void *to, size_t len)
{
	size_t n = MIN(len, fuzz.entropy_left);

	check(len > 0);
	memset(to, 0xa5, n);
	fuzz.entropy_left -= (uint32_t)n;
	fuzz.work.moved += n;
	return n;
}

bool
term_full(void)
{
	return fuzz.term_full;
}

void
term_put(uint8_t byte)
{
	fuzz_trace(byte);
}

void
term_want_input(void)
{
	check(uart8250_room(&fuzz_board->com1) > 0);
	fuzz_trace(1);
}

void
balloon_changed(uint32_t pages)
{
	fuzz_trace(pages);
}

/*
 * console.h.
 */

size_t
console_write(unsigned port, const void *from, size_t len)
{
	const uint8_t *bytes = from;
	uint32_t *room = &fuzz.room_left[port];
	size_t n;

	check(port < FUZZ_PORTS && len > 0);
	n = MIN(len, *room);
	for (size_t i = 0; i < n; i += 1 + n / 16) /* all of it is readable */
		fuzz_trace(bytes[i]);
	if (n > 0)
		fuzz_trace(bytes[n - 1] | n << 8);
	*room -= (uint32_t)n;
	fuzz.work.moved += n;
	return n;
}

size_t
console_read(unsigned port, void *to, size_t len)
{
	uint32_t *left = &fuzz.input_left[port];
	size_t n;

	check(port < FUZZ_PORTS && len > 0);
	n = MIN(len, *left);
	oracle_write(fuzz_ram_gpa(to), n);
	memset(to, 'x', n);
	fuzz_ram_wrote(to, n);
	*left -= (uint32_t)n;
	fuzz.work.moved += n;
	fuzz_trace(n);
	return n;
}

/*
 * blk.h: a disk without bytes.
 */

struct virtio_blk *
fuzz_disk(unsigned device)
{
	unsigned row = fuzz_row(device);

	check(row < FUZZ_ROWS && fuzz_devices[row].type == &virtio_blk_type);
	return (struct virtio_blk *)fuzz_virtio(row);
}

bool
blk_room(unsigned device)
{
	check(fuzz_disk(device) != NULL);
	return !fuzz.disk_full &&
	    fuzz.disk_waits + BLK_BURST <= FUZZ_DISK_WAITS;
}

/* blk.h's words on struct blk_io, and that all of it is the request's. */
static void
judge_io(const struct virtio_blk *d, const struct blk_io *io)
{
	bool moves = io->op == BLK_READ || io->op == BLK_WRITE;
	uint64_t bytes = 0;

	check(io->op <= BLK_ZERO);
	if (io->op == BLK_FLUSH)
		return;
	check(io->offset % 512 == 0 && io->bytes % 512 == 0 && io->bytes > 0);
	check(range_within(io->offset, io->bytes, d->sectors * 512));
	check(moves ? io->iovs > 0 && io->iovs <= BLK_IOVS_MAX : io->iovs == 0);
	check(io->op == BLK_READ || !virtio_blk_read_only(d));
	for (unsigned i = 0; i < io->iovs; i++) {
		gpa_t at = fuzz_ram_gpa(io->iov[i].iov_base);

		check(io->iov[i].iov_len > 0);
		check(gmem_ptr(guest_ram, at, io->iov[i].iov_len) != NULL);
		if (io->op == BLK_READ)
			oracle_write(at, io->iov[i].iov_len);
		bytes += io->iov[i].iov_len;
	}
	check(!moves || bytes == io->bytes);
}

/* Data as it goes; for less than all of it, or more than a sector of a part, the
 * rest does not matter. */
static void
move(const struct fuzz_io *io)
{
	for (unsigned i = 0; i < io->parts; i++) {
		uint8_t *host =
		    gmem_ptr(guest_ram, io->part[i].at, io->part[i].len);
		uint64_t len = MIN(io->part[i].len, 4096u);

		check(host != NULL);
		if (!io->read) {
			fuzz_trace(host[0] | (uint64_t)host[len - 1] << 8);
			continue;
		}
		memset(host, 'd', len);
		fuzz_ram_wrote(host, len);
	}
}

void
fuzz_disk_move(const struct fuzz_io *io, bool all)
{
	struct fuzz_io some = *io;

	if (!all)
		some.parts /= 2;
	move(&some);
}

enum blk_result
blk_submit(unsigned device, uint32_t tag, const struct blk_io *io)
{
	enum fuzz_answer answer = (enum fuzz_answer)(fuzz.disk_answers & 3);
	struct fuzz_io mine = { .tag = tag,
		.device = (uint8_t)device,
		.read = io->op == BLK_READ };

	fuzz.work.ios++;
	judge_io(fuzz_disk(device), io);
	oracle_request(device, tag, mine.read && answer == ANSWER_FAILED);
	fuzz_trace((uint64_t)io->op << 60 ^ io->offset << 20 ^ io->bytes ^ tag);
	for (; mine.parts < MIN(io->iovs, (unsigned)FUZZ_DISK_PARTS);
	     mine.parts++)
		mine.part[mine.parts] = (struct fuzz_part){
			fuzz_ram_gpa(io->iov[mine.parts].iov_base),
			(uint32_t)io->iov[mine.parts].iov_len
		};
	fuzz.disk_answers = fuzz.disk_answers >> 2 | fuzz.disk_answers << 30;
	if (answer == ANSWER_LATER || answer == ANSWER_LAST) {
		check(fuzz.disk_waits < FUZZ_DISK_WAITS);
		fuzz_waits[fuzz.disk_waits++] = mine;
		return BLK_LATER;
	}
	fuzz_disk_move(&mine, answer == ANSWER_DONE);
	return answer == ANSWER_DONE ? BLK_DONE : BLK_FAILED;
}

void
blk_stop(unsigned device, unsigned queue)
{
	unsigned kept = 0;

	check(fuzz_disk(device) != NULL && queue < VIRTIO_BLK_QUEUES);
	for (unsigned i = 0; i < fuzz.disk_waits; i++)
		if (fuzz_waits[i].device != device ||
		    fuzz_waits[i].tag >> 16 != queue)
			fuzz_waits[kept++] = fuzz_waits[i];
	fuzz.disk_waits = kept;
	fuzz_trace(device << 8 | queue);
}
