/* SPDX-License-Identifier: MIT
 *
 * Claims, and the search for free RAM against one that tries every page.
 */
#include "boot/fixture.h"

enum { PAGE = 4096, PAGES = RAM_SIZE / PAGE };

static bool
claim(gpa_t at, uint64_t size)
{
	return boot_claim(&boot, &(struct claim){ "part", 7, at, size });
}

static void
test_claims(void)
{
	unit_case("a claim is RAM below 4 GiB and free");
	machine(NULL, 0, 0);
	expect(claim(0x1000, 0x1000));
	expect(claim(0x2000, 1) && claim(0xfff, 1));
	expect(!claim(0x1fff, 1));
	expect(strcmp(boot.error,
		   "part 7: 0x1 bytes at 0x1fff overlap part 7: 0x1000 bytes "
		   "at 0x1000") == 0);
	expect(!claim(0, RAM_SIZE));
	expect(!claim(0x1800, 0x10));
	expect(claim(RAM_SIZE - 1, 1));
	expect(!claim(RAM_SIZE, 1));
	expect(strstr(boot.error, "not in RAM") != NULL);
	expect(!claim(UINT64_MAX, 1) && !claim(1, UINT64_MAX));
	expect(!claim(UINT64_MAX - 0x1000, 0x2000));
	expect(claim(UINT64_MAX, 0)); /* nothing is right anywhere */

	unit_case("claims are limited in number");
	machine(NULL, 0, 0);
	for (unsigned i = 0; i < BOOT_CLAIMS_MAX; i++)
		expect(claim(i, 1));
	expect(!claim(0x1000, 1));
	expect(strstr(boot.error, "more than 64 parts") != NULL);

	unit_case("a row of lowmem.def");
	machine(NULL, 0, 0);
	expect(claim_row(&boot, gdt));
	expect(!claim(LOW_LAST_gdt, 1));
	expect(strstr(boot.error, "mica's gdt: 0x1000 bytes") != NULL);
}

/* May [at, at + size) be taken? By looking at each claim, differently. */
static bool
is_free(gpa_t at, uint64_t size)
{
	for (unsigned i = 0; i < boot.claim_count; i++)
		for (gpa_t page = at; page < at + size; page += PAGE)
			if (page / PAGE == boot.claims[i].at / PAGE)
				return false;
	return true;
}

static gpa_t
search(const struct place *p, uint64_t size)
{
	gpa_t best = UINT64_MAX;

	for (gpa_t at = 0; at + size <= RAM_SIZE; at += PAGE)
		if (at >= p->min && at + size <= p->end && at % p->align == 0 &&
		    is_free(at, size) && (best == UINT64_MAX || p->highest))
			best = at;
	return best;
}

static void
test_find(void)
{
	uint64_t state = 5;
	unsigned found = 0;

	unit_case("the highest or lowest free place, as by exhaustion");
	for (unsigned i = 0; i < 300; i++) {
		uint64_t r = unit_random(&state);
		struct place place = { .min = r % PAGES * PAGE,
			.end = (r >> 16) % (PAGES + 9) * PAGE,
			.align = (uint64_t)PAGE << ((r >> 32) % 8),
			.highest = r >> 63 };
		struct claim c = { .size = (1 + (r >> 40) % 64) * PAGE };
		gpa_t want;

		machine(NULL, 0, 0);
		for (unsigned n = (r >> 52) % 60; n > 0; n--)
			claim(unit_random(&state) % PAGES * PAGE, PAGE);
		want = search(&place, c.size);
		expect_eq(boot_find(&boot, &c, &place), want != UINT64_MAX);
		if (want != UINT64_MAX) {
			expect_eq(c.at, want);
			found++;
		}
	}
	expect(found > 50 && found < 250);
}

static void
test_find_above(void)
{
	const struct gmem two = {
		.host = ram, .low_size = MIB, .high_size = RAM_SIZE - MIB
	};
	struct place place = { RAM_HIGH, UINT64_MAX, PAGE, true };
	struct claim c = { .size = 5000 };

	unit_case("RAM above 4 GiB is found when asked for");
	machine(NULL, 0, 0);
	boot.mem = &two;
	expect(boot_find(&boot, &c, &place));
	expect_eq(c.at, RAM_HIGH + two.high_size - 2 * PAGE);
	place.highest = false;
	expect(boot_find(&boot, &c, &place));
	expect_eq(c.at, RAM_HIGH);
	c.size = two.high_size + 1;
	expect(!boot_find(&boot, &c, &place));
	c.size = UINT64_MAX;
	expect(!boot_find(&boot, &c, &place));
	expect(!boot_claim(&boot, &(struct claim){ "x", -1, RAM_HIGH, 1 }));
	boot.mem = &mem;
	c.size = 1;
	expect(!boot_find(&boot, &c, &place));
}

static void
test_room(void)
{
	struct room room = { 0x1000, 0x1010 };

	unit_case("a row fills up, and says what was too long");
	machine(NULL, 0, 0);
	memset(ram + 0x1000, 0xff, 0x20);
	expect_eq(room_put(&boot, &room, "0123456789", 10, "text"), 0x1000);
	expect_eq(room_put(&boot, &room, NULL, 4, "zeros"), 0x100a);
	expect(ram_has(0x1000, "0123456789\0\0\0\0\xff", 15));
	expect_eq(room_put(&boot, &room, "abc", 3, "text"), 0);
	expect(strcmp(boot.error, "text: 3 bytes, 2 are left for it") == 0);
	expect_eq(room_put(&boot, &room, "ab", 2, "text"), 0x100e);
	expect_eq(room_put(&boot, &room, "", 0, "text"), 0x1010);
	expect_eq(get(0x1010, 1), 0xff);
	expect_eq(room_put(&boot, &room, "", UINT64_MAX, "text"), 0);
}

static void
test_cmdline(void)
{
	unit_case("the command line has a longest length");
	machine(NULL, 0, 0);
	memset(ram + 0x1000, 0xff, 0x100);
	expect(boot_cmdline_put(&boot, 0x1000, strlen(cmdline)));
	expect(ram_has(0x1000, cmdline, sizeof(cmdline)));
	expect_eq(get(0x1000 + sizeof(cmdline), 1), 0xff);
	expect(!boot_cmdline_put(&boot, 0x1000, strlen(cmdline) - 1));
	expect(
	    strstr(boot.error, "19 characters, this kernel takes 18") != NULL);
}

int
main(void)
{
	test_claims();
	test_find();
	test_find_above();
	test_room();
	test_cmdline();
	return unit_done();
}
