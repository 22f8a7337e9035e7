/* SPDX-License-Identifier: MIT
 *
 * The ACPI tables read back as an OS does it: by pointers, lengths, sums and
 * the offsets of ACPI 6.5, not by acpi.h. With `--dump DIR [CPUS]` writes each
 * table to a file in DIR for tools/check_acpi instead, which judges the AML.
 */
#include <stdlib.h>
#include <string.h>

#include "boot/boot.h"
#include "devices/pci.h"
#include "tools/unit.h"

static uint8_t ram[MIB];
static struct gmem mem = { .host = ram, .low_size = MIB };
static struct boot boot;

/* What stands where, little-endian. */
static uint64_t
get(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | at[bytes];
	return value;
}

static uint8_t
sum(const uint8_t *at, size_t len)
{
	uint8_t s = 0;

	while (len-- > 0)
		s += *at++;
	return s;
}

static gpa_t
build(unsigned cpus)
{
	memset(ram, 0, sizeof(ram));
	memset(&boot, 0, sizeof(boot));
	boot.mem = &mem;
	boot.cpus = cpus;
	boot.devices = unit_devices;
	memset(boot.generation, 0xa5, sizeof(boot.generation));
	return acpi_build(&boot);
}

/* A table of the guest's, or one of zeros where there can't be one. */
static const uint8_t *
at_gpa(uint64_t gpa)
{
	static const uint8_t none[276];
	bool ours = gpa >= LOW_acpi && gpa <= LOW_LAST_acpi - sizeof(none);

	return expect(ours) ? ram + gpa : none;
}

static const uint8_t *
xsdt(void)
{
	return at_gpa(get(ram + LOW_acpi + 24, 8));
}

static const uint8_t *
find(const char *signature)
{
	uint64_t count = (get(xsdt() + 4, 4) - 36) / 8;

	for (uint64_t i = 0; i < count && i < 16; i++) {
		const uint8_t *table = at_gpa(get(xsdt() + 36 + 8 * i, 8));

		if (memcmp(table, signature, 4) == 0)
			return table;
	}
	expect(!"the XSDT has the table");
	return at_gpa(0);
}

static const uint8_t *
dsdt(void)
{
	return at_gpa(get(find("FACP") + 140, 8));
}

static void
expect_header(const uint8_t *table, const char *signature, unsigned revision)
{
	uint64_t length = get(table + 4, 4);

	expect(memcmp(table, signature, 4) == 0);
	expect(range_within(
	    (uint64_t)(table - ram), length, LOW_acpi + LOW_SIZE(acpi)));
	expect(length >= 36 && length < LOW_SIZE(acpi));
	expect_eq(sum(table, length < LOW_SIZE(acpi) ? length : 0), 0);
	expect_eq(table[8], revision);
	expect(memcmp(table + 10, "MICA  MICA    ", 14) == 0);
	expect(memcmp(table + 28, "MICA", 4) == 0);
}

/* generation.c's rows. */
static bool
in_generation(size_t at)
{
	return (at >= LOW_vmclock && at <= LOW_LAST_vmclock) ||
	    (at >= LOW_vmgenid && at <= LOW_LAST_vmgenid);
}

static void
test_pointers(unsigned cpus)
{
	const uint8_t *rsdp = ram + LOW_acpi;

	expect_eq(build(cpus), LOW_acpi);
	expect(memcmp(rsdp, "RSD PTR ", 8) == 0);
	expect_eq(sum(rsdp, 20), 0);
	expect_eq(rsdp[15], 2);
	expect_eq(get(rsdp + 20, 4), 36);
	expect_eq(sum(rsdp, 36), 0);
	expect_header(xsdt(), "XSDT", 1);
	expect_eq(get(xsdt() + 4, 4), 36 + 3 * 8);
	expect_header(find("FACP"), "FACP", 6);
	expect_header(find("APIC"), "APIC", 6);
	expect_header(find("MCFG"), "MCFG", 1);
	expect_header(dsdt(), "DSDT", 2);
	for (size_t i = 0; i < LOW_acpi; i++)
		expect(ram[i] == 0);
	for (size_t i = LOW_LAST_acpi + 1; i < sizeof(ram); i++)
		expect(ram[i] == 0 || in_generation(i));
}

