/* SPDX-License-Identifier: MIT
 *
 * The few helpers that every file may use. No state, no system calls.
 */
#ifndef VMM_UTIL_H
#define VMM_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A guest-physical address. Never a pointer: vmm/gmem.h is the one door. */
typedef uint64_t gpa_t;

#define KIB	      ((uint64_t)1 << 10)
#define MIB	      ((uint64_t)1 << 20)
#define GIB	      ((uint64_t)1 << 30)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)     ((a) < (b) ? (a) : (b))
#define MAX(a, b)     ((a) > (b) ? (a) : (b))

/* For a large local that its first use fills: the compiler, which clears all
 * others (-ftrivial-auto-var-init), need not. */
#if __has_attribute(uninitialized)
#define UNCLEARED __attribute__((uninitialized))
#else
#define UNCLEARED
#endif

/* n rounded to a multiple of `to`, a power of two; the caller knows that
 * rounding up does not wrap. */
#define ALIGN_DOWN(n, to) ((n) & ~((uint64_t)(to)-1))
#define ALIGN_UP(n, to)	  ALIGN_DOWN((n) + (to)-1, to)

/*
 * For what cannot happen (the fourth kind of error in the README): always
 * compiled in, aborts with the condition's text. Never on a value that a
 * guest or a file had a hand in.
 */
#define check(cond)                                                            \
	do {                                                                   \
		if (__builtin_expect(!(cond), 0))                              \
			check_failed(__FILE__, __LINE__, #cond);               \
	} while (0)

_Noreturn void check_failed(const char *file, int line, const char *cond);

/* No read() or write() of mica's is longer, once the guest runs. */
enum { BYTES_MOST = 1 << 16 };

/* A mica that was killed holds its files a little longer (supervisor.h): what
 * others seem to have is tried so often, so many milliseconds apart. */
enum { HELD_TRIES = 20, HELD_MS = 15 };

/* All ones in the low `bytes` bytes (1 to 8): what an absent port reads as. */
static inline uint64_t
ones(unsigned bytes)
{
	return ~(uint64_t)0 >> (64 - 8 * bytes);
}

/* Does [at, at + len) lie in [0, size)? Safe for every value. */
static inline bool
range_within(uint64_t at, uint64_t len, uint64_t size)
{
	return len <= size && at <= size - len;
}

#endif
