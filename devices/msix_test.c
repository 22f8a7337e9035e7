/* SPDX-License-Identifier: MIT
 *
 * MSI-X: the table's fields, masks of vector and function, pending bits, and a
 * table that ends where it says (PCI 3.0, 6.8.2).
 */
#include <string.h>

#include "devices/msix.h"
#include "tools/unit.h"

enum { ENTRY = 16, ADDRESS = 0, UPPER = 4, DATA = 8, CONTROL = 12 };
enum { VECTORS = 5, ENABLE = 1u << 31, MASKALL = 1 << 30 };

static struct msix m;

static void
begin(const char *name)
{
	unit_case(name);
	memset(&m, 0xa5, sizeof(m));
	m.vectors = VECTORS;
	msix_reset(&m);
}

/* As pci_function.c does. */
static void
write(uint32_t offset, uint32_t value)
{
	msix_write(&m, offset, value);
	msix_deliver(&m);
}

static void
control(uint32_t value)
{
	msix_set_control(&m, value);
	msix_deliver(&m);
}

static void
fire(unsigned vector)
{
	msix_fire(&m, vector);
	msix_deliver(&m);
}

static void
open(unsigned vector)
{
	write(vector * ENTRY + ADDRESS, 0xfee00000 | vector << 12);
	write(vector * ENTRY + DATA, 0x40 + vector);
	write(vector * ENTRY + CONTROL, 0);
}

static void
test_reset(void)
{
	begin("reset: disabled, all masked, none pending, size in control");
	expect_eq(
	    msix_control(&m), (VECTORS - 1) << 16); /* virtio 4.1.5.1.2.1 */
	for (uint32_t offset = 0; offset < MSIX_BAR_SIZE; offset += 4) {
		bool is_control =
		    offset < VECTORS * ENTRY && offset % ENTRY == CONTROL;

		expect_eq(msix_read(&m, offset), is_control);
	}
	for (unsigned vector = 0; vector < VECTORS; vector++)
		open(vector);
	control(ENABLE | MASKALL | 0x7ff << 16);
	expect_eq(msix_control(&m), (uint32_t)(ENABLE | MASKALL | 4 << 16));
	fire(1);
	msix_reset(&m);
	expect_eq(msix_control(&m), 4 << 16);
	expect_eq(msix_read(&m, CONTROL), 1);
	expect_eq(msix_read(&m, ADDRESS), 0);
	expect_eq(msix_read(&m, MSIX_PBA), 0);
	expect_eq(fake.msis, 0);
}

static void
test_fields(void)
{
	begin("each field of each entry holds its bits, and only they");
	for (unsigned i = 0; i < VECTORS * 4; i++)
		write(4 * i, 0xfffff003 + 16 * i);
	for (unsigned i = 0; i < VECTORS * 4; i++) {
		uint32_t want = 0xfffff003 + 16 * i;

		if (i % 4 == 0)
			want &= ~3u; /* 6.8.2.4 */
		if (i % 4 == 3)
			want &= 1; /* 6.8.2.7: the others are reserved */
		expect_eq(msix_read(&m, 4 * i), want);
	}
	begin("past the table and on the pending bits, writes vanish");
	for (uint32_t at = VECTORS * ENTRY; at < MSIX_BAR_SIZE; at += 4)
		write(at, 0xffffffff);
	for (uint32_t at = VECTORS * ENTRY; at < MSIX_BAR_SIZE; at += 4)
		expect_eq(msix_read(&m, at), 0);
	expect_eq(m.pending, 0);
}

static void
test_message(void)
{
	begin("a message goes out as the entry has it");
	control(ENABLE);
	for (unsigned vector = 0; vector < VECTORS; vector++)
		open(vector);
	for (unsigned vector = 0; vector < VECTORS; vector++) {
		fire(vector);
		expect_eq(fake.msis, vector + 1);
		expect_eq(fake.msi[vector].address, 0xfee00000 | vector << 12);
		expect_eq(fake.msi[vector].data, 0x40 + vector);
	}
	expect_eq(msix_read(&m, MSIX_PBA), 0);

	begin("one to anywhere but the local APICs is lost, and not pending");
	control(ENABLE);
	open(0);
	write(ADDRESS, 0x1000);
	fire(0);
	write(ADDRESS, 0xfed00000);
	fire(0);
	write(ADDRESS, 0xfee00000);
	write(UPPER, 1);
	fire(0);
	write(UPPER, 0xfee00000);
	fire(0);
	expect_eq(fake.msis, 0);
	expect_eq(msix_read(&m, MSIX_PBA), 0);
}

static void
test_masks(void)
{
	begin("a masked vector is pending, once, and goes out unmasked");
	control(ENABLE);
	open(2);
	write(2 * ENTRY + CONTROL, 1);
	fire(2);
	fire(2);
	expect_eq(fake.msis, 0);
	expect_eq(msix_read(&m, MSIX_PBA), 1 << 2);
	write(2 * ENTRY + DATA, 0x99); /* as it is when it goes */
	write(2 * ENTRY + CONTROL, 0);
	expect_eq(fake.msis, 1);
	expect_eq(fake.msi[0].data, 0x99);
	expect_eq(msix_read(&m, MSIX_PBA), 0);
	write(2 * ENTRY + CONTROL, 0);
	expect_eq(fake.msis, 1);

	begin("a masked function: all are pending; unmasked, those whose own "
	      "mask allows it");
	control(ENABLE | MASKALL);
	open(0);
	open(1);
	fire(0);
	fire(1);
	fire(4);
	expect_eq(fake.msis, 0);
	expect_eq(msix_read(&m, MSIX_PBA), 0x13);
	control(ENABLE);
	expect_eq(fake.msis, 2);
	expect_eq(msix_read(&m, MSIX_PBA), 0x10);
	control(0);
	write(4 * ENTRY + ADDRESS, 0xfee00000);
	write(4 * ENTRY + CONTROL, 0);
	expect_eq(fake.msis, 2); /* disabled */
	control(ENABLE);
	expect_eq(fake.msis, 3);
}

static void
test_many(void)
{
	unit_case("64 vectors: pending bits fill two dwords");
	m.vectors = MSIX_VECTORS_MAX;
	msix_reset(&m);
	control(ENABLE);
	fire(31);
	fire(32);
	fire(63);
	expect_eq(msix_read(&m, MSIX_PBA), 1u << 31);
	expect_eq(msix_read(&m, MSIX_PBA + 4), 1u << 31 | 1);
	expect_eq(msix_read(&m, MSIX_PBA + 8), 0);
	open(63);
	expect_eq(fake.msis, 1);
	expect_eq(msix_read(&m, MSIX_PBA + 4), 1);
}

int
main(void)
{
	test_reset();
	test_fields();
	test_message();
	test_masks();
	test_many();
	return unit_done();
}
