/* SPDX-License-Identifier: MIT
 *
 * From devices/console.h to the host: each port is a console_port.h, or stdin
 * and stdout by way of term.h.
 *
 * A file or socket is watched for what a call has found wanting, once: until
 * then nobody asks, and no event comes that nobody would serve.
 *
 * Threads: main before the start and after the end; else the loop, with the
 * board's lock held, and a vCPU in console_write().
 */
#include "vmm/console.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "devices/console.h"
#include "vmm/log.h"
#include "vmm/vm.h"

_Static_assert(LOOP_KICK - LOOP_CONSOLE == CONSOLES_MAX, "loop.h: sources");

enum {
	/* At the end: ms that a client may take to take more, and how often it
	 * gets a device's turn. */
	PATIENCE_MS = 1000,
	LAST_TURNS = 256
};

static struct virtio_console *
device(void)
{
	return &vm.board.pci.virtio.console;
}

/* The port of stdin and stdout, or CONSOLES_MAX. */
static unsigned
stdio_port(void)
{
	const struct config *c = &vm.config;

	for (unsigned i = 0; i < c->console_count; i++)
		if (c->consoles[i].kind == CONSOLE_STDIO)
			return i;
	return CONSOLES_MAX;
}

bool
console_has_stdin(void)
{
	return stdio_port() < CONSOLES_MAX;
}

bool
console_terminal(struct console_size *is)
{
	struct winsize size;

	if (!console_has_stdin() ||
	    (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 &&
		ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0))
		return false;
	*is = (struct console_size){ size.ws_col, size.ws_row };
	return true;
}

/*
 * Before the first instruction.
 */

void
console_remove(void)
{
	for (unsigned i = 0; i < vm.config.console_count; i++)
		listener_remove(
		    &vm.consoles[i].file, vm.config.consoles[i].path);
}

static void
open_port(struct console_port *p, const struct config_console *c)
{
	const char *wrong = NULL;

	if (c->kind == CONSOLE_UNIX)
		wrong = console_port_listen(p, c->path);
	else if (c->kind == CONSOLE_FILE)
		wrong = console_port_append(p, c->path);
	if (wrong != NULL)
		die("--console %s=%s: %s",
		    c->kind == CONSOLE_UNIX ? "unix" : "file", c->path, wrong);
}

void
console_open_all(void)
{
	for (unsigned i = 0; i < vm.config.console_count; i++)
		open_port(&vm.consoles[i], &vm.config.consoles[i]);
}

void
console_setup(struct virtio_bus_setup *devices)
{
	const struct config *c = &vm.config;
	bool plain = c->console_count == 1 && c->consoles[0].name[0] == '\0';
	struct console_size size;

	virtio_console_setup(&devices->console, c->console_count, !plain,
	    console_terminal(&size));
}

static void
watch(unsigned port)
{
	const struct console_port *p = &vm.consoles[port];

	loop_rewatch(LOOP_CONSOLE + port, p->fd < 0 ? p->listener : p->fd,
	    console_port_events(p));
}

void
console_attach_all(void)
{
	struct console_size size;

	for (unsigned i = 0; i < vm.config.console_count; i++) {
		const struct config_console *c = &vm.config.consoles[i];
		struct console_port *p = &vm.consoles[i];

		if (c->kind == CONSOLE_UNIX) /* of a life before, if there */
			p->wants = EPOLLIN;
		virtio_console_attach(device(), i, c->name[0] == '\0', c->name);
		virtio_console_connect(
		    device(), i, c->kind != CONSOLE_UNIX || p->fd >= 0);
	}
	if (console_terminal(&size))
		console_resized(size);
}

void
console_start(void)
{
	for (unsigned i = 0; i < vm.config.console_count; i++)
		if (vm.config.consoles[i].kind != CONSOLE_STDIO)
			watch(i);
}

/*
 * What the device calls.
 */

size_t
console_write(unsigned port, const void *from, size_t len)
{
	struct console_port *p = &vm.consoles[port];
	uint32_t wanted = p->wants;

	if (vm.config.consoles[port].kind == CONSOLE_STDIO)
		return term_write(from, len);
	len = console_port_write(p, from, len);
	if (p->wants != wanted)
		watch(port);
	return len;
}

size_t
console_read(unsigned port, void *to, size_t len)
{
	struct console_port *p = &vm.consoles[port];
	uint32_t watched = console_port_events(p);

	if (vm.config.consoles[port].kind == CONSOLE_STDIO)
		return term_read(to, len);
	len = console_port_read(p, to, len);
	if (console_port_events(p) != watched)
		watch(port);
	return len;
}

/*
 * What the loop and term.c call.
 */

void
console_event(unsigned port)
{
	struct console_port *p = &vm.consoles[port];

	if (p->fd < 0) {
		if (!console_port_accept(p)) {
			loop_accept_failed(LOOP_CONSOLE + port, p->listener,
			    console_port_events(p));
			return;
		}
		virtio_console_connect(device(), port, true);
		watch(port);
		return;
	}
	p->wants = 0;
	virtio_console_writable(device(), port);
	virtio_console_readable(device(), port);
	if (console_port_left(p))
		virtio_console_connect(device(), port, false);
	watch(port);
}

void
console_stdin_ready(void)
{
	virtio_console_readable(device(), stdio_port());
}

void
console_stdout_ready(void)
{
	if (console_has_stdin())
		virtio_console_writable(device(), stdio_port());
}

void
console_resized(struct console_size to)
{
	if (console_has_stdin())
		virtio_console_resize(device(), stdio_port(), to.cols, to.rows);
}

/*
 * The end.
 */

static bool
await_room(unsigned port, bool wait)
{
	const struct console_port *p = &vm.consoles[port];

	if (vm.config.consoles[port].kind == CONSOLE_STDIO)
		return term_drain(wait);
	return p->fd < 0 || p->wants == 0 ||
	    term_await(p->fd, wait ? PATIENCE_MS : 0);
}

void
console_finish(bool wait)
{
	for (unsigned i = 0; i < vm.config.console_count; i++)
		for (unsigned turns = 0; turns < LAST_TURNS; turns++) {
			vm.consoles[i].wants = 0;
			if (!virtio_console_drain(device(), i) ||
			    !await_room(i, wait))
				break;
		}
	for (unsigned i = 0; i < vm.config.console_count; i++)
		if (vm.config.consoles[i].kind != CONSOLE_STDIO)
			console_port_close(&vm.consoles[i]);
}
