/* SPDX-License-Identifier: MIT
 *
 * MSI-X, after PCI Local Bus 3.0, 6.8.2 and 6.8.3.
 *
 * Threads: vCPUs and the loop, with the board's lock held.
 *
 * Left out: writes of less than a dword, which 6.8.3.1 leaves undefined.
 */
#include <linux/pci_regs.h>

#include "devices/msix.h"
#include "vmm/irq.h"

void
msix_reset(struct msix *m)
{
	*m = (struct msix){ .vectors = m->vectors };
	for (unsigned i = 0; i < MSIX_VECTORS_MAX; i++)
		m->entry[i].masked = true;
}

uint32_t
msix_read(const struct msix *m, uint32_t offset)
{
	unsigned vector = offset / PCI_MSIX_ENTRY_SIZE;

	if (offset >= MSIX_PBA) {
		offset -= MSIX_PBA;
		return offset < 8 ? (uint32_t)(m->pending >> 8 * offset) : 0;
	}
	if (vector >= m->vectors)
		return 0;
	switch (offset % PCI_MSIX_ENTRY_SIZE) {
	case PCI_MSIX_ENTRY_LOWER_ADDR:
		return (uint32_t)m->entry[vector].address;
	case PCI_MSIX_ENTRY_UPPER_ADDR:
		return (uint32_t)(m->entry[vector].address >> 32);
	case PCI_MSIX_ENTRY_DATA:
		return m->entry[vector].data;
	default:
		return m->entry[vector].masked ? PCI_MSIX_ENTRY_CTRL_MASKBIT
					       : 0;
	}
}

/* The pending bits are read-only. */
void
msix_write(struct msix *m, uint32_t offset, uint32_t value)
{
	unsigned vector = offset / PCI_MSIX_ENTRY_SIZE;
	uint64_t address;

	if (offset >= MSIX_PBA || vector >= m->vectors)
		return;
	address = m->entry[vector].address;
	switch (offset % PCI_MSIX_ENTRY_SIZE) {
	case PCI_MSIX_ENTRY_LOWER_ADDR: /* 6.8.2.4: aligned to a dword */
		m->entry[vector].address = (address & ~ones(4)) | (value & ~3u);
		return;
	case PCI_MSIX_ENTRY_UPPER_ADDR:
		m->entry[vector].address =
		    (address & ones(4)) | (uint64_t)value << 32;
		return;
	case PCI_MSIX_ENTRY_DATA:
		m->entry[vector].data = value;
		return;
	default:
		m->entry[vector].masked = value & PCI_MSIX_ENTRY_CTRL_MASKBIT;
		return;
	}
}

/* virtio 1.3, 4.1.5.1.2.1: Table Size tells the number of vectors. */
uint32_t
msix_control(const struct msix *m)
{
	uint32_t control = m->vectors - 1u;

	if (m->enabled)
		control |= PCI_MSIX_FLAGS_ENABLE;
	if (m->masked)
		control |= PCI_MSIX_FLAGS_MASKALL;
	return control << 16;
}

void
msix_set_control(struct msix *m, uint32_t value)
{
	m->enabled = value >> 16 & PCI_MSIX_FLAGS_ENABLE;
	m->masked = value >> 16 & PCI_MSIX_FLAGS_MASKALL;
}

void
msix_fire(struct msix *m, unsigned vector)
{
	check(vector < m->vectors);
	m->pending |= (uint64_t)1 << vector;
}

/* A message to anywhere but the local APICs, which are below 4 GiB, is a store
 * that nobody hears. (Intel SDM volume 3, 11.11.1) */
static void
send(const struct msix *m, unsigned vector)
{
	uint64_t address = m->entry[vector].address;

	if (address >> 20 == 0xfee)
		irq_msi(address, m->entry[vector].data);
}

void
msix_deliver(struct msix *m)
{
	if (m->pending == 0 || !m->enabled || m->masked)
		return;
	for (unsigned vector = 0; vector < m->vectors; vector++) {
		uint64_t bit = (uint64_t)1 << vector;

		if ((m->pending & bit) == 0 || m->entry[vector].masked)
			continue;
		m->pending &= ~bit;
		send(m, vector);
	}
}
