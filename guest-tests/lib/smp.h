/* SPDX-License-Identifier: MIT
 *
 * More than one processor: who there is by the MADT, and starting them by
 * INIT and start-up IPIs (Intel SDM volume 3, 9.4.4).
 */
#ifndef GUEST_TESTS_SMP_H
#define GUEST_TESTS_SMP_H

#include <stdint.h>

enum { CPUS_MAX = 64 };

/* APIC IDs of the enabled processors, the MADT's order. */
unsigned smp_cpus(uint8_t apic_ids[CPUS_MAX]);

/* Start the processor: it calls `code` on a stack of its own with interrupts
 * off, and halts when that returns. Does not wait for it. Our own local APIC
 * is enabled: some KVMs send nothing otherwise. */
void smp_start(unsigned apic_id, void (*code)(void));

#endif
