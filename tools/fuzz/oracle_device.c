/* SPDX-License-Identifier: MIT
 *
 * What must be true of single devices' work, by virtio 1.3, 2.5 and 5: of
 * configuration space, and of what is done with the buffers that were popped.
 */
#include <linux/virtio_balloon.h>
#include <string.h>

#include "devices/virtio_transport.h"
#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"
#include "tools/fuzz/oracle_ring.h"

/*
 * Configuration space.
 */

static void
config_of(unsigned row, uint8_t *config)
{
	const struct virtio *v = fuzz_virtio(row);

	memset(config, 0, VIRTIO_CONFIG_MAX);
	if (v->function.present && fuzz_devices[row].type->config_read != NULL)
		fuzz_devices[row].type->config_read(v, config);
}

/* 4.1.3.1, 4.1.4.10: the same bytes by whatever way and width, and no more. */
void
oracle_config(unsigned row, unsigned offset, unsigned size, uint64_t value)
{
	_Alignas(8) uint8_t config[VIRTIO_CONFIG_MAX];

	config_of(row, config);
	for (unsigned i = 0; i < size; i++, value >>= 8) {
		bool there = offset + i < fuzz_devices[row].type->config_size;

		check((uint8_t)value == (there ? config[offset + i] : 0));
	}
}

/* The device whose configuration an event may change, or none. */
static unsigned
changes(const struct fuzz_op *op)
{
	switch ((enum fuzz_event)(op->row % FUZZ_EVENTS)) {
	case FUZZ_EVENT_disk_size:
		return op->offset % FUZZ_ROWS;
	case FUZZ_EVENT_console_size:
		return FUZZ_ROW_console;
	case FUZZ_EVENT_balloon_size:
	case FUZZ_EVENT_balloon_hints:
		return FUZZ_ROW_balloon;
	default:
		return FUZZ_ROWS;
	}
}

/* 2.5.1, 4.1.4.3.1: what the host changes is of another generation. */
void
oracle_event(const struct fuzz_op *op, bool after)
{
	static _Alignas(8) uint8_t before[VIRTIO_CONFIG_MAX];
	static uint32_t generation;
	_Alignas(8) uint8_t now[VIRTIO_CONFIG_MAX];
	unsigned row = changes(op);

	if (row == FUZZ_ROWS)
		return;
	config_of(row, after ? now : before);
	if (!after)
		generation = fuzz_virtio(row)->generation;
	else if (memcmp(now, before, sizeof(now)) != 0)
		check(fuzz_virtio(row)->generation != generation);
}

/*
 * Buffers.
 */

/* 5.3.6: a control message, or as much of its head as there is room for. */
void
oracle_pushed(const struct ring *r, const struct flight *f, uint32_t len)
{
	enum { CONTROL_RECEIVEQ = 2, CONTROL_BYTES = 8 };

	if (r->row == FUZZ_ROW_console && r->queue == CONTROL_RECEIVEQ)
		check(len >= MIN(f->writable, (uint64_t)CONTROL_BYTES));
	check(!f->failed || len == 0); /* 2.7.8.2 */
}

/* 5.2.6: nothing is done for less than a header; what has failed may not have
 * been written. */
void
oracle_request(unsigned device, uint32_t tag, bool failed)
{
	enum { HEADER_BYTES = 16 };
	const struct virtio_queue *q = fuzz_queue(fuzz_row(device), tag >> 16);
	struct flight *f = oracle_flight(&q->ring, (uint16_t)tag, false);

	if (f == NULL)
		return;
	check(f->readable >= HEADER_BYTES);
	f->failed |= failed;
}

/* The words that the balloon has read of the buffer that it popped last. */
enum { NAMES = 2048 };
static struct {
	bool on;
	uint32_t names, bytes, word;
	uint32_t name[NAMES];
} named;

void
oracle_popped(const struct ring *r)
{
	named.on = r->row == FUZZ_ROW_balloon;
	named.names = named.bytes = 0;
}

static void
read_byte(uint8_t byte)
{
	named.word = named.word >> 8 | (uint32_t)byte << 24;
	if (++named.bytes % 4 == 0)
		named.name[named.names++ % NAMES] = named.word;
}

void
oracle_read(const void *from, uint64_t len)
{
	const uint8_t *bytes = from;

	if (!named.on)
		return;
	for (; len >= 4 && named.bytes % 4 == 0; len -= 4, bytes += 4) {
		memcpy(&named.name[named.names++ % NAMES], bytes, 4);
		named.bytes += 4;
	}
	while (len-- > 0)
		read_byte(*bytes++);
}

static bool
is_named(uint64_t page)
{
	for (unsigned i = 0; i < MIN(named.names, (uint32_t)NAMES); i++)
		if (named.name[i] == page)
			return true;
	return false;
}

/* 5.5.6: pages that the driver has named; 5.5.6.7: or given, if what they then
 * read as is what it wants. */
void
oracle_discard(gpa_t at, uint64_t len)
{
	const struct virtio_balloon *d = &fuzz_board->pci.virtio.balloon;
	uint64_t first = (at + 4095) / 4096, last = (at + len) / 4096;

	check(fuzz_ram_has(at, len));
	if (last <= first || oracle_lost)
		return;
	last--;
	if (is_named(first) && is_named(last) && is_named((first + last) / 2))
		return;
	check(oracle_may_write(at, len));
	check(!virtio_has(&d->v, VIRTIO_BALLOON_F_PAGE_POISON) ||
	    d->poison_val == 0);
}
