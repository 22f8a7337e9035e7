/* SPDX-License-Identifier: MIT
 *
 * A life's last word to its supervisor (life.h, supervisor.h): the one message
 * that goes that way. It may be a guest's, which has taken the life over, to a
 * process that has all its user's rights.
 *
 * Threads: the loop of a life says it; the supervisor, which has but one,
 * hears it.
 */
#ifndef VMM_LAST_WORD_H
#define VMM_LAST_WORD_H

#include "devices/virtio_console.h"
#include "vmm/util.h"

/* The control socket's client, and each console's. */
enum { CLIENTS_MOST = 1 + VIRTIO_CONSOLE_PORTS };

struct last_word {
	int32_t status; /* to end with, modulo 256 */
	bool again;	/* or another life is to begin, with these clients: */
	unsigned client_count;
	int clients[CLIENTS_MOST]; /* descriptors */
};

/* False: nobody hears it. */
bool last_word_say(int socket, const struct last_word *word);

/* Waits for it. 1; 0: the life has ended without a word, or said something
 * else; -1 with errno: the host won't. Clients are the caller's to close, and
 * need not be what the life calls them. */
int last_word_hear(int socket, struct last_word *word);

#endif
