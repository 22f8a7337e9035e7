/* SPDX-License-Identifier: MIT
 *
 * The board's two calls that concern every device, expanded from the tables.
 */
#include "devices/board.h"

void
board_reset(struct board *b)
{
#define CHIP(member, type) type##_reset(&b->member);
#include "devices/chips.def"
}

void
board_fire(struct board *b, enum timer timer, uint64_t now_ns)
{
	switch (timer) {
#define TIMER(row, member, type)                                               \
	case TIMER_##row:                                                      \
		type##_fire(&b->member, now_ns);                               \
		return;
#include "devices/events.def"
	case TIMERS:
		break;
	}
	check(!"a timer of events.def");
}
