/* SPDX-License-Identifier: MIT
 *
 * Pages given to the host (virtio 1.3, 5.5.6, 5.5.6.7): those that the driver
 * names and no others, whatever numbers it sends; never more at a time than a
 * turn allows.
 */
#include "devices/virtio_balloon_driver.h"

enum { RAM_PAGES = sizeof(ram) / 4096, LOW_PAGES = LOW_RAM / 4096 };
enum { INFLATEQ, DEFLATEQ, REPORTQ = 4 };

static bool gone[RAM_PAGES];

static void
fresh(const char *name)
{
	begin(name);
	fill();
	memset(gone, 0, sizeof(gone));
}

/* One page number by the book. */
static void
mark(uint32_t pfn)
{
	if (pfn < LOW_PAGES)
		gone[pfn] = true;
	else if (pfn >= 0x100000 && pfn - 0x100000 < HIGH_RAM / 4096)
		gone[pfn - 0x100000 + LOW_PAGES] = true;
}

static bool
inflate(const uint32_t *pfn, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		put_pfn(i, pfn[i]);
		mark(pfn[i]);
	}
	return request(INFLATEQ, LIST, 4 * count, false) && last_len == 0;
}

static void
test_inflate(void)
{
	static const uint32_t up[] = { 0x90, 0x91, 0x92 },
			      down[] = { 0xa3, 0xa2, 0xa1, 0xa0 },
			      mixed[] = { 0xb0, 0xb2, 0xb1, 0xb3, 0x80, 0xff },
			      high[] = { 0x100000, 0x1000ff, 0x100001 };

	for (mode = SPLIT; mode < MODES; mode++) {
		unsigned line = pci_intx_line(BALLOON);

		fresh(
		    "inflate: the pages are gone when it is answered (5.5.6.2)");
		expect(inflate(up, 3));
		expect(only_gone(gone));
		expect(fake.line[line] && d.small);
		expect(inflate(down, 4));
		expect(inflate(mixed, 6));
		expect(inflate(high, 3));
		expect(only_gone(gone));

		fresh("deflate: answered, and pages stay");
		put_pfn(0, 0x90);
		expect(request(DEFLATEQ, LIST, 4, false) && last_len == 0);
		expect(request(DEFLATEQ, LIST, 0, false));
		expect(request(DEFLATEQ, PAGES, 4096, true));
		expect(only_gone(gone));

		fresh("huge pages are for guests whose balloon is empty");
		kick(INFLATEQ);
		expect(request(DEFLATEQ, LIST, 4, false));
		expect(request(REPORTQ, LIST, 4, true));
		expect(!d.small);
		expect(inflate(up, 3) && d.small);
		config_set(ACTUAL, 3);
		expect(d.small);
		config_set(ACTUAL, 0);
		expect(!d.small);
		expect(inflate(up, 3) && d.small);
		drive(F_ALL, EVERY_QUEUE);
		expect(!d.small);
	}
}

static void
test_numbers(void)
{
	static const uint32_t pfn[] = { 0xff, LOW_PAGES, 0xfffff, 0x100000,
		0x100100, 0x1000ff, 0xffffffff, 0x80000000, 0x81, 0x81, 0x82,
		0x81, 0xc0000, 0xbffff, 0xfee00, 0x100081 };

	for (mode = SPLIT; mode < MODES; mode++) {
		fresh("numbers outside RAM, in the hole, twice");
		expect(inflate(pfn, ARRAY_SIZE(pfn)));
		expect(only_gone(gone));
		for (unsigned i = 0; i < ARRAY_SIZE(pfn); i++)
			expect(inflate(&pfn[i], 1));
		expect(only_gone(gone));
		expect_eq(d.v.faults, 0);
	}
}

static void
test_lengths(void)
{
	static const struct element pieces[] = { { LIST, 1, false },
		{ LIST + 1, 0, false }, { LIST + 1, 6, false },
		{ LIST + 7, 4, false }, { PAGES, 4096, true } };

	for (mode = SPLIT; mode < MODES; mode++) {
		fresh("lists of odd lengths, in pieces, of nothing (2.7.4.1)");
		for (unsigned i = 0; i < 4; i++)
			put_pfn(i, 0x90 + i);
		expect(request(INFLATEQ, LIST, 0, false));
		expect(request(INFLATEQ, LIST, 3, false));
		expect(request(INFLATEQ, LIST, 4096, true));
		expect(only_gone(gone));
		offer_chain(INFLATEQ, pieces, ARRAY_SIZE(pieces));
		kick(INFLATEQ);
		expect(taken(INFLATEQ) && last_len == 0);
		mark(0x90);
		mark(0x91);
		expect(only_gone(gone));
	}
}

