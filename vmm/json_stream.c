/* SPDX-License-Identifier: MIT
 *
 * See json_stream.h.
 */
#include "vmm/json_stream.h"

static enum json_found
skip_line(struct json_stream *s, enum json_found why)
{
	s->depth = 0;
	s->skipping = true;
	return why;
}

static enum json_found
between(struct json_stream *s, char byte)
{
	if (byte == '\n')
		s->skipping = false;
	if (s->skipping || byte == ' ' || byte == '\t' || byte == '\r' ||
	    byte == '\n')
		return JSON_NOTHING;
	if (byte != '{')
		return skip_line(s, JSON_STRAY);
	s->text[0] = byte;
	s->length = s->depth = 1;
	s->quoted = s->escaped = false;
	return JSON_NOTHING;
}

/* A bracket within quotes is none, nor is a quote behind a backslash. */
static void
count(struct json_stream *s, char byte)
{
	if (s->escaped)
		s->escaped = false;
	else if (byte == '"')
		s->quoted = !s->quoted;
	else if (s->quoted)
		s->escaped = byte == '\\';
	else if (byte == '{' || byte == '[')
		s->depth++;
	else if (byte == '}' || byte == ']')
		s->depth--;
}

enum json_found
json_stream_put(struct json_stream *s, char byte)
{
	if (s->depth == 0)
		return between(s, byte);
	if (byte == '\n') {
		s->depth = 0;
		return JSON_UNFINISHED;
	}
	if (s->length == sizeof(s->text))
		return skip_line(s, JSON_TOO_LONG);
	s->text[s->length++] = byte;
	count(s, byte);
	return s->depth == 0 ? JSON_WHOLE : JSON_NOTHING;
}
