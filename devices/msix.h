/* SPDX-License-Identifier: MIT
 *
 * MSI-X of one function: the table and the pending bits (PCI Local Bus 3.0,
 * 6.8.2), as they lie in a BAR of 4 KiB: the table from 0, the pending bits
 * from MSIX_PBA.
 */
#ifndef DEVICES_MSIX_H
#define DEVICES_MSIX_H

#include "vmm/util.h"

enum { MSIX_BAR_SIZE = 0x1000, MSIX_PBA = 0x800, MSIX_VECTORS_MAX = 64 };

struct msix {
	uint8_t vectors;      /* 1 to MSIX_VECTORS_MAX; kept by msix_reset() */
	bool enabled, masked; /* of Message Control */
	struct {
		uint64_t address;
		uint32_t data;
		bool masked;
	} entry[MSIX_VECTORS_MAX];
	uint64_t pending;
};

/* As after power-on: disabled, each vector masked, none pending. */
void msix_reset(struct msix *m);

/* A dword of the BAR: `offset` below MSIX_BAR_SIZE, a multiple of 4. The caller
 * lets msix_deliver() follow a write. */
uint32_t msix_read(const struct msix *m, uint32_t offset);
void msix_write(struct msix *m, uint32_t offset, uint32_t value);

/* The dword of Message Control, in its upper half; the lower reads 0. */
uint32_t msix_control(const struct msix *m);
void msix_set_control(struct msix *m, uint32_t value);

/* An event of `vector`, below m->vectors: it is pending, until... */
void msix_fire(struct msix *m, unsigned vector);

/* ...the messages of all that are pending and not masked go out. */
void msix_deliver(struct msix *m);

#endif
