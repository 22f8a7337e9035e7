/* SPDX-License-Identifier: MIT
 *
 * What the board's chips are told of the machine that the user wants: the time,
 * the memory, the CPUs.
 */
#ifndef VMM_PLATFORM_H
#define VMM_PLATFORM_H

/* Between board_configure() and the first board_reset(), with the lock. */
void platform_configure(void);

#endif
