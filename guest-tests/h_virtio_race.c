/* SPDX-License-Identifier: MIT
 *
 * Hostile: a second processor changes descriptors, tables, heads, idx and the
 * device's own half of the ring while the device reads them; or one field, back
 * and forth as fast as it can, to be read as two things. Nothing good can come
 * of it, and nothing bad: the device uses what it has seen, or needs a reset.
 * With --cpus 2.
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/smp.h"
#include "guest-tests/lib/virtio_attack.h"

enum { ROUNDS = 12, KICKS = 40, ENTRIES = 4, FLIP_ROUNDS = 3, FLIPS = 100 };
enum { RING = 0 /* a flip of the first descriptor there */ };
enum { STOP, STOPPED, GO, GOING }; /* an order, and what follows from it */

static unsigned order = STOP;

static unsigned
get(void)
{
	return __atomic_load_n(&order, __ATOMIC_SEQ_CST);
}

static void
set(unsigned value)
{
	__atomic_store_n(&order, value, __ATOMIC_SEQ_CST);
}

/* Each CPU has its own numbers. */
static uint32_t
next_random(void)
{
	static uint32_t state = 0x2545f491;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* A field of one of the first descriptors, or of TABLE. What is RAM of these
 * addresses is ours to spoil, whatever the lengths are. */
static void
spoil_desc(uint32_t r)
{
	static const uint64_t addresses[] = { BUFFER, TABLE, RAM_END - 8,
		BUFFER + 0x800, TABLE, 0xe0000000, BUFFER, (uint64_t)-8 };
	static const uint32_t lengths[] = { 16, 32, 0, 1, 16 * ENTRIES, 8, ~0u,
		0x1000 };
	uint64_t at = r & 0x100 ? TABLE : q.desc;

	at += 16 * (r >> 9 & (ENTRIES - 1));
	switch (r & 3) {
	case 0:
		poke(at, 8, addresses[r >> 16 & 7]);
		return;
	case 1:
		poke(at + 8, 4, lengths[r >> 16 & 7]);
		return;
	case 2:
		poke(at + (packed() ? 14 : 12), 2,
		    (r >> 16 & 7) | (packed() ? r & (D_AVAIL | D_USED) : 0));
		return;
	default:
		poke(at + (packed() ? 12 : 14), 2, r >> 16 & 7);
		return;
	}
}

static void
spoil_ring(uint32_t r)
{
	switch (r & 7) {
	case 0:
		poke(q.driver + 2, 2, peek(q.driver + 2, 2) + 1);
		return;
	case 1:
		poke(q.driver, 4, r >> 8);
		return;
	case 2:
		poke(q.device, 4, r >> 8);
		return;
	default:
		poke(q.driver + 4 + 2 * (r >> 3 & 7), 2, r >> 16 & 7);
		return;
	}
}

static void
spoil_any(void)
{
	uint32_t r = next_random();

	if (r >> 30 == 3)
		spoil_ring(r);
	else
		spoil_desc(r);
}

/* Half of a descriptor, what it is and what it is not. */
static struct flip {
	uint64_t at, good, bad;
} flip;

/* Bad for as short as it goes: a device that sees it at first stops there. */
static void
spoil_one(void)
{
	volatile uint64_t *at = phys(flip.at);
	uint64_t good = flip.good, bad = flip.bad;

	for (unsigned i = 0; i < FLIPS; i++) {
		*at = bad;
		*at = good;
	}
}

static void (*spoil)(void) = spoil_any;

static void
second_cpu(void)
{
	irq_init();
	for (;;)
		switch (get()) {
		case STOP:
			set(STOPPED);
			break;
		case GO:
			set(GOING);
			break;
		case GOING:
			spoil();
			break;
		default:
			pause();
		}
}

static void
wait_for(unsigned state)
{
	while (get() != state)
		pause();
}

static bool
is_broken(void)
{
	return (virtio_status(&v) & NEEDS_RESET) != 0;
}

static void
try_race(void)
{
	features |= F_INDIRECT;
	lapic_enable();
	smp_start(1, second_cpu);
	for (unsigned i = 0; i < ROUNDS; i++) {
		wait_for(STOPPED);
		renew("a race");
		for (unsigned n = 0; n < ENTRIES; n++)
			put_desc(TABLE + 16 * n, BUFFER, 16, D_WRITE, 0);
		set(GO);
		wait_for(GOING);
		for (unsigned n = 0; n < KICKS && !is_broken(); n++) {
			put_raw(0, BUFFER, 16, D_WRITE);
			offer(q.next, 1);
			q.added++;
		}
		set(STOP);
	}
	wait_for(STOPPED);
}

/* As many buffers as the ring holds, all of one table with a part to read and
 * one to write. */
static void
offer_tables(void)
{
	put_desc(TABLE, BUFFER, 16, packed() ? 0 : D_NEXT, 1);
	put_desc(TABLE + 16, BUFFER, 16, D_WRITE, 0xffff);
	for (unsigned i = q.size - 1; i < q.size; i--) {
		uint16_t number = (uint16_t)((q.next + i) % q.size);

		put_raw(i, TABLE, 32, D_INDIRECT);
		if (packed())
			put_link(i, number);
		else
			poke(q.driver + 4 + 2 * ((q.added + i) % q.size), 2,
			    number);
	}
}

/* The other half: length, flags, and next or id. */
static uint64_t
half(uint32_t len, uint64_t flags, uint64_t link)
{
	return packed() ? flags << 48 | link << 32 | len
			: link << 48 | flags << 32 | len;
}

static void
try_flips(void)
{
	const uint64_t next = packed() ? 0 : D_NEXT,
		       writes = half(16, D_WRITE, 0);
	const struct flip flips[] = {
		{ TABLE + 16, BUFFER, RAM_END },
		{ TABLE + 24, writes, half(~0u, D_WRITE, 0) },
		{ TABLE + 24, writes, half(16, D_WRITE | D_NEXT, 0xffff) },
		{ TABLE + 24, writes, half(16, D_INDIRECT, 0) },
		{ TABLE + 8, half(16, next, 1), half(16, D_WRITE | next, 1) },
		{ RING, TABLE, RAM_END - 16 },
	};

	features |= F_INDIRECT;
	lapic_enable();
	spoil = spoil_one;
	smp_start(1, second_cpu);
	for (unsigned i = 0; i < FLIP_ROUNDS * COUNT(flips); i++) {
		wait_for(STOPPED);
		renew("a flip");
		flip = flips[i % COUNT(flips)];
		if (flip.at == RING)
			flip.at = q.desc + 16u * q.next;
		offer_tables();
		set(GO);
		wait_for(GOING);
		if (packed())
			kick();
		else
			offer(q.next, q.size);
		expect_outcome(EITHER, "a flip");
		set(STOP);
	}
	wait_for(STOPPED);
}

static const struct attack_case cases[] = {
	{ "race", try_race },
	{ "flips", try_flips },
};

void
main(void)
{
	attack(cases, COUNT(cases));
}
