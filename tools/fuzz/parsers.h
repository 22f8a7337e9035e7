/* SPDX-License-Identifier: MIT
 *
 * For the fuzz targets of parsers: how an oracle complains. A target keeps
 * nothing from one input to the next, asks the system for nothing, allocates
 * nothing, and reads each input twice: the second result must be the first.
 */
#ifndef TOOLS_FUZZ_PARSERS_H
#define TOOLS_FUZZ_PARSERS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/fuzz/main.h"
#include "vmm/util.h"

/* What must hold, whatever the input. */
#define must(cond)                                                             \
	do {                                                                   \
		if (!(cond)) {                                                 \
			fprintf(stderr, "%s:%d: finding: %s\n", __FILE__,      \
			    __LINE__, #cond);                                  \
			abort();                                               \
		}                                                              \
	} while (0)

/* Is it printable ASCII, something, and whole in `room` bytes? */
static inline bool
is_line(const char *text, size_t room)
{
	size_t length = strnlen(text, room);

	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return length > 0 && length < room - 1;
}

/* A sum to compare results by; not meant to resist anybody. */
__attribute__((no_sanitize("address"))) static inline uint64_t
sum_of(uint64_t sum, const void *from, size_t len)
{
	const uint8_t *at = from;

	for (; len >= 8; len -= 8, at += 8) {
		uint64_t word;

		__builtin_memcpy(&word, at, 8);
		sum = (sum ^ word) * 0x9e3779b97f4a7c15;
		sum ^= sum >> 32;
	}
	while (len-- > 0)
		sum = (sum ^ *at++) * 0x9e3779b97f4a7c15;
	return sum;
}

#endif
