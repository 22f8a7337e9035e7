/* SPDX-License-Identifier: MIT
 *
 * The loop: epoll over a handful of descriptors (loop_watch.c), one timerfd for
 * all of the chips' timers, and the user's signals.
 *
 * Threads: its own; loop_timer comes from any, with the board's lock held.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "vmm/console.h"
#include "vmm/control.h"
#include "vmm/cpuid.h"
#include "vmm/disk.h"
#include "vmm/kick.h"
#include "vmm/log.h"
#include "vmm/loop.h"
#include "vmm/sandbox.h"
#include "vmm/term.h"
#include "vmm/vm.h"

uint64_t
loop_now_ns(void)
{
	const struct loop *l = &vm.loop;

	return l->clock_stopped ? l->stopped_ns : stats_now_ns() - l->behind_ns;
}

uint64_t
loop_host_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* No event will come any more, and the guest would wait for ever. */
static void
give_up(const char *what)
{
	warn_once("%s: %s", what, strerror(errno));
	vm_stop(STOP_HOST, 0);
}

/* The timerfd follows the earliest timer; a call that does not change that
 * costs nothing. */
static void
arm(void)
{
	struct loop *l = &vm.loop;
	struct itimerspec when = { .it_value = { 0, 0 } };
	uint64_t at_ns = TIMER_OFF;

	for (unsigned i = 0; i < TIMERS && !l->clock_stopped; i++)
		at_ns = MIN(at_ns, l->at_ns[i]);
	if (at_ns == l->armed_ns)
		return;
	l->armed_ns = at_ns;
	if (at_ns != TIMER_OFF) {
		at_ns = MAX(at_ns + l->behind_ns, 1); /* 0 would disarm it */
		when.it_value.tv_sec = (time_t)(at_ns / 1000000000);
		when.it_value.tv_nsec = (long)(at_ns % 1000000000);
	}
	if (timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &when, NULL) < 0)
		give_up("timer");
}

void
loop_timer(enum timer timer, uint64_t at_ns)
{
	vm.loop.at_ns[timer] = at_ns;
	arm();
}

void
loop_clock(bool runs)
{
	struct loop *l = &vm.loop;

	if (runs)
		l->behind_ns = stats_now_ns() - l->stopped_ns;
	else
		l->stopped_ns = loop_now_ns();
	l->clock_stopped = !runs;
	arm();
}

/* nohup, or a shell for a job in the background, has seen to it that these do
 * not reach us; a signalfd would. */
static void
take_unless_ignored(sigset_t *taken, int signal)
{
	struct sigaction action;

	if (sigaction(signal, NULL, &action) == 0 &&
	    action.sa_handler != SIG_IGN)
		sigaddset(taken, signal);
}

void
loop_take_signals(void)
{
	sigset_t taken;

	sigemptyset(&taken);
	sigaddset(&taken, SIGTERM);
	sigaddset(&taken, SIGWINCH);
	sigaddset(&taken, SIGRTMIN);
	take_unless_ignored(&taken, SIGINT);
	take_unless_ignored(&taken, SIGHUP);
	take_unless_ignored(&taken, SIGTSTP);
	sigprocmask(SIG_BLOCK, &taken, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* RLIMIT_FSIZE: an error, to the guest */
	vm.loop.signal = signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC);
	if (vm.loop.signal < 0)
		die_errno("signalfd");
}

void
loop_init(void)
{
	struct loop *l = &vm.loop;

	l->armed_ns = TIMER_OFF;
	for (unsigned i = 0; i < TIMERS; i++)
		l->at_ns[i] = TIMER_OFF;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->users = epoll_create1(EPOLL_CLOEXEC);
	l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	l->post = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (l->epoll < 0 || l->users < 0 || l->post < 0 || l->timer < 0 ||
	    !loop_watch(LOOP_TIMER, l->timer, EPOLLIN) ||
	    !loop_watch(LOOP_POST, l->post, EPOLLIN | EPOLLET) ||
	    !loop_watch(LOOP_SIGNAL, l->signal, EPOLLIN))
		die_errno("descriptors of the event loop");
}

