/* SPDX-License-Identifier: MIT
 *
 * Words and numbers to text and back: printf's forms as far as mica has a use
 * for them, without stdio, locales and floating point, which would be a tenth
 * of the binary. No state, no system calls; any thread.
 */
#ifndef VMM_TEXT_H
#define VMM_TEXT_H

#include <stdarg.h>

#include "vmm/util.h"

/* snprintf and vsnprintf of %s, %c, %d, %u, %x and %%, with l, ll or z, a
 * width, 0 or - before that, and for %s a precision: at most `room` bytes with
 * the '\0', and the length that it has or would have had. */
__attribute__((format(printf, 3, 4))) size_t text_put(
    char *to, size_t room, const char *format, ...);
__attribute__((format(printf, 3, 0))) size_t text_putv(
    char *to, size_t room, const char *format, va_list args);

/* Reads digits of base 10 or 16. What comes behind them, or NULL: there are
 * none, or the number exceeds 64 bits. */
const char *text_number(const char *text, unsigned base, uint64_t *value);

/* The text at *at, of several one behind the other, each with its '\0'; *at is
 * moved to the next. */
const char *text_next(const char **at);

#endif
