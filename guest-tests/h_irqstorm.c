/* SPDX-License-Identifier: MIT
 *
 * Hostile: IOAPIC, 8259s, 8254 and UART programmed at random while interrupts
 * are on and every vector has a handler. Only modes that a CPU survives.
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"

enum { ROUNDS = 3000, PINS = 24 };
enum { COM1 = 0x3f8, IER = 1, IIR = 2, LCR = 3, MCR = 4 };
enum { PIT = 0x40, PIT_CONTROL = 0x43, PORT_B = 0x61, ELCR = 0x4d0 };
enum { FIXED = 0, LOWEST = 1, NMI = 4, EXTINT = 7 };
enum { FIRST_VECTOR = 32, RFLAGS_IF = 1 << 9 };

static unsigned interrupts;

/* Returns with interrupts off: the rounds go on, however many are pending. */
static void
on_any(struct frame *frame)
{
	interrupts++;
	lapic_write(LAPIC_EOI, 0);
	if (interrupts % 4 != 0) {
		outb(PIC_COMMAND + PIC_2ND, 0x20);
		outb(PIC_COMMAND, 0x20);
	}
	frame->rflags &= ~(uint64_t)RFLAGS_IF;
}

static void
on_nmi(struct frame *frame)
{
	(void)frame;
	interrupts++;
}

static uint32_t
random_vector(void)
{
	return FIRST_VECTOR + random32() % (256 - FIRST_VECTOR);
}

static void
poke_ioapic(uint32_t r)
{
	static const uint8_t modes[] = { FIXED, LOWEST, EXTINT, NMI, FIXED };

	ioapic_write(0x11 + 2 * (r % PINS), random32());
	ioapic_write(0x10 + 2 * (r % PINS),
	    random_vector() | (uint32_t)modes[r >> 8 & 3] << 8 |
		(random32() & 0x1f800));
}

static void
poke_pic(uint32_t r)
{
	uint16_t chip = r & 1 ? PIC_2ND : 0;

	if ((r & 0xf0) == 0) {
		pic_init();
		return;
	}
	if (r & 2)
		outb(PIC_MASK + chip, (uint8_t)(r >> 8));
	else
		outb(PIC_COMMAND + chip, (uint8_t)(r >> 8) & 0xef);
	inb(PIC_COMMAND + chip);
	if ((r & 0xc) == 0)
		outw(ELCR, (uint16_t)random32());
}

static void
poke_pit(uint32_t r)
{
	outb(PIT_CONTROL, (uint8_t)(r >> 8));
	outb(PIT + r % 3, (uint8_t)(r >> 16));
	outb(PIT + r % 3, (uint8_t)(r >> 24) & 0x0f);
	inb(PIT + r % 3);
	outb(PORT_B, (uint8_t)(r >> 4));
}

static void
poke_uart(uint32_t r)
{
	static const uint8_t regs[] = { IER, IIR, MCR, IER };
	uint8_t reg = regs[r & 3];

	outb(COM1 + MCR, 0x10 | 8); /* loop back: THR's bytes come in */
	outb(COM1 + reg, (uint8_t)(r >> 8) | (reg == MCR ? 0x10 : 0));
	outb(COM1, (uint8_t)(r >> 16));
	if (r & 0x80)
		inb(COM1 + (r >> 24) % 8);
}

static void (*const pokes[])(
    uint32_t) = { poke_ioapic, poke_pic, poke_pit, poke_uart };

void
main(void)
{
	for (unsigned vector = FIRST_VECTOR; vector < 256; vector++)
		irq_handle(vector, on_any);
	irq_handle(2, on_nmi);
	irq_init();
	pic_init();
	lapic_write(LAPIC_SPURIOUS, 0x1ff); /* LINT0 stays: 8259s are heard */
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t r = random32();

		irq_enable();
		pokes[r >> 30](r);
		irq_disable();
	}
	outb(COM1 + LCR, 3);
	outb(COM1 + MCR, 0);
	outb(COM1 + IER, 0);
	expect(interrupts > 10, "there were interrupts");
	puts("\n");
	put_dec(interrupts);
	puts(" interrupts\n");
}
