/* SPDX-License-Identifier: MIT
 *
 * Setup headers of every age, and where an initrd goes.
 */
#include "boot/linux.h"

#include "boot/fixture.h"

enum { KERNEL_END = 0x500000, KERNEL = 0x200000 };

static struct claim initrd;

/* Two modules, beside a kernel from 2 to 5 MiB. */
static bool
place(uint32_t initrd_addr_max, uint16_t xloadflags)
{
	struct setup_header header = { .initrd_addr_max = initrd_addr_max,
		.xloadflags = xloadflags };

	boot_claim(
	    &boot, &(struct claim){ "k", -1, KERNEL, KERNEL_END - KERNEL });
	return linux_initrd(&boot, &header, &initrd);
}

static bool
place_two(uint32_t initrd_addr_max, uint16_t xloadflags)
{
	memset(ram, 0, sizeof(ram));
	machine(NULL, 0, 2);
	return place(initrd_addr_max, xloadflags);
}

static void
test_initrd(void)
{
	enum { SIZE = 16 + sizeof(module_b) };

	unit_case("an initrd at the top of RAM, modules at multiples of 4");
	expect(place_two(0x7fffffff, 0));
	expect_eq(initrd.size, SIZE);
	expect_eq(initrd.at, RAM_SIZE - 0x2000);
	expect(ram_has(initrd.at, module_a, sizeof(module_a)));
	expect_eq(get(initrd.at + sizeof(module_a), 3), 0);
	expect(ram_has(initrd.at + 16, module_b, sizeof(module_b)));

	unit_case("below initrd_addr_max and beside the kernel");
	expect(place_two(0x6fffff, 0));
	expect_eq(initrd.at, 0x6fe000);
	expect(place_two(0x6fe000 + SIZE - 1, 0));
	expect_eq(initrd.at, 0x6fe000);
	expect(place_two(0x6fe000 + SIZE - 2, 0));
	expect_eq(initrd.at, 0x6fd000);
	expect(place_two(KERNEL_END + SIZE - 2, 0));
	expect_eq(initrd.at, KERNEL - 0x2000);
	expect(place_two(UINT32_MAX, 0));
	expect(!place_two(0x100000 + SIZE - 2, 0));
	expect(strstr(boot.error,
		   "initrd: no room in RAM for 0x1398 bytes "
		   "(initrd_addr_max 0x101396)") != NULL);
	expect(place_two(0, XLF_CAN_BE_LOADED_ABOVE_4G));
	expect_eq(initrd.at, RAM_SIZE - 0x2000);

	unit_case("no modules, no initrd; one larger than RAM");
	machine(NULL, 0, 0);
	expect(place(0x7fffffff, 0));
	expect_eq(initrd.at | initrd.size, 0);
	machine(NULL, 0, 2);
	boot.modules[1].image.size = UINT64_MAX - 1;
	expect(!place(0x7fffffff, 0));
	expect(strstr(boot.error, "bytes, RAM has 0x800000") != NULL);
}

static void
test_above(void)
{
	const struct gmem two = { .host = ram,
		.low_size = KERNEL_END,
		.high_size = RAM_SIZE - KERNEL_END };
	static uint8_t big[0x180000] = "big"; /* not between 1 and 2 MiB */

	unit_case("above 4 GiB, if the kernel can and there is no other room");
	for (unsigned above = 0; above < 2; above++) {
		machine(NULL, 0, 1);
		boot.mem = &two;
		boot.modules[0].image.data = big;
		boot.modules[0].image.size = sizeof(big);
		expect_eq(
		    place(0x7fffffff, above ? XLF_CAN_BE_LOADED_ABOVE_4G : 0),
		    above);
	}
	expect_eq(initrd.at, 4 * GIB + two.high_size - sizeof(big));
	expect(ram_has(RAM_SIZE - sizeof(big), big, sizeof(big)));
}

static uint8_t file[0x800];
static struct bzimage bz;

static bool
reads(unsigned version, unsigned jump)
{
	memset(file, 0xee, sizeof(file));
	put(file + 0x1f1, 1, 1);      /* setup_sects */
	put(file + 0x1f4, 0x40, 4);   /* syssize */
	put(file + 0x1fe, 0xaa55, 2); /* boot_flag */
	put(file + 0x200, 0xeb | jump << 8, 2);
	memcpy(file + 0x202, "HdrS", 4);
	put(file + 0x206, version, 2);
	put(file + 0x211, 1, 1); /* loadflags */
	machine(file, sizeof(file), 0);
	return linux_read(&boot, &bz);
}

static void
test_header(void)
{
	unit_case("fields that a header does not have");
	expect(reads(0x20f, 0x6a));
	expect_eq(bz.setup_size, 0x400);
	expect_eq(bz.kernel_size, 0x400);
	expect_eq(bz.header.kernel_info_offset, 0xeeeeeeee);
	expect_eq(bz.header.initrd_addr_max, 0xeeeeeeee);
	expect(reads(0x20f, 0x66));
	expect_eq(bz.header.kernel_info_offset, 0);
	expect_eq(bz.header.handover_offset, 0xeeeeeeee);
	expect(reads(0x20f, 0xff));
	expect_eq(bz.header.kernel_info_offset, 0xeeeeeeee);
	expect(reads(0x205, 0x36));
	expect_eq(bz.header.cmdline_size, 255);
	expect_eq(bz.header.init_size, 0);
	expect(reads(0x202, 0x2a));
	expect_eq(bz.header.initrd_addr_max, 0x37ffffff);
	expect_eq(bz.header.cmd_line_ptr, 0xeeeeeeee);

	unit_case("before 2.04 syssize says nothing");
	put(file + 0x1f4, 1, 4);
	expect(linux_read(&boot, &bz));
	expect_eq(bz.kernel_size, 0x400);
	put(file + 0x206, 0x204, 2);
	expect(linux_read(&boot, &bz));
	expect_eq(bz.kernel_size, 0x10);

	unit_case("no header");
	put(file + 0x1fe, 0xaa54, 2);
	expect(!linux_read(&boot, &bz));
	expect(strstr(boot.error, "boot_flag 0xaa55") != NULL);
	put(file + 0x1fe, 0xaa55, 2);
	boot.kernel.size = 0x26b;
	expect(!linux_read(&boot, &bz));
}

int
main(void)
{
	test_initrd();
	test_above();
	test_header();
	return unit_done();
}
