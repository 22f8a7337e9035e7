/* SPDX-License-Identifier: MIT
 *
 * stdout as COM1's far end; term_input.c is the other direction. The vCPU that
 * sent a byte writes it itself, with the board's lock released, so that a slow
 * write delays nobody else; when stdout takes no more, the loop waits for it
 * instead and only a vCPU that goes on sending waits, in term_wait().
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "vmm/console.h"
#include "vmm/log.h"
#include "vmm/loop.h"
#include "vmm/output.h"
#include "vmm/term.h"
#include "vmm/vcpu.h"
#include "vmm/vm.h"

static __thread bool sent; /* this thread, since its last term_wait() */

static uint32_t
waiting(void)
{
	return vm.term.head - vm.term.tail;
}

bool
term_full(void)
{
	return waiting() >= TERM_FULL;
}

void
term_put(uint8_t byte)
{
	struct term *t = &vm.term;

	stats_milestone(AT_FIRST_BYTE);
	if (t->broken)
		return;
	check(waiting() < TERM_RING);
	sent = true;
	t->ring[t->head++ % TERM_RING] = byte;
}

/* The reserve beyond TERM_FULL is the vCPUs'. */
size_t
term_write(const void *from, size_t len)
{
	const uint8_t *bytes = from;
	size_t room = TERM_FULL - MIN(waiting(), TERM_FULL);

	if (vm.term.broken)
		return len;
	len = MIN(len, room);
	for (size_t i = 0; i < len; i++)
		term_put(bytes[i]);
	return len;
}

static ssize_t
write_some(const uint8_t *from, size_t length)
{
	return output_write(vm.term.out, vm.term.out_guarded, from, length);
}

/* The ring is no longer full: for the vCPUs in term_wait() and for a guest that
 * waits for the transmitter. */
static void
drained(void)
{
	pthread_cond_broadcast(&vm.changed);
	uart8250_drained(&vm.board.com1);
	console_stdout_ready();
}

/* One write of what waits. The lock is held at entry and exit and released in
 * between; `writing` keeps the order. */
static void
write_span(void)
{
	struct term *t = &vm.term;
	uint32_t at = t->tail % TERM_RING;
	uint32_t length = MIN(waiting(), TERM_RING - at);
	bool was_full;
	ssize_t n;

	pthread_mutex_unlock(&vm.lock);
	n = write_some(t->ring + at, length);
	pthread_mutex_lock(&vm.lock);
	was_full = term_full();
	if (n >= 0) {
		t->tail += (uint32_t)n;
	} else if (errno == EAGAIN) {
		t->blocked = true;
		loop_rewatch(LOOP_STDOUT, t->out, EPOLLOUT);
	} else if (errno != EINTR) {
		warn_once("stdout: %s; the guest's output is dropped",
		    strerror(errno));
		t->broken = true;
		t->tail = t->head;
	}
	if (was_full && !term_full())
		drained();
}

/* Writes until the ring is empty or stdout is full, or, of a turn, past what
 * waits now. term_drain() waits for the end of it. */
static void
flush(bool turn)
{
	struct term *t = &vm.term;
	uint32_t now = t->head;

	if (t->writing)
		return;
	t->writing = true;
	while (waiting() != 0 && !t->blocked &&
	    (!turn || (int32_t)(now - t->tail) > 0))
		write_span();
	t->writing = false;
	if (vm_stopping())
		pthread_cond_broadcast(&vm.changed);
}

void
term_wait(void)
{
	if (!sent)
		return;
	sent = false;
	pthread_mutex_lock(&vm.lock);
	flush(false);
	/* Who waits may wait in the middle of an exit; a pause keeps it. */
	for (bool held = term_full(); held && !vm_stopping();
	     held = term_full() || vm.pause.on)
		vcpu_wait();
	pthread_mutex_unlock(&vm.lock);
}

/* vCPUs may send as fast as the host writes: the loop, which others wait for,
 * writes the rest when it has looked around. */
static void
take_turn(void)
{
	flush(true);
	sent = waiting() != 0 && !vm.term.blocked && !vm.term.writing;
	if (sent)
		loop_post();
}

void
term_flush(void)
{
	if (sent)
		take_turn();
}

void
term_writable(void)
{
	loop_rewatch(LOOP_STDOUT, vm.term.out, 0);
	vm.term.blocked = false;
	take_turn();
}

/* Has the user lost patience? A signal, or Ctrl-A x, which is read here since
 * the loop waits for the lock. */
static bool
gives_up(const struct pollfd fds[3])
{
	struct signalfd_siginfo info;
	struct console_size size;
	bool *leaving = &vm.term.leaving;

	if (fds[1].revents != 0 &&
	    read(fds[1].fd, &info, sizeof(info)) == sizeof(info))
		*leaving |= info.ssi_signo != SIGWINCH &&
		    !life_hears_size(&info, &size);
	if (fds[2].revents != 0)
		*leaving |= term_key_leaves();
	return *leaving;
}

bool
term_await(int fd, int ms)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLOUT },
		{ .fd = vm.loop.signal, .events = POLLIN },
		{ .fd = vm.term.tty ? STDIN_FILENO : -1, .events = POLLIN } };

	struct timespec most = { ms / 1000, (long)ms % 1000 * 1000000 };

	/* not poll(): a stop and a continuation would have the kernel issue a
	 * system call of its own, restart_syscall */
	do {
		if (vm.term.leaving ||
		    ppoll(fds, 3, ms < 0 ? NULL : &most, NULL) == 0 ||
		    gives_up(fds))
			return false;
	} while (fds[0].revents == 0);
	return true;
}

bool
term_drain(bool wait)
{
	struct term *t = &vm.term;

	while (t->writing)
		pthread_cond_wait(&vm.changed, &vm.lock);
	while (waiting() != 0) {
		uint32_t at = t->tail % TERM_RING;
		uint32_t length = MIN(waiting(), TERM_RING - at);
		ssize_t n;

		if (!term_await(t->out, wait ? -1 : 0))
			return false;
		n = write_some(t->ring + at, length);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		t->tail += n > 0 ? (uint32_t)n : 0;
	}
	return true;
}

void
term_open(void)
{
	vm.term.out = output_open(STDOUT_FILENO, &vm.term.out_guarded);
	term_input_open();
}

void
term_resume(void)
{
	flush(false);
}
