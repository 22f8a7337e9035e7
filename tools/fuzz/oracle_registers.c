/* SPDX-License-Identifier: MIT
 *
 * What a write makes of a virtio device's registers, by virtio 1.3: 4.1.4.3
 * (common configuration), 4.1.4.10 (legacy), 2.1, 2.2, 2.6.1, 3.1; and what a
 * read gives. Of those that are not named nothing becomes; a write is to the
 * register that it begins at (virtio_pci.c).
 */
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>

#include "devices/virtio_transport.h"
#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"
#include "tools/fuzz/oracle_ring.h"
#include "tools/fuzz/oracle_write.h"

enum {
	COMMON_QUEUE_RESET = 0x3a,
	OWN = 1 | 2 | 4 | 8 | 0x80, /* of status, the driver's bits */
	SETTLED = VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK
};

static struct target target;
static bool there; /* is the selected queue */

static bool
is_packed(const struct registers *r)
{
	return r->features >> VIRTIO_F_RING_PACKED & 1;
}

static bool
has_ring_reset(const struct registers *r)
{
	return r->features >> VIRTIO_F_RING_RESET & 1;
}

/* 4.1.5.1.2.1 */
static uint16_t
vector_of(const struct virtio *v, uint16_t value)
{
	return value < v->function.msix.vectors ? value : VIRTIO_NO_VECTOR;
}

static uint64_t
half(uint64_t old, uint32_t value, bool high)
{
	return high ? (uint32_t)old | (uint64_t)value << 32
		    : old >> 32 << 32 | value;
}

/* 2.6.1.1.1 */
static void
forget_queue(struct registers *r, const struct virtio_type *type)
{
	r->desc = r->driver = r->device = 0;
	r->page = r->enabled = 0;
	r->size = type->queue_size;
	r->vector = VIRTIO_NO_VECTOR;
}

/* 2.7, 2.8.10.1: or the device needs a reset, 2.1.2 */
static void
enable(struct registers *r)
{
	const struct virtq_layout at = {
		.desc = r->desc,
		.driver = r->driver,
		.device = r->device,
		.size = r->size,
	};

	r->enabled = oracle_layout(&at, is_packed(r));
	if (!r->enabled)
		r->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
}

/* 2.1.1, 2.2.2, 3.1.1, 3.1.2 */
static void
set_status(struct registers *r, const struct virtio *v,
    const struct virtio_type *type, bool io)
{
	uint8_t added = (uint8_t)target.value & OWN & ~r->status;
	bool fits = (r->driver_features & ~virtio_offered(v, type)) == 0 &&
	    (r->driver_features >> VIRTIO_F_VERSION_1 & 1) != 0;

	if (io || !fits)
		added &= ~VIRTIO_CONFIG_S_FEATURES_OK;
	if (added & VIRTIO_CONFIG_S_FEATURES_OK)
		r->features = r->driver_features;
	r->status |= added & ~VIRTIO_CONFIG_S_DRIVER_OK;
	if (io || (r->status & VIRTIO_CONFIG_S_FEATURES_OK) != 0)
		r->status |= added & VIRTIO_CONFIG_S_DRIVER_OK;
}

/* 4.1.4.3.1, 4.1.4.3.2, 2.6.1.2.1: of a queue that is not enabled, and once the
 * driver runs only with VIRTIO_F_RING_RESET. */
static void
set_layout(struct registers *r, const struct virtio_type *type)
{
	uint16_t size = (uint16_t)target.value;

	if (r->enabled ||
	    ((r->status & VIRTIO_CONFIG_S_DRIVER_OK) != 0 &&
		!has_ring_reset(r)))
		return;
	switch (target.reg) {
	case VIRTIO_PCI_COMMON_Q_SIZE:
		if (size > 0 && size <= type->queue_size &&
		    (is_packed(r) || (size & (size - 1)) == 0))
			r->size = size;
		return;
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		if (size == 1 && (r->status & VIRTIO_CONFIG_S_FEATURES_OK) != 0)
			enable(r);
		return;
	case VIRTIO_PCI_COMMON_Q_DESCLO:
	case VIRTIO_PCI_COMMON_Q_DESCHI:
		r->desc = half(r->desc, target.value, target.reg & 4);
		return;
	case VIRTIO_PCI_COMMON_Q_AVAILLO:
	case VIRTIO_PCI_COMMON_Q_AVAILHI:
		r->driver = half(r->driver, target.value, target.reg & 4);
		return;
	case VIRTIO_PCI_COMMON_Q_USEDLO:
	case VIRTIO_PCI_COMMON_Q_USEDHI:
		r->device = half(r->device, target.value, target.reg & 4);
		return;
	}
}

/* Of a queue that there is. */
static void
set_queue(
    struct registers *r, const struct virtio *v, const struct virtio_type *type)
{
	uint16_t value = (uint16_t)target.value;

	if (target.reg == VIRTIO_PCI_COMMON_Q_MSIX)
		r->vector = vector_of(v, value);
	else if (target.reg != COMMON_QUEUE_RESET)
		set_layout(r, type);
	else if (value == 1 && has_ring_reset(r)) /* 4.1.4.3.1 */
		forget_queue(r, type);
}

