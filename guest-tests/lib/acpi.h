/* SPDX-License-Identifier: MIT
 *
 * ACPI tables by bytes: offsets as in ACPI 6.5's tables 5.x. Not the layouts
 * of boot/acpi.h, whose bytes are what is tested.
 */
#ifndef GUEST_TESTS_ACPI_H
#define GUEST_TESTS_ACPI_H

#include <stdint.h>

enum { /* FADT, 5.2.9 */
	FADT_SCI_INT = 46,
	FADT_PM1A_EVT = 56,
	FADT_PM1A_CNT = 64,
	FADT_PM_TMR = 76,
	FADT_FLAGS = 112,
	FADT_RESET_REG = 116,
	FADT_RESET_VALUE = 128
};
enum { GAS_SPACE = 0, GAS_ADDRESS = 4, GAS_SPACE_IO = 1 };
enum { MADT_LAPIC_ADDRESS = 36, MADT_ENTRIES = 44, MCFG_BASE = 44 };

/* Little-endian, of any alignment. */
static inline uint16_t
get16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t
get32(const uint8_t *at)
{
	return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static inline uint64_t
get64(const uint8_t *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

/* The table's header, by the RSDP's address and the XSDT; NULL if none. */
const uint8_t *acpi_table(uint64_t rsdp, const char signature[4]);

/* Of a guest entered by PVH: the table, which must be there. */
const uint8_t *fadt(void);
const uint8_t *madt(void);

#endif
