/* SPDX-License-Identifier: MIT
 *
 * The far ends of the console's ports: those that --console names. A vm without
 * any has no such device.
 */
#ifndef VMM_CONSOLE_H
#define VMM_CONSOLE_H

#include "devices/virtio_bus.h"
#include "vmm/console_size.h"

/* Opens files and sockets, before the first instruction, or ends the process
 * with a line. The sockets go when it ends. */
void console_open_all(void);

/* For board_configure(): what the device offers. */
void console_setup(struct virtio_bus_setup *devices);

/* Tells the device of its ports; between board_configure() and the first
 * board_reset(). */
void console_attach_all(void);

/* Has the loop watch them. */
void console_start(void);

/* Is stdin a port's rather than COM1's? */
bool console_has_stdin(void);

/* The size of the terminal behind stdio, if there is both. The supervisor, or
 * before the sandbox. */
bool console_terminal(struct console_size *is);

/* The loop: a port's file, client or listener has an event; stdin has input
 * that term_read() gives, the terminal has another size. With the lock. */
void console_event(unsigned port);
void console_stdin_ready(void);
void console_resized(struct console_size to);

/* term_write() has room again. With the lock, any thread. */
void console_stdout_ready(void);

/* mica's end: removes the sockets that are still ours. */
void console_remove(void);

/* The machine has ended: what the guest still has in its rings goes out, as
 * far as `wait` allows. With the lock; before term_drain(). */
void console_finish(bool wait);

#endif
