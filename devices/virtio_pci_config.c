/* SPDX-License-Identifier: MIT
 *
 * The configuration space of a virtio function: identity (virtio 1.3, 4.1.2),
 * BARs, and the list of capabilities: virtio's own (4.1.4), MSI-X (PCI Local
 * Bus 3.0, 6.8.2), and for a device without legacy interface power management
 * (PCI PM 1.2, 3.2) and PCI Express (Base 4.0, 7.5.3).
 *
 * One with it needs I/O ports, which PCI Express forbids to an integrated
 * endpoint (1.3.2.3): it is a conventional function, as QEMU has it.
 *
 * Threads: vCPUs, with the board's lock held.
 *
 * Left out: D1 and D2, PME#; error reporting and extended capabilities, of
 * which there need be none.
 */
#include <linux/pci_regs.h>
#include <linux/virtio_pci.h>

#include "devices/virtio_pci.h"
#include "devices/virtio_transport.h"

enum { /* where a capability is */
	CAP_COMMON = 0x40,
	CAP_ISR = 0x50,
	CAP_DEVICE = 0x60,
	CAP_NOTIFY = 0x70,
	CAP_WINDOW = 0x84,
	WINDOW_BAR = CAP_WINDOW + VIRTIO_PCI_CAP_BAR,
	WINDOW_OFFSET = CAP_WINDOW + VIRTIO_PCI_CAP_OFFSET,
	WINDOW_LENGTH = CAP_WINDOW + VIRTIO_PCI_CAP_LENGTH,
	WINDOW_DATA = CAP_WINDOW + 16,
	CAP_MSIX = 0x98,
	CAP_PM = 0xa4,
	PM_CONTROL = CAP_PM + PCI_PM_CTRL,
	CAP_EXP = 0xac,
	EXP_CAPABILITIES = CAP_EXP + PCI_EXP_DEVCAP,
	EXP_CONTROL = CAP_EXP + PCI_EXP_DEVCTL,
	CAPS_END = CAP_EXP + 0x3c
};

enum { VENDOR = 0x1af4, MODERN_ID = 0x1040 }; /* 4.1.2 */

enum { D0 = 0, D3HOT = 3 };

/* The first dword of a capability, and of one of virtio's (4.1.4). */
#define CAP(id, next) ((uint32_t)(id) | (uint32_t)(next) << 8)
#define VIRTIO(next, len, is)                                                  \
	(CAP(PCI_CAP_ID_VNDR, next) | (len) << 16 | (is) << 24)

/* What never changes: [first register / 4]. All that must be is there, cap_len
 * long and aligned (4.1.4.2, 4.1.4.3.1, 4.1.4.5.1, 4.1.4.6.1, 4.1.4.9.1).
 * 4.1.4.4.1: a multiplier of 4 suits NOTIFICATION_DATA, too, and a region has
 * room for 1024 queues. */
static const uint32_t constant[(CAPS_END - PCI_HEADER_SIZE) / 4] = {
#define AT(reg) [((reg)-PCI_HEADER_SIZE) / 4]
	AT(CAP_COMMON) = VIRTIO(CAP_ISR, 16, VIRTIO_PCI_CAP_COMMON_CFG),
	VIRTIO_BAR_MEMORY,
	VIRTIO_COMMON,
	VIRTIO_REGION_SIZE,
	AT(CAP_ISR) = VIRTIO(CAP_DEVICE, 16, VIRTIO_PCI_CAP_ISR_CFG),
	VIRTIO_BAR_MEMORY,
	VIRTIO_ISR,
	VIRTIO_REGION_SIZE,
	AT(CAP_DEVICE) = VIRTIO(CAP_NOTIFY, 16, VIRTIO_PCI_CAP_DEVICE_CFG),
	VIRTIO_BAR_MEMORY,
	VIRTIO_DEVICE,
	VIRTIO_REGION_SIZE,
	AT(CAP_NOTIFY) = VIRTIO(CAP_WINDOW, 20, VIRTIO_PCI_CAP_NOTIFY_CFG),
	VIRTIO_BAR_MEMORY,
	VIRTIO_NOTIFY,
	VIRTIO_REGION_SIZE,
	4,
	AT(CAP_WINDOW) = VIRTIO(CAP_MSIX, 20, VIRTIO_PCI_CAP_PCI_CFG),
	AT(CAP_MSIX) = CAP(PCI_CAP_ID_MSIX, 0),
	VIRTIO_BAR_MSIX,
	MSIX_PBA | VIRTIO_BAR_MSIX,
	AT(CAP_PM) = CAP(PCI_CAP_ID_PM, CAP_EXP) | 3 << 16, /* PM 1.2 */
	PCI_PM_CTRL_NO_SOFT_RESET,
	AT(CAP_EXP) =
	    CAP(PCI_CAP_ID_EXP, 0) | (PCI_EXP_TYPE_RC_END << 4 | 2) << 16,
	PCI_EXP_DEVCAP_FLR | PCI_EXP_DEVCAP_RBER,
};

