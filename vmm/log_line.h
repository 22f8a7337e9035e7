/* SPDX-License-Identifier: MIT
 *
 * The text of a line on stderr, for log.c. What is in it may be the user's or
 * come from a file, so a control character, which would begin another line or
 * tell a terminal something, becomes '?'.
 *
 * Threads: any; there is no state.
 */
#ifndef VMM_LOG_LINE_H
#define VMM_LOG_LINE_H

#include <stdarg.h>

#include "vmm/util.h"

enum { LOG_LINE = 512 };

/* "mica: ", the formatted text, `tail`: as much as there is room for. Returns
 * the length, at most LOG_LINE - 3, so that a line's end fits as well. */
__attribute__((format(printf, 2, 0))) size_t log_line(
    char line[LOG_LINE], const char *fmt, va_list args, const char *tail);

#endif
