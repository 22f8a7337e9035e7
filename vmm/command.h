/* SPDX-License-Identifier: MIT
 *
 * QMP, the protocol (QEMU's docs/interop/qmp-spec): what a client's message
 * asks for, and the answer. vmm/commands.def has the commands, command_run.c
 * what they do.
 *
 * Beyond the specification: an "id" has at most COMMAND_ID bytes, numbers are
 * whole and not negative, strings are quoted by " alone.
 *
 * Threads: the loop's, with the board's lock held; command_stopped() any.
 */
#ifndef VMM_COMMAND_H
#define VMM_COMMAND_H

#include "vmm/json.h"
#include "vmm/json_write.h"

enum {
	COMMAND_ID = 256,
	COMMAND_ARGUMENTS = 2, /* of one command, at most */
	COMMAND_TEXT = 64,     /* of a string, with its 0 */
	COMMAND_ANSWER = 4096  /* no answer is longer */
};

/* What is known of a client. All zero: it has just come. */
struct command_client {
	bool negotiated; /* qmp_capabilities is done: it gets events */
	bool waits;	 /* for the answer to its `stop`: run nothing else */
	char id[COMMAND_ID];
	unsigned id_length; /* 0: the message has none */
};

/* The greeting. */
void command_greet(struct json_writer *out);

/* Does what a message says and answers it, or sets `waits`. */
void command_message(struct command_client *client, const char *text,
    size_t length, struct json_writer *out);

/* What came was no message. */
void command_refuse(const char *why, struct json_writer *out);

/* The machine has come to rest: answers the `stop` that waits for it. */
void command_stopped(struct command_client *client, struct json_writer *out);

/*
 * Between command.c and the commands.
 */
struct command_call {
	struct command_client *client;
	const struct json *json;
	struct {
		const struct json_node *node; /* NULL: not given */
		uint64_t number;
		char text[COMMAND_TEXT];
	} arguments[COMMAND_ARGUMENTS]; /* in the table's order */
	struct json_writer value;	/* what to return; nothing: {} */
	const char *error;		/* a class of QMP's, or NULL */
	char why[160];
};

/* Lets the command fail: an error's class and its text. */
__attribute__((format(printf, 3, 4))) void command_fail(
    struct command_call *call, const char *error, const char *format, ...);

/* All names, one behind the other (text.h); "" at the end. */
extern const char command_names[];

#define COMMAND(name, handler, ...)                                            \
	void run_##handler(struct command_call *call);
#include "vmm/commands.def"

#endif
