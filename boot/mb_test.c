/* SPDX-License-Identifier: MIT
 *
 * Address fields in every wrong order, strings, and where modules go.
 */
#include "boot/mb.h"

#include "boot/fixture.h"

enum { HEADER_AT = 0x104 };

static const uint8_t file[0x800];
static struct mb_kernel kernel;

static bool
fields(uint32_t header, uint32_t load, uint32_t load_end, uint32_t bss_end)
{
	struct mb_address a = { header, load, load_end, bss_end };

	machine(file, sizeof(file), 0);
	return mb_by_address(&boot, &a, HEADER_AT, &kernel);
}

static bool
says(const char *error)
{
	if (strstr(boot.error, error) != NULL)
		return true;
	printf("# error is \"%s\"\n", boot.error);
	return false;
}

static void
expect_kernel(uint64_t from, uint64_t file_bytes, gpa_t base, uint64_t size)
{
	expect_eq(kernel.from, from);
	expect_eq(kernel.file_bytes, file_bytes);
	expect_eq(kernel.base, base);
	expect_eq(kernel.size, size);
}

static void
test_good(void)
{
	unit_case("address fields: to an end, to the file's, with bss");
	expect(fields(0x1004, 0x1000, 0x1500, 0x2000));
	expect_kernel(0x100, 0x500, 0x1000, 0x1000);
	expect(fields(0x1004, 0x1000, 0, 0));
	expect_kernel(0x100, 0x700, 0x1000, 0x700);
	expect(fields(0x1104, 0x1000, 0x1800, 0x1800));
	expect_kernel(0, 0x800, 0x1000, 0x800);
	expect(fields(0x1104, UINT32_MAX, 0, 0));
	expect_kernel(0, 0x800, 0x1000, 0x800);
	expect(fields(0x1000, 0x1000, 0x1000, 0));
	expect_kernel(0x104, 0, 0x1000, 0);
	expect(fields(UINT32_MAX, UINT32_MAX - 4, UINT32_MAX, UINT32_MAX));
	expect_kernel(0x100, 4, UINT32_MAX - 4, 4);
}

static void
test_bad(void)
{
	unit_case("that contradict each other or the file");
	expect(!fields(0x1000, 0x1001, 0, 0));
	expect(says("load_addr 0x1001 is above header_addr 0x1000"));
	expect(!fields(0x1105, 0x1000, 0, 0));
	expect(says("header_addr 0x1105: the image would begin 0x105 bytes"));
	expect(!fields(UINT32_MAX, 0, 0, 0));
	expect(says("header_addr 0xffffffff"));
	expect(!fields(0x103, UINT32_MAX, 0, 0));
	expect(says("header_addr 0x103"));
	expect(!fields(0x1004, 0x1000, 0xfff, 0));
	expect(says("load_end_addr 0xfff is below load_addr 0x1000"));
	expect(!fields(0x1004, 0x1000, 0x1701, 0));
	expect(says("load_end_addr 0x1701 runs past the end of the file"));
	expect(!fields(0x1004, 0x1000, UINT32_MAX, 0));
	expect(says("load_end_addr 0xffffffff runs past"));
	expect(!fields(0x1004, 0x1000, 0x1500, 0x14ff));
	expect(says("bss_end_addr 0x14ff is below the end of data 0x1500"));
	expect(!fields(0x1004, 0x1000, 0, 0x16ff));
	expect(says("bss_end_addr 0x16ff"));
}

static void
test_load(void)
{
	unit_case("the entry lies in what comes from the file");
	expect(fields(0x1004, 0x1000, 0x1500, 0x2000));
	kernel.entry = 0x1500;
	expect(!mb_load(&boot, &kernel, 0) && says("entry 0x1500"));
	kernel.entry = 0xfff;
	expect(!mb_load(&boot, &kernel, 0) && says("entry 0xfff"));
	kernel.entry = 0x14ff;
	expect(mb_load(&boot, &kernel, 0));
	expect(!mb_load(&boot, &kernel, 0) && says("overlap the kernel"));
	expect(!mb_load(&boot, &kernel, RAM_SIZE - 0x1fff));
	expect(says("not in RAM"));
}

static bool
string_is(const char *name, const char *args, const char *want)
{
	struct image image = { .name = name };
	struct room room = { 0x1000, 0x2000 };

	machine(NULL, 0, 0);
	expect_eq(mb_string_size(&image, args), strlen(want) + 1);
	expect_eq(mb_string_put(&boot, &room, &image, args, "x"), 0x1000);
	expect_eq(room.next, 0x1000 + strlen(want) + 1);
	return ram_has(0x1000, want, strlen(want) + 1);
}

static void
test_strings(void)
{
	char longest[256 + 3 + 1];

	unit_case("\"NAME ARGS\", the name one word of at most 256");
	expect(string_is("kernel", "a b", "kernel a b"));
	expect(string_is("/d/my kernel", "", "my_kernel "));
	expect(string_is("/d/", "x", " x"));
	expect(string_is("", "", " "));
	memset(longest, 'n', 259);
	longest[259] = '\0';
	machine(NULL, 0, 0);
	expect_eq(mb_string_size(&(struct image){ .name = longest }, "z"), 259);
	longest[256] = '\0';
	memcpy(ram + 0x3000, longest, 256);
	memcpy(ram + 0x3100, " z", 3);
	longest[256] = 'n';
	expect(string_is(longest, "z", (const char *)ram + 0x3000));
}

static void
test_modules(void)
{
	struct claim m[BOOT_MODULES_MAX];

	unit_case("modules behind the kernel, or before it when RAM is full");
	machine(NULL, 0, 2);
	boot_claim(&boot, &(struct claim){ "k", -1, 0x300000, 0x10 });
	expect(mb_modules(&boot, m));
	expect_eq(m[0].at, 0x301000);
	expect_eq(m[1].at, 0x302000);
	machine(NULL, 0, 2);
	boot_claim(&boot, &(struct claim){ "k", -1, RAM_SIZE - 0x2000, 16 });
	expect(mb_modules(&boot, m));
	expect_eq(m[0].at, RAM_SIZE - 0x1000);
	expect_eq(m[1].at, MIB);

	unit_case("memory in KiB");
	expect_eq(mb_mem_upper(&mem), 7 * 1024);
	expect_eq(mb_mem_upper(&(struct gmem){ .low_size = 0x1000 }), 0);
	expect_eq(mb_mem_upper(&(struct gmem){ .low_size = 3 * GIB }),
	    3 * 1024 * 1024 - 1024);
}

int
main(void)
{
	test_good();
	test_bad();
	test_load();
	test_strings();
	test_modules();
	return unit_done();
}
