/* SPDX-License-Identifier: MIT
 *
 * The tables of devices/ as fuzz/board's operations index them, and accesses to
 * what they tell of.
 */
#ifndef TOOLS_FUZZ_BOARD_REGIONS_H
#define TOOLS_FUZZ_BOARD_REGIONS_H

#include "devices/virtio_bus.h"
#include "tools/fuzz/replay.h"

/* A virtio device of slots.def. */
struct fuzz_device {
	unsigned device;      /* number on the bus */
	size_t at, own, size; /* in struct virtio_bus; before its queues */
	const struct virtio_type *type;
};
enum fuzz_row {
#define BRIDGE(...)
#define VIRTIO(row, ...) FUZZ_ROW_##row,
#include "devices/slots.def"
	FUZZ_ROWS
};
extern const struct fuzz_device fuzz_devices[FUZZ_ROWS];
unsigned fuzz_row(unsigned device); /* FUZZ_ROWS: of no virtio device */
struct virtio *fuzz_virtio(unsigned row);
struct virtio_queue *fuzz_queue(unsigned row, unsigned index);

/* Where there is something to access: each row of ports.def and windows.def;
 * of each device of slots.def its configuration space by both mechanisms, and
 * of a virtio device what its ports and its memory hold. */
enum fuzz_region_name {
#define PORT(row, ...) FUZZ_PORT_##row,
#define QUIET	       PORT
#include "devices/ports.def"
#define WINDOW(row, ...) FUZZ_WINDOW_##row,
#define HOST		 WINDOW
#include "devices/windows.def"
#define BRIDGE(row, ...) FUZZ_CF8_##row, FUZZ_ECAM_##row,
#define VIRTIO(row, ...)                                                       \
	BRIDGE(row)                                                            \
	FUZZ_IO_##row, FUZZ_COMMON_##row, FUZZ_ISR_##row, FUZZ_DEVICE_##row,   \
	    FUZZ_NOTIFY_##row, FUZZ_MSIX_##row,
#include "devices/slots.def"
	FUZZ_REGIONS
};
#define FUZZ_ECAM 0xe0000000
enum fuzz_space { FUZZ_PIO, FUZZ_MMIO, FUZZ_CF8 };
struct fuzz_region {
	enum fuzz_space space;
	gpa_t at; /* CF8: the address register */
	uint32_t size;
};
struct fuzz_region fuzz_region(unsigned index);

/* `value` was read there: is it what configuration space holds, if that is what
 * the region is? */
void fuzz_judge_read(
    unsigned index, unsigned offset, unsigned size, uint64_t value);

/* The device that hears nothing of that access, for it lacks the interface, or
 * the guest has switched it off (PCI 6.2.2, PM 1.2, 5.4.1); or NULL. */
const struct virtio *fuzz_nobody(
    unsigned index, unsigned offset, unsigned size);

/* A virtio device, by its number, may have changed. */
void fuzz_touch(unsigned device);

/* An access; what it says is in the trace. */
uint64_t fuzz_read(enum fuzz_space space, gpa_t at, unsigned size);
void fuzz_write(enum fuzz_space space, gpa_t at, unsigned size, uint64_t value);

/* Who wants to see accesses, stores to RAM and doorbells before they are done,
 * in the form of a guest's: replay.c; or NULL. It gets NULL when the last
 * one ends the machine. */
extern void (*fuzz_record)(const struct fuzz_access *access);

/* The driver rings for a queue, by way of its doorbell if it has one. */
void fuzz_doorbell(unsigned row, unsigned queue);

#endif
