/* SPDX-License-Identifier: MIT
 *
 * The Linux boot protocol's 16-bit entry, 2.02 or later, for images that have
 * no other: memory testers, network boot loaders. (boot.rst, "Running the
 * Kernel") Their setup code runs in real mode and asks a BIOS for the memory:
 * ours answers INT 15h, function E820h (ACPI 6.5, 15.1), and returns from
 * every other vector with the carry flag set, which says "no such function".
 *
 * Left out on purpose: the BIOS's console and disks. Only with --loader does
 * a kernel with a 64-bit entry come here.
 */
#include <inttypes.h>
#include <string.h>

#include "boot/linux.h"

/* Within the segment of row setup16, as boot.rst lays it out. */
enum {
	HEADER_AT = 0x1f1,
	SETUP_MAX = 0x8000, /* stack and heap begin there */
	HEAP_END = 0xe000,  /* the command line begins there */
	HEAP_END_BIAS = 0x200,
	CMDLINE_SIZE = LOW_SIZE(setup16) - HEAP_END,
};
enum {
	KERNEL_AT = 0x100000,
	ENTRY_PARAGRAPHS = 0x20,
	VID_MODE_NORMAL = 0xffff,
	VECTORS = 256,
};

/* Within row bios. */
enum { REFUSE = 0, INT15 = 0x10, MAP_SIZE = 0x7c, MAP = 0x80 };

_Static_assert(LOW_SIZE(setup16) == 0x10000 && LOW_SIZE(ivt) / 4 == VECTORS,
    "lowmem.def: row setup16 is a segment, row ivt the vectors");
_Static_assert(MAP + E820_MAX * sizeof(struct e820_entry) <= LOW_SIZE(bios),
    "lowmem.def: row bios holds the map");

/* The whole BIOS. At an interrupt the stack has IP, CS, FLAGS: once BP is
 * pushed, flags are at [bp+6], and carry is bit 0. */
static const uint8_t bios[MAP_SIZE] = {
	/* clang-format off */
	[REFUSE] =
	0x55,                                     /* push bp */
	0x89, 0xe5,                               /* mov bp, sp */
	0x80, 0x4e, 0x06, 0x01,                   /* or byte [bp+6], 1 */
	0x5d,                                     /* pop bp */
	0xcf,                                     /* iret */

	/* In: EAX 0xe820, EDX "SMAP", EBX 0 or what the last call returned
	 * (here an offset into the map), ES:DI a buffer of ECX bytes. */
	[INT15] =
	0x66, 0x3d, 0x20, 0xe8, 0x00, 0x00,       /* cmp eax, 0xe820 */
	0x75, 0xe8,                               /* jne refuse */
	0x66, 0x81, 0xfa, 0x50, 0x41, 0x4d, 0x53, /* cmp edx, "SMAP" */
	0x75, 0xdf,                               /* jne refuse */
	0x66, 0x83, 0xf9, 0x14,                   /* cmp ecx, 20 */
	0x72, 0xd9,                               /* jb refuse */
	0x2e, 0x66, 0x3b, 0x1e, 0x7c, 0x00,       /* cmp ebx, [cs:map_size] */
	0x73, 0xd1,                               /* jae refuse */
	0x1e,                                     /* push ds */
	0x56,                                     /* push si */
	0x57,                                     /* push di */
	0x0e,                                     /* push cs */
	0x1f,                                     /* pop ds */
	0x8d, 0xb7, 0x80, 0x00,                   /* lea si, [bx+map] */
	0xb9, 0x0a, 0x00,                         /* mov cx, 10 */
	0xfc,                                     /* cld */
	0xf3, 0xa5,                               /* rep movsw */
	0x5f,                                     /* pop di */
	0x5e,                                     /* pop si */
	0x1f,                                     /* pop ds */
	0x83, 0xc3, 0x14,                         /* add bx, 20 */
	0x2e, 0x3b, 0x1e, 0x7c, 0x00,             /* cmp bx, [cs:map_size] */
	0x72, 0x03,                               /* jb more */
	0x66, 0x31, 0xdb,                         /* xor ebx, ebx */
	0x66, 0xb9, 0x14, 0x00, 0x00, 0x00,       /* more: mov ecx, 20 */
	0x66, 0x89, 0xd0,                         /* mov eax, edx */
	0x55,                                     /* push bp */
	0x89, 0xe5,                               /* mov bp, sp */
	0x80, 0x66, 0x06, 0xfe,                   /* and byte [bp+6], ~1 */
	0x5d,                                     /* pop bp */
	0xcf,                                     /* iret */
	/* clang-format on */
};

