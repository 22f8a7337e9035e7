/* SPDX-License-Identifier: MIT
 *
 * The memory map against one written out by hand.
 */
#include "boot/loader.h"
#include "tools/unit.h"

struct range {
	uint64_t first, last;
	unsigned type;
};

static void
expect_map(
    uint64_t low, uint64_t high, const struct range *want, unsigned count)
{
	struct gmem mem = { .low_size = low, .high_size = high };
	struct e820_entry map[E820_MAX];

	expect_eq(e820_build(&mem, map), count);
	for (unsigned i = 0; i < count; i++) {
		expect_eq(map[i].base, want[i].first);
		expect_eq(map[i].base + map[i].size - 1, want[i].last);
		expect_eq(map[i].type, want[i].type);
	}
}

#define BELOW_1M                                                               \
	{ 0, 0x9fbff, 1 }, { 0x9fc00, 0x9ffff, 2 }, { 0xe0000, 0xe6fff, 3 },   \
	{                                                                      \
		0xe7000, 0xfcfff, 2                                            \
	}
#define WINDOWS                                                                \
	{ 0xe0000000, 0xe00fffff, 2 }, { 0xfec00000, 0xfec00fff, 2 },          \
	    { 0xfee00000, 0xfeefffff, 2 },                                     \
	{                                                                      \
		0xfeffc000, 0xffffffff, 2                                      \
	}

static void
test_maps(void)
{
	static const struct range small[] = { BELOW_1M,
		{ 0xfd000, 0x1fffff, 1 }, WINDOWS };
	static const struct range full[] = { BELOW_1M,
		{ 0xfd000, 0xbfffffff, 1 }, WINDOWS,
		{ 0x100000000, 0x13fffffff, 1 } };
	static const struct range none[] = { BELOW_1M, WINDOWS };

	unit_case("2 MiB");
	expect_map(2 * MIB, 0, small, ARRAY_SIZE(small));
	unit_case("4 GiB: the rest is above the hole");
	expect_map(3 * GIB, GIB, full, ARRAY_SIZE(full));
	unit_case("RAM that ends below its last entry adds no negative one");
	expect_map(LOW_LAST_bios + 1, 0, none, ARRAY_SIZE(none));
	expect_map(0x10000, 0, none, ARRAY_SIZE(none));
}

int
main(void)
{
	test_maps();
	return unit_done();
}
