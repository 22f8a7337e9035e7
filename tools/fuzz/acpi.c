/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: what a machine is described by, for machines of every size,
 * whether or not the options would make them: the memory map and ACPI's
 * tables. Reaches: boot/e820.c boot/acpi.c boot/acpi_dsdt.c boot/aml.c
 *
 * Input: struct machine. RAM has no more bytes behind it than its first MiB.
 */
#include "boot/acpi.h"
#include "boot/boot.h"
#include "boot/loader.h"
#include "tools/fuzz/parsers.h"

struct machine {
	uint32_t low_pages; /* up to 3 GiB; the options begin at 2 MiB */
	uint32_t high_pages;
	uint16_t cpus; /* from MANY on: more than the options' 254 */
	uint8_t generation;
	uint8_t setup[32]; /* of the devices in slots.def's order: 3 bits */
} __attribute__((packed));

enum { MANY = 0xff00 };

static uint8_t low[MIB];
static struct boot boot;

static void
set_up(const struct machine *in, struct gmem *mem)
{
	const uint8_t *bits = in->setup;

	*mem = (struct gmem){ .host = low };
	mem->low_size = MIN(in->low_pages * (4 * KIB), RAM_LOW_MAX);
	if (mem->low_size == RAM_LOW_MAX)
		mem->high_size = in->high_pages * (4 * KIB);
	memset(low, 0, LOW_SIZE(acpi));
	memset(&boot, 0, sizeof(boot));
	boot.mem = mem;
	boot.cpus = in->cpus % 256 << (in->cpus >= MANY ? 4 : 0);
	memset(boot.generation, in->generation, sizeof(boot.generation));
#define BRIDGE(...)
#define VIRTIO(row, ...)                                                       \
	boot.devices.row = (struct virtio_setup){ .present = *bits & 1,        \
		.modern = *bits >> 1 & 1,                                      \
		.legacy = *bits >> 2 & 1 };                                    \
	bits++;
#include "devices/slots.def"
}

/* Ascending and apart, and all of RAM but for what is below 1 MiB.
 * (ACPI 6.5, 15) */
static void
judge_map(const struct gmem *mem)
{
	struct e820_entry map[E820_MAX];
	unsigned count = e820_build(mem, map);
	uint64_t end = 0, found = 0;

	must(count > 0 && count <= E820_MAX);
	for (unsigned i = 0; i < count; i++) {
		uint64_t from = map[i].base, size = map[i].size;

		must(size > 0 && from >= end && size <= UINT64_MAX - from);
		must(map[i].type >= E820_RAM && map[i].type <= E820_ACPI);
		end = from + size;
		if (map[i].type != E820_RAM)
			continue;
		must(range_within(from, size, mem->low_size) ||
		    (from == RAM_HIGH && size == mem->high_size));
		found += end > MIB ? end - MAX(from, MIB) : 0;
	}
	must(found == mem->low_size - MIB + mem->high_size);
}

static void
judge_sum(const uint8_t *table, uint64_t length)
{
	uint8_t sum = 0;

	while (length-- > 0)
		sum += *table++;
	must(sum == 0);
}

/* A table by its physical address: whole within its row, and right. */
static const struct acpi_header *
table_at(uint64_t at, const char *signature)
{
	const struct acpi_header *header;

	must(range_within(at - LOW_acpi, sizeof(*header), LOW_SIZE(acpi)));
	header = (const struct acpi_header *)(low + at);
	must(memcmp(header->signature, signature, 4) == 0);
	must(range_within(at - LOW_acpi, header->length, LOW_SIZE(acpi)));
	must(header->length >= sizeof(*header));
	return header;
}

/* 20.2.4: an object's length, from behind its opcode; *at moves behind it. */
static const uint8_t *
package_end(const uint8_t **at, const uint8_t *end)
{
	const uint8_t *from = *at;
	unsigned bytes, length;

	must(from < end);
	bytes = *from >> 6;
	must(bytes < (size_t)(end - from));
	length = bytes == 0 ? *from & 0x3f : *from & 0xf;
	for (unsigned i = 1; i <= bytes; i++)
		length |= (unsigned)from[i] << (8 * i - 4);
	*at = from + bytes + 1;
	must(length > bytes && length <= (size_t)(end - from));
	return from + length;
}