static void
test_own_memory(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		fresh(
		    "the list's own page in the balloon: what was read counts");
		for (unsigned i = 0; i < 1024; i++)
			put(PAGES + 4 * i, 4, i == 0 ? PAGES >> 12 : 0x90);
		expect(request(INFLATEQ, PAGES, 4096, false));
		expect_eq(get(PAGES, 8), 0);
		expect_eq(get(0x90000, 8), 0);
		expect_eq(get(0x91000, 1), 0xa5);

		fresh("the rings in the balloon: no harm but the guest's");
		for (unsigned i = 0; i < 0x20; i++)
			put_pfn(i, (RINGS >> 12) + i);
		(void)request(INFLATEQ, LIST, 0x80, false);
		for (unsigned i = 0; i < 5; i++)
			kick(i);
		drive(F_ALL, EVERY_QUEUE);
		put_pfn(0, 0x90);
		expect(request(INFLATEQ, LIST, 4, false));
	}
}

/* 4080 numbers of nothing, and one of something at the end. */
static const struct element long_list[] = { { LIST, 8160, false },
	{ LIST, 8164, false } };

static void
offer_long(void)
{
	for (unsigned i = 0; i < 2040; i++)
		put_pfn(i, 0x200 + i);
	put_pfn(2040, 0x90);
	offer_chain(INFLATEQ, long_list, ARRAY_SIZE(long_list));
	fake.kicks = 0;
}

static void
test_turns(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		fresh("a list too long for a turn: 2048 pages, then the rest");
		offer_long();
		kick(INFLATEQ);
		expect(!taken(INFLATEQ) && fake.kicks == 1);
		expect(only_gone(gone));
		kick(INFLATEQ);
		expect(taken(INFLATEQ) && fake.kicks == 1);
		mark(0x90);
		expect(only_gone(gone));
		kick(INFLATEQ);
		expect(!taken(INFLATEQ));

		fresh("... 256 pieces, then the next buffer");
		for (unsigned i = 0; i < 512; i++)
			put_pfn(i, i & 1 ? 0x90 : 0x92);
		put_pfn(512, 0x94);
		fake.kicks = 0;
		offer_chain(
		    INFLATEQ, &(struct element){ LIST, 4 * 512, false }, 1);
		offer_chain(
		    INFLATEQ, &(struct element){ LIST + 4 * 512, 4, false }, 1);
		kick(INFLATEQ);
		expect(!taken(INFLATEQ) && fake.kicks == 1);
		kick(INFLATEQ);
		expect(taken(INFLATEQ) && !taken(INFLATEQ));
		expect_eq(get(0x94000, 1), 0xa5);
		kick(INFLATEQ);
		expect(taken(INFLATEQ) && fake.kicks == 2);
		expect_eq(get(0x94000, 1), 0);

		fresh("a reset between turns forgets the first");
		offer_long();
		kick(INFLATEQ);
		expect(d.done[INFLATEQ] != 0);
		drive(F_ALL, EVERY_QUEUE);
		put_pfn(0, 0x91);
		expect(request(INFLATEQ, LIST, 4, false));
		mark(0x91);
		expect(only_gone(gone));
	}

	mode = SPLIT;
	fresh("a buffer that got shorter between turns ends");
	offer_long();
	kick(INFLATEQ);
	put(RINGS + 8, 4, 4); /* the first descriptor alone, */
	put(RINGS + 12, 2, 0);
	put_pfn(0, 0x92); /* and with what was dealt with */
	kick(INFLATEQ);
	expect(taken(INFLATEQ));
	put_pfn(0, 0x91);
	expect(request(INFLATEQ, LIST, 4, false));
	mark(0x91);
	expect(only_gone(gone));
}