bool
linux16_probe(const struct image *kernel)
{
	struct setup_header header;

	return linux_header(kernel, &header);
}

static void
put_bios(const struct gmem *mem)
{
	struct {
		uint8_t code[MAP_SIZE];
		uint32_t map_size;
		struct e820_entry map[E820_MAX];
	} row = { 0 };
	uint32_t vectors[VECTORS], segment = LOW_bios >> 4;

	_Static_assert(offsetof(__typeof__(row), map) == MAP,
	    "where the code looks for it");
	memcpy(row.code, bios, sizeof(bios));
	row.map_size = e820_build(mem, row.map) * sizeof(row.map[0]);
	for (unsigned i = 0; i < VECTORS; i++)
		vectors[i] = segment << 16 | REFUSE;
	vectors[0x15] = segment << 16 | INT15;
	check(gmem_write(mem, LOW_bios, &row, sizeof(row)));
	check(gmem_write(mem, LOW_ivt, vectors, sizeof(vectors)));
}

/* The kernel, and since 2.10 all that it says it will unpack itself to. */
static bool
load_kernel(struct boot *boot, const struct bzimage *bz)
{
	const struct setup_header *h = &bz->header;
	struct claim kernel = { "bzImage's kernel", -1, KERNEL_AT,
		bz->kernel_size };
	uint64_t end;

	if (h->version >= 0x20a) {
		if (__builtin_add_overflow(
			h->pref_address, (uint64_t)h->init_size, &end))
			return boot_error(boot,
			    "bzImage: pref_address 0x%" PRIx64
			    " and init_size 0x%x exceed 64 bits",
			    (uint64_t)h->pref_address, h->init_size);
		kernel.size = MAX(end, KERNEL_AT + kernel.size) - KERNEL_AT;
	}
	return boot_claim(boot, &kernel) &&
	    boot_fill(
		boot, &kernel, &boot->kernel, bz->setup_size, bz->kernel_size);
}

/* The setup code with the fields that the loader has to fill in. What its
 * header is too short to have is code, and stays. */
static bool
load_setup(
    struct boot *boot, const struct bzimage *bz, const struct claim *initrd)
{
	struct claim setup = { "bzImage's setup", -1, LOW_setup16,
		LOW_SIZE(setup16) };
	struct setup_header header;

	if (bz->setup_size > SETUP_MAX)
		return boot_error(boot,
		    "bzImage: setup_sects %u: more than 0x%x bytes",
		    bz->header.setup_sects, SETUP_MAX);
	if (!boot_fill(boot, &setup, &boot->kernel, 0, bz->setup_size))
		return false;
	check(gmem_read(
	    boot->mem, LOW_setup16 + HEADER_AT, &header, sizeof(header)));
	header.vid_mode = VID_MODE_NORMAL;
	header.type_of_loader = LINUX_LOADER_OTHER;
	header.loadflags |= CAN_USE_HEAP;
	header.heap_end_ptr = HEAP_END - HEAP_END_BIAS;
	header.cmd_line_ptr = LOW_setup16 + HEAP_END;
	header.ramdisk_image = (uint32_t)initrd->at;
	header.ramdisk_size = (uint32_t)initrd->size;
	check(gmem_write(
	    boot->mem, LOW_setup16 + HEADER_AT, &header, sizeof(header)));
	return true;
}

bool
linux16_load(struct boot *boot)
{
	struct claim initrd;
	struct bzimage bz;

	if (!linux_read(boot, &bz))
		return false;
	bz.header.xloadflags = 0; /* ramdisk_image has 32 bits here */
	bz.header.cmdline_size = MIN(bz.header.cmdline_size, CMDLINE_SIZE - 1);
	if (!claim_row(boot, ivt) || !claim_row(boot, setup16) ||
	    !claim_row(boot, bios) || !load_kernel(boot, &bz) ||
	    !linux_initrd(boot, &bz.header, &initrd) ||
	    !load_setup(boot, &bz, &initrd) ||
	    !boot_cmdline_put(
		boot, LOW_setup16 + HEAP_END, bz.header.cmdline_size))
		return false;
	put_bios(boot->mem);
	boot->entry = entry_real;
	boot->entry.ds.selector = LOW_setup16 >> 4;
	boot->entry.ds.base = LOW_setup16;
	boot->entry.cs.selector = (LOW_setup16 >> 4) + ENTRY_PARAGRAPHS;
	boot->entry.cs.base = LOW_setup16 + ENTRY_PARAGRAPHS * 16;
	boot->entry.rsp = HEAP_END;
	return true;
}
