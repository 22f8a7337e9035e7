/* SPDX-License-Identifier: MIT
 *
 * See json_write.h.
 *
 * Threads: any; there is no state.
 */
#include "vmm/json_write.h"

#include <string.h>

#include "vmm/json_utf8.h"
#include "vmm/text.h"

void
json_put(struct json_writer *w, const char *format, ...)
{
	size_t left = w->room - w->used;
	va_list args;
	size_t n;

	va_start(args, format);
	n = text_putv(w->text + w->used, left, format, args);
	va_end(args);
	if (n >= left)
		w->full = true;
	else
		w->used += n;
}

/* As \u, or a pair of them. */
static void
put_escape(struct json_writer *w, uint32_t code)
{
	if (code >= 0x10000) {
		code -= 0x10000;
		json_put(w, "\\u%04x", 0xd800 | code >> 10);
		code = 0xdc00 | (code & 0x3ff);
	}
	json_put(w, "\\u%04x", code);
}

void
json_put_string(struct json_writer *w, const char *text)
{
	struct utf8 in = { text, text + strlen(text) };

	json_put(w, "\"");
	while (in.at < in.end) {
		const char *from = in.at;
		int32_t code = utf8_decode(&in);

		if (code < 0) {
			in.at = from + 1; /* what follows may be some */
			code = 0xfffd;
		}
		if (code < 0x20 || code >= 0x7f)
			put_escape(w, (uint32_t)code);
		else if (code == '"' || code == '\\')
			json_put(w, "\\%c", (int)code);
		else
			json_put(w, "%c", (int)code);
	}
	json_put(w, "\"");
}

void
json_put_json(struct json_writer *w, const char *text, size_t length)
{
	struct utf8 in = { text, text + length };

	while (in.at < in.end) {
		int32_t code = utf8_decode(&in);

		check(code > 0);
		if (code >= 0x7f)
			put_escape(w, (uint32_t)code);
		else
			json_put(w, "%c", (int)code);
	}
}
