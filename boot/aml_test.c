/* SPDX-License-Identifier: MIT
 *
 * Each word of aml.c against the bytes that ACPI 6.5 gives for it, and the
 * bounds. Whether all of it together is AML that an OS understands is for
 * tools/check_acpi.
 */
#include "boot/aml.h"

#include <string.h>

#include "tools/unit.h"

static uint8_t bytes[256];
static struct aml aml;

static void
begin(const char *name)
{
	unit_case(name);
	memset(bytes, 0xee, sizeof(bytes));
	aml = (struct aml){ .bytes = bytes, .size = sizeof(bytes) };
}

#define expect_bytes(...)                                                      \
	do {                                                                   \
		static const uint8_t want[] = { __VA_ARGS__ };                 \
                                                                               \
		expect(aml_fits(&aml));                                        \
		expect_eq(aml.used, sizeof(want));                             \
		for (size_t i = 0; i < sizeof(want); i++)                      \
			expect_eq(bytes[i], want[i]);                          \
		expect_eq(bytes[sizeof(want)], 0xee);                          \
	} while (0)

static void
integers(void)
{
	begin("an integer takes its shortest form (20.2.3)");
	aml_int(&aml, 0);
	aml_int(&aml, 1);
	aml_int(&aml, 2);
	aml_int(&aml, 0xff);
	aml_int(&aml, 0x100);
	aml_int(&aml, 0xffff);
	aml_int(&aml, 0x10000);
	expect_bytes(0x00, 0x01, 0x0a, 0x02, 0x0a, 0xff, 0x0b, 0x00, 0x01, 0x0b,
	    0xff, 0xff, 0x0c, 0x00, 0x00, 0x01, 0x00);
}

static void
names(void)
{
	begin("names of an integer, a string, an EISA id (20.2.5.1, 19.3.4)");
	aml_name_int(&aml, "_UID", 7);
	aml_name_string(&aml, "_HID", "AB");
	aml_name_eisaid(&aml, "_CID", "PNP0A03");
	expect_bytes(0x08, '_', 'U', 'I', 'D', 0x0a, 0x07, 0x08, '_', 'H', 'I',
	    'D', 0x0d, 'A', 'B', 0, 0x08, '_', 'C', 'I', 'D', 0x0c, 0x41, 0xd0,
	    0x0a, 0x03);
}

static void
nesting(void)
{
	size_t scope, device, package;

	begin("a length counts itself and what it holds (20.2.4)");
	scope = aml_scope(&aml, "\\_SB_");
	device = aml_device(&aml, "DEV0");
	aml_name(&aml, "PKG0");
	package = aml_package(&aml, 2);
	aml_int(&aml, 1);
	aml_int(&aml, 0);
	aml_end(&aml, package);
	aml_end(&aml, device);
	aml_end(&aml, scope);
	expect_bytes(0x10, 0x8d, 0x01, 0, '\\', '_', 'S', 'B', '_', 0x5b, 0x82,
	    0x83, 0x01, 0, 'D', 'E', 'V', '0', 0x08, 'P', 'K', 'G', '0', 0x12,
	    0x86, 0, 0, 2, 1, 0);
}

static void
long_body(void)
{
	static uint8_t room[0x12345 + 16];
	size_t mark;

	begin("the three bytes of a length of 17 bits");
	aml = (struct aml){ .bytes = room, .size = sizeof(room) };
	mark = aml_package(&aml, 0);
	while (aml.used < mark + 0x12345)
		aml_int(&aml, 0);
	aml_end(&aml, mark);
	expect_eq(room[1], 0x85);
	expect_eq(room[2], 0x34);
	expect_eq(room[3], 0x12);
}

static void
resources_used(void)
{
	size_t crs;

	begin("what a device uses (6.4.2.5, 6.4.3.4, 6.4.2.1, 6.4.2.9)");
	crs = aml_crs(&aml);
	aml_use_ports(&aml, 0x3f8, 0x3ff);
	aml_use_memory(&aml, 0xe0000000, 0xe00fffff);
	aml_use_irq(&aml, 4);
	aml_crs_end(&aml, crs);
	expect_bytes(0x08, '_', 'C', 'R', 'S', 0x11, 0x8f, 0x01, 0, 0x0b, 25, 0,
	    0x47, 1, 0xf8, 0x03, 0xf8, 0x03, 1, 8,	 /* ports */
	    0x86, 9, 0, 1, 0, 0, 0, 0xe0, 0, 0, 0x10, 0, /* memory */
	    0x22, 0x10, 0,				 /* IRQ 4 */
	    0x79, 0);
}

static void
resources_passed(void)
{
	begin("what a bridge passes on (6.4.3.5)");
	aml_pass(&aml, AML_MEMORY, 0xc0000000, 0xdfffffff);
	expect_bytes(0x87, 23, 0, 0, 0x0c, 1, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff,
	    0xff, 0xff, 0xdf, 0, 0, 0, 0, 0, 0, 0, 0x20);

	begin("its ports and its bus, in words");
	aml_pass(&aml, AML_PORTS, 0xd00, 0xffff);
	aml_pass(&aml, AML_BUSES, 0, 0);
	expect_bytes(0x88, 13, 0, 1, 0x0c, 3, 0, 0, 0, 0x0d, 0xff, 0xff, 0, 0,
	    0, 0xf3, /* bus: */
	    0x88, 13, 0, 2, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0);
}

static void
bounds(void)
{
	size_t device, crs;

	begin("what does not fit is left out and told");
	aml.size = 24;
	device = aml_device(&aml, "DEV0");
	crs = aml_crs(&aml);
	expect(aml_fits(&aml));
	aml_int(&aml, 0x12345678);
	expect(!aml_fits(&aml));
	aml_crs_end(&aml, crs);
	aml_end(&aml, device);
	expect(!aml_fits(&aml));
	for (size_t i = 24; i < sizeof(bytes); i++)
		expect_eq(bytes[i], 0xee);

	begin("the last byte fits");
	aml.size = 4;
	aml_put(&aml, "abcd", 4);
	expect_bytes('a', 'b', 'c', 'd');

	begin("alignment is by zeros, none where it is aligned");
	aml_put(&aml, "a", 1);
	aml_align(&aml, 4);
	aml_align(&aml, 4);
	expect_bytes('a', 0, 0, 0);
}

int
main(void)
{
	integers();
	names();
	nesting();
	long_body();
	resources_used();
	resources_passed();
	bounds();
	return unit_done();
}
