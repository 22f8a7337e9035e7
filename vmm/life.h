/* SPDX-License-Identifier: MIT
 *
 * A life of the machine is a process: what runs the guest is a child, confined
 * for good, and ends with it. Its parent, the supervisor, keeps what was opened
 * by name, hands signals on, begins another life when the machine restarts, and
 * at the end tidies up and passes on the exit status, at once: the kernel takes
 * the VM apart meanwhile. It never looks at what a guest had a hand in.
 *
 * Threads: the one there is, but for life_end(), the loop's.
 */
#ifndef VMM_LIFE_H
#define VMM_LIFE_H

#include <sys/types.h>

#include "devices/virtio_console.h"
#include "vmm/util.h"

enum { LIFE_HANDED = 1 + VIRTIO_CONSOLE_PORTS };

struct kept;
struct console_size;
struct signalfd_siginfo;

struct life {
	int word; /* a socket to the supervisor, for one message; 0: none */
	struct kept *kept; /* shared by all lives; NULL: there is but one */
	bool again;	   /* not the first */
	bool namespaces;   /* it has its own, as this user in them, */
	int why;	   /* or else errno */
	uid_t uid;
	gid_t gid;
	int handed[LIFE_HANDED]; /* clients' sockets from the life before */
	unsigned handed_count;
};

/* Before anything is made that has to go at the end, whatever that is. */
void life_keep_tidy(void);

/* Everything that has a name is open. Returns in each life, whose parent waits. */
void life_begin(void);

/* In a life: it dies with its supervisor, and at once if that has gone. Other
 * ids undo it. */
void life_tie(void);

/* In a life: is the signal its supervisor's word on the terminal's size? A
 * life has no right to ask. */
bool life_hears_size(
    const struct signalfd_siginfo *info, struct console_size *size);

/* In a life: the clients that the one before has handed on, if there was one.
 * They were a guest's to choose: who is connected to a socket of ours sits down
 * as its client, the others are closed. (life_seat.c) */
void life_seat(void);

/* Where the descriptors of all clients are; how many. (The same) */
unsigned life_clients(int *of[LIFE_HANDED]);

/* In a life but the first, before board_reset(): what is kept. Lock held. */
void life_recall(void);

/* Ends it, with the process's exit status, or for the next. Lock held. */
_Noreturn void life_end(int status, bool again);

#endif
