/* SPDX-License-Identifier: MIT
 *
 * The devices of the DSDT by the bytes that ACPI 6.5 gives for them, without
 * a table around them. Whether the whole is AML is for tools/check_acpi.
 */
#include "boot/acpi_dsdt.h"

#include <string.h>

#include "tools/unit.h"

static uint8_t ram[MIB];
static const struct gmem mem = { .host = ram, .low_size = MIB };
static uint8_t bytes[64 * KIB];
static struct aml out;
static struct boot boot;

static void
put(unsigned cpus)
{
	boot.mem = &mem;
	boot.cpus = cpus;
	boot.devices = unit_devices;
	memset(bytes, 0, sizeof(bytes));
	out = (struct aml){ .bytes = bytes, .size = sizeof(bytes) };
	dsdt_put(&out, &boot);
	expect(aml_fits(&out));
}

/* An object of the namespace: what follows its name. */
struct span {
	const uint8_t *at;
	size_t length;
};

static bool
begins(size_t at, const void *want, size_t length)
{
	return range_within(at, length, out.used) &&
	    memcmp(bytes + at, want, length) == 0;
}

/* DeviceOp PkgLength NameSeg (20.2.5.2): how many have the name, and the last
 * of them. Lengths are in their longest form. */
static unsigned
find(const char *name, struct span *span)
{
	unsigned count = 0;

	*span = (struct span){ bytes, 0 };
	for (size_t at = 0; at + 9 <= out.used; at++) {
		size_t length;

		if (!begins(at, "\x5b\x82", 2) || !begins(at + 5, name, 4))
			continue;
		length = (bytes[at + 2] & 0xf) | (size_t)bytes[at + 3] << 4 |
		    (size_t)bytes[at + 4] << 12;
		if (!expect(range_within(at + 2, length, out.used)) ||
		    !expect(length > 7))
			continue;
		*span = (struct span){ bytes + at + 9, length - 7 };
		count++;
	}
	return count;
}

static bool
has(struct span span, const void *want, size_t length)
{
	for (size_t at = 0; at + length <= span.length; at++)
		if (memcmp(span.at + at, want, length) == 0)
			return true;
	return false;
}

/* A device, once, that is no more than the bytes. */
#define expect_device(name, ...)                                               \
	do {                                                                   \
		static const uint8_t want[] = { __VA_ARGS__ };                 \
		struct span is;                                                \
                                                                               \
		expect_eq(find(name, &is), 1);                                 \
		expect_eq(is.length, sizeof(want));                            \
		expect(has(is, want, sizeof(want)));                           \
	} while (0)

#define NAME(a, b, c, d) 0x08, (a), (b), (c), (d)
#define HID		 NAME('_', 'H', 'I', 'D')
#define UID		 NAME('_', 'U', 'I', 'D')
#define CRS		 NAME('_', 'C', 'R', 'S'), 0x11
#define END_TAG		 0x79, 0

static void
test_processors(void)
{
	struct span is;

	unit_case("a processor is a device with the MADT's _UID (8.4)");
	put(300);
	expect_eq(find("C12B", &is), 1); /* 299 */
	expect(has(is,
	    "\x08_HID\x0d"
	    "ACPI0007",
	    15));
	expect(has(is, "\x08_UID\x0b\x2b\x01", 8));
	expect_eq(find("C12C", &is), 0);
	put(1);
	expect_eq(find("C000", &is), 1);
	expect_eq(find("C001", &is), 0);
}

static void
test_chips(void)
{
	put(1);
	unit_case("a chip: its id, its ports, its line (6.4.2)");
	expect_device("COM1", HID, 0x0c, 0x41, 0xd0, 0x05, 0x01, UID, 0x01, CRS,
	    0x83, 0x01, 0, 0x0b, 13, 0, 0x47, 1, 0xf8, 3, 0xf8, 3, 1, 8, 0x22,
	    1 << 4, 0, END_TAG);
	expect_device("RTC_", HID, 0x0c, 0x41, 0xd0, 0x0b, 0x00, UID, 0x01, CRS,
	    0x83, 0x01, 0, 0x0b, 13, 0, 0x47, 1, 0x70, 0, 0x70, 0, 1, 2, 0x22,
	    0, 1, END_TAG);
}

