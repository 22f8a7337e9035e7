/* SPDX-License-Identifier: MIT
 *
 * For tests of virtqueues: the queue, the last buffer that was popped from it,
 * and what a ring that is malformed does.
 */
#ifndef DEVICES_VIRTQ_QUEUE_FIXTURE_H
#define DEVICES_VIRTQ_QUEUE_FIXTURE_H

#include "devices/virtq_fixture.h"
#include "tools/unit.h"

static struct virtq q;
static struct chain c;

/* Enabled, in memory that is all zeros. */
static inline void
fresh(const struct virtq_layout *layout, uint64_t features)
{
	memset(ram, 0, sizeof(ram));
	virtq_reset(&q);
	expect(virtq_enable(&q, &mem, layout, features));
}

static inline void
expect_broken(enum virtq_broken why)
{
	expect(!virtq_pop(&q, &mem, &c));
	expect_eq(q.broken, why);
	expect(virtq_sane(&q, &mem));
}

/* A broken queue does nothing more, and says nothing. */
static inline void
expect_dead(void)
{
	static uint8_t before[sizeof(ram)];

	memcpy(before, ram, sizeof(ram));
	expect(!virtq_pop(&q, &mem, &c));
	expect(!virtq_flush(&q, &mem));
	expect(!virtq_notify_enable(&q, &mem));
	virtq_notify_disable(&q, &mem);
	expect(memcmp(before, ram, sizeof(ram)) == 0);
}

#endif
