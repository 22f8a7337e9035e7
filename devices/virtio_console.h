/* SPDX-License-Identifier: MIT
 *
 * The console device (virtio 1.3, 5.3): up to eight ports, each a stream of
 * bytes in either direction. Who is at their far end: devices/console.h.
 */
#ifndef DEVICES_VIRTIO_CONSOLE_H
#define DEVICES_VIRTIO_CONSOLE_H

#include "devices/virtio.h"

enum {
	VIRTIO_CONSOLE_PORTS = 8,
	VIRTIO_CONSOLE_NAME = 64, /* bytes of a port's name, at most */
	VIRTIO_CONSOLE_QUEUE_SIZE = 64,

	/* 5.3.2 */
	VIRTIO_CONSOLE_CONTROL_RECEIVEQ = 2,
	VIRTIO_CONSOLE_CONTROL_TRANSMITQ = 3
};

/* The port's queue for what it receives; the next is its transmit queue. */
static inline unsigned
virtio_console_receiveq(unsigned port)
{
	return port == 0 ? 0 : 2 * (port + 1);
}

struct virtio_console_port {
	/* The host's; kept by every reset. */
	uint8_t name[VIRTIO_CONSOLE_NAME];
	uint16_t cols, rows; /* 0: no terminal */
	bool console;	     /* to log in at; or else a plain port */
	bool host_open;	     /* somebody is at the far end */

	/* The driver's. */
	bool added, ready; /* it was told of the port; it has taken it in */
	bool guest_open;
	uint8_t pending; /* messages that it is to get: enum message */
	uint64_t sent;	 /* bytes that went out of a buffer half sent */
};

struct virtio_console {
	struct virtio v;
	struct virtio_console_port port[VIRTIO_CONSOLE_PORTS];
	struct virtio_queue queue[2 * (VIRTIO_CONSOLE_PORTS + 1)];
};

extern const struct virtio_type virtio_console_type;

/* What a device of so many ports has and offers; without `multiport`, which one
 * port can do without, there is no control queue. `size`: a port's size is
 * known. */
void virtio_console_setup(
    struct virtio_setup *setup, unsigned ports, bool multiport, bool size);

/* What a port is; before the first reset. `name` may be "". */
void virtio_console_attach(
    struct virtio_console *d, unsigned port, bool console, const char *name);

/*
 * What happens at the far end, by port; board's lock held. None of these calls
 * console_read() or console_write(), but virtio_console_readable() and
 * virtio_console_drain(), which are the loop's.
 */

/* There is room, or something to read, after console_write() or console_read()
 * has wanted that. */
void virtio_console_writable(struct virtio_console *d, unsigned port);
void virtio_console_readable(struct virtio_console *d, unsigned port);

/* Somebody has come, or gone. */
void virtio_console_connect(
    struct virtio_console *d, unsigned port, bool connected);

/* The terminal there has this size now. */
void virtio_console_resize(
    struct virtio_console *d, unsigned port, uint16_t cols, uint16_t rows);

/* Passes on what the driver has sent, if some is waiting. True: there is more,
 * for another turn or for when there is room. The machine has ended. */
bool virtio_console_drain(struct virtio_console *d, unsigned port);

/*
 * Between virtio_console.c and virtio_console_control.c, the two queues of
 * MULTIPORT (5.3.6.2).
 */
bool virtio_console_tell(struct virtio_console *d);
bool virtio_console_obey(struct virtio_console *d);
void virtio_console_has_opened(struct virtio_console *d, unsigned port);
void virtio_console_has_resized(struct virtio_console *d, unsigned port);

#endif