static void
test_report(void)
{
	static const struct element free_pages[] = { { LIST, 64, false },
		{ 0x90000, 0x4000, true }, { 0xff000, 0x1000, true },
		{ RAM_HIGH, 0x2000, true } };
	static const struct element odd[] = { { 0xa0001, 0x2fff, true },
		{ 0xb0000, 0xfff, true }, { 0xb1000, 0, true },
		{ 0xb2fff, 0x1002, true } };

	for (mode = SPLIT; mode < MODES; mode++) {
		fresh("reports: what is to write is gone when answered");
		offer_chain(REPORTQ, free_pages, ARRAY_SIZE(free_pages));
		kick(REPORTQ);
		expect(taken(REPORTQ) && last_len == 0);
		for (unsigned i = 0; i < 4; i++)
			mark(0x90 + i);
		mark(0xff);
		mark(0x100000);
		mark(0x100001);
		expect(only_gone(gone));

		fresh("... in whole pages");
		offer_chain(REPORTQ, odd, ARRAY_SIZE(odd));
		kick(REPORTQ);
		expect(taken(REPORTQ));
		mark(0xa1);
		mark(0xa2);
		mark(0xb3);
		expect(only_gone(gone));
		expect(request(REPORTQ, LIST, 64, false));
		expect(request(REPORTQ, LIST, 0, true));
		expect(only_gone(gone));
	}
}

static void
test_report_turns(void)
{
	struct element e[6];

	for (unsigned i = 0; i < 6; i++)
		e[i] = (struct element){ RAM_HIGH, HIGH_RAM, true };
	for (mode = SPLIT; mode < MODES; mode++) {
		fresh("reports of 11 MiB: 8 MiB a turn, to the byte");
		e[0].len = 0x1000;
		offer_chain(REPORTQ, e, 4);
		e[0].len = HIGH_RAM;
		offer_chain(REPORTQ, e, 3);
		e[5] = (struct element){ PAGES, 0x1000, true };
		offer_chain(REPORTQ, e, 6);
		e[5] = e[0];
		fake.kicks = 0;
		kick(REPORTQ);
		expect(taken(REPORTQ) && taken(REPORTQ) && !taken(REPORTQ));
		expect_eq(d.done[REPORTQ], (2 << 20) - 0x1000);
		expect(fake.kicks == 1 && get(PAGES, 1) == 0xa5);
		kick(REPORTQ);
		expect(taken(REPORTQ) && fake.kicks == 1);
		expect_eq(get(PAGES, 1), 0);
	}
}

static void
test_poison(void)
{
	for (mode = SPLIT; mode < MODES; mode++) {
		fresh("reports of poisoned pages: left alone (5.5.6.7.2)");
		config_set(POISON, 0xaaaaaaaa);
		expect(request(REPORTQ, PAGES, 0x4000, true));
		expect(last_len == 0 && only_gone(gone));
		config_set(POISON, 0x100);
		expect(request(REPORTQ, PAGES, 0x4000, true));
		expect(only_gone(gone));

		fresh("... but zeros are as good as zeros");
		config_set(POISON, 0);
		expect(request(REPORTQ, PAGES, 0x1000, true));
		mark(PAGES >> 12);
		expect(only_gone(gone));

		fresh("... and without the feature the value is none");
		drive(F_REPORT, 0x7);
		config_set(POISON, 0xaaaaaaaa);
		expect(request(2, PAGES, 0x1000, true));
		mark(PAGES >> 12);
		expect(only_gone(gone));
	}
}

/* The next number: often beside the last one, never below PAGES. */
static uint32_t
next_pfn(uint32_t last, uint64_t r)
{
	uint32_t pfn = 0x80 + (r >> 8) % 0x90;

	if (r & 3)
		pfn = last + 1 - 2 * (r >> 2 & 1);
	else if (r & 4)
		pfn = 0x100000 + (r >> 8) % 0x110;
	else if (r & 0x10)
		pfn = (uint32_t)(r >> 16);
	return MAX(pfn, (uint32_t)PAGES >> 12);
}

static void
test_random(void)
{
	uint64_t seed = 1;
	uint32_t pfn[64];

	for (mode = SPLIT; mode < MODES; mode++) {
		fresh("random numbers, among them runs, against a model");
		for (unsigned round = 0; round < 5; round++) {
			pfn[0] = 0x90;
			for (unsigned i = 1; i < ARRAY_SIZE(pfn); i++)
				pfn[i] =
				    next_pfn(pfn[i - 1], unit_random(&seed));
			expect(inflate(pfn, ARRAY_SIZE(pfn)));
			expect(only_gone(gone));
		}
	}
}

int
main(void)
{
	test_inflate();
	test_numbers();
	test_lengths();
	test_own_memory();
	test_turns();
	test_report();
	test_report_turns();
	test_poison();
	test_random();
	return unit_done();
}
