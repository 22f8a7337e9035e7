/* SPDX-License-Identifier: MIT
 *
 * The far end of one of the console's ports: a file to append to, or a
 * listening socket, which takes one client at a time. Nothing here waits.
 *
 * Threads: one at a time.
 */
#ifndef VMM_CONSOLE_PORT_H
#define VMM_CONSOLE_PORT_H

#include "vmm/listener.h"

struct console_port {
	int listener; /* or -1: not a socket. Both owned */
	int fd;	      /* of the file or the client; or -1: nobody there */
	/* epoll's events without which a call could not go on. The caller
	 * watches `fd` for console_port_events(). */
	uint32_t wants;
	bool guarded;		   /* `fd` may block: see output.h */
	bool ended;		   /* the client sends no more */
	bool deaf;		   /* it takes no more: bytes vanish */
	struct listener_file file; /* the listener's */
	bool has_ahead;
	uint8_t ahead; /* its next byte, read to see whether there is one */
};

/* A file to append to, made if it is not there, or whatever else can be opened
 * for writing (fd=N, of a file, is written to as its opening has it); a socket at `path`, where one that nobody listens to any more
 * makes room. NULL, or what is wrong, with nothing left open. */
const char *console_port_append(struct console_port *p, const char *path);
const char *console_port_listen(struct console_port *p, const char *path);

/* As console_write() and console_read() of devices/console.h. What a file does
 * not take, for want of space or of a reader, is lost, with a line once. */
size_t console_port_write(struct console_port *p, const void *from, size_t len);
size_t console_port_read(struct console_port *p, void *to, size_t len);

/* What to watch `fd`, or if nobody is there `listener`, for: once. */
uint32_t console_port_events(const struct console_port *p);

/* The listener has somebody. False: not any more. */
bool console_port_accept(struct console_port *p);

/* After `fd` had an event, and whoever reads it had the chance to: has the
 * client left? Then nobody is there. One that has only ended its own stream
 * (shutdown) still listens; one whose last bytes nobody has read yet counts as
 * there. */
bool console_port_left(struct console_port *p);

/* Whoever is at the other end sees the end. */
void console_port_close(struct console_port *p);

#endif
