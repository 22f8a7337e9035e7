/* SPDX-License-Identifier: MIT
 *
 * stdin and stdout as the far end of a serial line. Bytes that the guest sends
 * wait in a ring until stdout takes them; bytes for the guest wait in stdin
 * until the chip has room. Nothing is lost in either direction.
 *
 * Chips call the first half with the board's lock held; unit tests and fuzzers
 * link stand-ins for it.
 */
#ifndef VMM_TERM_H
#define VMM_TERM_H

#include "vmm/util.h"

/* Is the ring so full that a polite guest should wait? term_put() still takes
 * bytes then: the vCPU that sent one waits in term_wait(), outside the lock. */
bool term_full(void);

/* Send one byte. Never fails, never blocks. */
void term_put(uint8_t byte);

/* The chip has room for input again: read stdin and call uart8250_receive(). */
void term_want_input(void);

#endif
