/* SPDX-License-Identifier: MIT
 *
 * mica's own lines on stderr. Each is one write, so that lines of several
 * threads do not mix.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmm/log.h"
#include "vmm/log_line.h"
#include "vmm/text.h"
#include "vmm/vm.h"

static void
say(const char *fmt, va_list args, const char *tail)
{
	char line[LOG_LINE];
	size_t n = log_line(line, fmt, args, tail);

	/* A raw terminal wants the carriage return. */
	if (vm.term.tty)
		line[n++] = '\r';
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* nowhere left to say so */
}

/* Several threads may find the same wrong: one says so, and the end that it
 * brings is what the others wait for, who may no longer make system calls. */
static void
die_alone(void)
{
	if (__atomic_exchange_n(&vm.dying, true, __ATOMIC_RELAXED))
		for (;;)
			__builtin_ia32_pause();
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

	die_alone();
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

	text_put(tail, sizeof(tail), ": %s", strerror(errno));
	die_alone();
	va_start(args, fmt);
	say(fmt, args, tail);
	va_end(args);
	exit(1);
}

void
print(const char *fmt, ...)
{
	char text[1024], *at = text;
	va_list args;
	size_t length;
	ssize_t n;

	va_start(args, fmt);
	length = text_putv(text, sizeof(text), fmt, args);
	va_end(args);
	check(length < sizeof(text));
	for (; length > 0; at += n, length -= (size_t)n) {
		n = write(STDOUT_FILENO, at, length);
		if (n < 0)
			die_errno("stdout");
	}
}

void
check_failed(const char *file, int line, const char *cond)
{
	warn("%s:%d: check failed: %s (a defect of mica's; please report it)",
	    file, line, cond);
	__builtin_trap(); /* abort() takes system calls */
}
