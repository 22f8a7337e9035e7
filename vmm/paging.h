/* SPDX-License-Identifier: MIT
 *
 * The guest's page tables, as its CPU reads them (Intel SDM volume 3, 4.3 to
 * 4.5): 32-bit, PAE, four and five levels. For a crashed vCPU's last words: no
 * right but to be there is looked at, and no reserved bit.
 *
 * Threads: any; the guest may change the tables meanwhile.
 */
#ifndef VMM_PAGING_H
#define VMM_PAGING_H

#include "vmm/gmem.h"

/* A vCPU's control registers. */
struct paging {
	uint64_t cr0, cr3, cr4, efer;
};

/* Where `linear` is in guest-physical memory. False: nowhere. */
bool paging_walk(const struct gmem *mem, const struct paging *cpu,
    uint64_t linear, gpa_t *at);

#endif
