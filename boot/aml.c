/* SPDX-License-Identifier: MIT
 *
 * See aml.h. Sections are of ACPI 6.5. Each length is written in the longest
 * form that it can need, so that nothing moves when it becomes known.
 */
#include "boot/aml.h"

#include <string.h>

/* 20.2.2 to 20.2.5: the first byte of each kind of object. */
enum {
	NAME_OP = 0x08,
	BYTE_PREFIX = 0x0a,
	WORD_PREFIX = 0x0b,
	DWORD_PREFIX = 0x0c,
	STRING_PREFIX = 0x0d,
	SCOPE_OP = 0x10,
	BUFFER_OP = 0x11,
	PACKAGE_OP = 0x12,
	EXT_PREFIX = 0x5b,
	DEVICE_OP = 0x82 /* after EXT_PREFIX */
};

enum { LENGTH_BYTES = 3, NAME_BYTES = 4 };

bool
aml_fits(const struct aml *aml)
{
	return aml->used <= aml->size;
}

void
aml_put(struct aml *aml, const void *bytes, size_t len)
{
	if (range_within(aml->used, len, aml->size))
		memcpy(aml->bytes + aml->used, bytes, len);
	aml->used += len;
}

static void
put_byte(struct aml *aml, unsigned byte)
{
	uint8_t b = (uint8_t)byte;

	aml_put(aml, &b, 1);
}

static void
put_word(struct aml *aml, unsigned word)
{
	uint16_t w = (uint16_t)word;

	aml_put(aml, &w, 2);
}

static void
put_dword(struct aml *aml, uint32_t dword)
{
	aml_put(aml, &dword, 4);
}

void
aml_align(struct aml *aml, size_t to)
{
	while (aml->used % to != 0)
		put_byte(aml, 0);
}

/* Room for a PkgLength, which counts from itself. */
static size_t
begin(struct aml *aml)
{
	size_t mark = aml->used;

	aml_put(aml, (uint8_t[LENGTH_BYTES]){ 0 }, LENGTH_BYTES);
	return mark;
}

void
aml_end(struct aml *aml, size_t mark)
{
	size_t length = aml->used - mark;

	if (!aml_fits(aml))
		return;
	/* 20.2.4: the lead byte has the count of bytes behind it and the low
	 * four bits of the length. */
	aml->bytes[mark] = (uint8_t)((LENGTH_BYTES - 1) << 6 | (length & 0xf));
	aml->bytes[mark + 1] = (uint8_t)(length >> 4);
	aml->bytes[mark + 2] = (uint8_t)(length >> 12);
}

size_t
aml_scope(struct aml *aml, const char *path)
{
	size_t mark;

	put_byte(aml, SCOPE_OP);
	mark = begin(aml);
	aml_put(aml, path, strlen(path));
	return mark;
}

size_t
aml_device(struct aml *aml, const char *name)
{
	size_t mark;

	put_byte(aml, EXT_PREFIX);
	put_byte(aml, DEVICE_OP);
	mark = begin(aml);
	aml_put(aml, name, NAME_BYTES);
	return mark;
}

size_t
aml_package(struct aml *aml, uint8_t elements)
{
	size_t mark;

	put_byte(aml, PACKAGE_OP);
	mark = begin(aml);
	put_byte(aml, elements);
	return mark;
}

void
aml_name(struct aml *aml, const char *name)
{
	put_byte(aml, NAME_OP);
	aml_put(aml, name, NAME_BYTES);
}

/* 20.2.3: the shortest of the constants; ZeroOp and OneOp are 0 and 1. */
void
aml_int(struct aml *aml, uint32_t value)
{
	if (value <= 1) {
		put_byte(aml, value);
	} else if (value <= 0xff) {
		put_byte(aml, BYTE_PREFIX);
		put_byte(aml, value);
	} else if (value <= 0xffff) {
		put_byte(aml, WORD_PREFIX);
		put_word(aml, value);
	} else {
		put_byte(aml, DWORD_PREFIX);
		put_dword(aml, value);
	}
}

