/* SPDX-License-Identifier: MIT
 *
 * Hostile: a virtio function's registers at random, in each width, wherever
 * they can be reached: BARs, ports, configuration space, the window in it
 * (virtio 1.3, 4.1.4.9); decoding and bus mastering off at the wrong time; BARs
 * that are moved; MSI-X entries full of nonsense.
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/virtio_attack.h"

enum { BAR0 = 0x10, BARS = 6, PM_CONTROL = 4 };
enum { BAR_BYTES = 0x8000, PORTS = 128, ON = PCI_IO | PCI_MEMORY | PCI_MASTER };
enum { W_BAR = 4, W_OFFSET = 8, W_LENGTH = 12, W_DATA = 16 };
enum { VECTOR = 0x40, INTERRUPTS_ON = 20 };

/* Small numbers and single bits have a meaning more often than others. */
static uint64_t
random_value(void)
{
	uint32_t r = random32();

	switch (r >> 30) {
	case 0:
		return r & 3;
	case 1:
		return 1ull << (r & 63);
	default:
		return random64();
	}
}

static void
access_memory(uint64_t at, uint32_t r)
{
	unsigned size = 1u << (r >> 28 & 3);

	if (r >> 31)
		peek(at, size);
	else
		poke(at, size, random_value());
}

static void
access_port(uint16_t port, uint32_t r)
{
	uint32_t value = (uint32_t)random_value();

	switch (r >> 29) {
	case 0:
		outb(port, (uint8_t)value);
		return;
	case 1:
		outw(port, (uint16_t)value);
		return;
	case 2:
		outl(port, value);
		return;
	case 3:
		inb(port);
		return;
	case 4:
		inw(port);
		return;
	default:
		inl(port);
	}
}

/* PCI's part as it was: MSI-X off, in D0, spaces and bus mastering on. */
static void
mend(void)
{
	uint64_t power = virtio_capability(&v, CAP_PM);

	poke(v.msix + 2, 2, 0);
	if (power != 0)
		poke(power + PM_CONTROL, 2, 0);
	poke(v.pci + PCI_COMMAND, 2, ON);
}

/* Every page of the BARs gets its share, the common configuration most. */
static void
try_bars(void)
{
	uint64_t memory = v.common ? v.common : v.table - 0x4000;

	for (unsigned i = 0; i < 2000; i++) {
		uint32_t r = random32();
		uint32_t at = r % BAR_BYTES;

		if (r & 0x8000000)
			at %= 0x40;
		access_memory(memory + at, r);
		if (i % 300 == 299)
			renew("nonsense in the BARs");
	}
}

static void
try_ports(void)
{
	for (unsigned i = 0; i < 1500; i++) {
		uint32_t r = random32();

		access_port(
		    (uint16_t)(v.ports + r % (r & 0x8000000 ? 32 : PORTS)), r);
		if (i % 300 == 299)
			renew("nonsense in the ports");
	}
}

static void
try_config(void)
{
	for (unsigned i = 0; i < 1500; i++) {
		uint32_t r = random32();

		access_memory(v.pci + r % (r & 0x8000000 ? 0x100 : 0x1000), r);
		if (i % 300 == 299) {
			mend();
			renew("nonsense in configuration space");
		}
	}
}

/* The window to every register, and to where there is none. */
static void
try_window(void)
{
	static const uint32_t offsets[] = { 0, 1, 2, 3, 0x13, 0x14, 0x1c, 0x3c,
		0x7c, 0x7e, 0x80, 0xffc, 0x1000, 0x2000, 0x3000, 0x3ffe, 0x4000,
		0x7fff, 0x8000, 0x7ffffffc, 0xfffffffc, 0xffffffff };
	static const uint32_t lengths[] = { 0, 1, 2, 3, 4, 8, 0x1000,
		0xffffffff };

	for (unsigned i = 0; i < 8 * COUNT(offsets); i++) {
		uint32_t offset = offsets[i / 8];

		poke(v.window + W_BAR, 1, i % 8 == 7 ? 255 : i % 8);
		poke(v.window + W_OFFSET, 4, offset);
		for (unsigned n = 0; n < COUNT(lengths); n++) {
			poke(v.window + W_LENGTH, 4, lengths[n]);
			poke(v.window + W_DATA + n % 4, 1u << n % 3,
			    random_value());
			peek(v.window + W_DATA, 4);
		}
	}
	mend();
	renew("nonsense through the window");
	poke(v.window + W_BAR, 1, 4);
	poke(v.window + W_OFFSET, 4, C_STATUS);
	poke(v.window + W_LENGTH, 4, 1);
	expect_eq(peek(v.window + W_DATA, 1), virtio_status(&v),
	    "the status through the window");
}

static void
set_command(uint16_t command)
{
	poke(v.pci + PCI_COMMAND, 2, command);
}

/* No bus mastering: no buffer is touched; when it is back, what was offered
 * meanwhile is found. Legacy drivers may never have switched it on. */
static void
try_mastering(void)
{
	for (unsigned i = 0; i < 4; i++) {
		set_command(ON & ~PCI_MASTER);
		put_raw(0, BUFFER, 16, D_WRITE);
		offer(q.next, 1);
		expect_outcome(NOTHING, "no bus mastering");
		if (i % 2)
			virtio_reset(&v);
		set_command(ON);
		if (i % 2 == 0)
			expect_outcome(USED, "what waited for bus mastering");
		renew("bus mastering off and on");
	}
}

