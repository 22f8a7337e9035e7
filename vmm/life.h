/* SPDX-License-Identifier: MIT
 *
 * A life of the machine is a process: what runs the guest is a child of the
 * supervisor (supervisor.h), confined for good, and ends with the machine. A
 * restart is another life.
 *
 * Threads: main's, before there are others; but for life_end(), the loop's.
 */
#ifndef VMM_LIFE_H
#define VMM_LIFE_H

#include <sys/types.h>

#include "vmm/last_word.h"

struct kept;
struct console_size;
struct signalfd_siginfo;

/* What a life has of its supervisor, who fills it before the fork. */
struct life {
	int word;	   /* a socket to it; 0: this is it, and no life */
	struct kept *kept; /* shared by all lives; NULL: there is but one */
	bool again;	   /* not the first */
	struct last_word before; /* of the life before: who its clients are */
	bool namespaces;	 /* it has its own, as this user in them, */
	int why;		 /* or else errno */
	uid_t uid;
	gid_t gid;
};

/* The first thing in a new one; the socket is vm.life's from here on. */
void life_begin(int word);

/* It dies with its supervisor, and at once if that has gone. Other ids undo
 * it. */
void life_tie(void);

/* Is the signal its supervisor's word on the terminal's size? A life has no
 * right to ask. */
bool life_hears_size(
    const struct signalfd_siginfo *info, struct console_size *size);

/* The clients that the life before has handed on, if there was one. They were
 * a guest's to choose: who is connected to a socket of ours sits down as its
 * client, the others are closed. (life_seat.c) */
void life_seat(void);

/* Where the descriptors of all clients are; how many. (The same) */
unsigned life_clients(int *of[CLIENTS_MOST]);

/* In a life but the first, before board_reset(): what is kept. Lock held. */
void life_recall(void);

/* Ends it, with the process's exit status, or for the next. Lock held. */
_Noreturn void life_end(int status, bool again);

#endif
