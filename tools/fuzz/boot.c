/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: every loader of boot/loaders.def, by its number there or by
 * probing.
 * Reaches: boot/loaders.def boot/boot.c boot/bzimage.c boot/elf.c boot/entry.c
 * Reaches: boot/firmware.c boot/flat.c boot/generation.c boot/linux.c
 * Reaches: boot/linux16.c boot/linux64.c boot/mb.c boot/mb2_header.c
 * Reaches: boot/multiboot.c boot/multiboot2.c boot/place.c boot/pvh.c
 *
 * Guest memory is fenced: all of RAM is poisoned for ASan, but for the ranges
 * that a loader asks the door for (vmm/gmem.h) and that lie in what it has
 * claimed, or above 4 GiB, where the initrd is the only one to go.
 *
 * Input: struct machine, then the kernel's file.
 */
#include <sanitizer/asan_interface.h>

#include "boot/loader.h"
#include "tools/fuzz/parsers.h"

enum {
	LOADER_PROBE,
#define LOADER(name, ...) LOADER_##name,
#include "boot/loaders.def"
	LOADERS
};

enum { ACPI = 1, SEED = 2, GENERATION = 4, HIGH = 8 };

struct machine {
	uint8_t loader, flags;
	uint8_t ram, mode; /* of low_sizes; for a flat image, or a ROM's size */
	uint8_t modules, module_size, cpus, pad;
	uint16_t cmdline; /* characters */
	uint16_t pad2[3];
	uint64_t flat_address;
} __attribute__((packed));

/* From the least that --mem takes up to what a kernel at 16 MiB needs. */
static const uint32_t low_sizes[] = { 8 * MIB, 2 * MIB, 2 * MIB + 4096, 3 * MIB,
	17 * MIB, 32 * MIB, 5 * MIB, MIB - 4096 };
static const uint32_t module_sizes[] = { 13, 0, 4096, 4097, 0x20000, 1, 5,
	0x10000 };

enum { LOW_MAX = 32 * MIB, HIGH_SIZE = MIB, PARTS = 1024 };

static uint8_t ram[LOW_MAX + HIGH_SIZE] __attribute__((aligned(4096)));
static uint8_t rom[512 * KIB], rom_file[sizeof(rom)];
static uint8_t module[0x20000];
static char cmdline[20000];
static struct gmem mem;
static struct boot boot;

/* What has been handed out. */
static struct part {
	uint8_t *at;
	uint64_t size;
} parts[PARTS];
static unsigned part_count;

static bool
is_claimed(gpa_t at, uint64_t len)
{
	for (unsigned i = 0; i < boot.claim_count; i++)
		if (at >= boot.claims[i].at &&
		    range_within(
			at - boot.claims[i].at, len, boot.claims[i].size))
			return true;
	return at >= RAM_HIGH;
}

/* The door, instead of vmm/gmem.c's. */
void *
gmem_ptr(const struct gmem *m, gpa_t at, uint64_t len)
{
	uint8_t *host;

	if (range_within(at, len, m->low_size))
		host = m->host + at;
	else if (at >= RAM_HIGH &&
	    range_within(at - RAM_HIGH, len, m->high_size))
		host = m->host + m->low_size + (at - RAM_HIGH);
	else
		return NULL;
	if (len > 0 && is_claimed(at, len)) {
		must(part_count < PARTS);
		parts[part_count++] = (struct part){ host, len };
		ASAN_UNPOISON_MEMORY_REGION(host, len);
	}
	return host;
}

bool
gmem_read(const struct gmem *m, gpa_t at, void *to, uint64_t len)
{
	const void *from = gmem_ptr(m, at, len);

	return from != NULL && memcpy(to, from, len) != NULL;
}

bool
gmem_write(const struct gmem *m, gpa_t at, const void *from, uint64_t len)
{
	void *to = gmem_ptr(m, at, len);

	return to != NULL && memcpy(to, from, len) != NULL;
}

/* Devices link with these; no loader has business there. */
bool
gmem_discard(const struct gmem *m, gpa_t at, uint64_t len)
{
	(void)m, (void)at, (void)len;
	must(!"discarded");
	return false;
}

void
gmem_huge(const struct gmem *m, bool may)
{
	(void)m, (void)may;
	must(!"huge pages");
}

