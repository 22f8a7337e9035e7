/* SPDX-License-Identifier: MIT
 *
 * Both rings against the driver of virtq_driver.h, by random schedules with all
 * combinations of features: a million buffers, each compared byte by byte and
 * by its used length when it comes back. And no wake-up is lost, nor too many:
 *
 * - when the device sleeps and a buffer is offered, the driver must notify;
 * - the device interrupts exactly when what the driver waits for gets used.
 */
#include <linux/uio.h>

#include "devices/virtq_driver_packed.h"
#include "devices/virtq_driver_split.h"
#include "tools/unit.h"

enum {
	ELEMENTS = 12,
	ARENA = 1024, /* bytes for a buffer's elements */
	ARENAS_LOW = 0x80000,
	FILL = 0xee /* what writable memory holds before */
};

static struct virtq q;
static struct chain chain;
static struct driver d;
static uint64_t seed;

/* What is known of each buffer, by id. */
static struct buffer {
	struct element e[ELEMENTS];
	unsigned count;
	uint8_t key; /* its bytes are pattern(key, n) */
	uint32_t readable, writable, written;
	bool pushed;
} buffers[VIRTQ_SIZE_MAX];

static uint16_t popped[VIRTQ_SIZE_MAX]; /* ids, in that order */
static unsigned popped_count; /* in order: even pushed, as its use waits */
static unsigned unpushed;
static uint64_t popped_slots, used_slots, told_slots;
static uint64_t done; /* buffers back at the driver */
static bool asleep, muted, kicked;

static struct {
	uint64_t buffers, interrupts, silences, wakes, naps, more, full;
} met;

static unsigned
below(unsigned n)
{
	return (unsigned)(unit_random(&seed) >> 32) % n;
}

static bool
packed(void)
{
	return d.features & F_PACKED;
}

static uint8_t
pattern(uint8_t key, uint32_t n)
{
	return (uint8_t)(key + 7 * n);
}

/*
 * The driver.
 */

static gpa_t
arena(uint16_t id)
{
	return (id & 1 ? RAM_HIGH : ARENAS_LOW) + (gpa_t)ARENA * (id / 2);
}

static void
fill_elements(struct buffer *b, gpa_t to)
{
	unsigned readers = below(b->count + 1);
	uint32_t max = below(8) == 0 ? 80 : 12;

	b->key = (uint8_t)below(256);
	b->readable = b->writable = 0;
	for (unsigned i = 0; i < b->count; i++) {
		struct element *e = &b->e[i];

		*e = (struct element){ to, below(max + 1), i >= readers };
		to += e->len + below(4);
		if (e->write)
			memset(at(e->at), FILL, e->len);
		for (uint32_t n = 0; n < e->len && !e->write; n++)
			at(e->at)[n] = pattern(b->key, b->readable + n);
		*(e->write ? &b->writable : &b->readable) += e->len;
	}
}

static void
add(void)
{
	uint16_t id = d.free[d.free_out % d.at.size];
	struct buffer *b = &buffers[id];
	bool indirect = d.features & F_INDIRECT && below(2);
	unsigned max = indirect ? d.at.size : d.room;

	b->count = 1 + below(MIN(max, ELEMENTS));
	b->pushed = false;
	fill_elements(b, arena(id));
	d.buffer[id].writable = b->writable;
	if (packed())
		packed_add(&d, b->e, b->count, !indirect);
	else
		split_add(&d, b->e, b->count,
		    indirect ? below(MIN(b->count, d.room)) : b->count);
}

/* A sleeping device must hear of it; a muted one should not. */
static void
show(void)
{
	bool news = d.shown < d.added;
	bool notify = packed() ? packed_show(&d) : split_show(&d);

	kicked |= notify;
	if (news && asleep)
		expect(notify);
	met.wakes += news && asleep;
	met.full += d.room == 0;
	if (muted && (packed() || !(d.features & F_EVENT_IDX)))
		expect(!notify);
	asleep &= !notify;
}

static void
offer(void)
{
	unsigned burst = below(4) == 0 ? d.at.size : 1 + below(4);

	while (burst-- > 0 && d.room > 0)
		add();
	show();
}

