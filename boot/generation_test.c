/* SPDX-License-Identifier: MIT
 *
 * The generation id and the vmclock page as a guest finds them, by offsets.
 */
#include "boot/generation.h"

#include <string.h>

#include "tools/unit.h"

static uint8_t ram[MIB];
static struct gmem mem = { .host = ram, .low_size = MIB };
static struct boot boot = { .mem = &mem };

static void
test_id(void)
{
	unit_case("the id is in its row, and all zeros are none");
	expect(!generation_known(&boot));
	boot.generation[15] = 0x0f;
	expect(generation_known(&boot));
	boot.generation[15] = 0;
	boot.generation[0] = 0xf0;
	expect(generation_known(&boot));
	memcpy(boot.generation, "0123456789abcdef", 16);
	expect(generation_put(&boot));
	expect(memcmp(ram + LOW_vmgenid, "0123456789abcdef", 16) == 0);
	expect_eq(ram[LOW_vmgenid - 1], 0);
	expect_eq(ram[LOW_vmgenid + 16], 0);
}

static void
test_vmclock(void)
{
	static const uint8_t want[] = {
		'V', 'C', 'L', 'K',  /* magic */
		0x00, 0x10, 0, 0,    /* size: a page */
		1, 0,		     /* version */
		0xff, 2,	     /* no counter, no epoch */
		0, 0, 0, 0,	     /* seq_count: no update under way */
		0, 0, 0, 0, 0, 0, 0, /* disruption_marker, flags, and on */
	};

	unit_case("vmclock: a page that claims nothing of the time");
	expect(generation_put(&boot));
	expect(memcmp(ram + LOW_vmclock, want, sizeof(want)) == 0);
	for (size_t i = sizeof(want); i < 4096; i++)
		expect_eq(ram[LOW_vmclock + i], 0);

	unit_case("vmclock: fields where Linux has them");
	expect_eq(offsetof(struct vmclock_abi, disruption_marker), 16);
	expect_eq(offsetof(struct vmclock_abi, flags), 24);
	expect_eq(offsetof(struct vmclock_abi, clock_status), 34);
	expect_eq(offsetof(struct vmclock_abi, tai_offset_sec), 36);
	expect_eq(offsetof(struct vmclock_abi, counter_value), 40);
	expect_eq(offsetof(struct vmclock_abi, time_sec), 72);
	expect_eq(offsetof(struct vmclock_abi, time_maxerror_nanosec), 96);
}

static void
test_refusal(void)
{
	unit_case("no RAM there");
	mem.low_size = LOW_vmgenid;
	expect(!generation_put(&boot));
	mem.low_size = LOW_vmclock;
	expect(!generation_put(&boot));
}

int
main(void)
{
	test_id();
	test_vmclock();
	test_refusal();
	return unit_done();
}
