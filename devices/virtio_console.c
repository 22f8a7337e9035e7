/* SPDX-License-Identifier: MIT
 *
 * The console device, after virtio 1.3, 5.3: the ports' bytes, configuration
 * space and emergency write. virtio_console_control.c has the control queues.
 *
 * Nothing is buffered here: a receive buffer is filled from the far end when
 * there are both, and a transmit buffer that the far end does not take whole
 * stays in its ring, with a count of what went out.
 *
 * Threads: the loop, with the board's lock held; vCPUs for configuration and
 * reset.
 */
#include "devices/virtio_console.h"

#include <linux/uio.h>
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>
#include <string.h>

#include "devices/console.h"
#include "devices/virtio_transport.h"
#include "vmm/kick.h"

#define BIT(n) ((uint64_t)1 << (n))

enum {
	CONTROL_RECEIVEQ = VIRTIO_CONSOLE_CONTROL_RECEIVEQ,
	CONTROL_TRANSMITQ = VIRTIO_CONSOLE_CONTROL_TRANSMITQ
};

/* A turn ends after so much: others wait for the board's lock. */
enum { TURN_BYTES = 64 << 10 };

static unsigned
transmitq(unsigned port)
{
	return virtio_console_receiveq(port) + 1;
}

/* Of a queue that is not a control queue. */
static unsigned
port_of(unsigned queue)
{
	return queue < CONTROL_RECEIVEQ ? 0 : queue / 2 - 1;
}

/*
 * Bytes.
 */

/* A driver without MULTIPORT has no way to say that it listens. */
static bool
is_open(const struct virtio_console *d, unsigned port)
{
	return d->port[port].guest_open ||
	    !virtio_has(&d->v, VIRTIO_CONSOLE_F_MULTIPORT);
}

static uint32_t
fill(unsigned port, struct chain *chain, uint64_t bytes)
{
	struct iovec iov;

	if (chain_write_iov(chain, guest_ram, &iov, 1, bytes) == 0)
		return 0;
	return (uint32_t)console_read(port, iov.iov_base, iov.iov_len);
}

/* 5.3.6.1: what arrives is put into the receive queue's buffers. */
static bool
receive(struct virtio_console *d, unsigned port)
{
	struct virtio_queue *q = &d->queue[virtio_console_receiveq(port)];
	uint64_t turn = TURN_BYTES;
	struct chain chain UNCLEARED;

	if (!is_open(d, port))
		return false; /* PORT_OPEN will kick */
	while (turn > 0 && virtio_pop(q, &chain)) {
		uint32_t n = fill(port, &chain, turn);

		if (n == 0 && chain.writable != 0) {
			virtq_unpop(&q->ring, &chain);
			return false;
		}
		virtio_push(q, chain.id, n);
		turn -= n;
	}
	return true;
}

/* Passes over what went out before: the driver may have changed the buffer
 * since, so it may be longer than this. */
static void
skip(struct chain *chain, uint64_t bytes)
{
	struct iovec iov;
	uint64_t end = chain->readable - MIN(bytes, chain->readable);

	while (chain->read.left > end)
		(void)!chain_read_iov(
		    chain, guest_ram, &iov, 1, chain->read.left - end);
}

/* Has all of it gone out? */
static bool
send_chain(unsigned port, struct chain *chain, uint64_t *sent, uint64_t *turn)
{
	struct iovec iov;

	skip(chain, *sent);
	while (
	    *turn > 0 && chain_read_iov(chain, guest_ram, &iov, 1, *turn) > 0) {
		size_t n = console_write(port, iov.iov_base, iov.iov_len);

		*sent += n;
		*turn -= n;
		if (n < iov.iov_len)
			return false;
	}
	return chain->read.left == 0;
}

static bool
transmit(struct virtio_console *d, unsigned port)
{
	struct virtio_queue *q = &d->queue[transmitq(port)];
	uint64_t *sent = &d->port[port].sent, turn = TURN_BYTES;
	struct chain chain UNCLEARED;

	while (turn > 0 && virtio_pop(q, &chain)) {
		if (!send_chain(port, &chain, sent, &turn)) {
			virtq_unpop(&q->ring, &chain);
			return turn == 0; /* or the far end will say */
		}
		virtio_push(q, chain.id, 0);
		*sent = 0;
	}
	return true;
}

static bool
kick(struct virtio *v, unsigned queue)
{
	struct virtio_console *d = (struct virtio_console *)v;

	if (queue >= CONTROL_RECEIVEQ &&
	    !virtio_has(v, VIRTIO_CONSOLE_F_MULTIPORT))
		return false; /* 5.3.2: without it there are no such queues */
	if (queue == CONTROL_RECEIVEQ)
		return virtio_console_tell(d);
	if (queue == CONTROL_TRANSMITQ)
		return virtio_console_obey(d);
	if (queue % 2 == 0)
		return receive(d, port_of(queue));
	return transmit(d, port_of(queue));
}

