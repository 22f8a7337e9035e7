/* SPDX-License-Identifier: MIT
 *
 * Hostile: rings whose descriptors are well and where all else is wrong: heads,
 * idx, wrap counters, chains and tables as long as the ring and longer, buffers
 * over the ring itself (virtio 1.3, 2.7.6, 2.8.1, 2.8.17), and what happens to
 * a ring after that.
 */
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/virtio_attack.h"

enum { N = D_NEXT, W = D_WRITE, I = D_INDIRECT };

/* 2.7.5.3.1, 2.8.19: as many entries as the queue, and not one more. */
static void
try_long_tables(void)
{
	features |= F_INDIRECT;
	for (unsigned more = 0; more < 2; more++) {
		unsigned n;

		renew("a long table");
		n = q.size + more;
		for (unsigned i = 0; i < n; i++)
			put_desc(TABLE + 16 * i, BUFFER, 1,
			    i + 1 < n && !packed() ? N | W : W,
			    (uint16_t)(i + 1));
		put_raw(0, TABLE, 16 * n, I);
		offer(q.next, 1);
		expect_outcome(more ? BROKEN : USED, "a long table");
	}
}

/* A ring full of one chain, and one that goes on into nothing (packed: 2.8.17)
 * or around (split). */
static void
try_long_chains(void)
{
	for (unsigned i = q.size - 1; i < q.size; i--)
		put_raw(i, BUFFER, 1, i == q.size - 1u ? W : N | W);
	offer(q.next, 1);
	expect_outcome(USED, "a chain of Queue Size");
	renew("a chain of Queue Size");
	for (unsigned i = q.size - 1; i < q.size; i--)
		put_raw(i, BUFFER, 1, N | W);
	offer(q.next, 1);
	expect_outcome(BROKEN, "a chain without end");
	renew("a chain without end");
	put_raw(0, BUFFER, 1, N | W);
	if (packed()) {
		offer(q.next, 1);
		expect_outcome(BROKEN, "a list that goes on into nothing");
	}
}

/* 2.7.6.1: heads, and how far idx runs. */
static void
try_avail(void)
{
	static const struct {
		enum outcome outcome;
		const char *what;
		uint32_t head;
		uint16_t ahead;
	} attacks[] = {
		{ USED, "an honest one", 0, 1 },
		{ BROKEN, "the head is 65535", 0xffff, 1 },
		{ BROKEN, "the head is 32768", 0x8000, 1 },
		{ BROKEN, "idx goes back", 0, 0xffff },
		{ BROKEN, "idx runs half around", 0, 0x8000 },
	};

	for (unsigned i = 0; i < COUNT(attacks); i++) {
		put_raw(0, BUFFER, 16, W);
		offer(attacks[i].head ? (uint16_t)attacks[i].head : q.next,
		    attacks[i].ahead);
		expect_outcome(attacks[i].outcome, attacks[i].what);
		renew(attacks[i].what);
	}
	offer(q.size, 1);
	expect_outcome(BROKEN, "the head is Queue Size");
	renew("the head is Queue Size");
	offer(0, q.size + 1);
	expect_outcome(BROKEN, "idx runs ahead by Queue Size + 1");
}

/* 2.8.1: what is not of this lap is not available. Then all that there is at
 * once with one id, of which the device may use as many as it has done before
 * it sees the next. */
static void
try_wraps(void)
{
	uint64_t flags_at = q.desc + 16u * q.next + 14;

	put_raw(0, BUFFER, 16, W);
	for (unsigned i = 0; i < 3; i++) {
		static const uint16_t wrong[] = { 0, D_USED, D_USED | D_AVAIL };

		if (wrong[i] == (D_USED | D_AVAIL) && q.seen == q.next)
			continue; /* it would look used to us */
		poke(flags_at, 2, wrong[i] | W);
		kick();
		expect_outcome(NOTHING, "flags of another lap");
	}
	put_raw(0, BUFFER, 16, W);
	kick();
	expect_outcome(USED, "flags of this lap");
	renew("flags of another lap");
	for (unsigned i = q.size - 1; i < q.size; i--)
		put_raw(i, BUFFER, 16, W);
	kick();
	expect_outcome(EITHER, "one id for all");
}

/* The same head as often as it goes; and buffers that are the ring itself,
 * which the device was told to write over. Whatever comes of it. */
static void
try_folly(void)
{
	const uint64_t areas[] = { q.desc, q.driver, q.device };

	for (unsigned i = 0; i < COUNT(areas); i++) {
		put_raw(0, areas[i], 16u * q.size, W);
		offer(q.next, 1);
		expect_outcome(EITHER, "a buffer over the ring");
		renew("a buffer over the ring");
	}
	put_raw(0, BUFFER, 16, W);
	for (unsigned i = 0; i < q.size && !packed(); i++)
		poke(q.driver + 4 + 2 * i, 2, q.next);
	offer(q.next, packed() ? 1 : q.size);
	expect_outcome(EITHER, "one head for all");
}

/* 2.1.2: what needs a reset tells the driver, does nothing more, and no write to
 * the status but 0 changes that. */
static void
try_dead(void)
{
	put_raw(0, RAM_END, 16, W);
	offer(q.next, 1);
	expect_outcome(BROKEN, "nowhere");
	expect_eq(
	    virtio_isr(&v) & ISR_CONFIG, ISR_CONFIG, "the driver is told");
	for (unsigned status = 1; status < 0x100; status += 0x0e) {
		virtio_set_status(&v, (uint8_t)status);
		expect(virtio_status(&v) & NEEDS_RESET, "it stays");
	}
	put_raw(0, BUFFER, 16, W);
	for (unsigned i = 0; i < 100; i++)
		kick();
	expect_outcome(BROKEN, "nothing is used any more");
}

static const struct attack_case cases[] = {
	{ "long-tables", try_long_tables },
	{ "long-chains", try_long_chains },
	{ "avail", try_avail },
	{ "wraps", try_wraps },
	{ "folly", try_folly },
	{ "dead", try_dead },
};

void
main(void)
{
	attack(cases, COUNT(cases));
}
