/* SPDX-License-Identifier: MIT
 *
 * See life.h: the clients of the control socket and the consoles, who stay when
 * the machine restarts. Threads: the loop at a life's end; main at the next's
 * beginning.
 */
#include <unistd.h>

#include "vmm/vm.h"

/* Where a client may sit, of CLIENTS_MOST seats: its descriptor, 0 or -1 if
 * there is none, and the listener to which it came. NULL: no such seat. */
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

/* Whose client it is, if there is nobody; or NULL. */
static int *
seat_of(int client)
{
	enum listener_fit best = LISTENER_NOT;
	int *to = NULL, listener;

	for (unsigned i = 0; i < CLIENTS_MOST; i++) {
		int *fd = seat(i, &listener);
		enum listener_fit fit =
		    fd != NULL ? listener_fits(listener, client) : LISTENER_NOT;

		if (fit > best || (fit == best && to != NULL && *to > 0)) {
			best = fit;
			to = fd;
		}
	}
	return to != NULL && *to <= 0 ? to : NULL;
}

void
life_seat(void)
{
	const struct last_word *before = &vm.life.before;

	for (unsigned n = 0; n < before->client_count; n++) {
		int *fd = seat_of(before->clients[n]);

		if (fd != NULL)
			*fd = before->clients[n];
		else
			close(before->clients[n]);
	}
}
