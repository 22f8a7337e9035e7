/* SPDX-License-Identifier: MIT
 *
 * Interrupts: vectors, the 8259 pair, the local APIC and the IOAPIC.
 */
#ifndef GUEST_TESTS_IRQ_H
#define GUEST_TESTS_IRQ_H

#include <stdint.h>

struct frame {
	uint64_t r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax;
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

/* Load an IDT in which exceptions say where and FAIL. Each CPU calls it; the
 * table is the same. Interrupts stay off. */
void irq_init(void);

/* What a vector calls; it sends the EOI itself. */
void irq_handle(unsigned vector, void (*handler)(struct frame *frame));

/* 8259: line n gives vector PIC_VECTOR + n; everything starts masked. The
 * ports of the first; those of the second are 0x80 up. */
enum { PIC_VECTOR = 0x20, PIC_COMMAND = 0x20, PIC_MASK = 0x21, PIC_2ND = 0x80 };
void pic_init(void);
void pic_unmask(unsigned line);
void pic_eoi(unsigned line);

/* The local APIC of this CPU, in xAPIC mode; registers by offset. */
enum {
	LAPIC_ID = 0x20,
	LAPIC_VERSION = 0x30,
	LAPIC_EOI = 0xb0,
	LAPIC_SPURIOUS = 0xf0,
	LAPIC_ICR = 0x300,
	LAPIC_ICR_HIGH = 0x310,
	LAPIC_LVT_LINT0 = 0x350
};
uint32_t lapic_read(unsigned offset);
void lapic_write(unsigned offset, uint32_t value);
void lapic_enable(void); /* LINT0 masked: the PIC is out of the game */
void lapic_ipi(unsigned apic_id, uint32_t command);

/* The IOAPIC: a pin's redirection entry sends `vector`, fixed, to APIC 0. */
enum {
	IOAPIC_LOW_ACTIVE = 1 << 13,
	IOAPIC_REMOTE_IRR = 1 << 14,
	IOAPIC_LEVEL = 1 << 15,
	IOAPIC_MASKED = 1 << 16
};
uint32_t ioapic_read(unsigned reg);
void ioapic_write(unsigned reg, uint32_t value);
void ioapic_pin(unsigned pin, unsigned vector_and_flags);

/* Where the MADT says that an ISA line arrives: the pin with its flags. */
unsigned ioapic_pin_of(unsigned line, unsigned *flags);

/* Interrupts of ISA line `line` call `handler`, by the chip that `chip` names,
 * "pic" or "ioapic"; anything else fails. irq_eoi() ends one. */
void irq_route(
    const char *chip, unsigned line, void (*handler)(struct frame *frame));
void irq_eoi(unsigned line);

#endif
