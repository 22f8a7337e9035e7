/* SPDX-License-Identifier: MIT
 *
 * What is to boot, and how: --kernel and its like, --cmdline, --loader.
 */
#include <string.h>

#include "vmm/config_words.h"
#include "vmm/text.h"

const char *
opt_kernel(struct config *c, const char *text)
{
	if (c->kernel != NULL)
		return "one image; for modules there is --initrd";
	c->kernel = text;
	return NULL;
}

const char *
opt_firmware(struct config *c, const char *text)
{
	c->firmware = true;
	c->loader = boot_loader("firmware");
	return opt_kernel(c, text);
}

const char *
opt_initrd(struct config *c, const char *text)
{
	if (c->module_count == BOOT_MODULES_MAX)
		return "at most 16 modules";
	c->modules[c->module_count].option = "--initrd";
	c->modules[c->module_count].path = text;
	c->modules[c->module_count++].args = "";
	return NULL;
}

/* "FILE ARGS": the path is cut out into config's own memory. */
const char *
opt_module(struct config *c, const char *text)
{
	const char *space = strchr(text, ' ');
	size_t length = space ? (size_t)(space - text) : strlen(text);
	char *path = c->text + c->text_used;

	if (length >= sizeof(c->text) - c->text_used)
		return "shorter paths";
	memcpy(path, text, length);
	path[length] = '\0';
	c->text_used += length + 1;
	if (opt_initrd(c, path) != NULL)
		return "at most 16 modules";
	c->modules[c->module_count - 1].option = "--module";
	if (space != NULL)
		c->modules[c->module_count - 1].args = space + 1;
	return NULL;
}

/* Appends a word: `--cmdline a -- b` gives "a b". */
const char *
opt_cmdline(struct config *c, const char *text)
{
	size_t used = strlen(c->cmdline);
	size_t n = text_put(c->cmdline + used, sizeof(c->cmdline) - used,
	    "%s%s", used ? " " : "", text);

	if (n >= sizeof(c->cmdline) - used)
		return "at most 16383 characters in all";
	return NULL;
}

static const char *
take_flat(struct config *c, const char *text)
{
	static const char names[][12] = { "real", "protected", "long" };
	char word[32];

	while (*text == ',') {
		size_t length = strcspn(++text, ",");

		if (length >= sizeof(word))
			return "flat,addr=ADDRESS,mode=real|protected|long";
		memcpy(word, text, length);
		word[length] = '\0';
		text += length;
		if (strncmp(word, "addr=", 5) == 0 &&
		    parse_size(word + 5, &c->flat_address))
			continue;
		unsigned mode = 0;
		while (mode < ARRAY_SIZE(names) &&
		    (strncmp(word, "mode=", 5) != 0 ||
			strcmp(word + 5, names[mode]) != 0))
			mode++;
		if (mode == ARRAY_SIZE(names))
			return "flat,addr=ADDRESS,mode=real|protected|long";
		c->flat_mode = (enum entry_mode)mode;
	}
	return NULL;
}

const char *
opt_loader(struct config *c, const char *text)
{
	char name[16];
	size_t length = strcspn(text, ",");

	c->firmware = strcmp(text, "firmware") == 0;
	c->loader = NULL;
	if (strcmp(text, "auto") == 0)
		return NULL;
	if (length < sizeof(name)) {
		memcpy(name, text, length);
		name[length] = '\0';
		c->loader = boot_loader(name);
		if (c->loader != NULL && strcmp(name, "flat") == 0)
			return take_flat(c, text + length);
		if (c->loader != NULL && text[length] == '\0')
			return NULL;
	}
	return "auto or a loader's name (mica --help lists them)";
}
