/* SPDX-License-Identifier: MIT
 *
 * mica's own lines on stderr. Each is one write, so that lines of several
 * threads do not mix.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmm/kept.h"
#include "vmm/log.h"
#include "vmm/log_line.h"
#include "vmm/text.h"
#include "vmm/vm.h"

enum { PATIENCE_S = 5 };

/* By its hash (FNV-1a). */
static bool
said_before(const char *line, size_t length)
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)line[i]) * 16777619;
	hash |= 1; /* is no 0 */
	for (unsigned i = 0; i < KEPT_LINES; i++) {
		uint32_t *at = &vm.life.kept->lines[i], none = 0;

		if (__atomic_compare_exchange_n(at, &none, hash, false,
			__ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return false;
		if (none == hash)
			return true;
	}
	return true;
}

/* Who ends, and the supervisor, whose user wants to be heard, do not wait for
 * ever until somebody reads stderr. */
static bool
is_read(void)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
	struct timespec most = { .tv_sec = PATIENCE_S };
	int n;

	do
		n = ppoll(&out, 1, &most, NULL);
	while (n < 0 && errno == EINTR); /* a vCPU's kick */
	return n != 0;
}

static void
put(char line[LOG_LINE], size_t n, bool last)
{
	/* A raw terminal wants the carriage return. */
	if (vm.term.tty)
		line[n++] = '\r';
	line[n++] = '\n';
	if ((last || vm.life.word == 0) && !is_read())
		return;
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* nowhere left to say so */
}

/* Several threads may find the same wrong: one says so, and the end that it
 * brings is what the others wait for, with a system call that each kind of
 * thread has. */
static void
say_last(const char *fmt, va_list args, const char *tail)
{
	char line[LOG_LINE];

	pthread_mutex_lock(&vm.dying);
	put(line, log_line(line, fmt, args, tail), true);
}

void
warn(const char *fmt, ...)
{
	char line[LOG_LINE];
	va_list args;

	va_start(args, fmt);
	put(line, log_line(line, fmt, args, ""), false);
	va_end(args);
}

void
warn_first(const char *fmt, ...)
{
	char line[LOG_LINE];
	va_list args;
	size_t n;

	va_start(args, fmt);
	n = log_line(line, fmt, args, "");
	va_end(args);
	/* The supervisor's own are not a life's to silence. */
	if (vm.life.kept == NULL || vm.life.word == 0 || !said_before(line, n))
		put(line, n, false);
}

void
die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say_last(fmt, args, "");
	va_end(args);
	exit(1);
}

void
die_errno(const char *fmt, ...)
{
	char tail[128];
	va_list args;

	text_put(tail, sizeof(tail), ": %s", strerror(errno));
	va_start(args, fmt);
	say_last(fmt, args, tail);
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