/* What came back: its length, its bytes and those after, its readable ones. */
static void
compare(const struct buffer *b, uint32_t len)
{
	uint32_t read = 0, written = 0;
	bool same = true;

	expect_eq(len, b->written);
	for (unsigned i = 0; i < b->count; i++) {
		const struct element *e = &b->e[i];

		for (uint32_t n = 0; n < e->len; n++) {
			uint32_t at_byte = e->write ? written++ : read++;
			uint8_t want = e->write && at_byte >= len
			    ? FILL
			    : pattern(b->key, at_byte);

			same &= at(e->at)[n] == want;
		}
	}
	expect(same);
}

static bool
take_one(void)
{
	uint16_t id = 0;
	uint32_t len = 0;

	if (!(packed() ? packed_take(&d, &id, &len)
		       : split_take(&d, &id, &len)))
		return false;
	if (expect(id < d.at.size && buffers[id].pushed))
		compare(&buffers[id], len);
	buffers[id].pushed = false;
	done++;
	met.buffers++;
	return true;
}

/* Asks for interrupts: off, on, or at a buffer: the next, or later. */
static void
want(void)
{
	bool later = below(2);
	unsigned how = below(d.features & F_EVENT_IDX ? 3 : 2);
	uint64_t slot = d.seen + (later ? below(4) * below(d.at.size) : 0);

	if (packed()) { /* 2.8.10 */
		put(d.at.driver, 2, packed_event(&d, slot));
		put(d.at.driver + 2, 2, how);
	} else if (d.features & F_EVENT_IDX) { /* 2.7.7.1 */
		put(d.at.driver + 4 + 2 * d.at.size, 2, slot);
	} else {
		put(d.at.driver, 2, how);
	}
}

/*
 * The device.
 */

/* Reads or writes the next bytes of the chain at once, in pieces or by iovec;
 * how many it was. */
static uint32_t
move(uint8_t *bytes, uint32_t len, bool write)
{
	struct iovec iov[3];
	uint32_t moved = 0;
	unsigned count;

	if (below(2))
		return (uint32_t)(write ? chain_write(&chain, &mem, bytes, len)
					: chain_read(&chain, &mem, bytes, len));
	count = write ? chain_write_iov(&chain, &mem, iov, 3, len)
		      : chain_read_iov(&chain, &mem, iov, 3, len);
	for (unsigned i = 0; i < count; i++) {
		if (write)
			memcpy(iov[i].iov_base, bytes + moved, iov[i].iov_len);
		else
			memcpy(bytes + moved, iov[i].iov_base, iov[i].iov_len);
		moved += (uint32_t)iov[i].iov_len;
	}
	return moved;
}

static void
serve(struct buffer *b)
{
	uint8_t bytes[ARENA];
	uint32_t n = 0, got;
	bool same = true;

	expect_eq(chain.readable, b->readable);
	expect_eq(chain.writable, b->writable);
	do {
		got = move(bytes, 1 + below(64), false);
		for (uint32_t i = 0; i < got; i++)
			same &= bytes[i] == pattern(b->key, n++);
	} while (got > 0);
	expect(same && n == b->readable);

	b->written = below(4) ? b->writable : below(b->writable + 1);
	for (n = 0; n < b->written; n++)
		bytes[n] = pattern(b->key, n);
	for (n = 0; n < b->written; n += got) {
		got = 1 + below(64);
		got = move(bytes + n, MIN(b->written - n, got), true);
	}
	expect_eq(chain_written(&chain), b->written);
}

static bool
pop_one(void)
{
	bool got = virtq_pop(&q, &mem, &chain);
	uint16_t id = chain.id;

	if (got && below(16) == 0) {
		virtq_unpop(&q, &chain);
		expect(virtq_pop(&q, &mem, &chain) && chain.id == id);
	}
	if (!got || !expect(chain.id < d.at.size))
		return false;
	popped[popped_count++] = chain.id;
	unpushed++;
	popped_slots += d.buffer[chain.id].slots;
	serve(&buffers[chain.id]);
	return true;
}

