/* SPDX-License-Identifier: MIT
 *
 * The loop thread: waits for host file descriptors and timers and hands each
 * to the chip that devices/events.def names, with the board's lock held.
 * Chips call the first half; unit tests and fuzzers link stand-ins for it and
 * own the clock.
 */
#ifndef VMM_LOOP_H
#define VMM_LOOP_H

#include "vmm/util.h"

/* One timer a row of devices/events.def. */
enum timer {
#define TIMER(row, ...) TIMER_##row,
#include "devices/events.def"
	TIMERS
};

/* The machine's clock in nanoseconds: CLOCK_MONOTONIC, less the time for which
 * the machine was paused. Never goes back. */
uint64_t loop_now_ns(void);

/* The host's time of day, in nanoseconds since 1970: CLOCK_REALTIME. */
uint64_t loop_host_ns(void);

/* Have the row's chip called (type_fire) once at or soon after `at_ns` on that
 * clock; a new call replaces the old. TIMER_OFF: never. Board's lock held. */
#define TIMER_OFF (~(uint64_t)0)
void loop_timer(enum timer timer, uint64_t at_ns);

/*
 * The monitor's half.
 */
enum loop_source {
	LOOP_TIMER, /* all of the chips' timers */
	LOOP_SIGNAL,
	LOOP_STDIN,
	LOOP_FEED,   /* a chip has room for keys read ahead */
	LOOP_STDOUT, /* takes bytes again */
	LOOP_POST,   /* loop_post() */
	LOOP_DISK,   /* I/O has ended */
	LOOP_CONTROL,
	LOOP_CONTROL_CLIENT,
	LOOP_CONTROL_TIMER,
	LOOP_CONSOLE,		     /* and on: a port's number */
	LOOP_KICK = LOOP_CONSOLE + 8 /* and on: a doorbell's number, see
				      * kick_ready() */
};

enum { LOOP_LATER_MS = 1000 }; /* until what `later` says is watched again */

struct loop {
	int epoll, timer, signal, post;
	int users; /* epoll of what is heard while the machine is paused */
	uint64_t at_ns[TIMERS];		/* under the board's lock */
	uint64_t armed_ns;		/* what the timerfd is set to */
	bool clock_stopped;		/* at `stopped_ns`; else it is */
	uint64_t stopped_ns, behind_ns; /* `behind_ns` behind the host's */
	bool terminated; /* SIGTERM has pressed the power button */

	/* What other threads want of epoll, which is the loop's alone. */
	struct {
		int fd;
		uint32_t events;
	} wish[LOOP_KICK];
	uint32_t wished; /* bit n: source n */
	uint32_t later;	 /* the same, from `later_ns` on by the host's clock */
	uint64_t later_ns;
};

/* Blocks the signals that the loop then takes: SIGTERM presses the power
 * button, a second one, SIGINT and SIGHUP leave. SIGTSTP is the supervisor's. */
void loop_take_signals(void);

/* Creates the other descriptors. */
void loop_init(void);

/* Starts the thread. Its first work is cpuid_query(), beside what the main
 * thread does meanwhile; then it handles events for as long as mica lives. */
void loop_start(void);

/* Has the loop look around soon, and kick_posted() called unless the machine is
 * paused. Board's lock held. */
void loop_post(void);

/* Stops the machine's clock and its timers, or has them go on, the other of
 * which they do. Board's lock held. */
void loop_clock(bool runs);

/* Watch `fd` for epoll `events`; 0 stops watching. False, and errno, when epoll
 * refuses: EPERM of files that it refuses always, as regular ones; a vCPU's
 * thread, for which the loop does it soon, is not told. An eventfd watched for
 * EPOLLET need not be read: each write to it is an event. */
bool loop_watch(unsigned source, int fd, uint32_t events);

/* The same of what was watched before, or comes while the guest runs: what the
 * host has no room for is said, and tried again in a second. */
void loop_rewatch(unsigned source, int fd, uint32_t events);

/* The calling thread is the loop's from here on; does what others have wished
 * of epoll meanwhile. (loop_watch.c) */
void loop_own(void);
void loop_grant(void);

/* The loop's: accept() has failed, by errno. Watches the listener again; where
 * the host lacks something, in a second, for it is ready all the while. */
void loop_accept_failed(unsigned source, int listener, uint32_t events);

#endif
