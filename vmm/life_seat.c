/* SPDX-License-Identifier: MIT
 *
 * See life.h: the clients of the control socket and the consoles, who stay when
 * the machine restarts. Threads: the loop at a life's end; main at the next's
 * beginning.
 */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "vmm/vm.h"

/* Where a client may sit, of CLIENTS_MOST seats: its descriptor, 0 or -1 if there
 * is none, and the listener to which it came. NULL: it is not such a seat. */
static int *
seat(unsigned n, int *listener)
{
	int *fd = &vm.control.fd;

	*listener = vm.control.listener;
	if (n > 0) {
		fd = &vm.consoles[n - 1].fd;
		*listener = vm.consoles[n - 1].listener;
	}
	return *listener > 0 ? fd : NULL;
}

unsigned
life_clients(int *of[CLIENTS_MOST])
{
	unsigned n = 0;
	int listener;

	for (unsigned i = 0; i < CLIENTS_MOST; i++) {
		int *fd = seat(i, &listener);

		if (fd != NULL && *fd > 0)
			of[n++] = fd;
	}
	return n;
}

/* Is it connected, by way of that listener? Then it has that one's path; or of an
 * address, which may be of a host with several, family and port. */
static bool
came_to(int listener, int fd)
{
	struct sockaddr_un at = { 0 }, name = { 0 }, peer;
	socklen_t at_size = sizeof(at), size = sizeof(name);
	socklen_t peer_size = sizeof(peer);

	return getpeername(fd, (struct sockaddr *)&peer, &peer_size) == 0 &&
	    getsockname(fd, (struct sockaddr *)&name, &size) == 0 &&
	    getsockname(listener, (struct sockaddr *)&at, &at_size) == 0 &&
	    memcmp(&at, &name, at.sun_family == AF_UNIX ? sizeof(at) : 4) == 0;
}

/* False: it has no seat. */
static bool
sit_down(int client)
{
	int listener;

	for (unsigned i = 0; i < CLIENTS_MOST; i++) {
		int *fd = seat(i, &listener);

		if (fd != NULL && *fd <= 0 && came_to(listener, client)) {
			*fd = client;
			return true;
		}
	}
	return false;
}

void
life_seat(void)
{
	const struct last_word *before = &vm.life.before;

	for (unsigned n = 0; n < before->client_count; n++)
		if (!sit_down(before->clients[n]))
			close(before->clients[n]);
}
