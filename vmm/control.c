/* SPDX-License-Identifier: MIT
 *
 * The control socket: listening, one client's bytes in and out. See control.h.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "vmm/log.h"
#include "vmm/loop.h"
#include "vmm/vm.h"

void
control_open(void)
{
	struct control *c = &vm.control;
	const char *path = vm.config.control, *wrong;

	if (path == NULL)
		return;
	wrong = listener_open(&c->listener, &c->file, path, 0600);
	if (wrong != NULL)
		die("--control %s: %s", path, wrong);
	c->out.text = c->bytes;
	c->out.room = sizeof(c->bytes);
}

void
control_create(void)
{
	struct control *c = &vm.control;

	if (c->listener == 0)
		return;
	c->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (c->timer < 0)
		die_errno("--control: timer");
}

void
control_forget(void)
{
	struct control *c = &vm.control;

	c->fd = 0;
	c->client = (struct command_client){ .negotiated = false };
	memset(&c->stream, 0, sizeof(c->stream));
	c->in_at = c->in_count = 0;
	c->ended = false;
	c->out.used = 0;
	c->out.full = false;
}

static void
drop_client(void)
{
	loop_rewatch(LOOP_CONTROL_CLIENT, vm.control.fd, 0);
	close(vm.control.fd);
	control_forget();
	loop_rewatch(LOOP_CONTROL, vm.control.listener, EPOLLIN);
}

/* What the client does not take now stays. Once it has gone, all vanishes. */
static void
flush(void)
{
	struct json_writer *out = &vm.control.out;
	ssize_t n;

	if (out->used == 0)
		return;
	n = write(vm.control.fd, out->text, out->used);
	if (n < 0)
		n = errno == EAGAIN || errno == EINTR ? 0 : (ssize_t)out->used;
	out->used -= (size_t)n;
	memmove(out->text, out->text + n, out->used);
}

/* More is read when all before is answered, and the answers are sent. */
static bool
idle(void)
{
	const struct control *c = &vm.control;

	return c->in_at == c->in_count && c->out.used == 0 && !c->client.waits;
}

static void
watch(void)
{
	const struct control *c = &vm.control;
	uint32_t events = idle()		   ? EPOLLIN
	    : c->out.used != 0 || !c->client.waits ? EPOLLOUT
						   : EPOLLHUP;

	loop_rewatch(LOOP_CONTROL_CLIENT, c->fd, events);
}

void
control_start(void)
{
	struct control *c = &vm.control;

	if (c->listener == 0)
		return;
	loop_watch(LOOP_CONTROL_TIMER, c->timer, EPOLLIN);
	if (c->balloon_waits) { /* in the life before */
		c->balloon_waits = false;
		control_balloon();
	}
	if (c->fd == 0)
		loop_watch(LOOP_CONTROL, c->listener, EPOLLIN);
	else
		watch();
}

/* Whoever reads too little is cut off. */
void
control_look(void)
{
	if (vm.control.out.full)
		drop_client();
}

static void
read_some(void)
{
	struct control *c = &vm.control;
	ssize_t n = read(c->fd, c->in, sizeof(c->in));

	c->ended = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
	c->in_at = 0;
	c->in_count = n > 0 ? (unsigned)n : 0;
}

static void
take(char byte)
{
	struct control *c = &vm.control;

	switch (json_stream_put(&c->stream, byte)) {
	case JSON_NOTHING:
		return;
	case JSON_WHOLE:
		command_message(
		    &c->client, c->stream.text, c->stream.length, &c->out);
		break;
	case JSON_STRAY:
		command_refuse("a message is an object", &c->out);
		break;
	case JSON_UNFINISHED:
		command_refuse("the line ends within an object", &c->out);
		break;
	case JSON_TOO_LONG:
		command_refuse("a message has at most 4096 bytes", &c->out);
		break;
	}
	flush();
}

void
control_client(void)
{
	struct control *c = &vm.control;

	flush();
	/* Then nobody waits; what it has said besides is still heeded. */
	if (c->client.waits && listener_client_left(c->fd))
		c->client.waits = false;
	if (idle())
		read_some();
	while (c->in_at < c->in_count && c->out.used == 0 && !c->client.waits)
		take(c->in[c->in_at++]);
	if (c->out.full || (c->ended && idle()))
		drop_client();
	else
		watch();
}

void
control_accept(void)
{
	struct control *c = &vm.control;
	int fd = accept4(c->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		loop_accept_failed(LOOP_CONTROL, c->listener, EPOLLIN);
		return;
	}
	loop_rewatch(LOOP_CONTROL, c->listener, 0);
	c->fd = fd;
	command_greet(&c->out);
	watch();
}

void
control_event(const char *name, const char *data)
{
	struct control *c = &vm.control;
	struct timespec now;

	if (c->fd == 0 || !c->client.negotiated)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	json_put(&c->out,
	    "{\"timestamp\": {\"seconds\": %lld, \"microseconds\": %ld},"
	    " \"event\": \"%s\"%s%s}\r\n",
	    (long long)now.tv_sec, now.tv_nsec / 1000, name,
	    data != NULL ? ", \"data\": " : "", data != NULL ? data : "");
	watch();
}

void
control_paused(void)
{
	struct control *c = &vm.control;

	/* Who was never running doesn't stop; QEMU's -S says nothing either. */
	if (!vm.pause.prelaunch)
		control_event("STOP", NULL);
	if (!c->client.waits)
		return;
	command_stopped(&c->client, &c->out);
	watch();
}

/* The reasons are QEMU's ShutdownCause. */
static const char *
reason(enum stop how, int by)
{
	switch (how) {
	case STOP_RESET:
		return by == BY_COMMAND ? "host-qmp-system-reset"
					: "guest-reset";
	case STOP_LEAVE:
		return by == BY_COMMAND ? "host-qmp-quit"
		    : by == BY_KEY	? "host-ui"
					: "host-signal";
	case STOP_CRASH:
		return "guest-panic";
	case STOP_HOST:
		return "host-error";
	default:
		return "guest-shutdown";
	}
}

void
control_end(enum stop how, int by)
{
	const char *why = reason(how, by);
	char data[64];
	struct json_writer w = { .text = data, .room = sizeof(data) };

	json_put(&w, "{\"guest\": %s, \"reason\": \"%s\"}",
	    why[0] == 'g' ? "true" : "false", why);
	control_event(vm_restarts(how) ? "RESET" : "SHUTDOWN", data);
}

void
control_finish(void)
{
	if (vm.control.fd != 0)
		flush();
}

void
control_remove(void)
{
	listener_remove(&vm.control.file, vm.config.control);
}
