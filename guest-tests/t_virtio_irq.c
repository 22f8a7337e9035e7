/* SPDX-License-Identifier: MIT
 *
 * A virtio function's interrupts, the entropy device's for all: by the IOAPIC
 * (INTx and the ISR: virtio 1.3, 4.1.4.5), or by MSI-X with its masks and
 * pending bits (PCI Local Bus 3.0, 6.8.2), as the command line says: intx or
 * msix, then the interface and features.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/virtio_work.h"
#include "guest-tests/lib/words.h"

enum { VECTOR = 0x41, QUEUE_ENTRY = 1 };
enum { INTX_DISABLE = 0x400, INTX_STATUS = 0x8, INTERRUPT_LINE = 0x3c };
enum { PM_TIMER = 0x608 };
#define MSI_APIC_0 0xfee00000

static struct virtio v;
static struct virtq q;
static unsigned taken;
static uint8_t isr_seen;

static void
on_intx(struct frame *frame)
{
	(void)frame;
	taken++;
	isr_seen |= virtio_isr(&v);
	lapic_write(LAPIC_EOI, 0);
}

static void
on_msix(struct frame *frame)
{
	(void)frame;
	taken++;
	lapic_write(LAPIC_EOI, 0);
}

/* How many interrupts are pending, and arrive now. */
static unsigned
collect(void)
{
	taken = 0;
	irq_enable();
	for (unsigned i = 0; i < 20; i++)
		inl(PM_TIMER);
	irq_disable();
	return taken;
}

/* The interrupts that work brings. */
static unsigned
work(void)
{
	struct part part = { WORK_RAM, 16, true };

	virtq_add(&q, &part, 1);
	virtq_kick(&q);
	virtq_wait(&q, NULL);
	inl(PM_TIMER); /* an exit; the device interrupts after it has used */
	return collect();
}

/*
 * INTx.
 */

static void
disable_intx(bool disable)
{
	uint64_t command = peek(v.pci + PCI_COMMAND, 2) & ~INTX_DISABLE;

	poke(v.pci + PCI_COMMAND, 2, command | (disable ? INTX_DISABLE : 0));
}

/* A level may be seen once more than it was raised: t_ioapic.c tells why. */
static void
check_intx(void)
{
	unsigned line = (unsigned)peek(v.pci + INTERRUPT_LINE, 1);

	expect_eq(peek(v.pci + INTERRUPT_LINE + 1, 1), 1, "INTA#");
	irq_handle(VECTOR, on_intx);
	ioapic_pin(line, VECTOR | IOAPIC_LEVEL);
	expect(work() >= 1 && taken <= 2, "an interrupt for a used buffer");
	expect_eq(isr_seen, ISR_QUEUE, "ISR");
	expect_eq(virtio_isr(&v), 0, "reading ISR clears it");

	disable_intx(true);
	expect_eq(work(), 0, "none while INTx is disabled");
	expect_eq(peek(v.pci + PCI_COMMAND + 2, 2) & INTX_STATUS, INTX_STATUS,
	    "Interrupt Status tells of it all the same");
	disable_intx(false);
	expect(collect() >= 1, "it arrives when INTx is enabled again");

	poke(q.driver + (v.features & F_PACKED ? 2 : 0), 2, 1);
	expect_eq(work(), 0, "none when the driver asks for none");
	expect_eq(virtio_isr(&v), 0, "and ISR does not tell of it");
}

/*
 * MSI-X.
 */

static uint64_t
entry_at(unsigned number)
{
	return v.table + 16 * number;
}

static void
mask(unsigned number, bool masked)
{
	poke(entry_at(number) + 12, 4, masked);
}

static void
set_control(uint16_t control)
{
	poke(v.msix + 2, 2, control);
}

/* After a reset it is none: of the queue, and of the configuration. */
static void
set_vector(unsigned vector)
{
	if (!v.legacy) {
		common_write(&v, C_QUEUE_SELECT, 2, q.index);
		common_write(&v, C_QUEUE_VECTOR, 2, vector);
		expect_eq(common_read(&v, C_QUEUE_VECTOR, 2), vector,
		    "the queue's vector");
		return;
	}
	outw(v.ports + L_QUEUE_SELECT, (uint16_t)q.index);
	outw(v.ports + L_CONFIG + 2, (uint16_t)vector);
	expect_eq(inw(v.ports + L_CONFIG + 2), vector, "the queue's vector");
}

static void
check_masks(void)
{
	mask(QUEUE_ENTRY, true);
	expect_eq(work(), 0, "none while its entry is masked");
	expect_eq(peek(v.pending, 8), 1 << QUEUE_ENTRY, "it is pending");
	expect_eq(work(), 0, "nor any more");
	mask(QUEUE_ENTRY, false);
	expect_eq(peek(v.pending, 8), 0, "unmasked, it is not pending");
	expect_eq(collect(), 1, "one message for all that were pending");
	set_control(MSIX_ENABLE | MSIX_MASK_ALL);
	expect_eq(work(), 0, "none while the function is masked");
	expect_eq(peek(v.pending, 8), 1 << QUEUE_ENTRY, "it is pending");
	set_control(MSIX_ENABLE);
	expect_eq(collect(), 1, "a message when the function is unmasked");
}

static void
check_msix(void)
{
	unsigned entries = (peek(v.msix + 2, 2) & 0x7ff) + 1;

	expect(entries >= 2, "vectors for a queue and the configuration");
	irq_handle(VECTOR, on_msix);
	set_control(MSIX_ENABLE);
	for (unsigned i = 0; i < entries; i++)
		expect_eq(peek(entry_at(i) + 12, 4), 1, "each entry is masked");
	poke(entry_at(QUEUE_ENTRY), 4, MSI_APIC_0);
	poke(entry_at(QUEUE_ENTRY) + 4, 4, 0);
	poke(entry_at(QUEUE_ENTRY) + 8, 4, VECTOR);
	mask(QUEUE_ENTRY, false);
	expect_eq(work(), 0, "none before the queue has a vector");
	set_vector(QUEUE_ENTRY);
	expect_eq(work(), 1, "a message for a used buffer");
	check_masks();
	if (!v.legacy)
		expect_eq(virtio_isr(&v), 0, "ISR tells nothing of a message");
	set_vector(NO_VECTOR);
	expect_eq(work(), 0, "none without a vector");
}

void
main(void)
{
	const char *text = cmdline();
	bool msix = take_word(&text, "msix"), legacy;
	uint64_t features;

	if (!msix && !take_word(&text, "intx"))
		fail("the command line names msix or intx");
	features = take_features(&text, &legacy);
	pic_init();
	irq_init();
	lapic_enable();
	virtio_find(&v, VIRTIO_RNG, legacy);
	virtio_begin(&v, features, &q, 0);
	if (msix)
		check_msix();
	else
		check_intx();
}