static void
fire_timers(void)
{
	struct loop *l = &vm.loop;
	uint64_t expirations, now_ns;

	if (read(l->timer, &expirations, sizeof(expirations)) < 0)
		return; /* re-armed meanwhile */
	l->armed_ns = TIMER_OFF;
	now_ns = loop_now_ns();
	for (unsigned i = 0; i < TIMERS; i++) {
		if (l->at_ns[i] > now_ns)
			continue;
		l->at_ns[i] = TIMER_OFF;
		board_fire(&vm.board, (enum timer)i, now_ns);
	}
	arm();
}

/* Who ends all processes of a service, one by one, has a life hear SIGTERM
 * twice, itself and from its supervisor, who alone counts them. */
static void
take_signal(void)
{
	struct signalfd_siginfo info;
	struct console_size size;

	while (read(vm.loop.signal, &info, sizeof(info)) == sizeof(info)) {
		if (life_hears_size(&info, &size)) {
			console_resized(size);
		} else if (info.ssi_signo == SIGTERM) {
			if (!vm.loop.terminated)
				vm_power_button();
			vm.loop.terminated = true;
		} else if (info.ssi_signo != SIGWINCH) {
			vm_stop(STOP_LEAVE, BY_SIGNAL);
		}
	}
}

void
loop_post(void)
{
	uint64_t one = 1;

	if (write(vm.loop.post, &one, sizeof(one)) < 0)
		warn_once("eventfd: %s", strerror(errno));
}

static void
handle(unsigned source)
{
	switch (source) {
	case LOOP_TIMER:
		fire_timers();
		return;
	case LOOP_SIGNAL:
		take_signal();
		return;
	case LOOP_STDIN:
		term_input();
		return;
	case LOOP_FEED:
		term_feed();
		return;
	case LOOP_STDOUT:
		term_writable();
		return;
	case LOOP_POST:
		if (!vm.pause.on)
			kick_posted();
		return;
	case LOOP_CONTROL:
		control_accept();
		return;
	case LOOP_CONTROL_CLIENT:
		control_client();
		return;
	case LOOP_CONTROL_TIMER:
		control_timer();
		return;
	case LOOP_DISK:
		disk_ready();
		pause_look();
		return;
	case LOOP_CONSOLE ... LOOP_KICK - 1:
		console_event(source - LOOP_CONSOLE);
		return;
	default:
		kick_ready(source - LOOP_KICK);
		return;
	}
}

/* What was taken from epoll before a command stopped the machine waits for its
 * end: an eventfd's event does not come twice. */
static void *
loop_main(void *unused)
{
	struct epoll_event events[8], late[8];
	unsigned lates = 0;

	loop_own();
	cpuid_query(); /* while the main thread creates the VM */
	vm_await(&vm.created);
	sandbox_confine(SECCOMP_loop, -1);
	vm_ready();
	for (;;) {
		bool pausing = vm_pausing();
		int n = epoll_pwait(pausing ? vm.loop.users : vm.loop.epoll,
		    events, ARRAY_SIZE(events),
		    vm.loop.later ? LOOP_LATER_MS : -1, NULL);
		bool disks;

		pthread_mutex_lock(&vm.lock);
		if (n < 0 && errno != EINTR)
			give_up("event loop");
		loop_grant();
		for (int i = 0; i < n; i++)
			if (pausing == vm.pause.on ||
			    events[i].data.u32 == LOOP_DISK)
				handle(events[i].data.u32);
			else if (!pausing)
				late[lates++] = events[i];
		while (lates > 0 && !vm.pause.on)
			handle(late[--lates].data.u32);
		term_flush();
		control_look();
		if (vm.ended == vm.config.cpus)
			vm_end();
		disks = disk_waits();
		pthread_mutex_unlock(&vm.lock);
		if (disks)
			disk_begin();
	}
	return unused;
}

void
loop_start(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, loop_main, NULL);

	if (error != 0) {
		errno = error;
		die_errno("thread of the event loop");
	}
}
