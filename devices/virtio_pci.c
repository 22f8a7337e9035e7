/* SPDX-License-Identifier: MIT
 *
 * Virtio over PCI, the device's memory and ports, after virtio 1.3: 4.1.4.4
 * (notification), 4.1.4.5 (ISR), 4.1.4.6 (device configuration), 4.1.4.9 (by
 * way of PCI's configuration space, which is in virtio_pci_config.c). The
 * common configuration is in virtio_common.c, the legacy interface in
 * virtio_legacy.c.
 *
 * Threads: vCPUs, with the board's lock held.
 */
#include "devices/virtio_pci.h"

#include <linux/pci_regs.h>

#include "devices/virtio_common.h"
#include "devices/virtio_legacy.h"
#include "devices/virtio_transport.h"

/*
 * The device's memory. As with the legacy header, a read gives the part of the
 * register that it begins in, and a write goes to the register that it begins
 * at; 4.1.3.1 has drivers use the register's own width.
 */

static uint32_t
memory_read(struct virtio *v, const struct virtio_type *type, uint32_t offset,
    unsigned size)
{
	unsigned reg = offset % VIRTIO_REGION_SIZE;

	switch (offset - reg) {
	case VIRTIO_COMMON:
		return virtio_common_read(v, type, reg);
	case VIRTIO_ISR:
		return reg == 0 ? virtio_take_isr(v) : 0;
	case VIRTIO_DEVICE:
		return virtio_config_read(v, type, reg, size);
	case VIRTIO_MSIX:
		return msix_read(&v->function.msix, reg & ~3u) >> 8 * (reg % 4);
	default:
		return 0;
	}
}

static void
memory_write(struct virtio *v, const struct virtio_type *type, uint32_t offset,
    unsigned size, uint32_t value)
{
	unsigned reg = offset % VIRTIO_REGION_SIZE;

	value &= (uint32_t)ones(size);
	switch (offset - reg) {
	case VIRTIO_COMMON:
		virtio_common_write(v, type, reg, value);
		return;
	case VIRTIO_DEVICE:
		virtio_config_write(v, type, reg, size, value);
		return;
	case VIRTIO_NOTIFY: /* whatever value: the place says which queue */
		virtio_notify(v, type, reg / 4);
		return;
	case VIRTIO_MSIX:
		if (size == 4)
			msix_write(&v->function.msix, reg, value);
		pci_function_update(&v->function);
		return;
	}
}

/* Is there a BAR behind this offset? */
static bool
there(const struct virtio *v, uint32_t offset)
{
	return offset < VIRTIO_MSIX ? v->setup.modern
				    : offset < VIRTIO_MSIX + MSIX_BAR_SIZE;
}

uint32_t
virtio_pci_read(struct virtio *v, const struct virtio_type *type,
    uint32_t offset, unsigned size)
{
	if (!there(v, offset) ||
	    !pci_function_decodes(&v->function, PCI_COMMAND_MEMORY))
		return ~0u;
	return memory_read(v, type, offset, size);
}

void
virtio_pci_write(struct virtio *v, const struct virtio_type *type,
    uint32_t offset, unsigned size, uint32_t value)
{
	if (there(v, offset) &&
	    pci_function_decodes(&v->function, PCI_COMMAND_MEMORY))
		memory_write(v, type, offset, size, value);
}

uint32_t
virtio_pci_io_read(struct virtio *v, const struct virtio_type *type,
    unsigned reg, unsigned size)
{
	if (!v->setup.legacy ||
	    !pci_function_decodes(&v->function, PCI_COMMAND_IO))
		return ~0u;
	return virtio_legacy_read(v, type, reg, size);
}

void
virtio_pci_io_write(struct virtio *v, const struct virtio_type *type,
    unsigned reg, unsigned size, uint32_t value)
{
	if (v->setup.legacy &&
	    pci_function_decodes(&v->function, PCI_COMMAND_IO))
		virtio_legacy_write(v, type, reg, size, value);
}

/* 4.1.4.9.2: the driver's part is a BAR that there is, a length of 1, 2 or 4,
 * an offset that is a multiple of it. The BAR need not decode: drivers come
 * this way when it does not. */
static bool
window_fits(const struct virtio *v)
{
	const struct virtio_window *w = &v->window;

	if (w->length != 1 && w->length != 2 && w->length != 4)
		return false;
	if (w->offset % w->length != 0)
		return false;
	switch (w->bar) {
	case VIRTIO_BAR_IO:
		return v->setup.legacy && w->offset < VIRTIO_IO_SIZE;
	case VIRTIO_BAR_MSIX:
		return w->offset < MSIX_BAR_SIZE;
	case VIRTIO_BAR_MEMORY:
		return v->setup.modern && w->offset < VIRTIO_MSIX;
	default:
		return false;
	}
}

/* 4.1.4.9.1 for both: an access of the BAR, of `length` bytes. */
uint32_t
virtio_pci_window_read(struct virtio *v, const struct virtio_type *type)
{
	struct virtio_window *w = &v->window;
	uint32_t offset = w->offset, mask, value;

	if (!window_fits(v))
		return w->data;
	mask = (uint32_t)ones(w->length);
	if (w->bar == VIRTIO_BAR_MSIX)
		offset += VIRTIO_MSIX;
	value = w->bar == VIRTIO_BAR_IO
	    ? virtio_legacy_read(v, type, offset, w->length)
	    : memory_read(v, type, offset, w->length);
	w->data = pci_merge(w->data, value, mask);
	return w->data;
}

/* 4.1.4.9.1 */
void
virtio_pci_window_write(
    struct virtio *v, const struct virtio_type *type, uint32_t value)
{
	struct virtio_window *w = &v->window;
	uint32_t offset = w->offset;

	w->data = value;
	if (!window_fits(v))
		return;
	if (w->bar == VIRTIO_BAR_MSIX)
		offset += VIRTIO_MSIX;
	if (w->bar == VIRTIO_BAR_IO)
		virtio_legacy_write(v, type, offset, w->length, value);
	else
		memory_write(v, type, offset, w->length, value);
}
