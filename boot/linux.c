/* SPDX-License-Identifier: MIT
 *
 * The Linux/x86 boot protocol, up to 2.15: the setup header, the initrd and
 * the zero page. (Documentation/arch/x86/boot.rst and zero-page.rst)
 */
#include "boot/linux.h"

#include <inttypes.h>
#include <string.h>

enum {
	HEADER_AT = offsetof(struct boot_params, hdr),
	JUMP_AT = offsetof(struct boot_params, hdr.jump),
	BOOT_FLAG = 0xaa55,
	HDRS = 0x53726448, /* "HdrS" */
	SECTOR = 512,
	/* what the protocol says of headers without the field */
	SETUP_SECTS_OLD = 4,
	CMDLINE_SIZE_OLD = 255,
	INITRD_MAX_OLD = 0x37ffffff
};

bool
linux_header(const struct image *kernel, struct setup_header *header)
{
	return image_read(kernel, HEADER_AT, header, sizeof(*header)) &&
	    header->boot_flag == BOOT_FLAG && header->header == HDRS;
}

/* The header ends where its jump goes, at 0x202 plus the byte at 0x201; what
 * the file has behind that is code. */
static void
cut_header(struct setup_header *header)
{
	size_t size = JUMP_AT + 2 - HEADER_AT + (header->jump >> 8);

	if (size < sizeof(*header))
		memset((uint8_t *)header + size, 0, sizeof(*header) - size);
	if (header->version < 0x203)
		header->initrd_addr_max = INITRD_MAX_OLD;
	if (header->version < 0x206)
		header->cmdline_size = CMDLINE_SIZE_OLD;
}

/* syssize counts paragraphs, so it may exceed the file by less than one. What
 * the file has behind it, as a signature, is not the kernel's. */
static bool
cut_kernel(struct boot *boot, struct bzimage *bz)
{
	uint64_t rest = boot->kernel.size - bz->setup_size;
	uint64_t size = (uint64_t)bz->header.syssize * 16;

	if (bz->header.version < 0x204)
		size = rest;
	if (size == 0 || size > ALIGN_UP(rest, 16))
		return boot_error(boot,
		    "bzImage: syssize 0x%x says 0x%" PRIx64
		    " bytes of kernel, the file has 0x%" PRIx64,
		    bz->header.syssize, size, rest);
	bz->kernel_size = MIN(size, rest);
	return true;
}

bool
linux_read(struct boot *boot, struct bzimage *bz)
{
	unsigned sects;

	if (!linux_header(&boot->kernel, &bz->header))
		return boot_error(boot,
		    "bzImage: no boot_flag 0xaa55 and "
		    "header HdrS at 0x1fe");
	cut_header(&bz->header);
	sects =
	    bz->header.setup_sects ? bz->header.setup_sects : SETUP_SECTS_OLD;
	bz->setup_size = (uint64_t)(sects + 1) * SECTOR;
	if (bz->setup_size >= boot->kernel.size)
		return boot_error(boot,
		    "bzImage: setup_sects %u says 0x%" PRIx64
		    " bytes of setup, the file has 0x%" PRIx64 " in all",
		    bz->header.setup_sects, bz->setup_size, boot->kernel.size);
	if (bz->header.version < 0x202)
		return boot_error(boot,
		    "bzImage: version 0x%x of the boot protocol is older than "
		    "2.02",
		    bz->header.version);
	if ((bz->header.loadflags & LOADED_HIGH) == 0)
		return boot_error(boot,
		    "bzImage: loadflags 0x%x without "
		    "LOADED_HIGH: a zImage, which would load below 640 KiB",
		    bz->header.loadflags);
	return cut_kernel(boot, bz);
}

/* In RAM below 4 GiB if there is room, which every kernel reaches early. */
static bool
find_initrd(const struct boot *boot, const struct setup_header *header,
    struct claim *initrd)
{
	struct place low = { MIB, (uint64_t)header->initrd_addr_max + 1, 4096,
		true };
	struct place high = { RAM_HIGH, UINT64_MAX, 4096, true };
	bool above = (header->xloadflags & XLF_CAN_BE_LOADED_ABOVE_4G) != 0;

	/* initrd_addr_max is for those that know 32 bits only */
	if (above)
		low.end = RAM_LOW_MAX;
	return boot_find(boot, initrd, &low) ||
	    (above && boot_find(boot, initrd, &high));
}