static void
stop(struct virtio *v, unsigned queue)
{
	struct virtio_console *d = (struct virtio_console *)v;

	if (queue % 2 == 1 && queue != CONTROL_TRANSMITQ)
		d->port[port_of(queue)].sent = 0;
}

static void
reset(struct virtio *v)
{
	struct virtio_console *d = (struct virtio_console *)v;

	for (unsigned i = 0; i < VIRTIO_CONSOLE_PORTS; i++) {
		struct virtio_console_port *p = &d->port[i];

		p->added = p->ready = p->guest_open = false;
		p->pending = 0;
		p->sent = 0;
	}
}

/*
 * Configuration space.
 */

/* How many ports there are. */
static unsigned
port_count(const struct virtio *v)
{
	unsigned queues = virtio_queues(v, &virtio_console_type);

	return queues <= CONTROL_RECEIVEQ ? 1 : queues / 2 - 1;
}

static void
config_read(const struct virtio *v, void *to)
{
	const struct virtio_console *d = (const struct virtio_console *)v;
	struct virtio_console_config c = {
		.cols = d->port[0].cols,
		.rows = d->port[0].rows,
		.max_nr_ports = port_count(v),
	};

	memcpy(to, &c, sizeof(c));
}

/* 5.3.5.1: in any state of the device, and the lower byte counts. */
static void
config_write(
    struct virtio *v, const void *config, unsigned offset, unsigned size)
{
	const unsigned at = offsetof(struct virtio_console_config, emerg_wr);

	(void)v;
	if (offset <= at && at < offset + size)
		console_write(0, (const uint8_t *)config + at, 1);
}

/*
 * For the host.
 */

void
virtio_console_setup(
    struct virtio_setup *setup, unsigned ports, bool multiport, bool size)
{
	setup->queues = (uint16_t)(multiport ? 2 * (ports + 1) : 2);
	setup->withheld = (multiport ? 0 : BIT(VIRTIO_CONSOLE_F_MULTIPORT)) |
	    (size ? 0 : BIT(VIRTIO_CONSOLE_F_SIZE));
}

void
virtio_console_attach(
    struct virtio_console *d, unsigned port, bool console, const char *name)
{
	struct virtio_console_port *p = &d->port[port];

	p->console = console;
	memset(p->name, 0, sizeof(p->name));
	memcpy(p->name, name, strnlen(name, sizeof(p->name)));
}

/* Who finds that there is room may be a vCPU: the loop does the work. */
void
virtio_console_writable(struct virtio_console *d, unsigned port)
{
	kick_post(d->v.function.device, transmitq(port));
}

void
virtio_console_readable(struct virtio_console *d, unsigned port)
{
	virtio_kick(&d->v, &virtio_console_type, virtio_console_receiveq(port));
}

void
virtio_console_connect(struct virtio_console *d, unsigned port, bool connected)
{
	d->port[port].host_open = connected;
	virtio_console_has_opened(d, port);
}

/* The configuration is port 0's; MULTIPORT has a message for all (5.3.5). */
void
virtio_console_resize(
    struct virtio_console *d, unsigned port, uint16_t cols, uint16_t rows)
{
	struct virtio_console_port *p = &d->port[port];

	if (p->cols == cols && p->rows == rows)
		return;
	p->cols = cols;
	p->rows = rows;
	if (port == 0)
		virtio_config_changed(&d->v);
	virtio_console_has_resized(d, port);
}

bool
virtio_console_drain(struct virtio_console *d, unsigned port)
{
	struct virtio_queue *q = &d->queue[transmitq(port)];

	virtio_kick(&d->v, &virtio_console_type, transmitq(port));
	return virtq_notify_enable(&q->ring, guest_ram);
}

const struct virtio_type virtio_console_type = {
	.id = VIRTIO_ID_CONSOLE,
	.transitional = 0x1003,
	.pci_class = 0x078000, /* a communication controller, other */
	VIRTIO_QUEUES(struct virtio_console),
	.queue_size = VIRTIO_CONSOLE_QUEUE_SIZE,
	.config_size = sizeof(struct virtio_console_config),
	.features = BIT(VIRTIO_CONSOLE_F_SIZE) |
	    BIT(VIRTIO_CONSOLE_F_MULTIPORT) | BIT(VIRTIO_CONSOLE_F_EMERG_WRITE),
	.kick = kick,
	.stop = stop,
	.reset = reset,
	.config_read = config_read,
	.config_write = config_write,
};