static void
set_common(
    struct registers *r, const struct virtio *v, const struct virtio_type *type)
{
	switch (target.reg) {
	case VIRTIO_PCI_COMMON_DFSELECT:
		r->device_select = target.value;
		return;
	case VIRTIO_PCI_COMMON_GFSELECT:
		r->driver_select = target.value;
		return;
	case VIRTIO_PCI_COMMON_GF: /* 2.2.1: until they are agreed on */
		if (r->driver_select <= 1 && (r->status & SETTLED) == 0)
			r->driver_features = half(
			    r->driver_features, target.value, r->driver_select);
		return;
	case VIRTIO_PCI_COMMON_MSIX:
		r->config_vector = vector_of(v, (uint16_t)target.value);
		return;
	case VIRTIO_PCI_COMMON_STATUS:
		set_status(r, v, type, false);
		return;
	case VIRTIO_PCI_COMMON_Q_SELECT:
		r->queue_select = (uint16_t)target.value;
		return;
	default:
		if (there)
			set_queue(r, v, type);
	}
}

/* 4.1.5.1.3.1, 2.7.2: 0 takes the queue back. */
static void
set_page(struct registers *r, const struct virtio_type *type)
{
	uint64_t n = type->queue_size;

	if (target.value == 0) {
		forget_queue(r, type);
		return;
	}
	if (r->enabled)
		return;
	r->page = target.value;
	r->size = type->queue_size;
	r->desc = (uint64_t)target.value << 12;
	r->driver = r->desc + 16 * n;
	r->device = ALIGN_UP(r->driver + 6 + 2 * n, 4096);
	enable(r);
}

static void
set_ports(
    struct registers *r, const struct virtio *v, const struct virtio_type *type)
{
	uint16_t value = (uint16_t)target.value;

	if (target.reg >= VIRTIO_MSI_CONFIG_VECTOR && !v->function.msix.enabled)
		return; /* the device's configuration */
	switch (target.reg) {
	case VIRTIO_PCI_GUEST_FEATURES:
		if ((r->status & SETTLED) != 0)
			return;
		r->driver_features = target.value;
		r->features = target.value & virtio_legacy_offered(v, type);
		return;
	case VIRTIO_PCI_QUEUE_PFN:
		if (there)
			set_page(r, type);
		return;
	case VIRTIO_PCI_QUEUE_SEL:
		r->queue_select = value;
		return;
	case VIRTIO_PCI_STATUS:
		set_status(r, v, type, true);
		return;
	case VIRTIO_MSI_CONFIG_VECTOR:
		r->config_vector = vector_of(v, value);
		return;
	case VIRTIO_MSI_QUEUE_VECTOR:
		if (there)
			r->vector = vector_of(v, value);
		return;
	}
}

void
oracle_registers(struct registers *r, const struct virtio *v,
    const struct virtio_type *type, const struct target *t)
{
	target = *t;
	there = r->queue_select < virtio_queues(v, type);
	if (t->where == PORTS)
		set_ports(r, v, type);
	else
		set_common(r, v, type);
}

/*
 * Reads.
 */

static uint64_t
selected(uint64_t features, uint32_t select)
{
	return select > 1 ? 0 : (uint32_t)(features >> 32 * select);
}

/* 4.1.4.3.1: all of a queue that there is not is 0. */
static uint64_t
queue_holds(const struct virtio_queue *q, unsigned index, unsigned reg)
{
	const uint64_t at[] = { q->layout.desc, q->layout.driver,
		q->layout.device };

	switch (reg) {
	case VIRTIO_PCI_COMMON_Q_SIZE:
		return q->layout.size;
	case VIRTIO_PCI_COMMON_Q_MSIX:
		return q->vector;
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		return q->ring.enabled;
	case VIRTIO_PCI_COMMON_Q_NOFF: /* virtio_pci.h: a doorbell each */
		return index;
	case VIRTIO_PCI_COMMON_Q_DESCLO ... VIRTIO_PCI_COMMON_Q_USEDHI:
		reg -= VIRTIO_PCI_COMMON_Q_DESCLO;
		return selected(at[reg / 8], reg / 4 % 2);
	default:
		return 0;
	}
}

static uint64_t
holds(unsigned row, unsigned reg)
{
	const struct virtio_type *type = fuzz_devices[row].type;
	const struct virtio *v = fuzz_virtio(row);
	unsigned n = v->queue_select;

	switch (reg) {
	case VIRTIO_PCI_COMMON_DFSELECT:
		return v->device_feature_select;
	case VIRTIO_PCI_COMMON_DF:
		return selected(
		    virtio_offered(v, type), v->device_feature_select);
	case VIRTIO_PCI_COMMON_GFSELECT:
		return v->driver_feature_select;
	case VIRTIO_PCI_COMMON_GF:
		return selected(v->driver_features, v->driver_feature_select);
	case VIRTIO_PCI_COMMON_MSIX:
		return v->config_vector;
	case VIRTIO_PCI_COMMON_NUMQ:
		return virtio_queues(v, type);
	case VIRTIO_PCI_COMMON_STATUS:
		return v->status;
	case VIRTIO_PCI_COMMON_CFGGENERATION:
		return v->generation;
	case VIRTIO_PCI_COMMON_Q_SELECT:
		return n;
	default:
		return n < virtio_queues(v, type)
		    ? queue_holds(fuzz_queue(row, n), n, reg)
		    : 0;
	}
}

/* Registers in whole, by their own width (4.1.3.1). */
void
oracle_common(unsigned row, unsigned reg, unsigned size, uint64_t value)
{
	unsigned own = 4;

	if (reg == VIRTIO_PCI_COMMON_STATUS ||
	    reg == VIRTIO_PCI_COMMON_CFGGENERATION)
		own = 1;
	else if ((reg >= VIRTIO_PCI_COMMON_MSIX &&
		     reg < VIRTIO_PCI_COMMON_Q_DESCLO) ||
	    reg > VIRTIO_PCI_COMMON_Q_USEDHI)
		own = 2;
	if (size == own && reg % own == 0 && reg < 0x40)
		check(value == holds(row, reg));
}
