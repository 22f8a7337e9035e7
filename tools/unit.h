/* SPDX-License-Identifier: MIT
 *
 * Unit tests without KVM: a TAP writer, and stand-ins for the services that
 * the chips call (irq.h, loop.h, term.h, stop.h) that record what was asked.
 * A test is a program: main() calls the cases and returns unit_done().
 */
#ifndef TOOLS_UNIT_H
#define TOOLS_UNIT_H

#include <stdio.h>

#include "devices/blk.h"
#include "devices/console.h"
#include "devices/virtio_bus.h"
#include "vmm/gmem.h"
#include "vmm/irq.h"
#include "vmm/loop.h"
#include "vmm/stop.h"

/* Begin a case: its name in TAP. Resets the stand-ins. One that has no end is
 * "not ok", and the test's last. */
void unit_case(const char *name);

/* Ends the last case, prints the plan; the exit status. */
int unit_done(void);

/* Within a case; the first that fails makes the case "not ok" and says where. */
#define expect(cond) unit_expect(UNIT_HERE, #cond, (cond) ? 1 : 0, 1)
#define expect_eq(a, b)                                                        \
	unit_expect(UNIT_HERE, #a " == " #b, (uint64_t)(a), (uint64_t)(b))
#define UNIT_HERE     __FILE__ ":" UNIT_TEXT(__LINE__)
#define UNIT_TEXT(n)  UNIT_TEXT_(n)
#define UNIT_TEXT_(n) #n

/* For the two above: is `got` what we want? */
bool unit_expect(
    const char *where, const char *text, uint64_t got, uint64_t want);

/* A small fast generator with a fixed seed: the same numbers every run. */
uint64_t unit_random(uint64_t *state);

/* Every device of slots.def, by both interfaces. */
extern const struct virtio_bus_setup unit_devices;

/* What the chips asked for. Tests may set anything in it. */
extern struct fake {
	uint64_t now_ns;	     /* loop_now_ns() */
	uint64_t host_ns;	     /* loop_host_ns() less now_ns */
	uint64_t timer_at[TIMERS];   /* loop_timer(); TIMER_OFF */
	bool line[IRQ_LINES];	     /* irq_set() */
	uint32_t drivers[IRQ_LINES]; /* irq_share(), by line */
	unsigned rises[IRQ_LINES];   /* low-to-high changes of each */
	bool intr;		     /* irq_intr() */
	unsigned intr_rises;
	struct gmem ram; /* guest_ram; none until the test gives some */
	struct {
		uint64_t address;
		uint32_t data;
	} msi[64]; /* irq_msi(), the last 64; msi[(msis - 1) % 64] is newest */
	unsigned msis;
	struct {
		bool used;
		uint64_t address;
		uint32_t data;
	} route[IRQ_LINES]; /* irq_route() */
	unsigned routes;    /* calls */
	struct {
		bool enabled;
		unsigned posts;
	} kick[32][64]; /* kick_enable(), by device and queue */
	unsigned kicks; /* kick_post() calls */
	struct {
		uint8_t *bytes; /* none until the test gives some */
		uint64_t size;
		bool later;	   /* answer BLK_LATER */
		bool full;	   /* blk_room() says no */
		bool fail;	   /* do nothing and fail */
		struct blk_io io;  /* the last; without its iovecs */
		uint32_t tags[64]; /* of the last 64, as of MSIs */
		unsigned ios, stops, settles;
		void (*settle)(void); /* has what comes later be done */
	} disk; /* blk_submit() and its like, for all devices */
	struct {
		uint8_t out[1 << 14]; /* console_write(): the first bytes, */
		size_t out_len;
		size_t full_at;	   /* which takes no more here; 0: goes on */
		const uint8_t *in; /* console_read() */
		size_t in_len;
		unsigned writes, reads;
	} far_end[8];	      /* by port */
	uint32_t balloon;     /* balloon_changed(), the last */
	unsigned balloons;    /* and how often */
	uint32_t entropy;     /* bytes of entropy_read() so far */
	bool entropy_none;    /* it has none */
	unsigned warnings;    /* warn() */
	uint8_t out[1 << 16]; /* term_put() */
	size_t out_len;
	bool out_full;	       /* term_full() */
	unsigned input_wanted; /* term_want_input() calls */
	enum stop stop;	       /* vm_stop(), the first */
	int stop_status;
	uint32_t mark; /* vm_mark(), the last */
	unsigned marks;
} fake;

/* Moves the clock to `to_ns`, calling `fire` for each timer due on the way, at
 * its own time, in order. */
void unit_advance(
    uint64_t to_ns, void (*fire)(enum timer timer, uint64_t now_ns));

#endif