static bool
express(const struct virtio *v)
{
	return !v->setup.legacy;
}

/* 4.1.2.1, 4.1.2.3: a transitional device has a revision of 0, and its virtio
 * ID as subsystem; the other a revision from 1 and a subsystem from 0x40.
 * 4.1.4.10, 4.1.5.1.1.1: the legacy interface is I/O in BAR 0. */
static struct pci_shape
shape_of(const struct virtio *v, const struct virtio_type *type)
{
	bool legacy = v->setup.legacy;
	uint32_t id = legacy ? type->transitional : MODERN_ID + type->id;
	uint32_t base = VIRTIO_MEMORY(v->function.device);
	struct pci_shape s = {
		.id = id << 16 | VENDOR,
		.class_revision = type->pci_class << 8 | !legacy,
		.subsystem = (legacy ? type->id : id) << 16 | VENDOR,
		.command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
		    PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
		    PCI_COMMAND_INTX_DISABLE,
		.capabilities = v->setup.modern ? CAP_COMMON : CAP_MSIX,
		.pin = 1,
	};

	s.bar[VIRTIO_BAR_MSIX].value = base + VIRTIO_MSIX;
	s.bar[VIRTIO_BAR_MSIX].mask = ~(MSIX_BAR_SIZE - 1u);
	if (legacy) {
		s.command |= PCI_COMMAND_IO;
		s.bar[VIRTIO_BAR_IO].value = PCI_BASE_ADDRESS_SPACE_IO |
		    VIRTIO_PORTS(v->function.device);
		s.bar[VIRTIO_BAR_IO].mask = ~(VIRTIO_IO_SIZE - 1u);
	}
	if (v->setup.modern) {
		s.bar[VIRTIO_BAR_MEMORY].value =
		    PCI_BASE_ADDRESS_MEM_TYPE_64 | base;
		s.bar[VIRTIO_BAR_MEMORY].mask = ~(VIRTIO_MSIX - 1u);
		s.bar[VIRTIO_BAR_MEMORY + 1].mask = ~0u; /* its upper half */
	}
	return s;
}

/* Firmware would have assigned the BARs and switched them on, and there are
 * guests that take it for granted; not so after a reset of the guest's own. */
void
virtio_pci_reset(struct virtio *v, const struct virtio_type *type, bool flr)
{
	uint16_t spaces = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;

	virtio_reset(v, type);
	v->window = (struct virtio_window){ .bar = 0 };
	pci_function_reset(
	    &v->function, flr ? 0 : shape_of(v, type).command & spaces);
}

/* Above 256 a conventional function does not answer; a PCI Express one says
 * that it has no extended capability (7.6). */
static uint32_t
extended(const struct virtio *v)
{
	return express(v) ? 0 : ~0u;
}

/* 4.1.1: as PCI's documents have it, named above. */
uint32_t
virtio_pci_config_read(
    struct virtio *v, const struct virtio_type *type, unsigned reg)
{
	struct pci_shape shape;
	uint32_t fixed;

