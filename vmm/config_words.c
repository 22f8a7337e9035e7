/* SPDX-License-Identifier: MIT
 *
 * See config_words.h.
 */
#include "vmm/config_words.h"

#include <string.h>

#include "vmm/text.h"

char *
cut_word(struct config *c, const char **text)
{
	char *word = c->text + c->text_used;
	const char *from = *text;

	for (; *from != '\0'; from++) {
		if (*from == ',' && *++from != ',') {
			from--;
			break;
		}
		if (c->text_used >= sizeof(c->text))
			return NULL;
		c->text[c->text_used++] = *from;
	}
	*text = *from == ',' ? from + 1 : from;
	if (c->text_used >= sizeof(c->text))
		return NULL;
	c->text[c->text_used++] = '\0';
	return word;
}

const char *
value_of(const char *word, const char *key)
{
	size_t length = strlen(key);

	if (strncmp(word, key, length) != 0 || word[length] != '=')
		return NULL;
	return word + length + 1;
}

bool
on_off(const char *value, bool *on)
{
	bool is_on = strcmp(value, "on") == 0;

	if (!is_on && strcmp(value, "off") != 0)
		return false;
	*on = is_on;
	return true;
}

int
choose(const char *text, const char *a, const char *b, const char *c)
{
	return strcmp(text, a) == 0	? 0
	    : strcmp(text, b) == 0	? 1
	    : c && strcmp(text, c) == 0 ? 2
					: -1;
}

bool
number(const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
	const char *end = text_number(text, 10, value);

	return end != NULL && *end == '\0' && *value >= least && *value <= most;
}

bool
parse_size(const char *text, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	bool is_hex = text[0] == '0' && (text[1] | 0x20) == 'x';
	const char *unit, *end;

	end = is_hex ? text_number(text + 2, 16, bytes)
		     : text_number(text, 10, bytes);
	if (end == NULL || *end == '\0')
		return end != NULL;
	unit = memchr(units, *end & ~0x20, sizeof(units) - 1);
	if (end[1] != '\0' || unit == NULL)
		return false;
	return !__builtin_mul_overflow(
	    *bytes, (uint64_t)1 << (10 * (unit - units + 1)), bytes);
}

bool
virtio_word(struct virtio_setup *setup, const char *word)
{
	const char *value;
	uint64_t n;

	if ((value = value_of(word, "modern")) != NULL)
		return on_off(value, &setup->modern);
	if ((value = value_of(word, "legacy")) != NULL)
		return on_off(value, &setup->legacy);
	if ((value = value_of(word, "vectors")) != NULL &&
	    number(value, 1, MSIX_VECTORS_MAX, &n)) {
		setup->vectors = (uint16_t)n;
		return true;
	}
	return false;
}

const char *
virtio_wrong(const struct virtio_setup *setup)
{
	if (setup->modern || setup->legacy)
		return NULL;
	return "modern=on or legacy=on: neither modern nor legacy mode is"
	       " enabled";
}
