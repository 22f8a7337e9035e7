/* SPDX-License-Identifier: MIT
 *
 * What devices may store into rings, as the driver sees it: used buffers
 * (virtio 1.3, 2.7.8, 2.7.9, 2.8.8, 2.8.15), and when each side wants to hear of
 * the other (2.7.7, 2.7.10, 2.8.10, 2.8.14).
 */
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <string.h>

#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle_ring.h"

enum { USED_FLAGS = 0x8080, EVENT_OFF = 0x7fff }; /* 2.8.1, 2.8.14 */

static bool
event_idx(const struct ring *r)
{
	return r->features >> VIRTIO_RING_F_EVENT_IDX & 1;
}

/* 2.7, 2.7.2, 2.8.10.1, 2.8.11 */
bool
oracle_layout(const struct virtq_layout *at, bool packed)
{
	uint64_t n = at->size;

	if (n == 0 || n > VIRTQ_SIZE_MAX)
		return false;
	if (packed)
		return at->desc % 16 == 0 && at->driver % 4 == 0 &&
		    at->device % 4 == 0 && fuzz_ram_has(at->desc, 16 * n) &&
		    fuzz_ram_has(at->driver, 4) && fuzz_ram_has(at->device, 4);
	return (n & (n - 1)) == 0 && at->desc % 16 == 0 &&
	    at->driver % 2 == 0 && at->device % 4 == 0 &&
	    fuzz_ram_has(at->desc, 16 * n) &&
	    fuzz_ram_has(at->driver, 6 + 2 * n) &&
	    fuzz_ram_has(at->device, 6 + 8 * n);
}

static uint32_t
load(const uint8_t *bytes, unsigned len)
{
	uint32_t value = 0;

	memcpy(&value, bytes, len);
	return value;
}

/* 2.7.8: an element at idx % size, then idx. */
static bool
use_split(struct ring *r, gpa_t at, const uint8_t *bytes, uint64_t len)
{
	gpa_t element = r->at.device + 4 + (gpa_t)(r->used % r->at.size) * 8;

	if (at == element && len == 8) {
		check(load(bytes, 4) < r->at.size);
		r->used += oracle_take(
		    r, (uint16_t)load(bytes, 4), load(bytes + 4, 4));
		return true;
	}
	if (r->call != RING_FLUSH || at != r->at.device + 2 || len != 2)
		return false;
	check(load(bytes, 2) == (uint16_t)r->used);
	r->shown = r->used;
	return true;
}

/* 2.8.1: both flags are the wrap counter, 1 in the first lap. */
static bool
use_packed(struct ring *r, gpa_t at, const uint8_t *bytes, uint64_t len)
{
	uint32_t wrap = r->used / r->at.size % 2 == 0 ? USED_FLAGS : 0;
	uint32_t written;

	if (at != r->at.desc + (gpa_t)(r->used % r->at.size) * 16 || len != 16)
		return false;
	written = load(bytes + 8, 4);
	check(load(bytes + 14, 2) ==
	    (wrap | (written != 0 ? VRING_DESC_F_WRITE : 0)));
	r->used += oracle_take(r, (uint16_t)load(bytes + 12, 2), written);
	r->shown = r->used;
	return true;
}

static bool
ask_split(
    const struct ring *r, bool on, gpa_t at, const uint8_t *bytes, uint64_t len)
{
	gpa_t avail_event = r->at.device + 4 + 8 * (gpa_t)r->at.size;

	if (len != 2 || at != (event_idx(r) ? avail_event : r->at.device))
		return false;
	if (event_idx(r)) /* where it is no news there is no notification */
		check(on && load(bytes, 2) == (uint16_t)r->avail);
	else
		check(load(bytes, 2) == (on ? 0 : VRING_USED_F_NO_NOTIFY));
	return true;
}

static bool
ask_packed(
    const struct ring *r, bool on, gpa_t at, const uint8_t *bytes, uint64_t len)
{
	uint32_t wrap = r->avail / r->at.size % 2 == 0 ? 0x8000 : 0;
	uint32_t event = VRING_PACKED_EVENT_FLAG_DISABLE << 16;

	if (at != r->at.device || len != 4)
		return false;
	if (on)
		event = VRING_PACKED_EVENT_FLAG_ENABLE << 16;
	if (on && event_idx(r))
		event = VRING_PACKED_EVENT_FLAG_DESC << 16 | wrap |
		    r->avail % r->at.size;
	check(load(bytes, 4) == event);
	return true;
}

/* 2.7.5.1, 2.7.6, 2.8.10.1: all else is the driver's to write. */
void
oracle_stored(
    struct ring *r, gpa_t at, const uint8_t *bytes, uint64_t len, bool changed)
{
	enum ring_call call = r->call;
	bool told = false;

	if (call == RING_USE || call == RING_FLUSH)
		told = r->packed ? use_packed(r, at, bytes, len)
				 : use_split(r, at, bytes, len);
	else if (call == RING_ON || call == RING_OFF)
		told = r->packed
		    ? ask_packed(r, call == RING_ON, at, bytes, len)
		    : ask_split(r, call == RING_ON, at, bytes, len);
	r->told |= told;
	check(told || !changed);
}

/* Has slot `event` been used since the last flush? A lap: where slots have the
 * same name again. */
static bool
passed(const struct ring *r, uint32_t event, uint32_t lap)
{
	uint32_t old = r->signalled % lap, used = r->used - r->signalled;

	return (event + lap - old) % lap < used;
}

/* 2.8.10; what is not valid (off, flags, an event that was not negotiated) may
 * be answered either way. */
static bool
judge_due_packed(const struct ring *r, bool due)
{
	uint32_t event = 0, off;

	check(oracle_fetch(r->at.driver, &event, sizeof(event)));
	off = event & EVENT_OFF;
	switch (event >> 16 & 3) {
	case VRING_PACKED_EVENT_FLAG_ENABLE:
		return due;
	case VRING_PACKED_EVENT_FLAG_DISABLE:
		return !due;
	case VRING_PACKED_EVENT_FLAG_DESC:
		if (!event_idx(r) || off >= r->at.size)
			return true;
		off += event & 0x8000 ? 0 : r->at.size;
		return due == passed(r, off, 2u * r->at.size);
	default:
		return true;
	}
}

static bool
judge_due_split(const struct ring *r, bool due)
{
	uint16_t flags;

	if (event_idx(r)) /* 2.7.7.2 */
		return due ==
		    passed(r,
			oracle_fetch16(
			    r->at.driver + 4 + 2 * (gpa_t)r->at.size),
			0x10000);
	flags = oracle_fetch16(r->at.driver);
	return due == ((flags & VRING_AVAIL_F_NO_INTERRUPT) == 0);
}

void
oracle_flushed(struct ring *r, bool due)
{
	check(!oracle_takes(r) && r->shown == r->used);
	if (r->used == r->signalled)
		check(!due);
	else if (r->packed)
		check(judge_due_packed(r, due));
	else
		check(judge_due_split(r, due));
	r->signalled = r->used;
}
