/* SPDX-License-Identifier: MIT
 *
 * Writes JSON (RFC 8259) into a buffer: ASCII alone, so that no client's idea
 * of an encoding matters.
 */
#ifndef VMM_JSON_WRITE_H
#define VMM_JSON_WRITE_H

#include "vmm/util.h"

/* What is written stays within `room` bytes, or `full` tells. */
struct json_writer {
	char *text;
	size_t room, used;
	bool full;
};

/* printf, for what is JSON already. */
__attribute__((format(printf, 2, 3))) void json_put(
    struct json_writer *w, const char *format, ...);

/* A string: quoted, and escaped where it needs that. Bytes that are no UTF-8
 * come out as U+FFFD. */
void json_put_string(struct json_writer *w, const char *text);

/* JSON that json_read() took, as it is but for what exceeds ASCII. */
void json_put_json(struct json_writer *w, const char *text, size_t length);

#endif
