/* SPDX-License-Identifier: MIT
 *
 * The probe table, and images as files.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "boot/fixture.h"

static void
test_table(void)
{
	static const char *const names[] = { "bzimage", "linux16", "pvh",
		"multiboot2", "multiboot", "linux64", "flat", "firmware" };
	unsigned i;

	unit_case("loaders by name, in the order of probing");
	for (i = 0; boot_loader_name(i) != NULL; i++) {
		expect(i < ARRAY_SIZE(names) &&
		    strcmp(boot_loader_name(i), names[i]) == 0);
		expect(boot_loader(names[i]) != NULL);
	}
	expect_eq(i, ARRAY_SIZE(names));
	expect(boot_loader("") == NULL);
	expect(boot_loader("Flat") == NULL);
}

static void
test_unknown(void)
{
	static const uint8_t zeros[40000];
	uint8_t noise[40000];
	uint64_t state = 3;

	unit_case("anything else is refused by the list of what is known");
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)unit_random(&state);
	expect(refused(noise, sizeof(noise), "is none of what mica starts"));
	expect(refused(zeros, sizeof(zeros), "bzImage by its 64-bit entry"));
	expect(refused(zeros, 1, "Multiboot"));
	expect(refused(NULL, 0, "vmlinux"));
	expect(refused(zeros, 1, "flat"));
	for (unsigned i = 0; boot_loader_name(i) != NULL; i++) {
		machine(zeros, sizeof(zeros), 2);
		boot.loader = boot_loader(boot_loader_name(i));
		expect(!boot_load(&boot));
		expect(boot.error[0] != '\0');
	}
}

static void
test_acpi(void)
{
	static const uint8_t halt = 0xf4;
	const struct gmem small = { .host = ram, .low_size = LOW_acpi };

	unit_case("ACPI tables when asked for, and nothing on them");
	machine(&halt, 1, 0);
	boot.cmdline = "";
	boot.loader = boot_loader("flat");
	boot.flat_address = LOW_LAST_acpi;
	expect(boot_load(&boot));
	expect_eq(boot.rsdp, 0);
	boot.acpi = true;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "overlap mica's acpi") != NULL);
	boot.flat_address = LOW_vmclock;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "overlap mica's vmclock") != NULL);
	boot.flat_address = LOW_vmgenid;
	expect(!boot_load(&boot));
	expect(strstr(boot.error, "overlap mica's vmgenid") != NULL);
	boot.flat_address = 0x1000;
	expect(boot_load(&boot));
	expect_eq(boot.rsdp, LOW_acpi);
	expect(ram_has(LOW_acpi, "RSD PTR ", 8));
	expect_eq(boot.error[0], '\0');
	boot.mem = &small;
	expect(!boot_load(&boot));
}

static void
test_file(void)
{
	int fd = memfd_create("image", 0);
	struct image image = { "image", fd, NULL, 10 };
	char bytes[8] = "";

	unit_case("a file is read at offsets, and may have become shorter");
	expect(fd >= 0 && write(fd, "0123456789", 10) == 10);
	expect(image_read(&image, 3, bytes, 4));
	expect(memcmp(bytes, "3456", 5) == 0);
	expect(image_read(&image, 9, bytes, 1) && bytes[0] == '9');
	expect(image_read(&image, 10, NULL, 0));
	expect(!image_read(&image, 9, bytes, 2));
	expect(!image_read(&image, 11, bytes, 0));
	expect(!image_read(&image, UINT64_MAX, bytes, 2));
	expect(ftruncate(fd, 9) == 0);
	expect(!image_read(&image, 8, bytes, 2));
	expect_eq(fake.warnings, 0);
	close(fd);
	expect(!image_read(&image, 0, bytes, 1));
	expect_eq(fake.warnings, 1); /* EBADF */

	unit_case("a module that cannot be read is an error");
	machine(NULL, 0, 1);
	boot.modules[0].image = image;
	expect(!boot_module_load(&boot, 0,
	    &(struct place){ MIB, RAM_HIGH, 4096, true },
	    &(struct claim){ 0 }));
	expect(strcmp(boot.error, "module 0: cannot read the file") == 0);
}

int
main(void)
{
	test_table();
	test_unknown();
	test_acpi();
	test_file();
	return unit_done();
}
