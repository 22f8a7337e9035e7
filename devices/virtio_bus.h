/* SPDX-License-Identifier: MIT
 *
 * Every virtio device of the machine by value, from slots.def, and the ways to
 * it by its number on the PCI bus.
 *
 * Threads: vCPUs and the loop, with the board's lock held.
 */
#ifndef DEVICES_VIRTIO_BUS_H
#define DEVICES_VIRTIO_BUS_H

#include "devices/virtio_balloon.h"
#include "devices/virtio_blk.h"
#include "devices/virtio_console.h"
#include "devices/virtio_rng.h"

struct virtio_bus {
#define BRIDGE(...)
#define VIRTIO(row, device, type) struct type row;
#include "devices/slots.def"
};

/* What the user chose, a member each. */
struct virtio_bus_setup {
#define BRIDGE(...)
#define VIRTIO(row, ...) struct virtio_setup row;
#include "devices/slots.def"
};

/* What there is; before the first reset. */
void virtio_bus_configure(
    struct virtio_bus *bus, const struct virtio_bus_setup *setup);

/* How many queues a device has; 0: it is not there. */
unsigned virtio_bus_queues(struct virtio_bus *bus, unsigned device);

void virtio_bus_reset(struct virtio_bus *bus);

/* A device's queue was kicked (vmm/kick.h); there may be no such. */
void virtio_bus_kick(struct virtio_bus *bus, unsigned device, unsigned queue);

/* Configuration space: the aligned dword `reg` below 4096 of function 0 of a
 * device; `mask` as in virtio_pci.h. Ones where nobody is. */
uint32_t virtio_bus_config_read(
    struct virtio_bus *bus, unsigned device, unsigned reg);
void virtio_bus_config_write(struct virtio_bus *bus, unsigned device,
    unsigned reg, uint32_t value, uint32_t mask);

/* The rows virtio of ports.def and windows.def: where the BARs lie. */
uint32_t virtio_bus_read(struct virtio_bus *bus, unsigned reg, unsigned size);
void virtio_bus_write(
    struct virtio_bus *bus, unsigned reg, unsigned size, uint32_t value);
uint64_t virtio_bus_mmio_read(
    struct virtio_bus *bus, uint32_t offset, unsigned size);
void virtio_bus_mmio_write(
    struct virtio_bus *bus, uint32_t offset, unsigned size, uint64_t value);

#endif
