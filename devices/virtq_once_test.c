/* SPDX-License-Identifier: MIT
 *
 * A driver on another CPU. The device's code is compiled here once more, with
 * spies in place of gmem.h: whatever the device fetches turns to garbage behind
 * the fetch, so that a second look at any byte shows; another CPU gets its turn
 * before any single access, so that each race of the wake-ups is run; what there
 * is before an atomic store is kept; and a field is loaded at once, whole.
 * Barriers this cannot judge: here everything happens in order.
 */
#define virtq_break	     once_break
#define virtq_broken_text    once_broken_text
#define virtq_enable	     once_enable
#define virtq_flush	     once_flush
#define virtq_judge	     once_judge
#define virtq_judge_id	     once_judge_id
#define virtq_judge_layout   once_judge_layout
#define virtq_legacy_layout  once_legacy_layout
#define virtq_notify_disable once_notify_disable
#define virtq_notify_enable  once_notify_enable
#define virtq_packed_avail   once_packed_avail
#define virtq_packed_event   once_packed_event
#define virtq_packed_notify  once_packed_notify
#define virtq_packed_pop     once_packed_pop
#define virtq_packed_put     once_packed_put
#define virtq_pop	     once_pop
#define virtq_push	     once_push
#define virtq_reset	     once_reset
#define virtq_sane	     once_sane
#define virtq_split_avail    once_split_avail
#define virtq_split_event    once_split_event
#define virtq_split_notify   once_split_notify
#define virtq_split_pop	     once_split_pop
#define virtq_split_publish  once_split_publish
#define virtq_split_put	     once_split_put
#define virtq_unpop	     once_unpop

#include "vmm/gmem.h"

static bool spy_read(const struct gmem *m, gpa_t from, void *to, uint64_t len);
static void *spy_ptr(const struct gmem *m, gpa_t from, uint64_t len);

static void spy_store(const void *to);

static bool spoil;	      /* what is fetched */
static unsigned given, taken; /* fields, by atomic loads */

#define gmem_read spy_read
#define gmem_ptr  spy_ptr
#define __atomic_store_n(to, value, order)                                     \
	(spy_store(to), __atomic_store_n(to, value, order))
#define __atomic_load_n(from, order)                                           \
	(taken += spoil, __atomic_load_n(from, order))
/* NOLINTBEGIN(bugprone-suspicious-include) */
#include "devices/virtq.c"
#include "devices/virtq_judge.c"
#include "devices/virtq_packed.c"
#include "devices/virtq_split.c"
/* NOLINTEND(bugprone-suspicious-include) */
#undef gmem_read
#undef gmem_ptr
#undef __atomic_store_n
#undef __atomic_load_n

#include "devices/virtq_driver_packed.h"
#include "devices/virtq_driver_split.h"
#include "devices/virtq_queue_fixture.h"

enum { DESC = 0x1000, DRIVER = 0x2000, DEVICE = 0x3000, BUF = 0x5000, N = 8 };
static const struct virtq_layout layout = { DESC, DRIVER, DEVICE, N };

static void (*other)(void);  /* the other CPU's turn */
static unsigned before_turn; /* accesses */

static void
access_by_device(void)
{
	void (*turn)(void) = other;

	if (turn == NULL || before_turn-- > 0)
		return;
	other = NULL;
	turn();
}

static void
garble(uint8_t *bytes, uint64_t len)
{
	for (uint64_t i = 0; i < len && spoil; i++)
		bytes[i] ^= 0xff;
}

static bool
spy_read(const struct gmem *m, gpa_t from, void *to, uint64_t len)
{
	access_by_device();
	if (!gmem_read(m, from, to, len))
		return false;
	garble(gmem_ptr(m, from, len), len);
	return true;
}

/* Fields of the areas that the driver writes are loaded from a copy. What is
 * judged, or written, is of another length or elsewhere. */
static void *
spy_ptr(const struct gmem *m, gpa_t from, uint64_t len)
{
	static _Alignas(8) uint8_t copy[4];

	access_by_device();
	if (!spoil || len > sizeof(copy) || from < DESC || from >= DEVICE)
		return gmem_ptr(m, from, len);
	given++;
	memcpy(copy, at(from), len);
	garble(at(from), len);
	return copy;
}

static struct driver d;

static void
start(uint64_t features)
{
	fresh(&layout, features);
	driver_init(&d, &layout, features);
}

static bool
show(void)
{
	return virtq_packed(&q) ? packed_show(&d) : split_show(&d);
}

