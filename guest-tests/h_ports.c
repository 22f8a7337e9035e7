/* SPDX-License-Identifier: MIT
 *
 * Hostile: reads every port, those below LOW_PORTS in every width, then writes
 * what no driver would. The ports that end the machine get values that should
 * not, where there are such.
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"

enum { LOW_PORTS = 0xd10, ROUNDS = 5000 };
enum { COM1_IER = 0x3f9, COM1_LCR = 0x3fb, COM1_MCR = 0x3fc, LOOP = 0x10 };

/* By port: the bits that may end the machine; ANY: any value does. */
enum { ANY = 0xff };
static uint8_t deadly[0x10004];

static void
mark_deadly(void)
{
	deadly[0x64] = 0xf0; /* 0xfe pulses reset */
	deadly[0x92] = 0x01; /* fast reset */
	memset(deadly + 0xf4, ANY, 8);
	deadly[0x501] = ANY;
	deadly[0x505] = 0x01;		       /* PANICKED */
	deadly[0x605] = deadly[0xb005] = 0x20; /* SLP_EN */
	deadly[0xcf9] = 0x04;		       /* RST_CPU */
}

static void
write_any(uint16_t port, unsigned size, uint32_t value)
{
	for (unsigned i = 0; i < size; i++) {
		uint8_t bits = deadly[port + i];

		if (bits == 0)
			continue;
		if (bits == ANY)
			return;
		value &= ~((uint32_t)bits << 8 * i);
	}
	if (size == 1)
		outb(port, (uint8_t)value);
	else if (size == 2)
		outw(port, (uint16_t)value);
	else
		outl(port, value);
}

static void
read_any(uint16_t port, unsigned size)
{
	if (size == 1)
		inb(port);
	else if (size == 2)
		inw(port);
	else
		inl(port);
}

void
main(void)
{
	mark_deadly();
	outb(COM1_MCR, LOOP); /* what THR gets goes nowhere, mostly */
	for (uint32_t port = 0; port < LOW_PORTS; port++) {
		inb((uint16_t)port);
		inw((uint16_t)port);
		inl((uint16_t)port);
	}
	for (uint32_t port = LOW_PORTS; port <= 0xffff; port += 4)
		inl((uint16_t)port);
	for (uint32_t port = 0; port < LOW_PORTS; port++)
		for (unsigned size = 1; size <= 4; size *= 2)
			write_any((uint16_t)port, size, random32());
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t r = random32();
		uint16_t port = (uint16_t)(r >> 16);

		if (r & 0x100) /* where the devices are */
			port &= 0x7ff;
		if (r & 0x80)
			write_any(port, 1u << r % 3, random32());
		else
			read_any(port, 1u << r % 3);
	}
	outb(COM1_LCR, 3);
	outb(COM1_MCR, 0);
	outb(COM1_IER, 0);
	puts("\n");
}
