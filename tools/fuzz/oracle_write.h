/* SPDX-License-Identifier: MIT
 *
 * Between oracle_write.c, oracle_registers.c and oracle_pci.c: a write.
 */
#ifndef TOOLS_FUZZ_ORACLE_WRITE_H
#define TOOLS_FUZZ_ORACLE_WRITE_H

#include "tools/fuzz/board_regions.h"

struct target {
	enum { NOWHERE, COMMON, PORTS, TABLE, CONFIG } where;
	uint8_t row;	/* FUZZ_ROWS: of no virtio device */
	uint8_t device; /* its number on the bus */
	uint8_t size;
	uint16_t reg;
	uint32_t value;
};

/* What the registers of a virtio device hold; those of a queue are the selected
 * one's. Without bytes between its members. */
struct registers {
	uint64_t driver_features, features;
	uint64_t desc, driver, device;
	uint32_t device_select, driver_select, page;
	uint16_t config_vector, queue_select, size, vector;
	uint8_t status, enabled, zero[2];
};
_Static_assert(sizeof(struct registers) == 64, "struct registers: no gaps");

/* Becomes what it is once the device has heard the write. */
void oracle_registers(struct registers *r, const struct virtio *v,
    const struct virtio_type *type, const struct target *t);

/* MSI-X's table and pending bits; configuration space. */
void oracle_table_writes(const struct target *t);
void oracle_table_wrote(const struct target *t);
void oracle_config_writes(const struct target *t);
void oracle_config_wrote(const struct target *t);

/* Does the driver reset the device by writing this to the status register of
 * either interface? */
bool oracle_is_reset(bool io, unsigned reg, unsigned size, uint32_t value);

#endif
