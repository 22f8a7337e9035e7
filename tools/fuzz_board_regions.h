/* SPDX-License-Identifier: MIT
 *
 * The tables of devices/ as fuzz_board's operations index them.
 */
#ifndef TOOLS_FUZZ_BOARD_REGIONS_H
#define TOOLS_FUZZ_BOARD_REGIONS_H

#include "devices/virtio_bus.h"

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

#endif
