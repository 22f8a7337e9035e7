/* SPDX-License-Identifier: MIT
 *
 * --control PATH: a Unix socket that takes commands (vmm/command.h), from one
 * client at a time; the next waits until it has gone. Who may connect is the
 * matter of the file's mode, 0600, and its directory's. Nothing a client does
 * or fails to do delays the machine: what it does not read waits in `bytes`,
 * its next commands in the socket, and when an event finds no room there the
 * client is cut off.
 *
 * Threads: main before the start and at the end; the loop for the socket;
 * events come from any. With the board's lock held, but for control_open().
 */
#ifndef VMM_CONTROL_H
#define VMM_CONTROL_H

#include "vmm/command.h"
#include "vmm/json_stream.h"
#include "vmm/listener.h"
#include "vmm/stop.h"

enum { CONTROL_IN = 1024, CONTROL_OUT = 4 * COMMAND_ANSWER };

struct control {
	int listener, fd; /* of the socket, of the client; 0: none */
	struct listener_file file;

	struct command_client client;
	struct json_stream stream;
	char in[CONTROL_IN]; /* read; from in_at on not looked at yet */
	unsigned in_at, in_count;
	bool ended;	       /* the client sends no more */
	int timer;	       /* for the next BALLOON_CHANGE */
	bool balloon_waits;    /* for it, */
	uint64_t balloon_next; /* which is due then */
	struct json_writer out;
	char bytes[CONTROL_OUT]; /* `out`'s */
};

/* Creates the socket, if the user wants one; a file that a dead process left
 * in its place goes. Or ends the process with a line. */
void control_open(void);

/* In each life: its timer. Or ends the process with a line. */
void control_create(void);

/* The machine is there: clients are heard from now on. */
void control_start(void);

/* The loop: someone connects; the client can be read or written. */
void control_accept(void);
void control_client(void);

/* The machine has come to rest (vmm/pause.h), or ends (vm_stop()). */
void control_paused(void);
void control_end(enum stop how, int by);

/* An event for the client, if there is one that wants them: its name, and its
 * data as JSON or NULL. */
void control_event(const char *name, const char *data);

/* The balloon changed: BALLOON_CHANGE, now or soon. The loop: it is due. */
void control_balloon(void);
void control_timer(void);

/* The loop, when it looks around: cuts a client off that reads too little. */
void control_look(void);

/* The machine's end: sends what the client takes at once. */
void control_finish(void);

/* There is no client, and nothing known of one. */
void control_forget(void);

/* mica's end: removes the socket, if it is still ours. */
void control_remove(void);

#endif
