/* SPDX-License-Identifier: MIT
 *
 * The ELF reader: headers, notes, segments and entry of files made by hand.
 */
#include "boot/elf_fixture.h"

#include "boot/elf.h"

static uint8_t file[0x600];
static struct elf elf;

static const struct segment_of_file good[] = {
	{ LOAD, 0x200, 0xc0100000, 0x100000, 0x100, 0x3000, 0x1000 },
	{ NOTE, 0x400, 0, 0, 0x80, 0x80, 4 },
	{ 0x6474e551, ~0u, 1, 1, ~0u, 1, 1 }, /* PT_GNU_STACK: not ours */
	{ LOAD, 0x300, 0xc0104000, 0x104000, 0, 0x10, 0x1000 },
};

static void
fresh(void)
{
	memset(file, 0, sizeof(file));
	put_elf64(file, 0xc0100010, good, ARRAY_SIZE(good));
	machine(file, sizeof(file), 0);
}

/* Is the file refused once `value` is at `at`? */
static bool
bad(unsigned at, uint64_t value, unsigned bytes, const char *error)
{
	fresh();
	put(file + at, value, bytes);
	if (!elf_read(&boot, &boot.kernel, &elf) &&
	    strstr(boot.error, error) != NULL)
		return true;
	printf("# error is \"%s\"\n", boot.error);
	return false;
}

static void
test_read(void)
{
	uint64_t entry;

	unit_case("both classes read the same");
	fresh();
	expect(elf_read(&boot, &boot.kernel, &elf));
	expect(elf.is64);
	expect_eq(elf.phnum, 4);
	expect_eq(elf.phdrs[0].p_paddr, 0x100000);
	expect_eq(elf.phdrs[3].p_memsz, 0x10);
	expect(elf_entry(&boot, &elf, &entry));
	expect_eq(entry, 0x100010);
	memset(file, 0, sizeof(file));
	put_elf32(file, 0xc0100010, good, ARRAY_SIZE(good));
	expect(elf_read(&boot, &boot.kernel, &elf));
	expect(!elf.is64);
	expect_eq(elf.phnum, 4);
	expect_eq(elf.phdrs[0].p_vaddr, 0xc0100000);
	expect_eq(elf.phdrs[0].p_paddr, 0x100000);
	expect_eq(elf.phdrs[0].p_offset, 0x200);
	expect_eq(elf.phdrs[0].p_filesz, 0x100);
	expect_eq(elf.phdrs[3].p_memsz, 0x10);
	expect_eq(elf.phdrs[1].p_align, 4);
	expect(elf_entry(&boot, &elf, &entry));
	expect_eq(entry, 0x100010);
	put(file + 28, sizeof(file) - 4 * 32, 4); /* e_phoff */
	expect(elf_read(&boot, &boot.kernel, &elf));
	put(file + 28, sizeof(file) - 4 * 32 + 1, 4);
	expect(!elf_read(&boot, &boot.kernel, &elf));
}

static void
test_headers(void)
{
	enum { PHDR0 = 64, PHDR1 = 64 + 56 };

	unit_case("each field of the headers is judged");
	expect(bad(0, 0, 1, "no ELF header"));
	expect(bad(4, 3, 1, "EI_CLASS 3"));
	expect(bad(5, 2, 1, "EI_DATA 2"));
	expect(bad(16, 1, 2, "e_type 1"));
	expect(bad(18, 40, 2, "e_machine 40"));
	expect(bad(54, 55, 2, "e_phentsize 55"));
	expect(bad(56, 0, 2, "e_phnum 0"));
	expect(bad(56, 33, 2, "e_phnum 33"));
	expect(bad(32, sizeof(file) - 4 * 56 + 1, 8, "e_phoff 0x521"));
	expect(bad(32, UINT64_MAX, 8, "e_phoff"));
	expect(bad(PHDR0 + 8, 0x501, 8,
	    "PT_LOAD 0: p_filesz 0x100 at p_offset 0x501 runs past the end of "
	    "the file (0x600 bytes)"));
	expect(bad(PHDR0 + 8, UINT64_MAX, 8, "PT_LOAD 0: p_filesz"));
	expect(bad(PHDR0 + 32, UINT64_MAX, 8, "PT_LOAD 0: p_filesz"));
	expect(bad(PHDR0 + 40, 0xff, 8,
	    "PT_LOAD 0: p_filesz 0x100 exceeds p_memsz 0xff"));
	expect(bad(PHDR1 + 32, 0x201, 8, "PT_NOTE 1: p_filesz 0x201"));
}

static void
test_entry(void)
{
	static const struct segment_of_file empty[] = {
		{ LOAD, 0, 0x1000, 0x2000, 0, 0, 0 },
		{ LOAD, 0, 0xffffffffffffff00, 0x3000, 0, 0x200, 0 },
	};
	uint64_t entry;

	unit_case("an entry that is physical already, and one that is nothing");
	fresh();
	expect(elf_read(&boot, &boot.kernel, &elf));
	elf.e_entry = 0x102fff;
	expect(elf_entry(&boot, &elf, &entry));
	expect_eq(entry, 0x102fff);
	elf.e_entry = 0x103000;
	expect(!elf_entry(&boot, &elf, &entry));
	expect(strcmp(boot.error, "e_entry 0x103000: in no PT_LOAD") == 0);
	expect(elf_holds(&elf, 0x10400f) && !elf_holds(&elf, 0x104010));

	unit_case(
	    "a segment of no bytes holds nothing; one may wrap virtually");
	memset(file, 0, sizeof(file));
	put_elf64(file, 0x1000, empty, 2);
	expect(elf_read(&boot, &boot.kernel, &elf));
	expect(!elf_entry(&boot, &elf, &entry));
	elf.e_entry = 0xff;
	expect(elf_entry(&boot, &elf, &entry));
	expect_eq(entry, 0x31ff);
}

