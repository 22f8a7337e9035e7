/* SPDX-License-Identifier: MIT
 *
 * The ACPI PM timer: the clock by which guests judge the others.
 */
#ifndef GUEST_TESTS_CLOCK_H
#define GUEST_TESTS_CLOCK_H

#include <stdint.h>

enum { PM_TIMER_HZ = 3579545 };

/* Counts up at PM_TIMER_HZ, modulo 2^32 or 2^24 (FADT's TMR_VAL_EXT). */
uint32_t pm_timer(void);

/* Microseconds since an earlier reading, less than four seconds ago. */
uint32_t pm_timer_us(uint32_t since);

#endif
