/* SPDX-License-Identifier: MIT
 *
 * See kept.h.
 */
#include "vmm/kept.h"

#include <string.h>

#include "devices/ticks.h"

static uint32_t
leave(void *to, const void *ring, size_t size, size_t first, size_t count)
{
	const char *from = ring;
	char *bytes = to;

	for (size_t i = 0; i < count; i++)
		bytes[i] = from[(first + i) % size];
	return (uint32_t)count;
}

static void
leave_ahead(struct kept *k)
{
	k->has_ahead = 0;
	for (unsigned i = 0; i < CONSOLES_MAX; i++) {
		const struct console_port *p = &vm.consoles[i];

		k->has_ahead |= (uint32_t)p->has_ahead << i;
		k->ahead[i] = p->ahead;
	}
}

/* The terminal takes TERM_FULL bytes, and a few from a guest that does not ask:
 * one that restarts again and again would add to them each time. */
void
kept_leave(struct kept *k)
{
	const struct term *t = &vm.term;
	const struct control *c = &vm.control;

#define NUMBER(name, member, most) k->name = vm.member;
#define FLAG(name, member)	   k->name = vm.member;
#include "vmm/kept.def"
	k->balloon_waits |= vm.board.pci.virtio.balloon.actual != 0;
	mc146818_keep(&vm.board.rtc, &k->rtc);
	k->lost = 0;
	for (unsigned i = 0; i < vm.disks.disks; i++)
		k->lost |= (uint32_t)vm.disks.disk[i].lost << i;
	leave_ahead(k);
	k->sent_count = leave(k->sent, t->ring, TERM_RING, t->tail,
	    MIN(t->head - t->tail, (uint32_t)TERM_FULL));
	k->keys_count =
	    leave(k->keys, t->ahead, TERM_AHEAD, t->ahead_at, t->ahead_count);
	k->said_count = leave(k->said, c->stream.text, JSON_TEXT, 0,
	    c->stream.depth != 0 ? c->stream.length : 0);
	k->next_count = leave(
	    k->next, c->in, sizeof(c->in), c->in_at, c->in_count - c->in_at);
	k->answers_count =
	    leave(k->answers, c->bytes, sizeof(c->bytes), 0, c->out.used);
}

static uint32_t
take(void *to, const void *from, uint32_t count, size_t most)
{
	count = MIN(count, (uint32_t)most);
	memcpy(to, from, count);
	return count;
}

/* Of a client who is there. */
static void
take_ahead(const struct kept *k)
{
	for (unsigned i = 0; i < CONSOLES_MAX; i++) {
		struct console_port *p = &vm.consoles[i];

		p->has_ahead =
		    p->listener > 0 && p->fd > 0 && (k->has_ahead >> i & 1);
		p->ahead = k->ahead[i];
	}
}

static void
take_client(const struct kept *k)
{
	struct control *c = &vm.control;
	uint32_t said = MIN(k->said_count, sizeof(k->said));

	/* The stream is what these bytes make of it. */
	for (uint32_t i = 0; i < said; i++)
		json_stream_put(&c->stream, k->said[i]);
	c->in_count = take(c->in, k->next, k->next_count, sizeof(c->in));
	c->out.used =
	    take(c->bytes, k->answers, k->answers_count, sizeof(c->bytes));
}

void
kept_take(const struct kept *k)
{
	struct term *t = &vm.term;

#define NUMBER(name, member, most)                                             \
	vm.member = (__typeof__(vm.member))MIN(k->name, (most));
#define FLAG(name, member) vm.member = k->name != 0;
#include "vmm/kept.def"
	vm.control.balloon_waits &= vm.config.devices.balloon.present;
	vm.pause.prelaunch &= vm.pause.on;
	vm.pause.reached = vm.loop.clock_stopped = vm.pause.on;
	mc146818_recall(&vm.board.rtc, &k->rtc);
	for (unsigned i = 0; i < vm.disks.disks; i++)
		vm.disks.disk[i].lost = k->lost >> i & 1;
	take_ahead(k);
	t->head = take(t->ring, k->sent, k->sent_count, TERM_FULL);
	if (t->tty)
		t->ahead_count =
		    take(t->ahead, k->keys, k->keys_count, TERM_AHEAD);
	if (vm.control.fd != 0)
		take_client(k);
	else
		control_forget();
}
