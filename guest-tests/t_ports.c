/* SPDX-License-Identifier: MIT
 *
 * I/O ports as a bus: every width anywhere, accesses that are wider, narrower
 * or off a register, across its end, by string instructions, and to nobody.
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"

enum { SCRATCH = 0x3ff, PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc };
enum { PIC1_MASK = 0x21, PIC2_MASK = 0xa1, PM_TIMER = 0x608, ELCR = 0x4d0 };

static void
check_absent(void)
{
	static const uint16_t ports[] = { 0x0022, 0x0100, 0x01f7, 0x02f8,
		0x0cf0, 0x0d00, 0x1234, 0x8000, 0xc000, 0xfffc };

	for (unsigned i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		expect_eq(inb(ports[i]), 0xff, "absent: inb");
		expect_eq(inw(ports[i]), 0xffff, "absent: inw");
		expect_eq(inl(ports[i]), 0xffffffff, "absent: inl");
		outb(ports[i], 0);
		outw(ports[i], 0);
		outl(ports[i], 0);
	}
	expect_eq(inl(0xffff), 0xffffffff, "absent: over the last port");
	expect_eq(inw(0xffff), 0xffff, "absent: over the last port");
}

/* A register of one byte by wider accesses: each byte is its own port. */
static void
check_wider(void)
{
	outb(SCRATCH, 0x5a);
	expect_eq(inw(SCRATCH), 0xff5a, "inw over the UART's end");
	expect_eq(inl(SCRATCH), 0xffffff5a, "inl over the UART's end");
	expect_eq(inw(SCRATCH - 1) >> 8, 0x5a, "inw up to the UART's end");
	expect_eq(inl(SCRATCH - 3) >> 24, 0x5a, "inl up to the UART's end");
	outw(SCRATCH, 0x1234);
	expect_eq(inb(SCRATCH), 0x34, "outw's low byte");
	outb(PIC1_MASK, 0xa5);
	outb(PIC2_MASK, 0xc3);
	expect_eq(inw(PIC1_MASK), 0xffa5, "inw over the 8259's end");
	expect_eq(inw(PIC1_MASK - 1) >> 8, 0xa5, "inw of both 8259 ports");
	expect_eq(
	    inl(PIC1_MASK - 1) >> 8, 0xffffa5, "inl of both and two more");
	outw(ELCR, 0x1208);
	expect_eq(inb(ELCR), 0x08, "outw's two bytes: first");
	expect_eq(inb(ELCR + 1), 0x12, "outw's two bytes: second");
	outw(ELCR, 0);
}

/* A register of four bytes by narrower accesses. */
static void
check_narrower(void)
{
	uint32_t before = inl(PM_TIMER), now = 0, after;

	for (unsigned i = 4; i-- != 0;)
		now = now << 8 | inb((uint16_t)(PM_TIMER + i));
	after = inl(PM_TIMER);
	/* the low byte was read last; a carry from it may be missed */
	expect(now - before + 256 <= after - before + 512,
	    "the PM timer by bytes");
	now = inw(PM_TIMER + 2);
	after = inl(PM_TIMER) >> 16;
	expect(after - now <= 1, "the PM timer's upper half");
	outl(PCI_ADDRESS, 0x80000010);
	expect_eq(inl(PCI_ADDRESS), 0x80000010, "0xcf8 by a dword");
	outb(PCI_ADDRESS + 2, 0x55);
	outw(PCI_ADDRESS + 2, 0x5555);
	expect_eq(inl(PCI_ADDRESS), 0x80000010, "0xcfa is not the register");
}

/* Aligned or not, a byte of 0xcfc is that byte of the register. */
static void
check_config_data(void)
{
	uint32_t id;

	outl(PCI_ADDRESS, 0x80000000);
	id = inl(PCI_DATA);
	expect(id != 0xffffffff, "a host bridge");
	for (uint16_t i = 0; i < 4; i++)
		expect_eq(inb(PCI_DATA + i), id >> 8 * i & 0xff, "0xcfc: inb");
	for (uint16_t i = 0; i < 3; i++)
		expect_eq(
		    inw(PCI_DATA + i), id >> 8 * i & 0xffff, "0xcfc: inw");
	expect_eq(inw(PCI_DATA + 3), id >> 24 | 0xff00, "inw over its end");
	expect_eq(inl(PCI_DATA + 1), id >> 8 | 0xff000000, "inl over its end");
	expect_eq(inl(PCI_DATA - 1), id << 8 | inb(PCI_DATA - 1),
	    "inl over its start");
}

static void
check_strings(void)
{
	static uint8_t bytes[64];
	static uint16_t words[8];
	static uint32_t dwords[8];
	uint32_t id;

	outb(SCRATCH, 0);
	outsb(SCRATCH, "abcdefgh", 8);
	insb(SCRATCH, bytes, 63);
	for (unsigned i = 0; i < 63; i++)
		expect_eq(bytes[i], 'h', "rep insb after rep outsb");
	expect_eq(bytes[63], 0, "rep insb stays within its count");
	outl(PCI_ADDRESS, 0x80000000);
	id = inl(PCI_DATA);
	insl(PCI_DATA, dwords, 7);
	insw(PCI_DATA, words, 7);
	for (unsigned i = 0; i < 7; i++) {
		expect_eq(dwords[i], id, "rep insl");
		expect_eq(words[i], id & 0xffff, "rep insw");
	}
	expect(dwords[7] == 0 && words[7] == 0, "no more than asked for");
	dwords[0] = 0x80000004;
	dwords[1] = 0x80000008;
	outsl(PCI_ADDRESS, dwords, 2);
	expect_eq(inl(PCI_ADDRESS), 0x80000008, "rep outsl");
	insb(0x1234, bytes, 0);
	expect_eq(bytes[0], 'h', "rep insb of nothing");
	insb(0x1234, bytes, 2);
	expect_eq(bytes[1], 0xff, "rep insb from nobody");
}

/* Downwards: the direction flag. */
static void
check_down(void)
{
	static uint8_t bytes[4];
	uint8_t *at = bytes + 2;
	unsigned long count = 2;

	outb(SCRATCH, 0x77);
	__asm__ volatile("std; rep insb; cld"
			 : "+D"(at), "+c"(count)
			 : "d"((uint16_t)SCRATCH)
			 : "memory");
	expect_eq(bytes[0] | bytes[3], 0, "std; rep insb: around");
	expect_eq(bytes[1] & bytes[2], 0x77, "std; rep insb");
	expect(at == bytes, "std; rep insb: RDI");
}

void
main(void)
{
	check_absent();
	check_wider();
	check_narrower();
	check_config_data();
	check_strings();
	check_down();
}
