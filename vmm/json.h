/* SPDX-License-Identifier: MIT
 *
 * JSON (RFC 8259), strictly, for the control socket: judges a whole text and
 * points into it. No allocation; a text has at most JSON_TEXT bytes, JSON_NODES
 * values and JSON_DEPTH arrays and objects within each other. json_stream.h
 * cuts such texts out of what a client sends, json_write.h makes the answers.
 *
 * A byte order mark, a key twice in an object, half a surrogate pair, and
 * UTF-8 that is none are errors.
 */
#ifndef VMM_JSON_H
#define VMM_JSON_H

#include "vmm/util.h"

enum { JSON_TEXT = 4096, JSON_NODES = 256, JSON_DEPTH = 16 };

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT /* its keys and values in turn, as an array would be */
};

/* A value: its text is [at, end). What it holds comes right behind it, up to
 * the node number `next`. */
struct json_node {
	uint8_t type;
	uint16_t at, end;
	uint16_t next;
};

struct json {
	const char *text;
	unsigned at, length;
	unsigned depth;
	unsigned count;
	struct json_node nodes[JSON_NODES]; /* the first is the whole */
};

/* Reads one value with blanks around it. NULL, or what is wrong with it, near
 * the byte j->at. The text is to stay while `j` is in use. */
const char *json_read(struct json *j, const char *text, size_t length);

/* The value of an object's member, or NULL. */
const struct json_node *json_member(
    const struct json *j, const struct json_node *object, const char *key);

/* The first node within an array or an object, and the one behind another; NULL
 * at the end. */
const struct json_node *json_first(
    const struct json *j, const struct json_node *within);
const struct json_node *json_next(const struct json *j,
    const struct json_node *within, const struct json_node *node);

/* The characters of a string as UTF-8, terminated. False when they do not fit,
 * or one is U+0000; as many as do are there. */
bool json_string(const struct json *j, const struct json_node *string,
    char *into, size_t room);

/* Is a string that text, of less than 64 bytes? */
bool json_is(
    const struct json *j, const struct json_node *string, const char *text);

/* A number without sign, fraction and exponent that fits; else false. */
bool json_uint64(
    const struct json *j, const struct json_node *number, uint64_t *value);

#endif
