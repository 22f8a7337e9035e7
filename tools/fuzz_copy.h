/* SPDX-License-Identifier: MIT
 *
 * memcpy() and memset() for what fuzz targets put back after each input:
 * AddressSanitizer stands before libc's, and looks at every byte of memory that
 * is known to be good here.
 */
#ifndef TOOLS_FUZZ_COPY_H
#define TOOLS_FUZZ_COPY_H

#include <stddef.h>

static inline void
fuzz_copy(void *to, const void *from, size_t bytes)
{
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
