/* SPDX-License-Identifier: MIT
 *
 * mica's own words, on stderr, one line each, "mica: " before it. The guest's
 * are COM1 and never pass here. Formats are those of text.h.
 */
#ifndef VMM_LOG_H
#define VMM_LOG_H

/* The host or the user is at fault (the first kind of error): says what, which
 * and how to mend it, then exits with status 1. Before the guest's first
 * instruction, or between two lives of a machine that restarts. `die_errno`
 * appends ": " and errno's text. */
_Noreturn __attribute__((format(printf, 1, 2))) void die(const char *fmt, ...);
_Noreturn __attribute__((format(printf, 1, 2))) void die_errno(
    const char *fmt, ...);

/* A line that does not end anything. */
__attribute__((format(printf, 1, 2))) void warn(const char *fmt, ...);

/* The same, if no life of the machine has said that line yet, nor all together
 * as many as there is room for: what each life may find anew, as often as a
 * guest restarts. */
__attribute__((format(printf, 1, 2))) void warn_first(const char *fmt, ...);

/* What the user has asked for, on stdout: --help and the like. At most 1023
 * characters. */
__attribute__((format(printf, 1, 2))) void print(const char *fmt, ...);

/* The guest misbehaved: the line comes once for each `seen`, a static false
 * at the call, however often the guest repeats it. */
#define warn_once(...)                                                         \
	do {                                                                   \
		static bool seen;                                              \
		if (!__atomic_exchange_n(&seen, true, __ATOMIC_RELAXED))       \
			warn_first(__VA_ARGS__);                               \
	} while (0)

#endif
