/* SPDX-License-Identifier: MIT
 *
 * A ROM: where its bytes show, where the CPU begins, and what is refused.
 */
#include "boot/fixture.h"

enum { ROM_SIZE = 512 << 10, COPY = 256 << 10 };

static uint8_t file[ROM_SIZE], rom[ROM_SIZE];
static struct gmem with_rom = {
	.host = ram, .low_size = RAM_SIZE, .rom = rom, .rom_size = ROM_SIZE
};

static bool
load(size_t size, size_t rom_size)
{
	memset(rom, 0, sizeof(rom));
	memset(ram, 0, sizeof(ram));
	with_rom.rom_size = rom_size;
	machine(file, size, 0);
	boot.mem = &with_rom;
	boot.cmdline = "";
	boot.acpi = false;
	boot.loader = boot_loader("firmware");
	return boot_load(&boot);
}

static bool
says(const char *error)
{
	return strstr(boot.error, error) != NULL;
}

static void
test_places(void)
{
	unit_case("all of it below 4 GiB, the last 256 KiB below 1 MiB");
	expect(load(ROM_SIZE, ROM_SIZE));
	expect(memcmp(rom, file, ROM_SIZE) == 0);
	expect(memcmp(ram + MIB - COPY, file + ROM_SIZE - COPY, COPY) == 0);
	expect_eq(get(MIB - COPY - 8, 8) | get(MIB, 8), 0);
	expect_eq(boot.rsdp, 0);

	unit_case("a small one");
	expect(load(COPY / 2, COPY / 2));
	expect(memcmp(rom, file, COPY / 2) == 0);
	expect(memcmp(ram + MIB - COPY / 2, file, COPY / 2) == 0);
	expect_eq(get(MIB - COPY / 2 - 8, 8), 0);

	unit_case("the reset vector");
	expect_eq(boot.entry.cs.base + boot.entry.rip, 4 * GIB - 16);
	expect_eq(boot.entry.cs.selector, 0xf000);
	expect_eq(boot.entry.cr0, 0x60000010);
	expect_eq(boot.entry.idt_limit, 0xffff);
}

static void
test_refusals(void)
{
	unit_case("what is no ROM");
	expect(!load(ROM_SIZE, 0) && says("no ROM"));
	expect(!load(COPY, ROM_SIZE) && says("no ROM"));
	machine(file, sizeof(file), 1);
	boot.mem = &with_rom;
	boot.acpi = false;
	boot.loader = boot_loader("firmware");
	expect(!boot_load(&boot) && says("module"));
	expect(!firmware_probe(&boot.kernel));
}

int
main(void)
{
	uint64_t seed = 1;

	for (size_t i = 0; i < sizeof(file); i++)
		file[i] = (uint8_t)unit_random(&seed);
	test_places();
	test_refusals();
	return unit_done();
}