static void
test_load(void)
{
	unit_case("segments go to p_paddr; the rest of p_memsz stays zero");
	fresh();
	memset(ram, 0, sizeof(ram));
	memset(file + 0x200, 0x5a, 0x200);
	expect(elf_read(&boot, &boot.kernel, &elf));
	expect(elf_load(&boot, &elf, 0));
	expect_eq(get(0x100000, 1), 0x5a);
	expect_eq(get(0x1000ff, 2), 0x5a);
	expect_eq(get(0x104000, 1), 0);
	expect_eq(boot.claim_count, 2);
	expect_eq(boot.claims[0].size, 0x3000);

	unit_case("moved by a delta, down too");
	boot.claim_count = 0;
	expect(elf_load(&boot, &elf, (uint64_t)-0x80000));
	expect_eq(get(0x80000, 1), 0x5a);

	unit_case("segments that overlap, wrap or leave RAM");
	expect(!elf_load(&boot, &elf, (uint64_t)-0x80000));
	boot.claim_count = 0;
	elf.phdrs[3].p_paddr = 0x102fff;
	expect(!elf_load(&boot, &elf, 0));
	expect(strstr(boot.error,
		   "PT_LOAD 3: 0x10 bytes at 0x102fff overlap "
		   "PT_LOAD 0") != NULL);
	boot.claim_count = 0;
	expect(!elf_load(&boot, &elf, (uint64_t)-0x100001));
	expect(!elf_load(&boot, &elf, RAM_SIZE - 0x102fff));
	expect_eq(boot.claim_count, 0);
}

/* A note without its descriptor. */
static void
note(unsigned at, const char *name, unsigned namesz, unsigned type,
    unsigned descsz)
{
	put(file + at, namesz, 4);
	put(file + at + 4, descsz, 4);
	put(file + at + 8, type, 4);
	memcpy(file + at + 12, name, strlen(name));
}

static struct elf_note want = { .name = "Xen", .type = 18, .max = 8 };
static uint64_t descriptor;

static bool
search(unsigned align)
{
	want.descriptor = &descriptor;
	descriptor = 0;
	put(file + 64 + 56 + 48, align, 8); /* p_align of program header 1 */
	return elf_read(&boot, &boot.kernel, &elf) &&
	    elf_note(&boot, &boot.kernel, &elf, &want);
}

static void
test_notes(void)
{
	unit_case("a note behind others, at multiples of 4");
	fresh();
	note(0x400, "GNU", 4, 18, 5);  /* 12 + 4 + 8: to 0x418 */
	note(0x418, "Xen", 4, 17, 0);  /* to 0x428 */
	note(0x428, "Xen!", 5, 18, 1); /* to 0x440 */
	note(0x440, "Xen", 4, 18, 4);
	put(file + 0x450, 0x12345678, 4);
	expect(search(4) && want.size == 4);
	expect_eq(descriptor, 0x12345678);
	expect(search(0) && search(1));
	expect_eq(want.size, 4);

	unit_case("and at multiples of 8");
	fresh();
	note(0x400, "GNU", 4, 18, 5);	/* 16, 8: to 0x418 */
	note(0x418, "abcde", 6, 18, 1); /* 24, 8: to 0x438 */
	note(0x438, "Xen", 4, 18, 8);
	put(file + 0x448, 0x123456789a, 8);
	expect(search(8) && want.size == 8);
	expect_eq(descriptor, 0x123456789a);

	unit_case("no such note is no error");
	fresh();
	expect(search(4) && want.size == 0);
	note(0x400, "Xen", 3, 18, 4); /* without its zero */
	expect(search(4) && want.size == 0);
	note(0x400, "Xen", 8, 18, 4); /* with more than it */
	expect(search(4) && want.size == 0);
}

static void
test_bad_notes(void)
{
	unit_case("notes that run out of their segment, or are too many");
	fresh();
	note(0x400, "Xen", 4, 18, 0x71); /* 0x400 + 16 + 0x71 > 0x480 */
	expect(!search(4));
	expect(strstr(boot.error, "PT_NOTE 1: note 0 runs past") != NULL);
	note(0x400, "Xen", 4, 18, UINT32_MAX);
	expect(!search(4));
	note(0x400, "Xen", UINT32_MAX, 18, UINT32_MAX);
	expect(!search(4));
	note(0x400, "Xen", 4, 18, 9);
	expect(!search(4));
	expect(strstr(boot.error, "n_descsz 9") != NULL);
	note(0x400, "Xen", 4, 18, 0);
	expect(!search(4));
	expect(strstr(boot.error, "n_descsz 0") != NULL);
}

static void
test_many_notes(void)
{
	static uint8_t many[0x200 + 12 * 300];
	struct segment_of_file notes = { NOTE, 0x200, 0, 0, 12 * 256, 0, 4 };

	unit_case("256 notes are searched, 257 are too many");
	machine(many, sizeof(many), 0);
	put_elf64(many, 0, &notes, 1);
	expect(search(4) && want.size == 0);
	notes.filesz += 12;
	put_elf64(many, 0, &notes, 1);
	expect(!search(4));
	expect(strstr(boot.error, "more than 256") != NULL);
}

int
main(void)
{
	test_read();
	test_headers();
	test_entry();
	test_load();
	test_notes();
	test_bad_notes();
	test_many_notes();
	return unit_done();
}
