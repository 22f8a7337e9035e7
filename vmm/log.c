/* SPDX-License-Identifier: MIT
 *
 * mica's own lines on stderr. Each is one write, so that lines of several
 * threads do not mix.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmm/log.h"
#include "vmm/util.h"
#include "vmm/vm.h"

static void
say(const char *fmt, va_list args, const char *tail)
{
	char line[512];
	int n = snprintf(line, sizeof(line), "mica: ");

	n += vsnprintf(line + n, sizeof(line) - n, fmt, args);
	n = MIN(n, (int)sizeof(line) - 1);
	n += snprintf(line + n, sizeof(line) - n, "%s", tail);
	n = MIN(n, (int)sizeof(line) - 3);
	/* A raw terminal wants the carriage return. */
	n += snprintf(line + n, 3, vm.term.tty ? "\r\n" : "\n");
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nowhere left to say so */
}

void
warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args, "");
	va_end(args);
}

void
die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args, "");
	va_end(args);
	exit(1);
}

void
die_errno(const char *fmt, ...)
{
	char tail[128];
	va_list args;

	snprintf(tail, sizeof(tail), ": %s", strerror(errno));
	va_start(args, fmt);
	say(fmt, args, tail);
	va_end(args);
	exit(1);
}

void
check_failed(const char *file, int line, const char *cond)
{
	warn("%s:%d: check failed: %s (a defect of mica's; please report it)",
	    file, line, cond);
	abort();
}
