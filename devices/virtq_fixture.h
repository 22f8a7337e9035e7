/* SPDX-License-Identifier: MIT
 *
 * Guest memory for tests of virtqueues, and the formats of virtio 1.3 by their
 * own numbers: nothing here is shared with the device's code.
 */
#ifndef DEVICES_VIRTQ_FIXTURE_H
#define DEVICES_VIRTQ_FIXTURE_H

#include <string.h>

#include "devices/virtq.h"

enum {
	DESC_NEXT = 1,
	DESC_WRITE = 2,
	DESC_INDIRECT = 4,
	DESC_AVAIL = 1 << 7,
	DESC_USED = 1 << 15,

	LOW_RAM = 1 << 20,
	HIGH_RAM = 1 << 20,
	TABLES = 0x40000, /* one for each buffer id */
	TABLE_ENTRIES = 16
};
#define F_INDIRECT  ((uint64_t)1 << 28)
#define F_EVENT_IDX ((uint64_t)1 << 29)
#define F_PACKED    ((uint64_t)1 << 34)
#define F_IN_ORDER  ((uint64_t)1 << 35)

/* Low RAM, then high: the sanitizers watch over both ends. */
static _Alignas(4096) uint8_t ram[LOW_RAM + HIGH_RAM];
static const struct gmem mem = {
	.host = ram, .low_size = LOW_RAM, .high_size = HIGH_RAM
};

static inline uint8_t *
at(gpa_t address)
{
	return address < RAM_HIGH ? ram + address
				  : ram + LOW_RAM + (address - RAM_HIGH);
}

static inline uint64_t
get(gpa_t address, unsigned bytes)
{
	uint64_t value = 0;

	memcpy(&value, at(address), bytes);
	return value;
}

static inline void
put(gpa_t address, unsigned bytes, uint64_t value)
{
	memcpy(at(address), &value, bytes);
}

/* A descriptor of either ring: what follows the length differs. */
static inline void
put_desc(gpa_t address, gpa_t to, uint32_t len, uint16_t at12, uint16_t at14)
{
	put(address, 8, to);
	put(address + 8, 4, len);
	put(address + 12, 2, at12);
	put(address + 14, 2, at14);
}

#endif