static void
expect_gas(const uint8_t *gas, unsigned bits, unsigned access, uint16_t port)
{
	expect_eq(gas[0], 1); /* system I/O */
	expect_eq(gas[1], bits);
	expect_eq(gas[2], 0);
	expect_eq(gas[3], access);
	expect_eq(get(gas + 4, 8), port);
}

static void
test_fadt(void)
{
	const uint8_t *fadt, *facs;

	unit_case("FADT: the registers (5.2.9)");
	build(1);
	fadt = find("FACP");
	expect_eq(get(fadt + 4, 4), 276);
	expect_eq(get(fadt + 46, 2), 9); /* SCI_INT */
	expect_eq(get(fadt + 48, 4), 0); /* SMI_CMD */
	expect_eq(get(fadt + 56, 4), 0x600);
	expect_eq(get(fadt + 64, 4), 0x604);
	expect_eq(get(fadt + 76, 4), 0x608);
	expect_eq(fadt[88], 4);
	expect_eq(fadt[89], 2);
	expect_eq(fadt[91], 4);
	expect_gas(fadt + 148, 32, 2, 0x600);
	expect_gas(fadt + 172, 16, 2, 0x604);
	expect_gas(fadt + 208, 32, 3, 0x608);
	for (unsigned at = 220; at < 268; at++) /* GPEs, sleep registers */
		expect_eq(fadt[at], 0);
	expect(memcmp(fadt + 268, "mica\0\0\0", 8) == 0);

	unit_case("FADT: reset, latencies, flags, what there is not");
	expect_gas(fadt + 116, 8, 1, 0xcf9);
	expect_eq(fadt[128] & 6, 6); /* hard, now */
	expect_eq(fadt[131], 5);
	expect(get(fadt + 96, 2) > 100 && get(fadt + 98, 2) > 1000);
	expect_eq(get(fadt + 109, 2), 1 << 0 | 1 << 2);
	expect_eq(
	    get(fadt + 112, 4), 1 << 0 | 1 << 2 | 1 << 5 | 1 << 8 | 1 << 10);

	unit_case("FADT: FACS by 32 bits, DSDT by both, the same (5.2.9)");
	expect_eq(get(fadt + 132, 8), 0);
	expect_eq(get(fadt + 40, 4), get(fadt + 140, 8));
	facs = at_gpa(get(fadt + 36, 4));
	expect(memcmp(facs, "FACS", 4) == 0);
	expect_eq((facs - ram) % 64, 0);
	expect_eq(get(facs + 4, 4), 64);
	expect_eq(facs[32], 2);
}

/* Entries of a MADT by their type, and those of processors in their order. */
struct madt_seen {
	unsigned count[16];
	uint32_t processors;
	bool overridden[16];
};

static void
see_override(const uint8_t *entry, struct madt_seen *seen)
{
	unsigned source = entry[3] % 16;

	expect_eq(entry[1], 10);
	expect_eq(entry[2], 0);
	expect_eq(get(entry + 4, 4), source == 0 ? 2 : source);
	expect_eq(get(entry + 8, 2), source == 0 ? 0 : 0xd);
	seen->overridden[source] = true;
}

static void
see_entry(const uint8_t *entry, struct madt_seen *seen)
{
	seen->count[entry[0] % 16]++;
	switch (entry[0]) {
	case 0:
		expect_eq(entry[1], 8);
		expect_eq(entry[2], seen->processors);
		expect_eq(entry[3], seen->processors);
		expect_eq(get(entry + 4, 4), 1);
		seen->processors++;
		break;
	case 1:
		expect_eq(entry[1], 12);
		expect_eq(entry[2], 0);
		expect_eq(get(entry + 4, 4), 0xfec00000);
		expect_eq(get(entry + 8, 4), 0);
		break;
	case 2:
		see_override(entry, seen);
		break;
	case 4:
		expect_eq(entry[1], 6);
		expect_eq(entry[2], 0xff);
		expect_eq(get(entry + 3, 2), 0);
		expect_eq(entry[5], 1);
		break;
	case 9:
		expect_eq(entry[1], 16);
		expect_eq(get(entry + 4, 4), seen->processors);
		expect_eq(get(entry + 8, 4), 1);
		expect_eq(get(entry + 12, 4), seen->processors);
		seen->processors++;
		break;
	case 10:
		expect_eq(entry[1], 12);
		expect_eq(get(entry + 2, 2), 0);
		expect_eq(get(entry + 4, 4), 0xffffffff);
		expect_eq(entry[8], 1);
		break;
	default:
		expect(!"a type that the MADT has");
	}
}

