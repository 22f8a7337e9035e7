/* SPDX-License-Identifier: MIT
 *
 * stdin and stdout as the far end of COM1. Bytes that the guest sends wait in
 * a ring until stdout takes them; bytes for the guest wait in stdin until the
 * chip has room. Nothing is lost in either direction.
 *
 * Chips call the first half with the board's lock held; unit tests and fuzzers
 * link stand-ins for it.
 */
#ifndef VMM_TERM_H
#define VMM_TERM_H

#include <termios.h>

#include "vmm/util.h"

/* Is the ring so full that a polite guest should wait? term_put() still takes
 * bytes then: the vCPU that sent one waits in term_wait(), outside the lock. */
bool term_full(void);

/* Send one byte. Never fails, never blocks. */
void term_put(uint8_t byte);

/* The chip has room for input again, or a pause is over: read stdin and call
 * uart8250_receive(). */
void term_want_input(void);

/*
 * The monitor's half.
 */
enum {
	TERM_RING = 1 << 16, /* bytes; a power of two */
	/* Full from here on: beyond it, room for the one access of at most
	 * four bytes that each vCPU may have under way. */
	TERM_FULL = TERM_RING - 4096,
	TERM_AHEAD = 4096 /* keys */
};

struct term {
	uint8_t ring[TERM_RING]; /* sent but not yet written */
	uint32_t head, tail;	 /* free-running: put at head, write at tail */
	bool writing;		 /* a thread writes, with the lock released */
	bool blocked;		 /* stdout takes no more; the loop watches it */
	bool broken;		 /* stdout is gone: bytes vanish */

	int in, out;	  /* in: what the loop watches for stdin */
	bool out_guarded; /* out may block: see output.h */
	bool watching;	  /* the loop watches stdin */
	bool ready;	  /* ... or found input, not yet read: a console's */
	bool in_closed;
	bool tty; /* stdin is a terminal: raw mode, Ctrl-A, and */
	int feed; /* keys read ahead: an eventfd tells the loop of room */
	uint8_t ahead[TERM_AHEAD];
	unsigned ahead_at, ahead_count;
	bool escaped; /* Ctrl-A was the last key */
	bool leaving; /* after the end: the user waits for no more output */
	struct termios cooked;
};

/* Looks at stdin and stdout. A terminal goes to raw mode, until
 * term_restore(). */
void term_open(void);

/* Has the loop watch stdin. (term_input.c) */
void term_start(void);

/* Writes what a life before left in the ring. With the lock; any thread. */
void term_resume(void);

/* The console's port that is stdin and stdout: as devices/console.h says. What
 * is written goes out at the thread's next term_wait() or term_flush(). */
size_t term_write(const void *from, size_t len);
size_t term_read(void *to, size_t len);

/* The loop's term_wait(): with the lock, and without waiting. */
void term_flush(void);

/* If the calling vCPU has sent something: writes what waits; then, if the ring
 * is full, waits until it is not or the machine stops. Called after each
 * access, without the lock. */
void term_wait(void);

/* The terminal as it was; raw again. (term_input.c) */
void term_restore(void);
void term_raw(void);

/* What term.c calls of term_input.c: looks at stdin; after the end, a key is
 * there: was it the one that leaves? */
void term_input_open(void);
bool term_key_leaves(void);

/* The loop: stdin has input; the chip has room for keys read ahead; stdout
 * takes bytes again. With the lock. */
void term_input(void);
void term_feed(void);
void term_writable(void);

/* The machine has ended: until `fd` takes bytes or `ms` have passed, or the user
 * wants to leave. True: it does. */
bool term_await(int fd, int ms);

/* The same for all that was sent: writes it, waiting for a slow reader or not.
 * From here on any signal says that the user wants to leave. With the lock.
 * True: it is out. */
bool term_drain(bool wait);

#endif