void
aml_name_int(struct aml *aml, const char *name, uint32_t value)
{
	aml_name(aml, name);
	aml_int(aml, value);
}

void
aml_name_string(struct aml *aml, const char *name, const char *value)
{
	aml_name(aml, name);
	put_byte(aml, STRING_PREFIX);
	aml_put(aml, value, strlen(value) + 1);
}

static unsigned
hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* 19.3.4: three letters of five bits, four digits of four, the bytes in the
 * order of the text. */
void
aml_name_eisaid(struct aml *aml, const char *name, const char *value)
{
	unsigned vendor = 0;
	unsigned product = 0;

	for (int i = 0; i < 3; i++)
		vendor = vendor << 5 | ((unsigned)value[i] & 0x1f);
	for (int i = 3; i < 7; i++)
		product = product << 4 | hex_digit(value[i]);
	aml_name(aml, name);
	put_byte(aml, DWORD_PREFIX);
	put_byte(aml, vendor >> 8);
	put_byte(aml, vendor);
	put_byte(aml, product >> 8);
	put_byte(aml, product);
}

/* The buffer's own size stands as a word constant before its bytes. */
enum { SIZE_AT = LENGTH_BYTES + 1, RESOURCES_AT = SIZE_AT + 2 };

size_t
aml_crs(struct aml *aml)
{
	size_t mark;

	aml_name(aml, "_CRS");
	put_byte(aml, BUFFER_OP);
	mark = begin(aml);
	put_byte(aml, WORD_PREFIX);
	put_word(aml, 0);
	return mark;
}

void
aml_crs_end(struct aml *aml, size_t mark)
{
	uint16_t size;

	put_word(aml, 0x0079); /* 6.4.2.9: end tag; 0: no checksum */
	if (!aml_fits(aml))
		return;
	size = (uint16_t)(aml->used - mark - RESOURCES_AT);
	memcpy(aml->bytes + mark + SIZE_AT, &size, sizeof(size));
	aml_end(aml, mark);
}

/* 6.4.2.5 */
void
aml_use_ports(struct aml *aml, uint16_t first, uint16_t last)
{
	put_byte(aml, 0x47);
	put_byte(aml, 1); /* decodes 16 bits of address */
	put_word(aml, first);
	put_word(aml, first);
	put_byte(aml, 1); /* alignment */
	put_byte(aml, last - first + 1u);
}

/* 6.4.3.4 */
void
aml_use_memory(struct aml *aml, uint32_t first, uint32_t last)
{
	put_byte(aml, 0x86);
	put_word(aml, 9); /* the bytes that follow */
	put_byte(aml, 1); /* writable */
	put_dword(aml, first);
	put_dword(aml, last - first + 1);
}

/* 6.4.2.1: two bytes long it means edge-triggered and active high. */
void
aml_use_irq(struct aml *aml, unsigned line)
{
	put_byte(aml, 0x22);
	put_word(aml, 1u << line);
}

/* 6.4.3.5.2 for memory; 6.4.3.5.3, with words, for what 16 bits address. */
void
aml_pass(struct aml *aml, enum aml_range range, uint32_t first, uint32_t last)
{
	static const uint8_t specific[] = {
		[AML_MEMORY] = 1, /* 6.4.3.5.5: writable, not cacheable */
		[AML_PORTS] = 3,  /* the entire range, ISA's ports too */
		[AML_BUSES] = 0,
	};
	const uint32_t numbers[] = {
		0, /* granularity */
		first,
		last,
		0, /* translation offset */
		last - first + 1,
	};
	size_t width = range == AML_MEMORY ? 4 : 2;

	put_byte(aml, range == AML_MEMORY ? 0x87 : 0x88);
	put_word(aml, (unsigned)(3 + width * ARRAY_SIZE(numbers)));
	put_byte(aml, range);
	put_byte(aml, 0x0c); /* producer, positive decode, both ends fixed */
	put_byte(aml, specific[range]);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		aml_put(aml, &numbers[i], width);
}
