/* SPDX-License-Identifier: MIT
 *
 * --disk path=FILE[,ro][,id=TEXT][,queues=N][,modern=on|off][,legacy=on|off].
 * A comma in a value is written twice.
 */
#include <string.h>

#include "vmm/config.h"

/* Cuts the next word, up to a single comma, out into config's own memory. NULL
 * when that is full. */
static char *
cut(struct config *c, const char **text)
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

/* The value of `word` if that is key=value, or NULL. */
static const char *
value_of(const char *word, const char *key)
{
	size_t length = strlen(key);

	if (strncmp(word, key, length) != 0 || word[length] != '=')
		return NULL;
	return word + length + 1;
}

static bool
on_off(const char *value, bool *on)
{
	*on = strcmp(value, "on") == 0;
	return *on || strcmp(value, "off") == 0;
}

static bool
take(struct config_disk *d, const char *word)
{
	const char *value;

	if (strcmp(word, "ro") == 0) {
		d->read_only = true;
		return true;
	}
	if ((value = value_of(word, "path")) != NULL) {
		d->path = value;
		return *value != '\0';
	}
	if ((value = value_of(word, "id")) != NULL) {
		d->id = value;
		return strlen(value) <= 20;
	}
	if ((value = value_of(word, "queues")) != NULL) {
		d->queues = (unsigned)(value[0] - '0');
		return d->queues >= 1 && d->queues <= 8 && value[1] == '\0';
	}
	if ((value = value_of(word, "modern")) != NULL)
		return on_off(value, &d->modern);
	if ((value = value_of(word, "legacy")) != NULL)
		return on_off(value, &d->legacy);
	return false;
}

const char *
opt_disk(struct config *c, const char *text)
{
	struct config_disk d = {
		.id = "", .queues = 1, .modern = true, .legacy = true
	};

	if (c->disk_count == DISKS_MAX)
		return "at most 8 disks";
	do {
		const char *word = cut(c, &text);

		if (word == NULL)
			return "shorter paths";
		if (!take(&d, word))
			return "path=FILE[,ro][,id=TEXT][,queues=1..8]"
			       "[,modern=on|off][,legacy=on|off], with at most"
			       " 20 characters of id";
	} while (*text != '\0');
	if (d.path == NULL)
		return "path=FILE";
	if (!d.modern && !d.legacy)
		return "modern or legacy on: with neither interface it is none";
	c->disks[c->disk_count++] = d;
	return NULL;
}