/* Five elements, of which the first `direct` are not in a table. */
static void
copied(uint64_t features, unsigned direct)
{
	static const struct element e[] = {
		{ BUF, 5, false },
		{ RAM_HIGH, 6, false },
		{ BUF + 99, 7, false },
		{ BUF, 0, true },
		{ RAM_HIGH + 99, 9, true },
	};
	uint16_t id;

	start(features | F_INDIRECT);
	for (unsigned round = 0; round < 50; round++) {
		id = virtq_packed(&q)
		    ? packed_add(&d, e, ARRAY_SIZE(e), direct > 0)
		    : split_add(&d, e, ARRAY_SIZE(e), direct);
		d.buffer[id].writable = 9;
		show();
		spoil = true;
		expect(virtq_pop(&q, &mem, &c));
		spoil = false;
		expect(c.id == id && c.parts == ARRAY_SIZE(e));
		for (unsigned i = 0; i < c.parts; i++)
			expect(c.part[i].at == e[i].at &&
			    c.part[i].len == e[i].len);
		expect(c.readers == 3 && c.readable == 18 && c.writable == 9);
		expect(c.read.left == 18 && c.write.left == 9);
		virtq_push(&q, &mem, id, 9);
		put(DRIVER, 4, 0); /* want interrupts; or one at slot 0 */
		put(DRIVER + 4 + 2 * N, 2, 0);
		spoil = true;
		expect_eq(virtq_flush(&q, &mem),
		    round == 0 || !(features & F_EVENT_IDX) ||
			virtq_packed(&q));
		spoil = false;
		put(DRIVER + 2, 2, d.shown); /* idx, which was garbled */
		expect(virtq_packed(&q)
			? packed_take(&d, &id, &(uint32_t){ 0 })
			: split_take(&d, &id, &(uint32_t){ 0 }));
	}
}

static const struct element one = { BUF, 9, true };
static bool told;

static void
offer(void)
{
	uint16_t id = virtq_packed(&q) ? packed_add(&d, &one, 1, true)
				       : split_add(&d, &one, 1, 1);

	d.buffer[id].writable = 9;
	told = show();
}

/* The device goes to sleep and the driver offers a buffer: before the device's
 * n-th access, or after all of them. */
static void
falling_asleep(uint64_t features)
{
	for (unsigned n = 0; n < 6; n++) {
		bool more;

		start(features);
		virtq_notify_disable(&q, &mem);
		for (unsigned i = 0; i < 3; i++) {
			offer();
			expect(virtq_pop(&q, &mem, &c));
		}
		told = false;
		before_turn = n;
		other = offer;
		more = virtq_notify_enable(&q, &mem);
		if (other != NULL)
			offer();
		other = NULL;
		expect(more || told);
	}
}

static const uint8_t *telling;
static uint8_t untold[sizeof(ram)];

/* Called before each atomic store. */
static void
spy_store(const void *to)
{
	if (to == telling)
		memcpy(untold, ram, sizeof(ram));
}

/* The store that tells the driver of a used buffer changes its own word, and
 * all else is as it will be. */
static void
last_store(uint64_t features)
{
	start(features);
	offer();
	expect(virtq_pop(&q, &mem, &c));
	expect_eq(chain_write(&c, &mem, "abc", 3), 3);
	telling = at(features & F_PACKED ? DESC + 14 : DEVICE + 2);
	virtq_push(&q, &mem, c.id, 3);
	expect(virtq_flush(&q, &mem));
	expect(memcmp(untold + (telling - ram), telling, 2) != 0);
	memcpy(untold + (telling - ram), telling, 2);
	expect(memcmp(untold, ram, sizeof(ram)) == 0);
	telling = NULL;
}

static bool found;

/* The driver asks for an interrupt and looks for used buffers once more. */
static void
arm(void)
{
	uint16_t id;
	uint32_t len;

	if (virtq_packed(&q)) {
		put(DRIVER, 2, packed_event(&d, d.seen));
		put(DRIVER + 2, 2, d.features & F_EVENT_IDX ? 2 : 0);
		found = packed_take(&d, &id, &len);
	} else {
		put(DRIVER, 2, 0);
		put(DRIVER + 4 + 2 * N, 2, d.seen);
		found = split_take(&d, &id, &len);
	}
}

/* The device uses a buffer and the driver goes to sleep: before the device's
 * n-th access, or after all of them. */
static void
used_meanwhile(uint64_t features)
{
	for (unsigned n = 0; n < 6; n++) {
		bool due;

		start(features);
		put(DRIVER, 2, features & F_PACKED ? 0 : 1);
		put(DRIVER + (features & F_PACKED ? 2 : 4 + 2 * N), 2, 1);
		offer();
		expect(virtq_pop(&q, &mem, &c));
		virtq_push(&q, &mem, c.id, 3);
		found = false;
		before_turn = n;
		other = arm;
		due = virtq_flush(&q, &mem);
		if (other != NULL)
			arm();
		other = NULL;
		expect(due || found);
	}
}

int
main(void)
{
	for (unsigned i = 0; i < 4; i++) {
		uint64_t features =
		    (i & 1 ? F_PACKED : 0) | (i & 2 ? F_EVENT_IDX : 0);

		unit_case("descriptors that change behind the device's fetch");
		copied(features, 5);
		unit_case("tables that change behind the device's fetch");
		copied(features, 0);
		if (!(features & F_PACKED)) {
			unit_case("both kinds, 2.7.5.3.2");
			copied(features, 2);
		}
		unit_case(
		    "2.7.8.2, 2.8.15: the last store tells of all others");
		last_store(features);
		unit_case("no notification is lost while falling asleep");
		falling_asleep(features);
		unit_case("no interrupt is lost while falling asleep");
		used_meanwhile(features);
	}
	unit_case("a field that the driver writes is loaded at once, whole");
	expect(given > 0);
	expect_eq(taken, given);
	return unit_done();
}
