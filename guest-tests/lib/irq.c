/* SPDX-License-Identifier: MIT
 *
 * Interrupts for guests: Intel SDM volume 3, 6.14 (IDT) and 10 (local APIC),
 * the 8259A and 82093AA datasheets.
 */
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/acpi.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"

enum { EOI = 0x20 /* OCW2, not specific */ };
enum { MADT_OVERRIDE = 2, POLARITY_LOW = 3, TRIGGER_LEVEL = 3 };

#define LAPIC_BASE  0xfee00000
#define IOAPIC_BASE 0xfec00000

extern const uint8_t irq_stubs[256][16];

static struct gate {
	uint64_t low, high;
} idt[256] __attribute__((aligned(16)));

static void (*handlers[256])(struct frame *frame);
static bool by_ioapic;

void irq_dispatch(struct frame *frame);

static void
exception(struct frame *frame)
{
	puts("exception ");
	put_dec(frame->vector);
	puts(", error ");
	put_hex(frame->error);
	puts(", rip ");
	put_hex(frame->rip);
	puts("\n");
	fail("no exception");
}

void
irq_dispatch(struct frame *frame)
{
	handlers[frame->vector](frame);
}

void
irq_handle(unsigned vector, void (*handler)(struct frame *frame))
{
	uint64_t stub = (uint64_t)irq_stubs[vector];

	handlers[vector] = handler;
	idt[vector].low = (stub & 0xffff) | 8 << 16 | (uint64_t)0x8e00 << 32 |
	    (stub >> 16) << 48;
	idt[vector].high = stub >> 32;
}

void
irq_init(void)
{
	struct table table = { sizeof(idt) - 1, (uint64_t)idt };

	for (unsigned vector = 0; vector < 32; vector++)
		if (handlers[vector] == NULL)
			irq_handle(vector, exception);
	__asm__ volatile("lidt %0" : : "m"(table));
}

void
pic_init(void)
{
	static const uint8_t icw[2][3] = {
		{ PIC_VECTOR, 1 << 2, 1 },
		{ PIC_VECTOR + 8, 2, 1 },
	};

	for (unsigned chip = 0; chip < 2; chip++) {
		outb(PIC_COMMAND + chip * PIC_2ND, 0x11); /* ICW1 */
		for (unsigned i = 0; i < 3; i++)
			outb(PIC_MASK + chip * PIC_2ND, icw[chip][i]);
		outb(PIC_MASK + chip * PIC_2ND, 0xff);
	}
}

void
pic_unmask(unsigned line)
{
	uint16_t port = PIC_MASK + line / 8 * PIC_2ND;

	outb(port, inb(port) & ~(1u << line % 8));
	if (line >= 8)
		pic_unmask(2);
}

void
pic_eoi(unsigned line)
{
	if (line >= 8)
		outb(PIC_COMMAND + PIC_2ND, EOI);
	outb(PIC_COMMAND, EOI);
}

uint32_t
lapic_read(unsigned offset)
{
	return *(volatile uint32_t *)phys(LAPIC_BASE + offset);
}

void
lapic_write(unsigned offset, uint32_t value)
{
	*(volatile uint32_t *)phys(LAPIC_BASE + offset) = value;
}

void
lapic_enable(void)
{
	lapic_write(LAPIC_LVT_LINT0, 1 << 16);
	lapic_write(LAPIC_SPURIOUS, 0x1ff);
}

void
lapic_ipi(unsigned apic_id, uint32_t command)
{
	lapic_write(LAPIC_ICR_HIGH, apic_id << 24);
	lapic_write(LAPIC_ICR, command);
}

uint32_t
ioapic_read(unsigned reg)
{
	*(volatile uint32_t *)phys(IOAPIC_BASE) = reg;
	return *(volatile uint32_t *)phys(IOAPIC_BASE + 0x10);
}

void
ioapic_write(unsigned reg, uint32_t value)
{
	*(volatile uint32_t *)phys(IOAPIC_BASE) = reg;
	*(volatile uint32_t *)phys(IOAPIC_BASE + 0x10) = value;
}

void
ioapic_pin(unsigned pin, unsigned vector_and_flags)
{
	ioapic_write(0x11 + 2 * pin, 0);
	ioapic_write(0x10 + 2 * pin, vector_and_flags);
}

unsigned
ioapic_pin_of(unsigned line, unsigned *flags)
{
	const uint8_t *table = madt(), *end = table + get32(table + 4);

	*flags = 0;
	for (const uint8_t *at = table + MADT_ENTRIES; at < end; at += at[1]) {
		if (at[0] != MADT_OVERRIDE || at[3] != line)
			continue;
		if ((at[8] & 3) == POLARITY_LOW)
			*flags |= IOAPIC_LOW_ACTIVE;
		if ((at[8] >> 2 & 3) == TRIGGER_LEVEL)
			*flags |= IOAPIC_LEVEL;
		return get32(at + 4);
	}
	return line;
}

void
irq_route(const char *chip, unsigned line, void (*handler)(struct frame *frame))
{
	unsigned flags, pin;

	irq_init();
	irq_handle(PIC_VECTOR + line, handler);
	pic_init();
	by_ioapic = starts_with(chip, "ioapic");
	if (by_ioapic) {
		lapic_enable();
		pin = ioapic_pin_of(line, &flags);
		ioapic_pin(pin, (PIC_VECTOR + line) | flags);
	} else if (starts_with(chip, "pic")) {
		pic_unmask(line);
	} else {
		fail("the command line names pic or ioapic");
	}
}

void
irq_eoi(unsigned line)
{
	if (by_ioapic)
		lapic_write(LAPIC_EOI, 0);
	else
		pic_eoi(line);
}
