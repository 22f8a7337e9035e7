/* SPDX-License-Identifier: MIT
 *
 * PCI configuration space by 0xcf8 and by ECAM, which must agree, and what a
 * bus scan counts on: ones from nobody, BARs that keep what a BAR keeps. (PCI
 * 3.0, 3.2.2.3 and 6.1; PCI Express 5.0, 7.2.2)
 */
#include "guest-tests/lib/acpi.h"
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"

enum { PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc };
enum { ID = 0, COMMAND = 4, CLASS = 8, HEADER = 0xc, BAR0 = 0x10 };
enum { DEVICES = 32, STANDARD = 256, EXTENDED = 4096 };

static uint64_t ecam;

static uint32_t
read_cf8(unsigned bus, unsigned device, unsigned function, unsigned reg)
{
	outl(PCI_ADDRESS,
	    1u << 31 | bus << 16 | device << 11 | function << 8 | (reg & ~3u));
	return inl(PCI_DATA);
}

static volatile uint32_t *
at_ecam(unsigned device, unsigned function, unsigned reg)
{
	return phys(ecam + (device << 15 | function << 12 | reg));
}

/* The host bridge and its kin whole, the absent by samples. */
static void
check_agreement(void)
{
	unsigned present = 0;

	for (unsigned device = 0; device < DEVICES; device++) {
		bool here = *at_ecam(device, 0, ID) != 0xffffffff;
		unsigned step = here ? 4 : 0x54;

		present += here;
		for (unsigned reg = 0; reg < STANDARD; reg += step)
			expect_eq(*at_ecam(device, 0, reg),
			    read_cf8(0, device, 0, reg),
			    "ECAM and 0xcf8 agree");
	}
	expect(present >= 1, "the bus is not empty");
}

static void
check_host_bridge(void)
{
	volatile uint32_t *bridge = at_ecam(0, 0, 0);
	volatile uint8_t *bytes = phys(ecam);
	volatile uint16_t *words = phys(ecam);

	expect_eq(bridge[ID / 4], 0x00081b36, "the host bridge's ID");
	expect_eq(bridge[CLASS / 4] >> 8, 0x060000, "its class");
	expect_eq(bridge[HEADER / 4] >> 16 & 0xff, 0, "its header's type");
	for (unsigned i = 0; i < 4; i++)
		expect_eq(bytes[CLASS + i], bridge[CLASS / 4] >> 8 * i & 0xff,
		    "ECAM by bytes");
	expect_eq(words[1], 0x0008, "ECAM by words");
	for (unsigned reg = STANDARD; reg < EXTENDED; reg += 0x404) {
		uint32_t value = *at_ecam(0, 0, reg);

		expect(value == 0 || value == 0xffffffff,
		    "no extended capabilities");
	}
}

/* A bridge without BARs: sizing finds none. */
static void
check_writes(void)
{
	volatile uint32_t *bridge = at_ecam(0, 0, 0);

	bridge[ID / 4] = 0;
	bridge[CLASS / 4] = 0;
	for (unsigned bar = 0; bar < 6; bar++)
		bridge[BAR0 / 4 + bar] = 0xffffffff;
	expect_eq(bridge[ID / 4], 0x00081b36, "the ID is read-only");
	expect_eq(bridge[CLASS / 4] >> 8, 0x060000, "the class is read-only");
	for (unsigned bar = 0; bar < 6; bar++)
		expect_eq(bridge[BAR0 / 4 + bar], 0, "no BAR");
}

static void
check_nobody(void)
{
	for (unsigned function = 1; function < 8; function++) {
		expect_eq(*at_ecam(0, function, ID), 0xffffffff,
		    "function 0 alone: ECAM");
		expect_eq(read_cf8(0, 0, function, ID), 0xffffffff,
		    "function 0 alone: 0xcf8");
	}
	expect_eq(read_cf8(1, 0, 0, ID), 0xffffffff, "bus 0 alone");
	expect_eq(read_cf8(255, 31, 7, 0xfc), 0xffffffff, "bus 0 alone");
	*at_ecam(31, 7, 0xffc) = 0;
	outl(PCI_ADDRESS, 0);
	expect_eq(inl(PCI_DATA), 0xffffffff, "0xcf8 not enabled");
}

void
main(void)
{
	const uint8_t *mcfg = acpi_table(start_info()->rsdp, "MCFG");

	if (mcfg == NULL)
		fail("MCFG");
	ecam = get64(mcfg + MCFG_BASE);
	check_agreement();
	check_host_bridge();
	check_writes();
	check_nobody();
}
