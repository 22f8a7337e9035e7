/* SPDX-License-Identifier: MIT
 *
 * The guest inside mica, which starts when no other is named: says what
 * machine it finds, as any kernel would find it, and powers that off. Entered
 * by PVH (Xen's misc/pvh.pandoc) in flat 32-bit mode and stays there: no
 * paging, no interrupts, no libc. boot/embedded.S takes the built ELF file in.
 *
 * Meant to be read as the shortest guest that does something useful.
 */
#include <stdbool.h>

#include "boot/acpi.h"
#include "devices/power.h"
#include "vmm/config.h"

/* The note that names the entry, and the entry: EBX points at the start info,
 * EDX and EAX are the time of birth. */
__asm__(".section .note.pvh, \"a\", @note\n"
	"	.balign	4\n"
	"	.long	4, 4, 18\n" /* XEN_ELFNOTE_PHYS32_ENTRY */
	"	.asciz	\"Xen\"\n"
	"	.long	tiny_entry\n"
	"	.text\n"
	"	.globl	tiny_entry\n"
	"tiny_entry:\n"
	"	rdtsc\n"
	"	mov	$stack + 4096, %esp\n"
	"	push	%edx\n"
	"	push	%eax\n"
	"	push	%ebx\n"
	"	call	tiny_main\n");

enum { COM1 = 0x3f8, PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc };
enum { SLP_EN = 1 << 13, SLP_TYP_SHIFT = 10 }; /* ACPI 6.5, 4.8.3.2.1 */
enum { KVM_CPUID_SIGNATURE = 0x40000000, KVM_CPUID_TSC_KHZ = 0x40000010 };

struct start_info { /* Xen's hvm_start_info, version 1 */
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp, memmap;
	uint32_t memmap_entries, reserved;
};

struct memmap_entry {
	uint64_t addr, size;
	uint32_t type, reserved;
};

uint8_t stack[4096] __attribute__((aligned(16)));

_Noreturn void tiny_main(const struct start_info *info, uint64_t born);

static void
outw(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "d"(port));
}

static void
outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "d"(port));
}

static uint32_t
inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "d"(port));
	return value;
}

static uint64_t
rdtsc(void)
{
	uint64_t now;

	__asm__ volatile("rdtsc" : "=A"(now));
	return now;
}

static uint32_t
cpuid_eax(uint32_t leaf)
{
	uint32_t ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(leaf), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return leaf;
}

/* No waiting for the transmitter: mica takes as many as come. */
static void
put(char c)
{
	__asm__ volatile("outb %0, %1" : : "a"(c), "d"((uint16_t)COM1));
}

static void
say(const char *text)
{
	while (*text != '\0')
		put(*text++);
}

/* At least `width` digits; decimal ones with a comma every three. */
static void
number(uint32_t value, unsigned base, unsigned width)
{
	char digits[16];
	unsigned count = 0;

	while (value != 0 || count < width) {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	}
	while (count-- != 0) {
		put(digits[count]);
		if (base == 10 && count != 0 && count % 3 == 0)
			put(',');
	}
}

/* The first table of that name, or NULL. All of them lie below 4 GiB, where a
 * pointer of this guest's reaches. */
static const struct acpi_header *
find_table(const struct acpi_rsdp *rsdp, uint32_t signature)
{
	const struct acpi_header *xsdt;
	const uint64_t *entry, *end;

	if (rsdp == NULL || rsdp->revision < 2)
		return NULL;
	xsdt = (const void *)(uintptr_t)rsdp->xsdt_address;
	entry = (const void *)(xsdt + 1);
	end = (const void *)((const char *)xsdt + xsdt->length);
	for (; entry < end; entry++) {
		const void *table = (const void *)(uintptr_t)*entry;

		if (*(const uint32_t *)table == signature)
			return table;
	}
	return NULL;
}

