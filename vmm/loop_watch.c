/* SPDX-License-Identifier: MIT
 *
 * What the loop watches. epoll_ctl() is its thread's alone once the guest runs:
 * what another wants is a wish, which the loop grants when it looks around.
 *
 * Threads: the loop's; loop_watch() any, with the board's lock held.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "vmm/log.h"
#include "vmm/loop.h"
#include "vmm/vm.h"

static __thread bool is_loop;

void
loop_own(void)
{
	is_loop = true;
}

static bool
watch(int epoll, unsigned source, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u32 = source };

	if (events == 0)
		return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL) == 0;
	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ||
	    (errno == EEXIST &&
		epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0);
}

/* What the user does is watched in a second set too, with the disks, which have
 * things to end; and while the machine is paused in that alone: the rest stays
 * ready until it goes on. */
static bool
watch_now(unsigned source, int fd, uint32_t events)
{
	enum {
		USERS = 1 << LOOP_SIGNAL | 1 << LOOP_STDIN | 1 << LOOP_POST |
		    1 << LOOP_DISK | 1 << LOOP_CONTROL |
		    1 << LOOP_CONTROL_CLIENT | 1 << LOOP_CONTROL_TIMER
	};

	if (source < LOOP_KICK && (USERS >> source & 1) != 0 &&
	    !watch(vm.loop.users, source, fd, events))
		return false;
	return watch(vm.loop.epoll, source, fd, events);
}

static void
wish(unsigned source, int fd, uint32_t events)
{
	check(source < LOOP_KICK);
	vm.loop.wish[source].fd = fd;
	vm.loop.wish[source].events = events;
}

static void
put_off(unsigned source)
{
	const uint64_t second_ns = LOOP_LATER_MS * (uint64_t)1000000;

	if (vm.loop.later == 0)
		vm.loop.later_ns = stats_now_ns() + second_ns;
	vm.loop.later |= 1u << source;
}

bool
loop_watch(unsigned source, int fd, uint32_t events)
{
	struct loop *l = &vm.loop;

	if (source < LOOP_KICK)
		l->wished &= ~(1u << source);
	if (vm.running && !is_loop) {
		wish(source, fd, events);
		l->wished |= 1u << source;
		loop_post();
		return true;
	}
	if (source < LOOP_KICK)
		l->later &= ~(1u << source);
	return watch_now(source, fd, events);
}

/* The host lacks something, which ends or does not; meanwhile nobody hears the
 * source. What epoll refuses always it would refuse again. */
static void
try_later(unsigned source)
{
	if (errno == EPERM) {
		warn_once("event loop: %s", strerror(errno));
		return;
	}
	warn_once("event loop: %s; tried again every second", strerror(errno));
	put_off(source);
}

void
loop_grant(void)
{
	struct loop *l = &vm.loop;

	if (l->later != 0 && stats_now_ns() >= l->later_ns) {
		l->wished |= l->later;
		l->later = 0;
	}
	for (; l->wished != 0; l->wished &= l->wished - 1) {
		unsigned source = (unsigned)__builtin_ctz(l->wished);

		if (!watch_now(
			source, l->wish[source].fd, l->wish[source].events) &&
		    l->wish[source].events != 0)
			try_later(source);
	}
}

void
loop_rewatch(unsigned source, int fd, uint32_t events)
{
	if (!loop_watch(source, fd, events) && events != 0) {
		wish(source, fd, events);
		try_later(source);
	}
}

void
loop_accept_failed(unsigned source, int listener, uint32_t events)
{
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) {
		loop_rewatch(source, listener, events);
		return;
	}
	warn_once("accept: %s; tried again every second", strerror(errno));
	loop_rewatch(source, listener, 0);
	wish(source, listener, events);
	put_off(source);
}
