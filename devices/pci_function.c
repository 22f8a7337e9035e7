/* SPDX-License-Identifier: MIT
 *
 * A function's type 0 header, PCI Local Bus 3.0: 6.1 (the registers), 6.2.5
 * (base addresses), 6.2.2 and 6.2.3 (INTA#).
 *
 * Threads: vCPUs and the loop, with the board's lock held.
 *
 * Left out: Cache Line Size and Latency Timer, which mean nothing here and may
 * be hardwired to 0 (6.2.4); an expansion ROM; status bits for errors, which
 * cannot happen; moving a BAR: reading one back shows that it did not.
 */
#include <linux/pci_regs.h>

#include "devices/pci_function.h"
#include "vmm/irq.h"

enum { INTERRUPT_LINE = 0x3c }; /* and PCI_INTERRUPT_PIN, in one dword */

bool
pci_function_decodes(const struct pci_function *f, uint16_t space)
{
	return f->present && !f->sleeping && (f->command & space) != 0;
}

bool
pci_function_masters(const struct pci_function *f)
{
	return pci_function_decodes(f, PCI_COMMAND_MASTER);
}

/* Interrupt Status tells what INTA# would do if Interrupt Disable let it
 * (6.2.3). virtio 1.3, 4.1.4.5.1: with MSI-X disabled, it is the ISR's bits. */
static bool
interrupt_status(const struct pci_function *f)
{
	return f->interrupts && !f->msix.enabled;
}

void
pci_function_update(struct pci_function *f)
{
	bool high = f->present && !f->sleeping && interrupt_status(f) &&
	    (f->command & PCI_COMMAND_INTX_DISABLE) == 0;

	irq_share(pci_intx_line(f->device), f->device, high);
	if (pci_function_masters(f)) /* a message is a memory write, 6.8 */
		msix_deliver(&f->msix);
}

void
pci_function_interrupt(struct pci_function *f, bool wanted)
{
	f->interrupts = wanted;
	pci_function_update(f);
}

void
pci_function_message(struct pci_function *f, unsigned vector)
{
	msix_fire(&f->msix, vector);
	pci_function_update(f);
}

void
pci_function_reset(struct pci_function *f, uint16_t command)
{
	*f = (struct pci_function){
		.device = f->device,
		.present = f->present,
		.command = command,
		.line = (uint8_t)pci_intx_line(f->device),
		.msix = f->msix,
	};
	msix_reset(&f->msix);
	pci_function_update(f);
}

static uint32_t
command_status(const struct pci_function *f, const struct pci_shape *shape)
{
	uint32_t status = 0;

	if (shape->capabilities != 0)
		status |= PCI_STATUS_CAP_LIST;
	if (interrupt_status(f))
		status |= PCI_STATUS_INTERRUPT;
	return status << 16 | f->command;
}

static uint32_t
bar_read(
    const struct pci_function *f, const struct pci_shape *shape, unsigned n)
{
	uint32_t mask = shape->bar[n].mask, value = shape->bar[n].value;

	return (f->sized >> n & 1) != 0 ? mask | (value & ~mask) : value;
}

/* 6.2.5.1: after a write of ones it shows its size, after any other its
 * address, whatever that write was. */
static void
bar_write(struct pci_function *f, const struct pci_shape *shape, unsigned n,
    uint32_t value, uint32_t mask)
{
	value = pci_merge(bar_read(f, shape, n), value, mask);
	f->sized &= (uint8_t) ~(1u << n);
	if (shape->bar[n].mask != 0 && (value | ~shape->bar[n].mask) == ~0u)
		f->sized |= (uint8_t)(1u << n);
}

uint32_t
pci_function_read(
    const struct pci_function *f, const struct pci_shape *shape, unsigned reg)
{
	switch (reg) {
	case PCI_VENDOR_ID:
		return shape->id;
	case PCI_COMMAND:
		return command_status(f, shape);
	case PCI_CLASS_REVISION:
		return shape->class_revision;
	case PCI_BASE_ADDRESS_0 ... PCI_BASE_ADDRESS_5:
		return bar_read(f, shape, (reg - PCI_BASE_ADDRESS_0) / 4);
	case PCI_SUBSYSTEM_VENDOR_ID:
		return shape->subsystem;
	case PCI_CAPABILITY_LIST:
		return shape->capabilities;
	case INTERRUPT_LINE:
		return shape->pin == 0 ? 0 : shape->pin << 8 | f->line;
	default:
		return 0;
	}
}

void
pci_function_write(struct pci_function *f, const struct pci_shape *shape,
    unsigned reg, uint32_t value, uint32_t mask)
{
	switch (reg) {
	case PCI_COMMAND:
		f->command = shape->command &
		    (uint16_t)pci_merge(f->command, value, mask);
		pci_function_update(f);
		return;
	case PCI_BASE_ADDRESS_0 ... PCI_BASE_ADDRESS_5:
		bar_write(
		    f, shape, (reg - PCI_BASE_ADDRESS_0) / 4, value, mask);
		return;
	case INTERRUPT_LINE:
		f->line = (uint8_t)pci_merge(f->line, value, mask);
		return;
	default:
		return;
	}
}