/* Enabled local APICs in the MADT; without one there is one processor. */
static unsigned
count_cpus(const struct acpi_rsdp *rsdp)
{
	const struct acpi_header *madt = find_table(rsdp, 0x43495041); /*APIC*/
	const uint8_t *at, *end;
	unsigned cpus = 0;

	if (madt == NULL)
		return 1;
	at = (const uint8_t *)(madt + 1) + sizeof(struct acpi_madt);
	end = (const uint8_t *)madt + madt->length;
	for (; at < end; at += at[1]) {
		const struct acpi_lapic *lapic = (const void *)at;

		cpus += lapic->type == 0 && (lapic->flags & 1) != 0;
	}
	return cpus;
}

static void
say_memory(const struct start_info *info)
{
	const struct memmap_entry *entry =
	    (const void *)(uintptr_t)info->memmap;
	const char *title = "\n  memory      ";

	for (unsigned i = 0; i < info->memmap_entries; i++, entry++) {
		uint32_t kib = (uint32_t)(entry->size >> 10);

		if (entry->type != 1)
			continue;
		say(title);
		number(kib < 10240 ? kib : kib >> 10, 10, 1);
		say(kib < 10240 ? " KiB at 0x" : " MiB at 0x");
		if (entry->addr >> 32 != 0)
			number((uint32_t)(entry->addr >> 32), 16, 1);
		number((uint32_t)entry->addr, 16, 8);
		title = "\n              ";
	}
}

/* Bus 0 by configuration mechanism 1 (PCI 3.0, 3.2.2.3.2). */
static void
say_pci(void)
{
	const char *title = "\n  PCI         ";

	for (uint32_t device = 0; device < 32; device++) {
		uint32_t id;

		outl(PCI_ADDRESS, 1u << 31 | device << 11);
		id = inl(PCI_DATA);
		if (id == ~0u)
			continue;
		outl(PCI_ADDRESS, 1u << 31 | device << 11 | 8);
		say(title);
		say("00:");
		number(device, 16, 2);
		say(".0 is ");
		number(id & 0xffff, 16, 4);
		say(":");
		number(id >> 16, 16, 4);
		say(", class ");
		number(inl(PCI_DATA) >> 8, 16, 6);
		title = "\n              ";
	}
}

/* In microseconds too, if KVM tells the frequency. */
static void
say_age(uint64_t ticks)
{
	uint32_t us, khz = 0;

	if (cpuid_eax(KVM_CPUID_SIGNATURE) >= KVM_CPUID_TSC_KHZ)
		khz = cpuid_eax(KVM_CPUID_TSC_KHZ);
	say("\n  lived for   ");
	number(ticks >> 32 == 0 ? (uint32_t)ticks : ~0u, 10, 1);
	say(" ticks of the TSC");
	if (ticks >> 32 != 0 || khz < 1000)
		return;
	__asm__("mull %3; divl %2"
		: "=&a"(us)
		: "0"((uint32_t)ticks), "r"(khz), "r"(1000)
		: "edx");
	say(", ");
	number(us, 10, 1);
	say(" us");
}

/* Where SLP_EN goes: PM1a's control block or, without a FADT, its usual port. */
static uint16_t
power_port(const struct acpi_rsdp *rsdp)
{
	const struct acpi_header *table = find_table(rsdp, 0x50434146); /*FACP*/
	const struct acpi_fadt *fadt;

	if (table == NULL)
		return 0x604;
	fadt = (const void *)(table + 1);
	return (uint16_t)fadt->pm1a_cnt_blk;
}

void
tiny_main(const struct start_info *info, uint64_t born)
{
	const struct acpi_rsdp *rsdp = (const void *)(uintptr_t)info->rsdp;
	unsigned cpus = count_cpus(rsdp);
	const char *cmdline = (const void *)(uintptr_t)info->cmdline;

	say("Hello from the guest inside mica " MICA_VERSION ".\n"
	    "\n  CPUs        ");
	number(cpus, 10, 1);
	say_memory(info);
	say_pci();
	say("\n  arguments   ");
	say(cmdline != NULL && *cmdline != '\0' ? cmdline : "none");
	say_age(rdtsc() - born);
	say("\n\nIt now powers the machine off. Yours: mica [OPTIONS] IMAGE\n");
	for (;;)
		outw(power_port(rsdp),
		    SLP_EN | POWER_SLP_TYP_S5 << SLP_TYP_SHIFT);
}
