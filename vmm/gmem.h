/* SPDX-License-Identifier: MIT
 *
 * Guest memory and its one door. RAM lies at 0 up to at most RAM_LOW_MAX, the
 * rest from 4 GiB; the host keeps it in one mapping without a hole, aligned
 * to 2 MiB, with unreadable guards before and behind.
 *
 * Threads: set up once before the first vCPU; afterwards any thread may copy.
 * The guest writes all the time, so: copy once, judge the copy, use the copy.
 */
#ifndef VMM_GMEM_H
#define VMM_GMEM_H

#include "vmm/util.h"

#define RAM_LOW_MAX (3 * GIB)
#define RAM_HIGH    (4 * GIB)

struct gmem {
	uint8_t *host;	    /* owned; low RAM, then high RAM */
	uint64_t low_size;  /* bytes from 0 */
	uint64_t high_size; /* bytes from RAM_HIGH; 0 when all fits below */
	uint8_t *rom;	    /* owned; ends at 4 GiB, and is no RAM: the guest */
	uint64_t rom_size;  /* reads and runs it, nothing else reaches it */
};

/* Maps `size` bytes of zeroed RAM, a multiple of 4096. False with errno set
 * when the host won't. */
bool gmem_init(struct gmem *mem, uint64_t size);

/* Maps a ROM, to be filled by a loader. As gmem_init(). */
bool gmem_init_rom(struct gmem *mem, uint64_t size);

/* Gives every page back: RAM reads as zeros again. The vCPUs are stopped. */
void gmem_clear(struct gmem *mem);

/* May the host use huge pages for RAM? At first it may. Not while single pages
 * are to stay discarded: it would put them into a huge page again. */
void gmem_huge(const struct gmem *mem, bool may);

/* Gives the host each page back that lies whole in [at, at + len): it reads as
 * zeros until somebody writes to it. While the guest runs: what it writes
 * meanwhile may be lost. False when a byte of the range is not RAM, or the host
 * refuses, as it does for pages locked into memory; then nothing has changed,
 * or some of the pages are zeros. len 0 is valid. */
bool gmem_discard(const struct gmem *mem, gpa_t at, uint64_t len);

/* The host's address of [at, at + len), or NULL when any byte of it is not
 * RAM or it spans the hole. For bulk data and the loaders; a field that the
 * guest can change meanwhile is read by gmem_read. len 0 is valid. */
void *gmem_ptr(const struct gmem *mem, gpa_t at, uint64_t len);

/* The machine's RAM, as its devices reach it. */
extern const struct gmem *const guest_ram;

/* Copy out of and into RAM: all of it, or nothing and false. */
bool gmem_read(const struct gmem *mem, gpa_t at, void *to, uint64_t len);
bool gmem_write(
    const struct gmem *mem, gpa_t at, const void *from, uint64_t len);

#endif
