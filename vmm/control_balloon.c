/* SPDX-License-Identifier: MIT
 *
 * BALLOON_CHANGE, at most once a second: a guest may change its mind as fast as
 * it can. The last change is always told, when the second is over.
 */
#include <sys/timerfd.h>
#include <unistd.h>

#include "vmm/balloon.h"
#include "vmm/vm.h"

#define SECOND_NS ((uint64_t)1000000000)

static void
tell(void)
{
	char data[48];
	struct json_writer w = { .text = data, .room = sizeof(data) };

	vm.control.balloon_next = stats_now_ns() + SECOND_NS;
	json_put(&w, "{\"actual\": %llu}", (unsigned long long)balloon_left());
	control_event("BALLOON_CHANGE", data);
}

void
control_balloon(void)
{
	struct control *c = &vm.control;
	struct itimerspec at = { .it_value = {
				     (time_t)(c->balloon_next / SECOND_NS),
				     (long)(c->balloon_next % SECOND_NS) } };

	if (c->timer == 0 || c->balloon_waits)
		return;
	if (stats_now_ns() >= c->balloon_next) {
		tell();
		return;
	}
	c->balloon_waits = true;
	timerfd_settime(c->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

void
control_timer(void)
{
	uint64_t expirations;

	if (read(vm.control.timer, &expirations, sizeof(expirations)) < 0)
		return;
	vm.control.balloon_waits = false;
	tell();
}
