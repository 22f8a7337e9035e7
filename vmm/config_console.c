/* SPDX-License-Identifier: MIT
 *
 * --console stdio|unix=PATH|file=PATH[,name=NAME][,modern=on|off]
 * [,legacy=on|off]. Each adds a port; the last two words are about the device
 * that all of them belong to.
 */
#include <string.h>
#include <sys/un.h>

#include "vmm/config_words.h"

enum { SOCKET_PATH = sizeof(((struct sockaddr_un *)0)->sun_path) - 1 };
_Static_assert(SOCKET_PATH == 107, "the number in the text below");

static bool
take_kind(struct config_console *p, enum console_kind kind, const char *path)
{
	if (p->kind != CONSOLE_NOTHING)
		return false;
	p->kind = kind;
	p->path = path;
	return *path != '\0' || kind == CONSOLE_STDIO;
}

static bool
take(struct config *c, struct config_console *p, const char *word)
{
	const char *value;

	if (strcmp(word, "stdio") == 0)
		return take_kind(p, CONSOLE_STDIO, "");
	if ((value = value_of(word, "unix")) != NULL)
		return take_kind(p, CONSOLE_UNIX, value);
	if ((value = value_of(word, "file")) != NULL)
		return take_kind(p, CONSOLE_FILE, value);
	if ((value = value_of(word, "name")) != NULL) {
		p->name = value;
		return *value != '\0' && strlen(value) <= VIRTIO_CONSOLE_NAME &&
		    strchr(value, '/') == NULL; /* udev makes a link of it */
	}
	return virtio_word(&c->devices.console, word);
}

/* What the ports before it leave no room for. */
static const char *
clashes(const struct config *c, const struct config_console *p)
{
	for (unsigned i = 0; i < c->console_count; i++) {
		const struct config_console *q = &c->consoles[i];

		if (p->kind == CONSOLE_STDIO && q->kind == CONSOLE_STDIO)
			return "stdio once at most";
		if (*p->name != '\0' && strcmp(p->name, q->name) == 0)
			return "another name: one port has this already";
	}
	return NULL;
}

const char *
opt_console(struct config *c, const char *text)
{
	struct config_console p = { .path = "", .name = "" };
	const char *wrong;

	if (c->console_count == CONSOLES_MAX)
		return "at most 8 ports";
	if (c->console_count == 0)
		c->devices.console = (struct virtio_setup)VIRTIO_TRANSITIONAL;
	do {
		const char *word = cut_word(c, &text);

		if (word == NULL)
			return "shorter paths";
		if (!take(c, &p, word))
			return "stdio, unix=PATH or file=PATH, and perhaps"
			       " name=NAME (at most 64 characters, no /),"
			       " modern=on|off, legacy=on|off";
	} while (*text != '\0');
	if (p.kind == CONSOLE_NOTHING)
		return "stdio, unix=PATH or file=PATH";
	if (p.kind == CONSOLE_UNIX && strlen(p.path) > SOCKET_PATH)
		return "at most 107 characters of PATH, as a socket has";
	wrong = clashes(c, &p);
	if (wrong == NULL)
		wrong = virtio_wrong(&c->devices.console);
	if (wrong == NULL)
		c->consoles[c->console_count++] = p;
	return wrong;
}
