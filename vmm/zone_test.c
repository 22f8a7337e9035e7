/* SPDX-License-Identifier: MIT
 *
 * Zone files: rules, tables, and files that are none.
 */
#include "vmm/zone.h"

#include <string.h>

#include "tools/unit.h"

static uint8_t file[1024];
static size_t size;

static void
put(uint64_t value, unsigned bytes)
{
	while (bytes-- > 0)
		file[size++] = (uint8_t)(value >> (8 * bytes));
}

static void
header(unsigned times, unsigned types)
{
	memcpy(file + size, "TZif2", 5);
	size += 20;
	put(0, 4);
	put(0, 4);
	put(0, 4);
	put(times, 4);
	put(types, 4);
	put(0, 4);
}

/* One hour east, from 1000 two hours, from 2000 one; then by the rule. */
static void
make(const char *rule)
{
	memset(file, 0, sizeof(file));
	size = 0;
	header(0, 0);
	header(2, 2);
	put(1000, 8);
	put(2000, 8);
	put(1, 1);
	put(0, 1);
	put(3600, 4);
	put(0, 2);
	put(7200, 4);
	put(1, 2);
	file[size++] = '\n';
	memcpy(file + size, rule, strlen(rule));
	size += strlen(rule);
	file[size++] = '\n';
}

static int64_t
at(int64_t time)
{
	int64_t offset;

	return zone_offset(file, size, time, &offset) ? offset : -1;
}

static void
test_table(void)
{
	unit_case("the table");
	make("");
	expect_eq(at(-5), 3600);
	expect_eq(at(999), 3600);
	expect_eq(at(1000), 7200);
	expect_eq(at(1999), 7200);
	expect_eq(at(2000), 3600);
	expect_eq(at(1800000000), 3600);
}

static void
test_rules(void)
{
	unit_case("rules: Berlin");
	make("CET-1CEST,M3.5.0,M10.5.0/3");
	expect_eq(at(1999), 7200);
	expect_eq(at(1774745999), 3600); /* 2026-03-29 00:59:59 UTC */
	expect_eq(at(1774746000), 7200);
	expect_eq(at(1792889999), 7200); /* 2026-10-25 00:59:59 UTC */
	expect_eq(at(1792890000), 3600);

	unit_case("rules: Sydney, where summer spans the year's end");
	make("AEST-10AEDT,M10.1.0,M4.1.0/3");
	expect_eq(at(1767225600), 39600); /* 2026-01-01 */
	expect_eq(at(1775318399), 39600); /* 2026-04-04 15:59:59 UTC */
	expect_eq(at(1775318400), 36000);
	expect_eq(at(1791043199), 36000); /* 2026-10-03 15:59:59 UTC */
	expect_eq(at(1791043200), 39600);

	unit_case("rules: no summer, minutes, digits in the name");
	make("<+0545>-5:45");
	expect_eq(at(1800000000), 20700);
	make("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
	expect_eq(at(1767225600), -7200);
	expect_eq(at(1785000000), -3600);
	make("NST3:30NDT2:30,M3.2.0,M11.1.0");
	expect_eq(at(1767225600), -12600);
	expect_eq(at(1785000000), -9000);

	unit_case("rules that are none");
	make("CET-1CEST,M13.5.0,M10.5.0/3");
	expect_eq(at(1800000000), -1);
	make("CET-1CEST");
	expect_eq(at(1800000000), -1);
	make("CET-1CEST,J60,J300");
	expect_eq(at(1800000000), -1);
}

static void
test_files(void)
{
	uint64_t seed = 1;
	int64_t offset;

	unit_case("cut off, or with bytes of chance: no harm");
	make("CET-1CEST,M3.5.0,M10.5.0/3");
	for (size_t cut = 0; cut < 2 * 44 + 30; cut++)
		expect(!zone_offset(file, cut, 1800000000, &offset));
	for (unsigned i = 0; i < 20000; i++) {
		make("CET-1CEST,M3.5.0,M10.5.0/3");
		for (unsigned n = 0; n < 3; n++)
			file[unit_random(&seed) % size] =
			    (uint8_t)unit_random(&seed);
		at(1800000000 + (int64_t)(unit_random(&seed) % 100000000));
	}
	file[4] = 0;
	expect_eq(at(0), -1);
}

int
main(void)
{
	test_table();
	test_rules();
	test_files();
	return unit_done();
}
