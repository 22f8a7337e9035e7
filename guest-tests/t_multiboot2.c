/* SPDX-License-Identifier: MIT
 *
 * Multiboot 2.0: the state (3.3) and the information's tags (3.6).
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"

enum {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_LOADER_NAME = 2,
	TAG_MODULE = 3,
	TAG_MEMINFO = 4,
	TAG_MMAP = 6,
	TAG_ACPI_NEW = 15
};

struct tag {
	uint32_t type, size;
	uint32_t words[];
};

static unsigned modules;

static void
check_mmap(const struct tag *tag)
{
	expect_eq(tag->words[0], sizeof(struct range), "entry_size");
	expect_eq(tag->words[1], 0, "entry_version");
	check_map((const void *)(tag->words + 2),
	    (tag->size - 16) / sizeof(struct range));
}

static void
check_module(const struct tag *tag)
{
	uint32_t start = tag->words[0], end = tag->words[1];

	expect_eq(start & 4095, 0, "modules at pages");
	check_pattern(
	    start, end - start, modules == 0 ? PATTERN_BYTES : PATTERN2_BYTES);
	if (modules == 1)
		check_string((uint64_t)(tag->words + 2),
		    "pattern2.bin second module", "the second's string");
	modules++;
}

/* The old RSDP's bytes are in the tag: what they point at is checked where
 * the firmware has it. */
static void
check_acpi(const struct tag *tag)
{
	expect_eq(tag->size, 8 + 36, "size of the RSDP's tag");
	for (uint64_t at = 0xe0000; at < 0x100000; at += 16) {
		if (memcmp((const void *)at, "RSD PTR ", 8) != 0)
			continue;
		check_rsdp(at);
		expect(memcmp((const void *)at, tag->words, 36) == 0,
		    "the tag is a copy of the RSDP");
		return;
	}
	expect(false, "an RSDP below 1 MiB");
}

static void
check_tag(const struct tag *tag)
{
	switch (tag->type) {
	case TAG_CMDLINE:
		check_args((uint64_t)tag->words, "t_multiboot2");
		break;
	case TAG_LOADER_NAME:
		expect(tag->words[0] != 0, "the loader has a name");
		break;
	case TAG_MODULE:
		check_module(tag);
		break;
	case TAG_MEMINFO:
		expect_eq(tag->words[0], 639, "mem_lower");
		expect_eq(tag->words[1], 127 * 1024, "mem_upper");
		break;
	case TAG_MMAP:
		check_mmap(tag);
		break;
	case TAG_ACPI_NEW:
		check_acpi(tag);
		break;
	default:
		break;
	}
}

void
main(void)
{
	uint64_t at = entry.rbx, end;
	uint32_t seen = 0;
	const struct tag *tag;

	check_protected();
	expect_eq(entry.rax, 0x36d76289, "EAX");
	expect_eq(at % 8, 0, "alignment of the information");
	end = at + *(const uint32_t *)at;
	for (at += 8;; at = (at + tag->size + 7) & ~7ull) {
		tag = (const void *)at;
		if (at >= end || tag->type == TAG_END)
			break;
		if (tag->type < 32)
			seen |= 1u << tag->type;
		/* the map first: modules are checked against it */
		if (tag->type == TAG_MMAP)
			check_tag(tag);
	}
	expect_eq(at + 8, end, "the end tag ends the information");
	for (at = entry.rbx + 8; at < end; at = (at + tag->size + 7) & ~7ull) {
		tag = (const void *)at;
		if (tag->type != TAG_MMAP)
			check_tag(tag);
	}
	expect_eq(modules, 2, "modules");
	expect_eq(seen & 0x805e, 0x805e, "tags");
}