/* In order, a buffer counts as used with the last of those before it. */
static void
push_one(void)
{
	unsigned n = below(popped_count);
	uint16_t id;

	while (buffers[popped[n]].pushed)
		n = (n + 1) % popped_count;
	id = popped[n];
	buffers[id].pushed = true;
	unpushed--;
	virtq_push(&q, &mem, id, buffers[id].written);
	if (d.features & F_IN_ORDER)
		n = 0;
	while (n < popped_count && buffers[popped[n]].pushed) {
		used_slots += d.buffer[popped[n]].slots;
		popped_count--;
		memmove(&popped[n], &popped[n + 1],
		    (popped_count - n) * sizeof(popped[0]));
		if (!(d.features & F_IN_ORDER))
			break;
	}
}

static void
flush(void)
{
	bool due = virtq_flush(&q, &mem);
	bool want_it = packed() ? packed_due(&d, told_slots, used_slots)
				: split_due(&d, told_slots, used_slots);

	expect_eq(due, want_it);
	met.interrupts += due;
	met.silences += !due && told_slots < used_slots;
	if (!packed())
		expect_eq(split_used(&d), used_slots);
	told_slots = used_slots;
}

static void
turn(void)
{
	unsigned pops = below(4) == 0 ? VIRTQ_SIZE_MAX : below(6);
	unsigned pushes;

	kicked = false;
	if ((muted = below(2)))
		virtq_notify_disable(&q, &mem);
	asleep &= !muted;
	while (pops-- > 0 && pop_one())
		;
	pushes = below(4) == 0 ? unpushed : below(unpushed + 1);
	while (pushes-- > 0)
		push_one();
	flush();
	if (below(2)) {
		bool more = virtq_notify_enable(&q, &mem);

		expect_eq(more, popped_slots < d.shown);
		asleep = !more;
		met.naps += asleep;
		met.more += more;
		muted = false;
	}
	expect_eq(q.broken, VIRTQ_FINE);
}

/* Of one size so many that the 16-bit indices of a split ring wrap. */
static void
run(uint64_t features, uint16_t size)
{
	uint64_t target = features & F_PACKED ? 5000
	    : size == 256		      ? 70000
					      : 2500;
	struct virtq_layout layout = { 0, 0x8000, 0x10000, size };

	memset(ram, 0, sizeof(ram));
	driver_init(&d, &layout, features);
	virtq_reset(&q);
	expect(virtq_enable(&q, &mem, &layout, features));
	popped_count = unpushed = 0;
	popped_slots = used_slots = told_slots = done = 0;
	asleep = muted = false;
	for (unsigned step = 0; done < target && step < 4 * target; step++) {
		unsigned take = below(3) ? below(4) : ~0u;

		offer();
		if (kicked || below(2))
			turn();
		if (step % 64 == 0)
			expect(virtq_sane(&q, &mem));
		while (take-- > 0 && take_one())
			;
		if (below(4) == 0)
			want();
	}
	expect(done >= target);
}

int
main(void)
{
	static const uint16_t any[8] = { 1, 2, 3, 7, 33, 100, 256, 1024 };
	static const uint16_t powers[8] = { 1, 2, 4, 8, 32, 128, 256, 1024 };
	static char name[16][64];

	for (unsigned i = 0; i < 16; i++) {
		uint64_t features = (i & 1 ? F_EVENT_IDX : 0) |
		    (i & 2 ? F_INDIRECT : 0) | (i & 4 ? F_IN_ORDER : 0) |
		    (i & 8 ? F_PACKED : 0);

		snprintf(name[i], sizeof(name[i]), "%s%s%s%s",
		    i & 8 ? "packed" : "split", i & 1 ? ", event index" : "",
		    i & 2 ? ", indirect" : "", i & 4 ? ", in order" : "");
		unit_case(name[i]);
		seed = i + 1;
		for (unsigned n = 0; n < 8; n++)
			run(features, i & 8 ? any[n] : powers[n]);
	}
	unit_case("a million buffers came back, and all that can happen did");
	expect(met.buffers >= 1000000);
	expect(met.interrupts > 100000 && met.silences > 100000);
	expect(met.wakes > 100000 && met.naps > 100000 && met.more > 10000);
	expect(met.full > 1000);
	return unit_done();
}
