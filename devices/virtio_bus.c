/* SPDX-License-Identifier: MIT
 *
 * slots.def expanded: a device's number leads to its struct and its type, by a
 * switch that the compiler sees through.
 *
 * Threads: vCPUs and the loop, with the board's lock held.
 */
#include "devices/virtio_bus.h"

#include "devices/map.h"
#include "devices/virtio_pci.h"
#include "devices/virtio_transport.h"

/* Where the rows of the tables are is where virtio_pci.h computes that things
 * are. */
_Static_assert(WINDOW_virtio == VIRTIO_MEMORY(0) &&
	WINDOW_LAST_virtio == VIRTIO_MEMORY(PCI_DEVICES) - 1,
    "windows.def: row virtio is not where its BARs are");
_Static_assert(PORT_virtio == VIRTIO_PORTS(0) &&
	PORT_LAST_virtio == VIRTIO_PORTS(PCI_DEVICES) - 1,
    "ports.def: row virtio is not where its BARs are");

#define BRIDGE(...)
#define VIRTIO(row, device, type)                                              \
	_Static_assert(offsetof(struct type, v) == 0,                          \
	    "slots.def: row " #row ": struct " #type " begins with its v");    \
	_Static_assert((device) > 0, "slots.def: row " #row ": 0 is a bridge");
#include "devices/slots.def"

struct place {
	struct virtio *v; /* NULL: nobody there */
	const struct virtio_type *type;
};

static struct place
place_of(struct virtio_bus *bus, unsigned device)
{
	struct place at = { NULL, NULL };

	switch (device) {
#define BRIDGE(...)
#define VIRTIO(row, device, type)                                              \
	case (device):                                                         \
		at = (struct place){ &bus->row.v, &type##_type };              \
		break;
#include "devices/slots.def"
	}
	if (at.v != NULL && !at.v->function.present)
		at.v = NULL;
	return at;
}

void
virtio_bus_configure(
    struct virtio_bus *bus, const struct virtio_bus_setup *setup)
{
#define BRIDGE(...)
#define VIRTIO(row, device, type)                                              \
	virtio_configure(&bus->row.v, &type##_type, device, &setup->row);
#include "devices/slots.def"
}

unsigned
virtio_bus_queues(struct virtio_bus *bus, unsigned device)
{
	struct place at = place_of(bus, device);

	return at.v == NULL ? 0 : virtio_queues(at.v, at.type);
}

void
virtio_bus_reset(struct virtio_bus *bus)
{
#define BRIDGE(...)
#define VIRTIO(row, device, type)                                              \
	if (bus->row.v.setup.present)                                          \
		virtio_pci_reset(&bus->row.v, &type##_type, false);
#include "devices/slots.def"
}

void
virtio_bus_kick(struct virtio_bus *bus, unsigned device, unsigned queue)
{
	struct place at = place_of(bus, device);

	if (at.v != NULL)
		virtio_kick(at.v, at.type, queue);
}

uint32_t
virtio_bus_config_read(struct virtio_bus *bus, unsigned device, unsigned reg)
{
	struct place at = place_of(bus, device);

	return at.v == NULL ? ~0u : virtio_pci_config_read(at.v, at.type, reg);
}

void
virtio_bus_config_write(struct virtio_bus *bus, unsigned device, unsigned reg,
    uint32_t value, uint32_t mask)
{
	struct place at = place_of(bus, device);

	if (at.v != NULL)
		virtio_pci_config_write(at.v, at.type, reg, value, mask);
}

/* The device whose ports these are, if they are anybody's. */
static struct place
place_of_port(struct virtio_bus *bus, unsigned reg)
{
	unsigned device = reg / 0x400 * 2 + reg % 0x400 / VIRTIO_IO_SIZE;

	return place_of(bus, reg % 0x400 < 0x100 ? device : PCI_DEVICES);
}

uint32_t
virtio_bus_read(struct virtio_bus *bus, unsigned reg, unsigned size)
{
	struct place at = place_of_port(bus, reg);

	if (at.v == NULL)
		return ~0u;
	return virtio_pci_io_read(at.v, at.type, reg % VIRTIO_IO_SIZE, size);
}

void
virtio_bus_write(
    struct virtio_bus *bus, unsigned reg, unsigned size, uint32_t value)
{
	struct place at = place_of_port(bus, reg);

	if (at.v != NULL)
		virtio_pci_io_write(
		    at.v, at.type, reg % VIRTIO_IO_SIZE, size, value);
}

uint64_t
virtio_bus_mmio_read(struct virtio_bus *bus, uint32_t offset, unsigned size)
{
	struct place at = place_of(bus, offset / VIRTIO_SIZE);

	if (at.v == NULL)
		return ~0u;
	return virtio_pci_read(at.v, at.type, offset % VIRTIO_SIZE, size);
}

void
virtio_bus_mmio_write(
    struct virtio_bus *bus, uint32_t offset, unsigned size, uint64_t value)
{
	struct place at = place_of(bus, offset / VIRTIO_SIZE);

	if (at.v != NULL)
		virtio_pci_write(
		    at.v, at.type, offset % VIRTIO_SIZE, size, (uint32_t)value);
}
