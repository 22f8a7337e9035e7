/* SPDX-License-Identifier: MIT
 *
 * stdin as COM1's far end, and keys at a terminal: raw mode, Ctrl-A, keys read
 * ahead. term.c is the other direction.
 *
 * Threads: the loop, with the board's lock held; vCPUs in term_want_input(),
 * main before the start and after the end.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vmm/console.h"
#include "vmm/log.h"
#include "vmm/loop.h"
#include "vmm/term.h"
#include "vmm/vm.h"

enum { CTRL_A = 1 };

static void
watch_input(bool on)
{
	if (vm.term.watching == on || vm.term.in_closed)
		return;
	vm.term.watching = on;
	loop_rewatch(LOOP_STDIN, vm.term.in, on ? EPOLLIN : 0);
}

/* Keys that were read ahead go first, from the loop: the chip is in the midst
 * of an access. */
void
term_want_input(void)
{
	uint64_t one = 1;

	if (console_has_stdin())
		return;
	watch_input(true);
	if (vm.term.ahead_count != 0 &&
	    write(vm.term.feed, &one, sizeof(one)) < 0)
		warn_once("eventfd: %s", strerror(errno));
}

/* From a terminal, to the guest: by way of the keys read ahead. What exceeds
 * them is lost, as at the limit of a terminal's own line. */
static void
queue_key(uint8_t key)
{
	struct term *t = &vm.term;

	if (t->ahead_count < TERM_AHEAD)
		t->ahead[(t->ahead_at + t->ahead_count++) % TERM_AHEAD] = key;
}

static uint8_t
next_key(void)
{
	struct term *t = &vm.term;
	uint8_t key = t->ahead[t->ahead_at];

	t->ahead_at = (t->ahead_at + 1) % TERM_AHEAD;
	t->ahead_count--;
	return key;
}

static void
give_keys(void)
{
	struct term *t = &vm.term;

	if (vm.pause.on)
		return;
	if (console_has_stdin())
		console_stdin_ready();
	else
		while (
		    t->ahead_count != 0 && uart8250_room(&vm.board.com1) != 0)
			uart8250_receive(&vm.board.com1, next_key());
}

/* A key at a time, or from anything else one read() for each time that it was
 * found to have input: a second might wait. */
size_t
term_read(void *to, size_t len)
{
	struct term *t = &vm.term;
	uint8_t *keys = to;
	ssize_t n;

	if (t->tty) {
		for (n = 0; (size_t)n < len && t->ahead_count != 0; n++)
			keys[n] = next_key();
		return (size_t)n;
	}
	if (!t->ready) {
		watch_input(true);
		return 0;
	}
	t->ready = false;
	n = read(STDIN_FILENO, to, MIN(len, BYTES_MOST));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		watch_input(true);
	else if (n <= 0)
		t->in_closed = true;
	return (size_t)MAX(n, 0);
}

void
term_feed(void)
{
	uint64_t count;

	if (read(vm.term.feed, &count, sizeof(count)) == sizeof(count))
		give_keys();
}

/* The key after Ctrl-A. */
static void
escape(uint8_t key)
{
	switch (key) {
	case 'x':
		vm_stop(STOP_LEAVE, BY_KEY);
		return;
	case 'p':
		vm_power_button();
		return;
	case CTRL_A:
		queue_key(key);
		return;
	default:
		warn("Ctrl-A x leaves, Ctrl-A p presses the power button,"
		     " Ctrl-A Ctrl-A sends Ctrl-A");
	}
}

static void
take_key(uint8_t key)
{
	struct term *t = &vm.term;

	if (t->escaped)
		escape(key);
	else if (key != CTRL_A)
		queue_key(key);
	t->escaped = !t->escaped && key == CTRL_A;
}

/* A terminal is read whether the guest has room or not, for Ctrl-A x must
 * always work; anything else only as far as the chip has room, so that nothing
 * is lost. */
void
term_input(void)
{
	uint8_t bytes[16];
	size_t room = sizeof(bytes);
	ssize_t n;

	if (!vm.term.tty && vm.pause.on) {
		watch_input(false);
		return;
	}
	if (!vm.term.tty && console_has_stdin()) {
		watch_input(false);
		vm.term.ready = true;
		console_stdin_ready();
		return;
	}
	if (!vm.term.tty)
		room = MIN(uart8250_room(&vm.board.com1), room);
	if (room == 0) {
		watch_input(false);
		return;
	}
	n = read(STDIN_FILENO, bytes, room);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		watch_input(false);
		vm.term.in_closed = true;
		return;
	}
	for (ssize_t i = 0; i < n; i++)
		if (vm.term.tty)
			take_key(bytes[i]);
		else
			uart8250_receive(&vm.board.com1, bytes[i]);
	give_keys();
}

void
term_restore(void)
{
	if (vm.term.tty)
		tcsetattr(STDIN_FILENO, TCSANOW, &vm.term.cooked);
}

void
term_raw(void)
{
	struct termios raw = vm.term.cooked;

	cfmakeraw(&raw);
	if (vm.term.tty)
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

void
term_input_open(void)
{
	vm.term.watching = true;
	vm.term.tty = tcgetattr(STDIN_FILENO, &vm.term.cooked) == 0;
	term_raw();
}

void
term_start(void)
{
	struct term *t = &vm.term;

	t->in = STDIN_FILENO;
	if (!loop_watch(LOOP_STDIN, t->in, EPOLLIN)) {
		/* A regular file has no wait queue; it is always ready, and
		 * so is an eventfd that counts one. */
		t->in = errno == EPERM ? eventfd(1, EFD_CLOEXEC) : -1;
		if (t->in < 0 || !loop_watch(LOOP_STDIN, t->in, EPOLLIN))
			die_errno("stdin: event loop");
	}
	if (!t->tty)
		return;
	t->feed = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (t->feed < 0 || !loop_watch(LOOP_FEED, t->feed, EPOLLIN))
		die_errno("keys read ahead: eventfd");
}

bool
term_key_leaves(void)
{
	uint8_t key;

	if (read(STDIN_FILENO, &key, 1) != 1)
		return false;
	if (vm.term.escaped && key == 'x')
		return true;
	vm.term.escaped = key == CTRL_A;
	return false;
}
