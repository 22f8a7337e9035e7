/* SPDX-License-Identifier: MIT
 *
 * What firmware finds in CMOS, for large memory and small.
 */
#include "devices/mc146818_fixture.h"

static void
test_cmos(void)
{
	const struct mc146818_setup big = {
		.low_bytes = 3 * GIB, .high_bytes = 5 * GIB, .cpus = 4
	};
	unsigned sum = 0;

	unit_case("CMOS: what firmware reads");
	mc146818_configure(&rtc, &big);
	expect_eq(get(0x15) | get(0x16) << 8, 640);
	expect_eq(get(0x17) | get(0x18) << 8, 0xffff);
	expect_eq(get(0x30) | get(0x31) << 8, 0xffff);
	expect_eq(get(0x34) | get(0x35) << 8, (3 * GIB - 16 * MIB) >> 16);
	expect_eq(get(0x5b) | get(0x5c) << 8 | get(0x5d) << 16, 5 * GIB >> 16);
	expect_eq(get(0x5f), 3);
	for (unsigned at = 0x10; at < 0x2e; at++)
		sum += get(at);
	expect_eq(get(0x2e) << 8 | get(0x2f), sum);

	unit_case("CMOS: small memory");
	begin(0, 8 * MIB);
	expect_eq(get(0x17) | get(0x18) << 8, 7 * 1024);
	expect_eq(get(0x34) | get(0x35) << 8, 0);
}

int
main(void)
{
	test_cmos();
	return unit_done();
}
