/* SPDX-License-Identifier: MIT
 *
 * The header of a Multiboot 2 kernel, tag by tag.
 */
#include "boot/mb2_header.h"

#include "boot/mb2_fixture.h"

static struct mb2_header header;

static bool
reads(void)
{
	machine(file, sizeof(file), 0);
	return mb2_find(&boot.kernel, &header) && mb2_read(&boot, &header);
}

static bool
fails(const char *error)
{
	if (!reads() && strstr(boot.error, error) != NULL)
		return true;
	printf("# error is \"%s\"\n", boot.error);
	return false;
}

static void
test_fields(void)
{
	unit_case("tags with fields");
	begin(true);
	end();
	expect(reads());
	expect_eq(header.at, AT);
	expect(!header.has_address && !header.has_entry);
	expect(!header.has_relocatable);
	begin(true);
	put4(tag(2, 0, 24), 1, 2, 3, 4);
	put(tag(3, 0, 12), 5, 4);
	put4(tag(10, 0, 24), 6, 7, 8, 9);
	end();
	expect(reads());
	expect(header.has_address && header.has_entry);
	expect(header.has_relocatable);
	expect_eq(header.address.header_addr, 1);
	expect_eq(header.address.load_addr, 2);
	expect_eq(header.address.load_end_addr, 3);
	expect_eq(header.address.bss_end_addr, 4);
	expect_eq(header.entry_addr, 5);
	expect_eq(header.relocatable.min_addr, 6);
	expect_eq(header.relocatable.max_addr, 7);
	expect_eq(header.relocatable.align, 8);
	expect_eq(header.relocatable.preference, 9);
}

/* A header with one tag. */
static void
one_tag(unsigned type, unsigned flags, unsigned size, uint32_t value)
{
	begin(true);
	put(tag(type, flags, size), value, 4);
	end();
}

/* Is a header with this tag refused? */
static bool
bad_tag(unsigned type, unsigned flags, unsigned size, uint32_t value,
    const char *error)
{
	one_tag(type, flags, size, value);
	return fails(error);
}

static bool
good_tag(unsigned type, unsigned flags, unsigned size, uint32_t value)
{
	one_tag(type, flags, size, value);
	return reads();
}

static void
test_tags(void)
{
	unit_case("tags that must be understood, and their sizes");
	expect(good_tag(1, 0, 12, 21));
	expect(bad_tag(1, 0, 12, 22, "information request: type 22"));
	expect(good_tag(1, OPTIONAL, 12, 22));
	expect(good_tag(4, 0, 12, 2));
	expect(bad_tag(4, 0, 12, 3, "console_flags 0x3"));
	expect(good_tag(4, OPTIONAL, 12, 3));
	expect(good_tag(5, 0, 20, 0) && good_tag(6, 0, 8, 0));
	expect(good_tag(7, 0, 8, 0) && good_tag(9, 0, 12, 0));
	expect(bad_tag(11, 0, 8, 0, "tag 11 is unknown"));
	expect(good_tag(11, OPTIONAL, 8, 0));
	expect(bad_tag(3, 0, 11, 0, "tag 3: size 11 is less than its 12"));
	expect(bad_tag(2, 0, 23, 0, "tag 2: size 23"));
	expect(bad_tag(10, 0, 16, 0, "tag 10: size 16"));
	expect(bad_tag(4, 0, 8, 0, "tag 4: size 8"));
	expect(bad_tag(7, 0, 7, 0, "tag 7: size 7"));

	unit_case("a tag of wrong size before the end tag");
	begin(true);
	tag(7, 0, 8);
	end();
	put(file + AT + 16 + 4, 17, 4);
	expect(fails("tag 7: size 17 is less than 8 or"));
	put(file + AT + 16 + 4, UINT32_MAX, 4);
	expect(fails("tag 7: size 4294967295"));
	put(file + AT + 16 + 4, 16, 4);
	expect(fails("without an end tag"));
}

static void
test_header(void)
{
	unit_case("header: architecture, length, sum, place");
	begin(true);
	end();
	put_words(4, 24);
	expect(fails("architecture 4"));
	begin(true);
	end();
	put_words(0, sizeof(file) - AT + 1);
	expect(fails("header_length 0x7f9 at 0x208"));
	put_words(0, 16);
	expect(fails("without an end tag"));
	begin(true);
	end();
	file[AT + 12]++;
	expect(!mb2_find(&boot.kernel, &header));
	begin(true);
	end();
	memmove(file + AT + 4, file + AT, 16);
	expect(!mb2_find(&boot.kernel, &header));
}

int
main(void)
{
	test_fields();
	test_tags();
	test_header();
	return unit_done();
}
