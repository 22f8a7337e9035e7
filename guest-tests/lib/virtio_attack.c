/* SPDX-License-Identifier: MIT
 *
 * See virtio_attack.h.
 */
#include "guest-tests/lib/virtio_attack.h"
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/words.h"

enum { A_WHILE = 2000 /* us */ };

const struct work *victim;
struct virtio v;
struct virtq q;
uint64_t features;

const uint64_t nowhere[NOWHERES] = {
	RAM_END,
	0xbffff000,  /* the hole below 3 GiB */
	0xc0000000,  /* virtio: nobody */
	0xc0008000,  /* virtio: the first device */
	0xc000b000,  /* its doorbells */
	0xe0000000,  /* ECAM */
	0xfec00000,  /* IOAPIC */
	0xfee00000,  /* local APIC */
	0x100000000, /* 4 GiB, with less RAM than that */
	0x100000000 + RAM_END - 0x1000,
	(uint64_t)1 << 63,
	0ull - 0x1000,
};

void
kick(void)
{
	virtio_notify(&v, victim->queue);
}

static uint64_t
raw_at(unsigned n)
{
	return q.desc + 16 * ((q.next + n) % q.size);
}

void
put_desc(
    uint64_t at, uint64_t addr, uint32_t len, uint16_t flags, uint16_t link)
{
	if (packed())
		put_packed_desc(at, addr, len, link, flags);
	else
		put_split_desc(at, addr, len, flags, link);
}

void
put_raw(unsigned n, uint64_t at, uint32_t len, uint16_t flags)
{
	bool wrap = q.wrap ^ (q.next + n >= q.size);
	uint16_t next = (uint16_t)((q.next + n + 1) % q.size);

	if (packed())
		flags |= wrap ? D_AVAIL : D_USED;
	put_desc(raw_at(n), at, len, flags, packed() ? q.next : next);
}

void
put_link(unsigned n, uint16_t link)
{
	poke(raw_at(n) + (packed() ? 12 : 14), 2, link);
}

void
offer(uint16_t head, uint16_t ahead)
{
	if (!packed()) {
		poke(q.driver + 4 + 2u * (q.added % q.size), 2, head);
		poke(q.driver + 2, 2, (uint16_t)(q.added + ahead));
	}
	kick();
}

void
renew(const char *before)
{
	virtio_begin(&v, features, &q, victim->queue);
	victim->work(&q);
	if (virtio_status(&v) & NEEDS_RESET)
		fail(before);
}

static bool
was_used(void)
{
	uint16_t used = q.seen_wrap ? D_AVAIL | D_USED : 0;

	if (!packed())
		return peek(q.device + 2, 2) != q.seen;
	return (peek(q.desc + 16u * q.seen + 14, 2) & (D_AVAIL | D_USED)) ==
	    used;
}

static bool
is_over(void *unused)
{
	(void)unused;
	return (virtio_status(&v) & NEEDS_RESET) != 0 || was_used();
}

/* The status comes first: what the device uses before it finds the fault, it
 * shows no later than that. */
static enum outcome
outcome_of(enum outcome wanted)
{
	bool broken;

	if (!within(wanted == NOTHING ? A_WHILE : SOON, is_over, NULL))
		return NOTHING;
	broken = (virtio_status(&v) & NEEDS_RESET) != 0;
	return (was_used() ? USED : 0) | (broken ? BROKEN : 0);
}

void
expect_outcome(enum outcome wanted, const char *what)
{
	enum outcome got = outcome_of(wanted);

	if (wanted == EITHER ? got != NOTHING : got == wanted)
		return;
	puts(got == NOTHING   ? "nothing happens: "
		: got == USED ? "used: "
			      : "DEVICE_NEEDS_RESET: ");
	expect(false, what);
}

void
attack(const struct attack_case *cases, unsigned count)
{
	const char *text = cmdline();
	bool legacy;

	victim = take_work(&text);
	features = take_features(&text, &legacy);
	virtio_find(&v, victim->type, legacy);
	for (unsigned i = 0; i < count; i++)
		if (take_word(&text, cases[i].name)) {
			renew("before the case");
			cases[i].run();
			renew(cases[i].name);
			return;
		}
	fail("the command line names a case");
}
