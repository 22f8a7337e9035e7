/* SPDX-License-Identifier: MIT
 *
 * See console_port.h; unix(7), epoll(7).
 */
#include "vmm/console_port.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vmm/given.h"
#include "vmm/log.h"
#include "vmm/output.h"

const char *
console_port_append(struct console_port *p, const char *path)
{
	const bool given = given_is_fd(path);
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, shared;

	*p = (struct console_port){ .listener = -1 };
	p->fd = shared = given_open(path, flags);
	if (p->fd < 0 && errno == EACCES && given)
		return "cannot be written to, and nothing else"
		       " (wants what N>>FILE gives)";
	if (p->fd >= 0 && given)
		p->fd = output_open(shared, &p->guarded);
	if (p->fd != shared)
		close(shared);
	return p->fd < 0 ? strerror(errno) : NULL;
}

const char *
console_port_listen(struct console_port *p, const char *path)
{
	*p = (struct console_port){ .fd = -1 };
	return listener_open(&p->listener, &p->file, path, 0777);
}

size_t
console_port_write(struct console_port *p, const void *from, size_t len)
{
	const uint8_t *bytes = from;
	size_t done = 0;

	while (done < len && p->fd >= 0 && !p->deaf) {
		ssize_t n = output_write(p->fd, p->guarded, bytes + done,
		    MIN(len - done, BYTES_MOST));

		if (n >= 0 || errno == EINTR) {
			done += (size_t)MAX(n, 0);
		} else if (errno == EAGAIN) {
			p->wants |= EPOLLOUT;
			return done;
		} else if (p->listener >= 0) {
			p->deaf = true;
		} else {
			warn_once("--console file: %s; bytes are dropped",
			    strerror(errno));
			return len;
		}
	}
	return len;
}

size_t
console_port_read(struct console_port *p, void *to, size_t len)
{
	uint8_t *bytes = to;
	size_t had = 0;
	ssize_t n;

	if (p->listener < 0 || p->fd < 0 || len == 0)
		return 0;
	if (p->has_ahead)
		bytes[had++] = p->ahead;
	p->has_ahead = false;
	if (had == len || p->ended)
		return had;
	n = read(p->fd, bytes + had, MIN(len - had, BYTES_MOST));
	if (n < 0 && errno == EAGAIN)
		p->wants |= EPOLLIN;
	else
		p->ended = n <= 0;
	return had + (size_t)MAX(n, 0);
}

/* An event that comes without asking, HUP, is what ERR stands for here. */
uint32_t
console_port_events(const struct console_port *p)
{
	uint32_t events = p->fd < 0 ? EPOLLIN : p->wants;

	if (p->ended)
		events |= EPOLLERR;
	return events == 0 ? 0 : events | EPOLLONESHOT;
}

bool
console_port_accept(struct console_port *p)
{
	p->fd = accept4(p->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	p->wants = EPOLLIN;
	p->ended = p->deaf = p->has_ahead = false;
	return p->fd >= 0;
}

/* Whoever has not found that there is no more has bytes to read, or the end. */
static void
read_ahead(struct console_port *p)
{
	ssize_t n;

	if ((p->wants & EPOLLIN) != 0 || p->has_ahead)
		return;
	n = read(p->fd, &p->ahead, 1);
	p->has_ahead = n > 0;
	p->ended = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

bool
console_port_left(struct console_port *p)
{
	if (p->listener < 0)
		return false;
	read_ahead(p);
	if (!p->ended || p->has_ahead || !listener_client_left(p->fd))
		return false;
	close(p->fd); /* epoll forgets it */
	p->fd = -1;
	return true;
}

void
console_port_close(struct console_port *p)
{
	if (p->fd >= 0)
		close(p->fd);
	if (p->listener >= 0)
		close(p->listener);
	p->fd = p->listener = -1;
}
