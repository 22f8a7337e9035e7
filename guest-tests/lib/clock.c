/* SPDX-License-Identifier: MIT
 *
 * ACPI 6.5, 4.8.3.3: the power management timer. Differences are taken in the
 * 24 bits that every PM timer has.
 */
#include "guest-tests/lib/clock.h"
#include "guest-tests/lib/acpi.h"
#include "guest-tests/lib/cpu.h"

uint32_t
pm_timer(void)
{
	static uint16_t port;

	if (port == 0)
		port = (uint16_t)get32(fadt() + FADT_PM_TMR);
	return inl(port);
}

uint32_t
pm_timer_us(uint32_t since)
{
	uint32_t ticks = (pm_timer() - since) & 0xffffff;

	return (uint32_t)((uint64_t)ticks * 1000000 / PM_TIMER_HZ);
}
