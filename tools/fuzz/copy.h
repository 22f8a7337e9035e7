/* SPDX-License-Identifier: MIT
 *
 * memcpy() and memset() for what fuzz targets put back after each input:
 * AddressSanitizer stands before libc's, and looks at every byte of memory that
 * is known to be good here.
 */
#ifndef TOOLS_FUZZ_COPY_H
#define TOOLS_FUZZ_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The processor's own copy takes longest to begin. */
enum { FUZZ_PIECE = 32, FUZZ_PIECES_MAX = 2048 };

static inline void
fuzz_copy(void *to, const void *from, size_t bytes)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	if (bytes >= FUZZ_PIECE && bytes <= FUZZ_PIECES_MAX) {
		for (size_t at = 0; at < bytes - FUZZ_PIECE; at += FUZZ_PIECE) {
			memcpy(t + at, f + at, FUZZ_PIECE);
			__asm__ volatile("" ::: "memory"); /* no memcpy() */
		}
		bytes -= FUZZ_PIECE;
		memcpy(t + bytes, f + bytes, FUZZ_PIECE);
		return;
	}
	__asm__ volatile("rep movsb"
			 : "+D"(to), "+S"(from), "+c"(bytes)
			 :
			 : "memory");
}

static inline void
fuzz_zero(void *at, size_t bytes)
{
	__asm__ volatile("rep stosb"
			 : "+D"(at), "+c"(bytes)
			 : "a"(0)
			 : "memory");
}

#endif
