/* SPDX-License-Identifier: MIT
 *
 * The size of the terminal behind --console stdio. A life may not ask for it:
 * its supervisor does (supervisor.h), and tells it by the number that comes
 * with a signal, sigqueue(3).
 */
#ifndef VMM_CONSOLE_SIZE_H
#define VMM_CONSOLE_SIZE_H

#include "vmm/util.h"

struct console_size {
	uint16_t cols, rows;
};

static inline int
console_size_number(struct console_size size)
{
	return (int)((uint32_t)size.rows << 16 | size.cols);
}

static inline struct console_size
console_size_of(int number)
{
	uint32_t n = (uint32_t)number;

	return (struct console_size){ (uint16_t)n, (uint16_t)(n >> 16) };
}

#endif