static void
test_madt(unsigned cpus)
{
	struct madt_seen seen = { 0 };
	bool expected[16] = { false };
	const uint8_t *madt;
	uint64_t length, at = 44;

	build(cpus);
	madt = find("APIC");
	length = get(madt + 4, 4);
	expect_eq(get(madt + 36, 4), 0xfee00000);
	expect_eq(get(madt + 40, 4), 1);
	while (at < length && expect(madt[at + 1] >= 2)) {
		see_entry(madt + at, &seen);
		at += madt[at + 1];
	}
	expect_eq(at, length);
	expect_eq(seen.processors, cpus);
	expect_eq(seen.count[0], cpus < 255 ? cpus : 255);
	expect_eq(seen.count[1], 1);
	expect_eq(seen.count[4], 1);
	expect_eq(seen.count[10], cpus > 255);
	expected[0] = expected[9] = true;
	for (unsigned device = 1; device < PCI_DEVICES; device++)
		expected[pci_intx_line(device)] = true;
	expect(memcmp(seen.overridden, expected, sizeof(expected)) == 0);
}

static void
test_mcfg(void)
{
	const uint8_t *mcfg;

	unit_case("MCFG: one segment, bus 0 alone");
	build(1);
	mcfg = find("MCFG");
	expect_eq(get(mcfg + 4, 4), 60);
	expect_eq(get(mcfg + 44, 8), 0xe0000000);
	expect_eq(get(mcfg + 52, 8), 0);
}

static void
test_refusals(void)
{
	unit_case("more processors than the tables have room for");
	expect_eq(build(2000), 0);
	expect(strstr(boot.error, "2000 CPUs") != NULL);
	for (size_t i = LOW_LAST_acpi + 1; i < sizeof(ram); i++)
		expect(ram[i] == 0 || in_generation(i));

	unit_case("no RAM where the tables go");
	mem.low_size = LOW_acpi + 0x1000;
	expect_eq(build(1), 0);
	expect(boot.error[0] != '\0');
	mem.low_size = LOW_vmgenid;
	expect_eq(build(1), 0);
	expect(boot.error[0] != '\0');
	mem.low_size = MIB;
}

static bool
dump(const char *dir, const char *name, const uint8_t *table, uint64_t length)
{
	char path[4096];
	FILE *file;
	bool ok;

	snprintf(path, sizeof(path), "%s/%s.dat", dir, name);
	file = fopen(path, "wb");
	if (file == NULL)
		return false;
	ok = fwrite(table, length, 1, file) == 1;
	return fclose(file) == 0 && ok;
}

static int
dump_all(const char *dir, unsigned cpus)
{
	static const char *const names[] = { "FACP", "APIC", "MCFG" };
	bool ok = build(cpus) != 0;

	ok = ok && dump(dir, "FACS", at_gpa(get(find("FACP") + 36, 4)), 64);
	ok = ok && dump(dir, "DSDT", dsdt(), get(dsdt() + 4, 4));
	for (unsigned i = 0; ok && i < ARRAY_SIZE(names); i++)
		ok = dump(
		    dir, names[i], find(names[i]), get(find(names[i]) + 4, 4));
	return ok ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static const unsigned cpus[] = { 1, 2, 16, 254, 255, 256, 300 };

	if (argc > 2 && strcmp(argv[1], "--dump") == 0)
		return dump_all(argv[2],
		    argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1);
	unit_case("every table is found, whole, in its place, sums to zero");
	for (unsigned i = 0; i < ARRAY_SIZE(cpus); i++)
		test_pointers(cpus[i]);
	unit_case("MADT: processors in order, IOAPIC, lines, NMI (5.2.12)");
	for (unsigned i = 0; i < ARRAY_SIZE(cpus); i++)
		test_madt(cpus[i]);
	test_fadt();
	test_mcfg();
	test_refusals();
	return unit_done();
}
