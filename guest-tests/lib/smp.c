/* SPDX-License-Identifier: MIT
 *
 * Starting processors; ap.S is what they do first. (Intel SDM volume 3, 9.4.4;
 * without its delays, which real chips needed)
 */
#include "guest-tests/lib/smp.h"
#include "guest-tests/lib/acpi.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"

enum { AP_PAGE = 0x8000 };
enum { ICR_INIT = 0x4500, ICR_START_UP = 0x4600 };
enum { MADT_LAPIC = 0, LAPIC_ENABLED = 1 };

extern const uint8_t ap_start[], ap_end[];
_Noreturn void ap_main(void);

static void (*ap_entry)(void);

unsigned
smp_cpus(uint8_t apic_ids[CPUS_MAX])
{
	const uint8_t *table = madt(), *end = table + get32(table + 4);
	unsigned count = 0;

	for (const uint8_t *at = table + MADT_ENTRIES; at < end; at += at[1])
		if (at[0] == MADT_LAPIC &&
		    (get32(at + 4) & LAPIC_ENABLED) != 0 && count < CPUS_MAX)
			apic_ids[count++] = at[3];
	return count;
}

void
ap_main(void)
{
	lapic_enable();
	ap_entry();
	for (;;)
		__asm__ volatile("cli; hlt");
}

void
smp_start(unsigned apic_id, void (*code)(void))
{
	ap_entry = code;
	memcpy((void *)AP_PAGE, ap_start, (size_t)(ap_end - ap_start));
	lapic_ipi(apic_id, ICR_INIT);
	lapic_ipi(apic_id, ICR_START_UP | AP_PAGE >> 12);
	lapic_ipi(apic_id, ICR_START_UP | AP_PAGE >> 12);
}