/* Not decoded: ones, and nothing that is written arrives. */
static void
try_decoding(void)
{
	set_command(PCI_MASTER);
	expect_eq(virtio_status(&v), 0xff, "nobody decodes");
	virtio_set_status(&v, 0);
	kick();
	for (uint64_t at = 0; at < BAR_BYTES; at += 0x101)
		poke(v.table - 0x4000 + at, 4, 0);
	set_command(ON);
	expect((virtio_status(&v) & DRIVER_OK) != 0, "it was not reset");
	victim->work(&q);
}

/* They stay where they are, and say so. */
static void
try_moving(void)
{
	static const uint32_t to[] = { 0, 0xc0100000, 0xe0000000, 0x1000000,
		0x3f8, 0xfffffff0, 0xffffffff, 0xcf8 };

	for (unsigned n = 0; n < BARS; n++) {
		uint64_t bar = v.pci + BAR0 + 4 * n, was = peek(bar, 4);

		for (unsigned i = 0; i < COUNT(to); i++) {
			poke(bar, 4, to[i]);
			poke(bar, 1, to[i]);
			poke(bar + 2, 2, to[i]);
		}
		poke(bar, 4, was);
		expect_eq(peek(bar, 4), was, "a BAR's address");
		virtio_status(&v);
	}
	victim->work(&q);
}

static unsigned taken;

static void
on_any(struct frame *frame)
{
	(void)frame;
	taken++;
	lapic_write(LAPIC_EOI, 0);
}

/* Addresses of local APICs that are and that are not, and of RAM; what they
 * are told is of a kind that a CPU survives. */
static void
put_entry(uint64_t at)
{
	uint64_t address = random64();
	uint32_t r = random32();

	if (r & 1)
		address = 0xfee00000 | (address & 0xfffff);
	if (r & 2)
		address = BUFFER;
	poke(at, 4, address);
	poke(at + 4, 4, r & 4 ? address >> 32 : 0);
	poke(at + 8, 4, (random32() & ~0x700u) | VECTOR);
	poke(at + 12, 4, r >> 3 & 1);
}

static void
set_vectors(uint16_t config, uint16_t queue)
{
	common_write(&v, C_CONFIG_VECTOR, 2, config);
	common_write(&v, C_QUEUE_SELECT, 2, q.index);
	common_write(&v, C_QUEUE_VECTOR, 2, queue);
}

static void
check_vectors(unsigned entries)
{
	for (unsigned n = entries; n < 0x10000; n = 2 * n + 1) {
		set_vectors((uint16_t)n, (uint16_t)n);
		expect_eq(common_read(&v, C_CONFIG_VECTOR, 2), NO_VECTOR,
		    "a vector past the table: configuration");
		expect_eq(common_read(&v, C_QUEUE_VECTOR, 2), NO_VECTOR,
		    "a vector past the table: queue");
	}
}

/* A message is a store: to RAM it is no interrupt, nor is one above 4 GiB. */
static void
check_addresses(void)
{
	static const uint64_t none[] = { 0, BUFFER, 0xfec00000, 0xfed00000,
		0xfef00000, 0x1fee00000, 0xfee00000fee00000 };

	set_vectors(NO_VECTOR, 1);
	for (unsigned i = 0; i <= COUNT(none); i++) {
		uint64_t at = i < COUNT(none) ? none[i] : 0xfee00000;

		poke(v.table + 16, 4, at);
		poke(v.table + 20, 4, at >> 32);
		poke(v.table + 24, 4, VECTOR);
		poke(v.table + 28, 4, 0);
		taken = 0;
		victim->work(&q);
		irq_enable();
		for (unsigned n = 0; n < INTERRUPTS_ON; n++)
			virtio_status(&v);
		irq_disable();
		expect_eq(taken > 0, i == COUNT(none),
		    "an interrupt by a local APIC's address alone");
	}
}

static void
try_msix(void)
{
	unsigned entries = (peek(v.msix + 2, 2) & 0x7ff) + 1;

	for (unsigned vector = 32; vector < 256; vector++)
		irq_handle(vector, on_any);
	pic_init();
	irq_init();
	lapic_enable();
	poke(v.msix + 2, 2, MSIX_ENABLE);
	check_vectors(entries);
	check_addresses();
	for (unsigned i = 0; i < 80; i++) {
		put_entry(v.table + 16 * (random32() % entries));
		set_vectors((uint16_t)(random32() % (entries + 1)),
		    (uint16_t)(random32() % (entries + 1)));
		poke(v.msix + 2, 2, MSIX_ENABLE | (i % 4 ? 0 : MSIX_MASK_ALL));
		victim->work(&q);
		irq_enable();
		peek(v.pending, 8);
		irq_disable();
	}
	for (unsigned i = 0; i < 0x1000; i += 61)
		access_memory(v.table + entries * 16 + i, random32());
	expect(taken > 0, "there were interrupts");
	mend();
}

static const struct attack_case cases[] = {
	{ "bars", try_bars },
	{ "ports", try_ports },
	{ "config", try_config },
	{ "window", try_window },
	{ "mastering", try_mastering },
	{ "decoding", try_decoding },
	{ "moving", try_moving },
	{ "msix", try_msix },
};

void
main(void)
{
	attack(cases, COUNT(cases));
}
