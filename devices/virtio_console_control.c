/* SPDX-License-Identifier: MIT
 *
 * The console's control queues (virtio 1.3, 5.3.6.2). What the driver is to be
 * told is a bit for each port and message, and the message says what is true
 * when a buffer for it comes: there is no queue of messages that could grow,
 * and of a far end that came and went the driver may see neither.
 *
 * Threads: the loop, with the board's lock held.
 *
 * Left out: PORT_REMOVE, since ports stay.
 */
#include <linux/virtio_console.h>
#include <string.h>

#include "devices/virtio_console.h"
#include "devices/virtio_transport.h"
#include "vmm/kick.h"

/* In this order, too: Linux takes a size for a console's alone. */
enum message { TELL_ADD, TELL_CONSOLE, TELL_NAME, TELL_OPEN, TELL_SIZE };
#define BIT(n) (1u << (n))

struct message_text {
	struct virtio_console_control head;
	uint8_t rest[VIRTIO_CONSOLE_NAME];
};

static unsigned
ports(const struct virtio_console *d)
{
	return virtio_queues(&d->v, &virtio_console_type) / 2 - 1;
}

/* Little-endian, and so is a legacy guest on this machine (5.3.6.3). A size is
 * cols, then rows; Linux before 6.15 takes it the other way round. */
static size_t
word_message(const struct virtio_console_port *p, enum message what,
    struct message_text *m)
{
	static const uint16_t events[] = {
		[TELL_ADD] = VIRTIO_CONSOLE_PORT_ADD,
		[TELL_CONSOLE] = VIRTIO_CONSOLE_CONSOLE_PORT,
		[TELL_NAME] = VIRTIO_CONSOLE_PORT_NAME,
		[TELL_OPEN] = VIRTIO_CONSOLE_PORT_OPEN,
		[TELL_SIZE] = VIRTIO_CONSOLE_RESIZE,
	};
	uint16_t size[] = { p->cols, p->rows };
	size_t rest = 0;

	m->head.event = events[what];
	m->head.value = what != TELL_OPEN || p->host_open;
	if (what == TELL_NAME) {
		rest = strnlen((const char *)p->name, sizeof(p->name));
		memcpy(m->rest, p->name, rest);
	} else if (what == TELL_SIZE) {
		rest = sizeof(size);
		memcpy(m->rest, size, rest);
	}
	return sizeof(m->head) + rest;
}

/* One message into one buffer: one too short gets what fits. */
static void
tell(struct virtio_console *d, unsigned port, struct chain *chain)
{
	struct virtio_console_port *p = &d->port[port];
	enum message what = (enum message)__builtin_ctz(p->pending);
	struct message_text m = { .head.id = port };
	size_t len = word_message(p, what, &m);

	p->pending &= (uint8_t)~BIT(what);
	p->added |= what == TELL_ADD;
	(void)!chain_write(chain, guest_ram, &m, len);
}

bool
virtio_console_tell(struct virtio_console *d)
{
	struct virtio_queue *q = &d->queue[VIRTIO_CONSOLE_CONTROL_RECEIVEQ];
	struct chain chain UNCLEARED;

	for (unsigned i = 0; i < ports(d); i++)
		while (d->port[i].pending != 0) {
			if (!virtio_pop(q, &chain))
				return true;
			tell(d, i, &chain);
			virtio_push(q, chain.id, chain_written(&chain));
		}
	return false; /* until there is something to tell */
}

static void
will_tell(struct virtio_console *d, unsigned port, unsigned what)
{
	d->port[port].pending |= (uint8_t)what;
	kick_post(d->v.function.device, VIRTIO_CONSOLE_CONTROL_RECEIVEQ);
}

static bool
has_size(const struct virtio_console_port *p)
{
	return p->console && p->rows != 0;
}

/* Once each: no port is added that is there already (5.3.6.2.1). */
static void
device_ready(struct virtio_console *d)
{
	for (unsigned i = 0; i < ports(d); i++)
		if (!d->port[i].added)
			will_tell(d, i, BIT(TELL_ADD));
}

static void
port_ready(struct virtio_console *d, unsigned port, bool ready)
{
	struct virtio_console_port *p = &d->port[port];

	p->ready = ready;
	p->pending = 0;
	if (!ready)
		p->guest_open = false;
	else
		will_tell(d, port,
		    (p->console ? BIT(TELL_CONSOLE) : 0) |
			(p->name[0] != 0 ? BIT(TELL_NAME) : 0) |
			(p->host_open ? BIT(TELL_OPEN) : 0) |
			(has_size(p) ? BIT(TELL_SIZE) : 0));
}

/* The other events are ours alone to send. A driver that was frozen with its
 * machine knows the ports from before the reset: Linux then says PORT_READY and
 * never DEVICE_READY. */
static void
obey(struct virtio_console *d, const struct virtio_console_control *c)
{
	bool yes = c->value == 1;

	if (c->event == VIRTIO_CONSOLE_DEVICE_READY && yes)
		device_ready(d);
	if (c->id >= ports(d))
		return;
	d->port[c->id].added |= c->event == VIRTIO_CONSOLE_PORT_READY && yes;
	if (!d->port[c->id].added)
		return;
	if (c->event == VIRTIO_CONSOLE_PORT_READY)
		port_ready(d, c->id, yes);
	if (c->event == VIRTIO_CONSOLE_PORT_OPEN) {
		d->port[c->id].guest_open = yes;
		kick_post(d->v.function.device, virtio_console_receiveq(c->id));
	}
}

bool
virtio_console_obey(struct virtio_console *d)
{
	struct virtio_queue *q = &d->queue[VIRTIO_CONSOLE_CONTROL_TRANSMITQ];
	struct virtio_console_control c;
	struct chain chain UNCLEARED;

	while (virtio_pop(q, &chain)) {
		if (chain_read(&chain, guest_ram, &c, sizeof(c)) == sizeof(c))
			obey(d, &c);
		virtio_push(q, chain.id, 0);
	}
	return true;
}

void
virtio_console_has_opened(struct virtio_console *d, unsigned port)
{
	if (d->port[port].ready)
		will_tell(d, port, BIT(TELL_OPEN));
}

void
virtio_console_has_resized(struct virtio_console *d, unsigned port)
{
	if (d->port[port].ready && has_size(&d->port[port]))
		will_tell(d, port, BIT(TELL_SIZE));
}
