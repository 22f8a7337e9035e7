/* SPDX-License-Identifier: MIT
 *
 * Device and driver on two CPUs, each asleep as often as it can be: whoever has
 * nothing to do says so, looks once more, and waits for the other's word. If a
 * barrier is missing on either side, a word gets lost within some ten thousand
 * turns and both wait for ever. The one test whose course is not the same in
 * every run; what must come out is.
 */
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "devices/virtq_driver_packed.h"
#include "devices/virtq_driver_split.h"
#include "tools/unit.h"

enum {
	DESC = 0x1000,
	DRIVER = 0x4000,
	DEVICE = 0x6000,
	N = 64,
	EVER = 10 /* seconds */
};
static const struct virtq_layout layout = { DESC, DRIVER, DEVICE, N };

static struct virtq q; /* the device's */
static struct chain c;
static struct driver d;

/* What each side has sent to the other; the device ends when told. */
static _Atomic unsigned notifications, interrupts;
static _Atomic bool end;

static bool
wait_for(const _Atomic unsigned *word, unsigned old)
{
	time_t start = time(NULL);

	for (unsigned spins = 1; *word == old; spins++) {
		if (end)
			return false;
		__builtin_ia32_pause();
		if (spins % 256 != 0)
			continue;
		sched_yield();
		if (time(NULL) - start > EVER)
			return false;
	}
	return true;
}

static void *
device(void *unused)
{
	unsigned old;

	do {
		old = notifications;
		do {
			virtq_notify_disable(&q, &mem);
			while (virtq_pop(&q, &mem, &c))
				virtq_push(&q, &mem, c.id, 0);
			if (virtq_flush(&q, &mem))
				interrupts++;
		} while (virtq_notify_enable(&q, &mem));
	} while (wait_for(&notifications, old));
	return unused;
}

static bool
take(void)
{
	uint16_t id;
	uint32_t len;

	return d.features & F_PACKED ? packed_take(&d, &id, &len)
				     : split_take(&d, &id, &len);
}

static void
want_interrupt(bool on)
{
	uint32_t flags = !on ? 1 : d.features & F_EVENT_IDX ? 2 : 0;

	if (d.features & F_PACKED)
		put(DRIVER, 4, flags << 16 | packed_event(&d, d.seen));
	else if (!(d.features & F_EVENT_IDX))
		put(DRIVER, 2, flags);
	else if (on)
		put(DRIVER + 4 + 2 * N, 2, d.seen);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* 2.7.14, 2.8.22 */
}

/* So that the moments of both sides meet in all ways. */
static void
dawdle(void)
{
	static uint64_t seed;
	unsigned turns = unit_random(&seed) % 1024;

	while (turns-- > 0)
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Offers a buffer and waits until it is used. */
static bool
request(void)
{
	static const struct element e = { 0x8000, 9, true };
	unsigned old = interrupts;
	bool packed = d.features & F_PACKED;

	if (packed)
		packed_add(&d, &e, 1, true);
	else
		split_add(&d, &e, 1, 1);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* 2.7.13.3.1, 2.8.21.1.1 */
	if (packed ? packed_show(&d) : split_show(&d))
		notifications++;
	dawdle();
	while (!take()) {
		want_interrupt(true);
		if (take())
			break;
		if (!wait_for(&interrupts, old))
			return false;
		old = interrupts;
	}
	want_interrupt(false);
	return true;
}

static void
run(uint64_t features, unsigned requests)
{
	pthread_t thread;
	unsigned done = 0;

	memset(ram, 0, sizeof(ram));
	virtq_reset(&q);
	expect(virtq_enable(&q, &mem, &layout, features));
	driver_init(&d, &layout, features);
	end = false;
	expect_eq(pthread_create(&thread, NULL, device, NULL), 0);
	while (done < requests && request())
		done++;
	end = true;
	pthread_join(thread, NULL);
	expect_eq(done, requests);
	expect_eq(q.broken, VIRTQ_FINE);
}

int
main(void)
{
	unit_case("split, by flags");
	run(0, 25000);
	unit_case("split, by event index");
	run(F_EVENT_IDX, 25000);
	unit_case("packed, by flags");
	run(F_PACKED, 25000);
	unit_case("packed, by event index");
	run(F_PACKED | F_EVENT_IDX, 25000);
	return unit_done();
}
