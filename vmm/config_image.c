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

static bool
take_flat(struct config *c, const char *word)
{
	const char *value;
	int mode;

	if ((value = value_of(word, "addr")) != NULL)
		return parse_size(value, &c->flat_address);
	if ((value = value_of(word, "mode")) == NULL)
		return false;
	mode = choose(value, "real", "protected", "long");
	c->flat_mode = (enum entry_mode)mode;
	return mode >= 0;
}

const char *
opt_loader(struct config *c, const char *text)
{
	const char *name = cut_word(c, &text);
	bool flat = name != NULL && strcmp(name, "flat") == 0;

	c->loader = name != NULL ? boot_loader(name) : NULL;
	c->firmware = c->loader != NULL && strcmp(name, "firmware") == 0;
	while (flat && *text != '\0') {
		const char *word = cut_word(c, &text);

		if (word == NULL || !take_flat(c, word))
			return "flat,addr=ADDRESS,mode=real|protected|long";
	}
	if (name == NULL || *text != '\0' ||
	    (c->loader == NULL && strcmp(name, "auto") != 0))
		return "auto or a loader's name (mica --help lists them)";
	return NULL;
}