	if (reg < PCI_HEADER_SIZE) {
		shape = shape_of(v, type);
		return pci_function_read(&v->function, &shape, reg);
	}
	if (reg >= PCI_CFG_SPACE_SIZE)
		return extended(v);
	if (reg >= CAPS_END || (reg >= CAP_PM && !express(v)) ||
	    (reg < CAP_MSIX && !v->setup.modern))
		return 0;
	fixed = constant[(reg - PCI_HEADER_SIZE) / 4];
	switch (reg) {
	case WINDOW_BAR:
		return v->window.bar;
	case WINDOW_OFFSET:
		return v->window.offset;
	case WINDOW_LENGTH:
		return v->window.length;
	case WINDOW_DATA:
		return virtio_pci_window_read(v, type);
	case CAP_MSIX:
		return fixed | (express(v) ? CAP(0, CAP_PM) : 0) |
		    msix_control(&v->function.msix);
	case PM_CONTROL:
		return fixed | (v->function.sleeping ? D3HOT : D0);
	default:
		return fixed;
	}
}

/* 4.1.4.9.1. The bytes that are not written keep their value; to ask for that
 * as a driver would is an access of its own. */
static void
window_write(struct virtio *v, const struct virtio_type *type, unsigned reg,
    uint32_t value, uint32_t mask)
{
	struct virtio_window *w = &v->window;

	switch (reg) {
	case WINDOW_BAR:
		w->bar = (uint8_t)pci_merge(w->bar, value, mask);
		return;
	case WINDOW_OFFSET:
		w->offset = pci_merge(w->offset, value, mask);
		return;
	case WINDOW_LENGTH:
		w->length = pci_merge(w->length, value, mask);
		return;
	case WINDOW_DATA:
		virtio_pci_window_write(
		    v, type, pci_merge(w->data, value, mask));
		return;
	}
}

/* PM 1.2, 3.2.4: a state that is not supported leaves it where it is. */
static void
power(struct pci_function *f, uint32_t value)
{
	if ((value & PCI_PM_CTRL_STATE_MASK) == D3HOT)
		f->sleeping = true;
	if ((value & PCI_PM_CTRL_STATE_MASK) == D0)
		f->sleeping = false;
}

static void
caps_write(struct virtio *v, const struct virtio_type *type, unsigned reg,
    uint32_t value, uint32_t mask)
{
	struct pci_function *f = &v->function;

	if (reg < CAP_MSIX && v->setup.modern)
		window_write(v, type, reg, value, mask);
	if (reg == CAP_MSIX)
		msix_set_control(
		    &f->msix, pci_merge(msix_control(&f->msix), value, mask));
	if (reg == PM_CONTROL && express(v) && (mask & 0xff) != 0)
		power(f, value);
	if (reg == EXP_CONTROL && express(v) &&
	    (value & mask & PCI_EXP_DEVCTL_BCR_FLR) != 0)
		virtio_pci_reset(v, type, true);
	pci_function_update(f);
}

/* Memory that is no longer the device's may be another kernel's next (kexec): so
 * what it is at ends within the write, which lasts as long. What it says then by
 * MSI-X comes when it is master again. */
static bool
takes_memory_back(
    const struct virtio *v, unsigned reg, uint32_t value, uint32_t mask)
{
	if (!pci_function_masters(&v->function))
		return false;
	if (reg == PCI_COMMAND)
		return (~value & mask & PCI_COMMAND_MASTER) != 0;
	return reg == PM_CONTROL && express(v) && (mask & 0xff) != 0 &&
	    (value & PCI_PM_CTRL_STATE_MASK) == D3HOT;
}

/* When the device may use memory again, it looks for what it missed. */
void
virtio_pci_config_write(struct virtio *v, const struct virtio_type *type,
    unsigned reg, uint32_t value, uint32_t mask)
{
	bool could = pci_function_masters(&v->function);
	struct pci_shape shape;

	if (type->settle != NULL && takes_memory_back(v, reg, value, mask))
		type->settle(v);
	if (reg < PCI_HEADER_SIZE) {
		shape = shape_of(v, type);
		pci_function_write(&v->function, &shape, reg, value, mask);
	} else {
		caps_write(v, type, reg, value, mask);
	}
	if (!could && pci_function_masters(&v->function))
		virtio_kick_all(v, type);
}
