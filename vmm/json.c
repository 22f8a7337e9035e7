/* SPDX-License-Identifier: MIT
 *
 * The reader of RFC 8259's grammar, by recursive descent. Section numbers are
 * that document's. UTF-8 is RFC 3629's.
 *
 * Threads: any; there is no state.
 */
#include <string.h>

#include "vmm/json.h"
#include "vmm/json_utf8.h"

static const char *read_value(struct json *j);

static int
peek(const struct json *j)
{
	return j->at < j->length ? (uint8_t)j->text[j->at] : -1;
}

static bool
take(struct json *j, char c)
{
	if (peek(j) != c)
		return false;
	j->at++;
	return true;
}

static void
skip_blanks(struct json *j)
{
	while (take(j, ' ') || take(j, '\t') || take(j, '\r') || take(j, '\n'))
		;
}

static bool
digits(struct json *j)
{
	unsigned from = j->at;

	while (peek(j) >= '0' && peek(j) <= '9')
		j->at++;
	return j->at > from;
}

/* 6. Numbers */
static const char *
read_number(struct json *j)
{
	take(j, '-');
	if (!take(j, '0') && !digits(j))
		return "a number without digits";
	if (take(j, '.') && !digits(j))
		return "a number without digits after its point";
	if (take(j, 'e') || take(j, 'E')) {
		if (!take(j, '+'))
			take(j, '-');
		if (!digits(j))
			return "a number without digits in its exponent";
	}
	return NULL;
}

/* 7. Strings; behind the opening quote */
static const char *
read_string(struct json *j)
{
	struct utf8 in = { j->text + j->at, j->text + j->length };
	const char *wrong = NULL;

	while (wrong == NULL && in.at < in.end && *in.at != '"') {
		if ((uint8_t)*in.at < 0x20)
			wrong = "a control character in a string";
		else if (utf8_unescape(&in) < 0)
			wrong = "no such escape, or no UTF-8";
	}
	j->at = (unsigned)(in.at - j->text);
	if (wrong == NULL && !take(j, '"'))
		wrong = "a string without its end";
	return wrong;
}

static const char *
read_word(struct json *j, struct json_node *node)
{
	static const char words[][8] = { "null", "false", "true" };

	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		size_t length = strlen(words[i]);

		if (length > j->length - j->at ||
		    memcmp(j->text + j->at, words[i], length) != 0)
			continue;
		j->at += (unsigned)length;
		node->type = (uint8_t)i; /* JSON_NULL, JSON_FALSE, JSON_TRUE */
		return NULL;
	}
	return "no value";
}

/* The same characters, however they are written? */
static bool
same(const struct json *j, const struct json_node *a, const struct json_node *b)
{
	struct utf8 x = { j->text + a->at + 1, j->text + a->end - 1 };
	struct utf8 y = { j->text + b->at + 1, j->text + b->end - 1 };

	while (x.at < x.end && y.at < y.end)
		if (utf8_unescape(&x) != utf8_unescape(&y))
			return false;
	return x.at == x.end && y.at == y.end;
}

/* A key of `object`, the node `key`, and the colon. */
static const char *
read_key(struct json *j, unsigned object, unsigned key)
{
	const struct json_node *nodes = j->nodes;
	const char *wrong;

	skip_blanks(j);
	if (peek(j) != '"')
		return "a key that is no string";
	wrong = read_value(j);
	if (wrong != NULL)
		return wrong;
	/* 4: names SHOULD be unique; which of two counts is anybody's guess. */
	for (unsigned i = object + 1; i < key; i = nodes[i + 1].next)
		if (same(j, &nodes[i], &nodes[key]))
			return "a key twice in an object";
	skip_blanks(j);
	return take(j, ':') ? NULL : "no colon behind a key";
}

/* 4. Objects, 5. Arrays; behind the opening bracket */
static const char *
read_within(struct json *j, unsigned self, char end)
{
	const char *wrong = NULL;

	if (++j->depth > JSON_DEPTH)
		return "too many values within each other";
	skip_blanks(j);
	if (take(j, end)) {
		j->depth--;
		return NULL;
	}
	do {
		if (end == '}')
			wrong = read_key(j, self, j->count);
		if (wrong == NULL)
			wrong = read_value(j);
		if (wrong != NULL)
			return wrong;
	} while (take(j, ','));
	j->depth--;
	return take(j, end) ? NULL : "neither a comma nor the end";
}

static const char *
read_type(struct json *j, struct json_node *node)
{
	unsigned self = (unsigned)(node - j->nodes);

	switch (peek(j)) {
	case '{':
		j->at++;
		node->type = JSON_OBJECT;
		return read_within(j, self, '}');
	case '[':
		j->at++;
		node->type = JSON_ARRAY;
		return read_within(j, self, ']');
	case '"':
		j->at++;
		node->type = JSON_STRING;
		return read_string(j);
	case '-':
	case '0' ... '9':
		node->type = JSON_NUMBER;
		return read_number(j);
	default:
		return read_word(j, node);
	}
}

/* 3. Values, with the blanks on both sides */
static const char *
read_value(struct json *j)
{
	struct json_node *node = &j->nodes[j->count];
	const char *wrong;

	if (j->count == JSON_NODES)
		return "too many values";
	j->count++;
	skip_blanks(j);
	node->at = (uint16_t)j->at;
	wrong = read_type(j, node);
	node->end = (uint16_t)j->at;
	node->next = (uint16_t)j->count;
	skip_blanks(j);
	return wrong;
}

const char *
json_read(struct json *j, const char *text, size_t length)
{
	const char *wrong;

	j->text = text;
	j->at = j->depth = j->count = 0;
	j->length = (unsigned)length;
	if (length > JSON_TEXT)
		return "too long";
	wrong = read_value(j);
	if (wrong == NULL && j->at != j->length)
		wrong = "something behind the value";
	return wrong;
}

const struct json_node *
json_first(const struct json *j, const struct json_node *within)
{
	return within->next == within - j->nodes + 1 ? NULL : within + 1;
}

const struct json_node *
json_next(const struct json *j, const struct json_node *within,
    const struct json_node *node)
{
	return node->next == within->next ? NULL : &j->nodes[node->next];
}

bool
json_string(const struct json *j, const struct json_node *string, char *into,
    size_t room)
{
	struct utf8 in = { j->text + string->at + 1,
		j->text + string->end - 1 };
	size_t used = 0;

	into[0] = '\0';
	while (in.at < in.end) {
		char bytes[4];
		int32_t code = utf8_unescape(&in);
		size_t length = utf8_encode(bytes, (uint32_t)code);

		if (code <= 0 || length >= room - used)
			return false;
		memcpy(into + used, bytes, length);
		used += length;
		into[used] = '\0';
	}
	return true;
}

bool
json_is(const struct json *j, const struct json_node *string, const char *text)
{
	char whole[64];

	return json_string(j, string, whole, sizeof(whole)) &&
	    strcmp(whole, text) == 0;
}

const struct json_node *
json_member(
    const struct json *j, const struct json_node *object, const char *key)
{
	const struct json_node *node = json_first(j, object);

	while (node != NULL) {
		const struct json_node *value = node + 1;

		if (json_is(j, node, key))
			return value;
		node = json_next(j, object, value);
	}
	return NULL;
}

bool
json_uint64(
    const struct json *j, const struct json_node *number, uint64_t *value)
{
	*value = 0;
	for (unsigned i = number->at; i < number->end; i++) {
		char c = j->text[i];

		if (c < '0' || c > '9' ||
		    __builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, c - '0', value))
			return false;
	}
	return true;
}
