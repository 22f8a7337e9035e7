/* SPDX-License-Identifier: MIT
 *
 * The characters of a JSON string: UTF-8 (RFC 3629, no surrogates, nothing
 * longer than need be) and escapes (RFC 8259, 7).
 */
#ifndef VMM_JSON_UTF8_H
#define VMM_JSON_UTF8_H

#include "vmm/util.h"

/* What is still to be read. */
struct utf8 {
	const char *at, *end;
};

/* Takes one character, there being a byte at least; -1 when it is none. */
int32_t utf8_decode(struct utf8 *in);

/* The same, or an escape of one. */
int32_t utf8_unescape(struct utf8 *in);

/* Returns how many of the four bytes it takes. */
size_t utf8_encode(char bytes[4], uint32_t code);

#endif