bool
linux_initrd(
    struct boot *boot, const struct setup_header *header, struct claim *initrd)
{
	uint64_t ram = boot->mem->low_size + boot->mem->high_size, at = 0;

	*initrd = (struct claim){ .what = "initrd", .number = -1 };
	for (unsigned i = 0; i < boot->module_count; i++) {
		uint64_t size = boot->modules[i].image.size;

		if (size > ram) /* so that no sum of them wraps */
			return boot_error(boot,
			    "initrd %u: 0x%" PRIx64
			    " bytes, RAM has 0x%" PRIx64,
			    i, size, ram);
		initrd->size = ALIGN_UP(initrd->size, 4) + size;
	}
	if (initrd->size == 0)
		return true;
	if (!find_initrd(boot, header, initrd))
		return boot_error(boot,
		    "initrd: no room in RAM for 0x%" PRIx64
		    " bytes (initrd_addr_max 0x%x)",
		    initrd->size, header->initrd_addr_max);
	if (initrd->at < RAM_HIGH && !boot_claim(boot, initrd))
		return false;
	for (unsigned i = 0; i < boot->module_count; i++) {
		const struct image *image = &boot->modules[i].image;
		struct claim part = { "initrd", (int)i, initrd->at + at,
			image->size };

		if (!boot_fill(boot, &part, image, 0, image->size))
			return false;
		at = ALIGN_UP(at + image->size, 4);
	}
	return true;
}

bool
linux_claim_rows(struct boot *boot)
{
	return claim_row(boot, zero_page) && claim_row(boot, setup_data) &&
	    claim_row(boot, gdt) && claim_row(boot, page_tables) &&
	    claim_row(boot, cmdline);
}

/* Bytes for Linux's random number generator, wiped by it when read. */
static gpa_t
put_seed(struct boot *boot)
{
	static const uint8_t none[sizeof(boot->seed)];
	struct room room = ROOM(setup_data);
	struct setup_data head = { .type = SETUP_RNG_SEED,
		.len = sizeof(boot->seed) };

	if (memcmp(boot->seed, none, sizeof(none)) == 0)
		return 0;
	room_put(boot, &room, &head, sizeof(head), "setup_data");
	room_put(boot, &room, boot->seed, sizeof(boot->seed), "RNG seed");
	return LOW_setup_data;
}

static void
fill_zero_page(
    struct boot *boot, struct boot_params *params, const struct claim *initrd)
{
	struct setup_header *header = &params->hdr;
	struct e820_entry map[E820_MAX];
	unsigned count = e820_build(boot->mem, map);

	_Static_assert(sizeof(params->e820_table[0]) == sizeof(map[0]),
	    "the protocol's entry is e820's");
	_Static_assert(
	    E820_MAX <= ARRAY_SIZE(params->e820_table), "the map fits");
	memcpy(params->e820_table, map, count * sizeof(map[0]));
	params->e820_entries = (uint8_t)count;
	params->acpi_rsdp_addr = boot->rsdp;

	header->type_of_loader = LINUX_LOADER_OTHER;
	header->cmd_line_ptr = LOW_cmdline;
	header->setup_data = put_seed(boot);
	header->ramdisk_image = (uint32_t)initrd->at;
	header->ramdisk_size = (uint32_t)initrd->size;
	params->ext_ramdisk_image = (uint32_t)(initrd->at >> 32);
	params->ext_ramdisk_size = (uint32_t)(initrd->size >> 32);
}

bool
linux_enter64(
    struct boot *boot, const struct setup_header *header, uint64_t rip)
{
	struct boot_params params = { .hdr = *header };
	struct claim initrd;

	_Static_assert(sizeof(params) == LOW_SIZE(zero_page),
	    "lowmem.def: row zero_page is a struct boot_params");
	if (!linux_initrd(boot, header, &initrd) ||
	    !boot_cmdline_put(boot, LOW_cmdline,
		MIN(header->cmdline_size, BOOT_CMDLINE_MAX - 1)))
		return false;
	fill_zero_page(boot, &params, &initrd);
	check(gmem_write(boot->mem, LOW_zero_page, &params, sizeof(params)));
	check(entry_tables(boot->mem, ENTRY_LONG));
	boot->entry = entry_long;
	boot->entry.rip = rip;
	boot->entry.rsi = LOW_zero_page;
	return true;
}
