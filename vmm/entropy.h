/* SPDX-License-Identifier: MIT
 *
 * Random numbers from the host, for virtio_rng; unit tests and fuzzers link a
 * stand-in that repeats itself.
 */
#ifndef VMM_ENTROPY_H
#define VMM_ENTROPY_H

#include "vmm/util.h"

/* Puts up to `len` random bytes at `to` without waiting. How many: 0 if the
 * host has none yet. */
size_t entropy_read(void *to, size_t len);

#endif
