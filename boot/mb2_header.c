/* SPDX-License-Identifier: MIT
 *
 * See mb2_header.h. A tag that is not marked optional must be understood
 * (3.1.3). Understood, and of no effect here: the framebuffer tag, which is a
 * preference; module alignment, which everybody gets; the tags that allow a
 * start from EFI.
 */
#include "boot/mb2_header.h"

#include <inttypes.h>
#include <string.h>

#define HEADER_MAGIC 0xe85250d6

struct magic { /* 3.1.1, 3.1.2 */
	uint32_t magic, architecture, header_length, checksum;
};
enum { ARCHITECTURE_I386 = 0 };

struct tag { /* 3.1.3 */
	uint16_t type, flags;
	uint32_t size; /* with this, without the padding behind it */
};
enum { OPTIONAL = 1 };
enum tag_type {
	TAG_END = 0,
	TAG_INFORMATION_REQUEST = 1,
	TAG_ADDRESS = 2,
	TAG_ENTRY_ADDRESS = 3,
	TAG_CONSOLE_FLAGS = 4,
	TAG_FRAMEBUFFER = 5,
	TAG_MODULE_ALIGN = 6,
	TAG_EFI_BS = 7,
	TAG_ENTRY_ADDRESS_EFI32 = 8,
	TAG_ENTRY_ADDRESS_EFI64 = 9,
	TAG_RELOCATABLE = 10,
};
enum { CONSOLE_REQUIRED = 1 };

bool
mb2_find(const struct image *kernel, struct mb2_header *header)
{
	uint64_t len = MIN(kernel->size, MB2_SEARCH_MAX);
	struct magic m;

	if (!image_read(kernel, 0, header->bytes, len))
		return false;
	for (uint64_t at = 0; at + sizeof(m) <= len; at += MB2_ALIGNMENT) {
		memcpy(&m, header->bytes + at, sizeof(m));
		if (m.magic == HEADER_MAGIC &&
		    m.magic + m.architecture + m.header_length + m.checksum ==
			0) {
			header->at = at;
			header->architecture = m.architecture;
			header->length = m.header_length;
			return true;
		}
	}
	return false;
}

/* The tag's own fields, if its size says that it has them. */
static bool
take(struct boot *boot, const struct tag *tag, const uint8_t *bytes, void *to,
    size_t len)
{
	if (tag->size < sizeof(*tag) + len)
		return boot_error(boot,
		    "Multiboot 2 tag %u: size %u is less than its %zu bytes",
		    tag->type, tag->size, sizeof(*tag) + len);
	memcpy(to, bytes + sizeof(*tag), len);
	return true;
}

/* 3.1.4. A type that nobody knows can't be granted. */
static bool
judge_requests(struct boot *boot, const struct tag *tag, const uint8_t *bytes)
{
	uint32_t type;

	for (size_t at = sizeof(*tag); at + sizeof(type) <= tag->size;
	     at += sizeof(type)) {
		memcpy(&type, bytes + at, sizeof(type));
		if (type > MB2_INFO_LAST && !(tag->flags & OPTIONAL))
			return boot_error(boot,
			    "Multiboot 2 information request: type %u is "
			    "unknown and not optional",
			    type);
	}
	return true;
}

/* 3.1.7. COM1 is not among the specification's consoles. */
static bool
judge_console(struct boot *boot, const struct tag *tag, const uint8_t *bytes)
{
	uint32_t flags = 0;

	if (!take(boot, tag, bytes, &flags, sizeof(flags)))
		return false;
	if ((flags & CONSOLE_REQUIRED) && !(tag->flags & OPTIONAL))
		return boot_error(boot,
		    "Multiboot 2 console_flags 0x%x require a console that "
		    "mica lacks",
		    flags);
	return true;
}

static bool
judge_tag(struct boot *boot, const struct tag *tag, const uint8_t *bytes,
    struct mb2_header *header)
{
	switch ((enum tag_type)tag->type) {
	case TAG_INFORMATION_REQUEST:
		return judge_requests(boot, tag, bytes);
	case TAG_ADDRESS:
		header->has_address = true;
		return take(boot, tag, bytes, &header->address,
		    sizeof(header->address));
	case TAG_ENTRY_ADDRESS:
		header->has_entry = true;
		return take(boot, tag, bytes, &header->entry_addr,
		    sizeof(header->entry_addr));
	case TAG_CONSOLE_FLAGS:
		return judge_console(boot, tag, bytes);
	case TAG_RELOCATABLE:
		header->has_relocatable = true;
		return take(boot, tag, bytes, &header->relocatable,
		    sizeof(header->relocatable));
	case TAG_FRAMEBUFFER:
	case TAG_MODULE_ALIGN:
	case TAG_EFI_BS:
	case TAG_ENTRY_ADDRESS_EFI32:
	case TAG_ENTRY_ADDRESS_EFI64:
		return true;
	default:
		return (tag->flags & OPTIONAL) ||
		    boot_error(boot,
			"Multiboot 2 tag %u is unknown and not optional",
			tag->type);
	}
}

static bool
read_tags(struct boot *boot, struct mb2_header *header)
{
	const uint8_t *bytes = header->bytes + header->at;
	struct tag tag;

	for (uint64_t at = sizeof(struct magic);
	     range_within(at, sizeof(tag), header->length);
	     at = ALIGN_UP(at + tag.size, MB2_ALIGNMENT)) {
		memcpy(&tag, bytes + at, sizeof(tag));
		if (tag.size < sizeof(tag) ||
		    !range_within(at, tag.size, header->length))
			return boot_error(boot,
			    "Multiboot 2 tag %u: size %u is less than 8 or "
			    "runs past header_length",
			    tag.type, tag.size);
		if (tag.type == TAG_END)
			return true;
		if (!judge_tag(boot, &tag, bytes + at, header))
			return false;
	}
	return boot_error(boot, "Multiboot 2 header without an end tag");
}

bool
mb2_read(struct boot *boot, struct mb2_header *header)
{
	uint64_t len = MIN(boot->kernel.size, MB2_SEARCH_MAX);

	header->has_address = false;
	header->has_entry = false;
	header->has_relocatable = false;
	if (header->architecture != ARCHITECTURE_I386)
		return boot_error(boot,
		    "Multiboot 2 architecture %u: not 0 (i386)",
		    header->architecture);
	if (!range_within(header->at, header->length, len))
		return boot_error(boot,
		    "Multiboot 2 header_length 0x%x at 0x%" PRIx64
		    " runs past 32768 bytes or the end of the file",
		    header->length, header->at);
	return read_tags(boot, header);
}