static void
set_up(const struct machine *in, const uint8_t *file, size_t size)
{
	static const enum entry_mode modes[] = { ENTRY_PROTECTED, ENTRY_REAL,
		ENTRY_LONG };
	unsigned loader = in->loader % LOADERS;

	mem = (struct gmem){ .host = ram,
		.low_size = low_sizes[in->ram % ARRAY_SIZE(low_sizes)],
		.high_size = in->flags & HIGH ? HIGH_SIZE : 0 };
	boot.mem = &mem;
	boot.kernel = (struct image){ "dir/a kernel", -1, file, size };
	boot.cmdline =
	    cmdline + sizeof(cmdline) - 1 - in->cmdline % sizeof(cmdline);
	boot.module_count = in->modules % (BOOT_MODULES_MAX + 1);
	for (unsigned i = 0; i < boot.module_count; i++)
		boot.modules[i] = (struct boot_module){
			{ "/x/a mod.le", -1, module,
			    module_sizes[(in->module_size + i) %
				ARRAY_SIZE(module_sizes)] },
			in->modules & 0x80 ? boot.cmdline : ""
		};
	boot.cpus = MAX(in->cpus % 255u, 1);
	boot.acpi = (in->flags & ACPI) != 0;
	boot.devices.rng = (struct virtio_setup)VIRTIO_TRANSITIONAL;
	memset(boot.seed, in->flags & SEED, sizeof(boot.seed));
	memset(
	    boot.generation, in->flags & GENERATION, sizeof(boot.generation));
	boot.loader = loader == LOADER_PROBE
	    ? NULL
	    : boot_loader(boot_loader_name(loader - 1));
	boot.flat_address = in->flat_address;
	boot.flat_mode = modes[in->mode % ARRAY_SIZE(modes)];
}

/* A ROM is whole units of 64 KiB; the file's bytes are its last. */
static void
set_up_rom(const struct machine *in, const uint8_t *file, size_t size)
{
	size = MIN(size, 64 * KIB);
	memset(rom_file, 0, sizeof(rom_file));
	memcpy(rom_file + sizeof(rom_file) - size, file, size);
	mem.rom = rom;
	mem.rom_size = (in->mode % 8u + 1) * (64 * KIB);
	boot.kernel.size = mem.rom_size;
	boot.kernel.data = rom_file + sizeof(rom_file) - mem.rom_size;
	ASAN_POISON_MEMORY_REGION(
	    rom + mem.rom_size, sizeof(rom) - mem.rom_size);
}

static void
judge_claims(void)
{
	for (unsigned i = 0; i < boot.claim_count; i++) {
		const struct claim *a = &boot.claims[i];

		must(a->size > 0);
		must(range_within(a->at, a->size, mem.low_size));
		for (unsigned j = 0; j < i; j++) {
			const struct claim *b = &boot.claims[j];

			must(a->at >= b->at + b->size ||
			    b->at >= a->at + a->size);
		}
	}
}

/* The first instruction and the tables are in what was loaded. */
static void
judge_entry(bool is_rom)
{
	const struct entry *e = &boot.entry;

	if (is_rom) {
		must(e->cs.base == 0xffff0000 && e->rip == 0xfff0);
		must(memcmp(rom, boot.kernel.data, mem.rom_size) == 0);
		return;
	}
	must(e->cs.base + e->rip < RAM_HIGH);
	must(is_claimed(e->cs.base + e->rip, 1));
	if (e->gdt_base != 0)
		must(is_claimed(e->gdt_base, e->gdt_limit + 1));
	if (e->cr3 != 0)
		must(is_claimed(e->cr3, 4096));
}

static uint64_t
result(bool loaded)
{
	uint64_t sum = sum_of(loaded, &boot.entry, sizeof(boot.entry));

	sum = sum_of(sum, boot.error, strlen(boot.error));
	sum = sum_of(sum + boot.rsdp, &boot.claim_count, sizeof(unsigned));
	for (unsigned i = 0; i < part_count; i++)
		sum = sum_of(sum, parts[i].at, parts[i].size);
	return sum;
}

static void
clean(void)
{
	while (part_count > 0) {
		const struct part *part = &parts[--part_count];
		uintptr_t at = (uintptr_t)part->at;
		uint64_t end = ALIGN_UP(at + part->size, 8);

		ASAN_UNPOISON_MEMORY_REGION(part->at, part->size);
		memset(part->at, 0, part->size);
		at = ALIGN_DOWN(at, 8);
		ASAN_POISON_MEMORY_REGION((void *)at, end - at);
	}
	ASAN_UNPOISON_MEMORY_REGION(rom, sizeof(rom));
}

static uint64_t
load(const struct machine *in, const uint8_t *file, size_t size)
{
	bool is_rom = in->loader % LOADERS == LOADER_firmware, loaded;
	uint64_t sum;

	set_up(in, file, size);
	if (is_rom)
		set_up_rom(in, file, size);
	loaded = boot_load(&boot);
	judge_claims();
	if (loaded)
		judge_entry(is_rom);
	else
		must(is_line(boot.error, sizeof(boot.error)));
	sum = result(loaded);
	clean();
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool fenced;
	struct machine in;

	if (!fenced) {
		ASAN_POISON_MEMORY_REGION(ram, sizeof(ram));
		memset(cmdline, 'x', sizeof(cmdline) - 1);
		fenced = true;
	}
	if (size < sizeof(in))
		return 0;
	memcpy(&in, data, sizeof(in));
	must(load(&in, data + sizeof(in), size - sizeof(in)) ==
	    load(&in, data + sizeof(in), size - sizeof(in)));
	return 0;
}