/* Data: an integer, a string, a buffer. Returns what is behind it. */
static const uint8_t *
skip_data(const uint8_t *at, const uint8_t *end)
{
	static const uint8_t sizes[] = { [0x0a] = 1, [0x0b] = 2, [0x0c] = 4 };

	switch (*at) {
	case 0x00: /* Zero, One, Ones */
	case 0x01:
	case 0xff:
		return at + 1;
	case 0x0a: /* byte, word, dword */
	case 0x0b:
	case 0x0c:
		return at + 1 + sizes[*at];
	case 0x0d: /* string */
		at = memchr(at, '\0', (size_t)(end - at));
		must(at != NULL);
		return at + 1;
	default: /* buffer */
		must(*at == 0x11);
		at++;
		return package_end(&at, end);
	}
}

/* Objects within each other to the last byte, of the kinds that mica writes:
 * Name, Scope, Device, Package. */
static void
judge_aml(const uint8_t *at, const uint8_t *end, unsigned depth)
{
	must(depth < 6);
	while (at < end) {
		const uint8_t *inner_end;
		uint8_t op = *at;

		if (op == 0x08) { /* Name; its value comes next */
			at += 5;
			continue;
		}
		if (op == 0x5b)
			must(end - at > 2 && *++at == 0x82);
		if (op != 0x10 && op != 0x12 && op != 0x5b) {
			at = skip_data(at, end);
			must(at <= end);
			continue;
		}
		at++;
		inner_end = package_end(&at, end);
		/* a scope's path, a device's name, a package's count */
		at += op == 0x10 ? 5 : op == 0x12 ? 1 : 4;
		must(at <= inner_end);
		judge_aml(at, inner_end, depth + 1);
		at = inner_end;
	}
	must(at == end);
}

static void
judge_tables(gpa_t rsdp_at)
{
	static const char names[][5] = { "FACP", "APIC", "MCFG" };
	const struct acpi_rsdp *rsdp =
	    (const struct acpi_rsdp *)(low + rsdp_at);
	const struct acpi_header *xsdt, *dsdt;
	const struct acpi_fadt *fadt;
	uint64_t at;

	judge_sum(low + rsdp_at, 20);
	judge_sum(low + rsdp_at, sizeof(*rsdp));
	xsdt = table_at(rsdp->xsdt_address, "XSDT");
	judge_sum((const uint8_t *)xsdt, xsdt->length);
	must(xsdt->length == sizeof(*xsdt) + sizeof(at) * ARRAY_SIZE(names));
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		const struct acpi_header *table;

		memcpy(&at, (const uint8_t *)(xsdt + 1) + i * sizeof(at),
		    sizeof(at));
		table = table_at(at, names[i]);
		judge_sum((const uint8_t *)table, table->length);
		if (i > 0)
			continue;
		fadt = (const struct acpi_fadt *)(table + 1);
		dsdt = table_at(fadt->dsdt, "DSDT");
		judge_sum((const uint8_t *)dsdt, dsdt->length);
		judge_aml((const uint8_t *)(dsdt + 1),
		    (const uint8_t *)dsdt + dsdt->length, 0);
	}
}

static uint64_t
build(const struct machine *in)
{
	struct gmem mem;
	gpa_t rsdp;

	set_up(in, &mem);
	if (mem.low_size >= 2 * MIB)
		judge_map(&mem);
	rsdp = acpi_build(&boot);
	if (rsdp == 0)
		must(is_line(boot.error, sizeof(boot.error)));
	else
		judge_tables(rsdp);
	must(rsdp == 0 || rsdp == LOW_acpi);
	must(rsdp != 0 || boot.cpus > 254 || mem.low_size < MIB);
	return sum_of(rsdp, low + LOW_acpi, LOW_SIZE(acpi));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct machine in = { .low_pages = 0 };

	memcpy(&in, data, MIN(size, sizeof(in)));
	must(build(&in) == build(&in));
	return 0;
}
