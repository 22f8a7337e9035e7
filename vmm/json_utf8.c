/* SPDX-License-Identifier: MIT
 *
 * See json_utf8.h.
 */
#include "vmm/json_utf8.h"

enum { HIGH = 0xd800, LOW = 0xdc00, SURROGATES_END = 0xe000 };

int32_t
utf8_decode(struct utf8 *in)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint8_t first = (uint8_t)*in->at++;
	unsigned more = first < 0x80 ? 0
	    : first < 0xe0	     ? 1
	    : first < 0xf0	     ? 2
				     : 3;
	uint32_t code = more == 0 ? first : first & (0x3fu >> more);

	if ((first >= 0x80 && first < 0xc0) || first >= 0xf8)
		return -1;
	for (unsigned i = 0; i < more; i++) {
		if (in->at == in->end || (*in->at & 0xc0) != 0x80)
			return -1;
		code = code << 6 | (*in->at++ & 0x3f);
	}
	if (code < least[more] || code > 0x10ffff ||
	    (code >= HIGH && code < SURROGATES_END))
		return -1;
	return (int32_t)code;
}

static int32_t
hex4(struct utf8 *in)
{
	int32_t value = 0;

	if (in->end - in->at < 4)
		return -1;
	for (unsigned i = 0; i < 4; i++) {
		char c = *in->at++;
		char lower = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			value = value << 4 | (c - '0');
		else if (lower >= 'a' && lower <= 'f')
			value = value << 4 | (lower - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* Behind "\u": a character, or the first half of a pair and "\u" and the
 * second. */
static int32_t
unescape_u(struct utf8 *in)
{
	int32_t high = hex4(in), low;

	if (high < HIGH || high >= SURROGATES_END)
		return high;
	if (high >= LOW || in->end - in->at < 2 || *in->at++ != '\\' ||
	    *in->at++ != 'u')
		return -1;
	low = hex4(in);
	if (low < LOW || low >= SURROGATES_END)
		return -1;
	return 0x10000 + ((high - HIGH) << 10 | (low - LOW));
}

int32_t
utf8_unescape(struct utf8 *in)
{
	if (*in->at != '\\')
		return utf8_decode(in);
	if (++in->at == in->end)
		return -1;
	switch (*in->at++) {
	case '"':
		return '"';
	case '\\':
		return '\\';
	case '/':
		return '/';
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'u':
		return unescape_u(in);
	default:
		return -1;
	}
}

size_t
utf8_encode(char bytes[4], uint32_t code)
{
	size_t length = code < 0x80 ? 1
	    : code < 0x800	    ? 2
	    : code < 0x10000	    ? 3
				    : 4;
	static const uint8_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = length; i-- > 1; code >>= 6)
		bytes[i] = (char)(0x80 | (code & 0x3f));
	bytes[0] = (char)(first[length] | code);
	return length;
}