static void
test_chips_of_qemu(void)
{
	unit_case("pvpanic and fw_cfg: ids of eight characters, no line");
	put(1);
	expect_device("PEVT", HID, 0x0d, 'Q', 'E', 'M', 'U', '0', '0', '0', '1',
	    0, UID, 0x01, CRS, 0x80, 0x01, 0, 0x0b, 10, 0, 0x47, 1, 0x05, 5,
	    0x05, 5, 1, 1, END_TAG);
	expect_device("FWCF", HID, 0x0d, 'Q', 'E', 'M', 'U', '0', '0', '0', '2',
	    0, UID, 0x01, CRS, 0x80, 0x01, 0, 0x0b, 10, 0, 0x47, 1, 0x10, 5,
	    0x10, 5, 1, 2, END_TAG);
}

static void
test_generation(void)
{
	struct span is;

	unit_case("vmgenid: ids, and the address by halves");
	memset(boot.generation, 0xa5, sizeof(boot.generation));
	put(1);
	expect_eq(find("VGEN", &is), 1);
	expect(has(is, "\x08_HID\x0dMICA0001", 15));
	expect(has(is, "\x08_CID\x0dVM_Gen_Counter", 21));
	expect(has(is, "\x08_DDN\x0dVM_Gen_Counter", 21));
	expect(has(is,
	    "\x08"
	    "ADDR\x12\x8a\0\0\x02\x0c\0\x70\x0f\0\0",
	    16));

	unit_case("no vmgenid without an id");
	memset(boot.generation, 0, sizeof(boot.generation));
	put(1);
	expect_eq(find("VGEN", &is), 0);

	unit_case("vmclock: ids, and its page");
	expect_eq(find("VCLK", &is), 1);
	expect(has(is,
	    "\x08_HID\x0d"
	    "AMZNC10C",
	    15));
	expect(has(is, "\x08_CID\x0dVMCLOCK", 14));
	expect(has(is, "\x08_DDN\x0dVMCLOCK", 14));
	expect(has(is, "\x86\x09\0\x01\0\x70\x0e\0\0\x10\0\0", 12));
}

static void
test_pci(void)
{
	static const struct virtio_bus_setup none;
	struct span is;

	unit_case("the bus: its ids, its ports, its devices' memory");
	put(1);
	expect_eq(find("PCI0", &is), 1);
	expect(has(is, "\x08_HID\x0c\x41\xd0\x0a\x08", 10));
	expect(has(is, "\x08_CID\x0c\x41\xd0\x0a\x03", 10));
	expect(has(is, "\x47\x01\xf8\x0c\xf8\x0c\x01\x08", 8));
	expect(has(is, "\x87\x17\0\0", 4)); /* memory */
	unit_case("a bus without devices passes nothing on but itself");
	boot.devices = none;
	out.used = 0;
	dsdt_put(&out, &boot);
	expect_eq(find("PCI0", &is), 1);
	expect(!has(is, "\x87\x17\0\0", 4));
	expect(has(is, "\x88\x0d\0\x02\x0c", 5)); /* buses */

	unit_case("the MCFG's window is a motherboard device's");
	expect_eq(find("ECAM", &is), 1);
	expect(has(is, "\x08_HID\x0c\x41\xd0\x0c\x02", 10));
	expect(has(is, "\x86\x09\0\x01\0\0\0\xe0\0\0\x10\0", 12));
}

static void
test_s5(void)
{
	unit_case("S5, outside the scope of devices, and last (7.4.2)");
	put(1);
	expect(begins(out.used - 14, "\x08_S5_\x12", 6));
	expect(begins(out.used - 5, "\x04", 1));
}

int
main(void)
{
	test_processors();
	test_chips();
	test_chips_of_qemu();
	test_generation();
	test_pci();
	test_s5();
	return unit_done();
}
