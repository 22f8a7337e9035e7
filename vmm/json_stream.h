/* SPDX-License-Identifier: MIT
 *
 * Where an object begins and ends in a client's bytes. It ends with its last
 * brace, since clients of QMP need not send a newline; an unfinished one ends
 * with its line, so that the next line is understood whatever was sent before.
 * What is between objects is blank. Whether the object is one, json_read()
 * judges.
 */
#ifndef VMM_JSON_STREAM_H
#define VMM_JSON_STREAM_H

#include "vmm/json.h"

struct json_stream {
	char text[JSON_TEXT];
	unsigned length;
	unsigned depth; /* of brackets; 0: between objects */
	bool quoted, escaped;
	bool skipping; /* the rest of the line: its error has been told */
};

enum json_found {
	JSON_NOTHING,	 /* go on */
	JSON_WHOLE,	 /* s->text holds s->length bytes of an object */
	JSON_STRAY,	 /* something that is no object; its line is skipped */
	JSON_UNFINISHED, /* the line ended within an object */
	JSON_TOO_LONG	 /* more than JSON_TEXT bytes; the line is skipped */
};

/* Takes one byte. All zero is the state to begin with. */
enum json_found json_stream_put(struct json_stream *s, char byte);

#endif
