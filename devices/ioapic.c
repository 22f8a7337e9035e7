/* SPDX-License-Identifier: MIT
 *
 * The I/O APIC: Intel 82093AA (datasheet, order number 290566-001) with the
 * EOI register that its successors since version 0x20 have (82801EB, order
 * number 252516). Threads: see ioapic.h.
 *
 * Left out: INTPOL is kept but not obeyed, as our lines are logical; the 8259
 * is not on pin 0 and ExtINT sends nothing, for no INTA would follow a message
 * and KVM drops it; no 15-bit destinations (RTE bits 55 to 49 read as zero);
 * messages arrive at once, so delivery status reads as idle.
 */
#include "devices/ioapic.h"
#include "vmm/irq.h"

enum {
	IOREGSEL = 0x00,
	IOWIN = 0x10,
	IOEOI = 0x40,

	IOAPICID = 0x00, /* the registers behind IOWIN */
	IOAPICVER = 0x01,
	IOAPICARB = 0x02,
	IOREDTBL = 0x10,

	ID_SHIFT = 24,
	VERSION = (IOAPIC_PINS - 1) << 16 | 0x20,

	/* An RTE's low half, and where its parts go in an MSI's data. */
	RTE_VECTOR = 0xff,
	RTE_DELIVERY = 7 << 8,
	RTE_LOGICAL = 1 << 11,
	RTE_REMOTE_IRR = 1 << 14,
	RTE_LEVEL = 1 << 15,
	RTE_MASKED = 1 << 16,
	RTE_WRITABLE = 0x1afff,
	RTE_DESTINATION = 56,

	DELIVERY_LOWEST = 1 << 8, /* zero is fixed */
	DELIVERY_SENT = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5,

	MSI_LOGICAL = 1 << 2,
	MSI_DESTINATION = 12,
	MSI_ASSERT = 1 << 14,
};
#define MSI_ADDRESS ((uint64_t)0xfee00000)

/* Only fixed and lowest priority can be level triggered; the others are edge
 * whatever the bit says (the datasheet's DELMOD table). */
static bool
is_level(uint64_t rte)
{
	return rte & RTE_LEVEL && (rte & RTE_DELIVERY) <= DELIVERY_LOWEST;
}

static uint64_t
msi_address(uint64_t rte)
{
	return MSI_ADDRESS | rte >> RTE_DESTINATION << MSI_DESTINATION |
	    (rte & RTE_LOGICAL ? MSI_LOGICAL : 0);
}

static uint32_t
msi_data(uint64_t rte)
{
	return (uint32_t)(rte & (RTE_VECTOR | RTE_DELIVERY)) | MSI_ASSERT |
	    (is_level(rte) ? RTE_LEVEL : 0);
}

/* ExtINT and the two reserved modes send nothing. */
static void
send(uint64_t rte)
{
	if (DELIVERY_SENT >> ((rte & RTE_DELIVERY) >> 8) & 1)
		irq_msi(msi_address(rte), msi_data(rte));
}

/* Sends for a level pin that is high and has no interrupt under way. */
static void
send_level(struct ioapic *ioapic, unsigned pin)
{
	uint64_t *rte = &ioapic->rte[pin];

	if (!(ioapic->lines >> pin & 1) || !is_level(*rte) ||
	    *rte & (RTE_MASKED | RTE_REMOTE_IRR))
		return;
	*rte |= RTE_REMOTE_IRR;
	send(*rte);
}

/*
 * Tells the host what the pin sends now, if it does not know: while it is level
 * and unmasked or, to get the EOI of what it sent before, remote IRR is set.
 * An EOI changes nothing here: interrupt threads mask a pin in service and
 * unmask it after the EOI (FreeBSD; Linux with IRQF_ONESHOT), each call costs
 * the host an RCU grace period, and a route too many at worst an exit.
 */
static void
update_route(struct ioapic *ioapic, unsigned pin, uint64_t old)
{
	uint64_t rte = ioapic->rte[pin];
	uint32_t bit = (uint32_t)1 << pin;
	bool had = ioapic->routed & bit;
	bool used =
	    is_level(rte) && (!(rte & RTE_MASKED) || rte & RTE_REMOTE_IRR);
	bool same = msi_address(rte) == msi_address(old) &&
	    msi_data(rte) == msi_data(old);

	if (used == had && (same || !used))
		return;
	ioapic->routed ^= used == had ? 0 : bit;
	if (used)
		irq_route(pin, true, msi_address(rte), msi_data(rte));
	else
		irq_route(pin, false, 0, 0);
}

/* A pin set to edge forgets its remote IRR: how guests that know no EOI
 * register get rid of a stuck one. */
static void
write_rte(struct ioapic *ioapic, unsigned index, uint32_t value)
{
	unsigned pin = index / 2;
	uint64_t *rte = &ioapic->rte[pin];
	uint64_t old = *rte;

	if (index & 1)
		*rte = (uint32_t)old | (uint64_t)(value & 0xff000000) << 32;
	else
		*rte = (old & ~(uint64_t)RTE_WRITABLE) | (value & RTE_WRITABLE);
	if (!is_level(*rte))
		*rte &= ~(uint64_t)RTE_REMOTE_IRR;
	update_route(ioapic, pin, old);
	send_level(ioapic, pin);
}

static void
write_register(struct ioapic *ioapic, uint32_t value)
{
	unsigned index = ioapic->select - IOREDTBL;

	if (ioapic->select == IOAPICID)
		ioapic->id = value >> ID_SHIFT & 0xf;
	else if (index < 2 * IOAPIC_PINS)
		write_rte(ioapic, index, value);
}

static uint32_t
read_register(const struct ioapic *ioapic)
{
	unsigned index = ioapic->select - IOREDTBL;

	switch (ioapic->select) {
	case IOAPICID:
	case IOAPICARB: /* there is no APIC bus to arbitrate for */
		return (uint32_t)ioapic->id << ID_SHIFT;
	case IOAPICVER:
		return VERSION;
	default:
		if (index >= 2 * IOAPIC_PINS)
			return 0;
		return (uint32_t)(ioapic->rte[index / 2] >> 32 * (index & 1));
	}
}

uint64_t
ioapic_mmio_read(struct ioapic *ioapic, uint32_t offset, unsigned size)
{
	(void)size; /* 4 */
	switch (offset) {
	case IOREGSEL:
		return ioapic->select;
	case IOWIN:
		return read_register(ioapic);
	default:
		return 0;
	}
}

void
ioapic_mmio_write(
    struct ioapic *ioapic, uint32_t offset, unsigned size, uint64_t value)
{
	(void)size; /* 4 */
	switch (offset) {
	case IOREGSEL:
		ioapic->select = (uint8_t)value;
		break;
	case IOWIN:
		write_register(ioapic, (uint32_t)value);
		break;
	case IOEOI:
		ioapic_eoi(ioapic, (uint8_t)value);
		break;
	default:
		break;
	}
}

/* An edge on a masked pin is lost: datasheet, "Interrupt Mask". Guests know,
 * and mask lazily or ask the 8259's IRR whether one came (Linux). */
void
ioapic_set_line(struct ioapic *ioapic, unsigned pin, bool high)
{
	uint32_t bit = (uint32_t)1 << pin;
	bool rises = high && !(ioapic->lines & bit);
	uint64_t rte;

	check(pin < IOAPIC_PINS);
	rte = ioapic->rte[pin];
	ioapic->lines = high ? ioapic->lines | bit : ioapic->lines & ~bit;
	if (is_level(rte))
		send_level(ioapic, pin);
	else if (rises && !(rte & RTE_MASKED))
		send(rte);
}

void
ioapic_eoi(struct ioapic *ioapic, uint8_t vector)
{
	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
		uint64_t *rte = &ioapic->rte[pin];

		if ((*rte & RTE_VECTOR) != vector || !(*rte & RTE_REMOTE_IRR))
			continue;
		*rte &= ~(uint64_t)RTE_REMOTE_IRR;
		send_level(ioapic, pin);
	}
}

void
ioapic_reset(struct ioapic *ioapic)
{
	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++)
		if (ioapic->routed >> pin & 1)
			irq_route(pin, false, 0, 0);
	*ioapic = (struct ioapic){ .id = 0 };
	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++)
		ioapic->rte[pin] = RTE_MASKED;
}
