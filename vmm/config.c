/* SPDX-License-Identifier: MIT
 *
 * The command line. vmm/options.def is expanded into the help text and into
 * one dispatch; each parser judges one option's text. GNU conventions:
 * --opt=value, --opt value, -- ends the options and begins the guest's command
 * line.
 *
 * Runs once, on the main thread, first of all.
 */
#include <stdlib.h>
#include <string.h>

#include "vmm/config_words.h"
#include "vmm/cpuid.h"
#include "vmm/log.h"
#include "vmm/text.h"

/* Each parser returns NULL, or what the text should have been. */
static const char *
opt_kernel(struct config *c, const char *text)
{
	if (c->kernel != NULL)
		return "one image; for modules there is --initrd";
	c->kernel = text;
	return NULL;
}

static const char *
opt_firmware(struct config *c, const char *text)
{
	c->firmware = true;
	c->loader = boot_loader("firmware");
	return opt_kernel(c, text);
}

static const char *
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
static const char *
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
static const char *
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
opt_flat(struct config *c, const char *text)
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

static const char *
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
			return opt_flat(c, text + length);
		if (c->loader != NULL && text[length] == '\0')
			return NULL;
	}
	return "auto or a loader's name (mica --help lists them)";
}

static const char *
opt_mem(struct config *c, const char *text)
{
	if (!parse_size(text, &c->mem) || c->mem % 4096 != 0 ||
	    c->mem < 2 * MIB || c->mem > 1024 * GIB)
		return "a multiple of 4K from 2M to 1024G, as in 128M";
	return NULL;
}

static const char *
opt_cpus(struct config *c, const char *text)
{
	uint64_t n;

	if (!number(text, 1, VCPUS_MAX, &n))
		return "a number from 1 to 254";
	c->cpus = (unsigned)n;
	return NULL;
}

static const char *
opt_cpu(struct config *c, const char *text)
{
	char name[24];

	if (strncmp(text, "host", 4) != 0 || (text[4] && text[4] != ','))
		return "host, or host,-FEATURE,...";
	for (text += 4; *text == ',';) {
		size_t length = strcspn(++text, ",");
		int row;

		if (*text != '-' || length > sizeof(name))
			return "-FEATURE after each comma";
		memcpy(name, text + 1, length - 1);
		name[length - 1] = '\0';
		row = cpuid_feature(name);
		if (row < 0)
			return "a feature by the name in Linux's /proc/cpuinfo";
		if (c->cpu_minus_count == CPU_MINUS_MAX)
			return "at most 64 features";
		c->cpu_minus[c->cpu_minus_count++] = (unsigned)row;
		text += length;
	}
	return NULL;
}

/* A choice between words; its number is the result, or -1. */
static int
choose(const char *text, const char *a, const char *b, const char *c)
{
	return strcmp(text, a) == 0	? 0
	    : strcmp(text, b) == 0	? 1
	    : c && strcmp(text, c) == 0 ? 2
					: -1;
}

static const char *
opt_irqchip(struct config *c, const char *text)
{
	int n = choose(text, "split", "kernel", "none");

	c->irqchip = (enum irqchip)n;
	return n < 0 ? "split, kernel or none" : NULL;
}

static const char *
opt_pit(struct config *c, const char *text)
{
	int n = choose(text, "user", "kernel", "none");

	c->pit = (enum pit)n;
	return n < 0 ? "user, kernel or none" : NULL;
}

static const char *
opt_on_reboot(struct config *c, const char *text)
{
	int n = choose(text, "exit", "restart", NULL);

	c->restart = n == 1;
	return n < 0 ? "exit or restart" : NULL;
}

static const char *
opt_teardown(struct config *c, const char *text)
{
	int n = choose(text, "async", "sync", NULL);

	c->teardown_sync = n == 1;
	return n < 0 ? "async or sync" : NULL;
}

static const char *
opt_rng(struct config *c, const char *text)
{
	struct virtio_setup *setup = &c->devices.rng;

	c->rng_given = true;
	while (*text != '\0') {
		const char *word = cut_word(c, &text);

		if (word == NULL ||
		    (!virtio_word(setup, word) &&
			!on_off(word, &setup->present)))
			return "on or off, modern=on|off, legacy=on|off,"
			       " vectors=1..64";
	}
	return virtio_wrong(setup);
}

static const char *
opt_control(struct config *c, const char *text)
{
	c->control = text;
	return *text == '\0' ? "the path of a socket to create" : NULL;
}

static const char *
opt_paused(struct config *c, const char *text)
{
	(void)text;
	c->paused = true;
	return NULL;
}

static const char *
opt_stats(struct config *c, const char *text)
{
	(void)text;
	c->stats = true;
	return NULL;
}

static const char *
opt_check_host(struct config *c, const char *text)
{
	(void)text;
	c->check_host = true;
	return NULL;
}

static const char *
opt_describe(struct config *c, const char *text)
{
	(void)text;
	c->describe = true;
	return NULL;
}

static const char *
opt_version(struct config *c, const char *text)
{
	(void)c, (void)text;
	print("mica " MICA_VERSION "\n");
	exit(0);
}

static const char *
opt_help(struct config *c, const char *text)
{
	(void)c, (void)text;
	print("usage: mica [OPTIONS] [IMAGE] [-- COMMAND LINE]\n\n"
	      "Boots IMAGE, or the guest inside mica, on KVM. stdin and stdout"
	      " are its COM1;\non a terminal Ctrl-A x leaves, Ctrl-A h helps.\n"
	      "\n");
#define OPTION(name, argument, parser, help)                                   \
	print("  --%s%s%s\n\t%s\n", name, *(argument) ? " " : "", argument,    \
	    help);
#include "vmm/options.def"
	print("\nLoaders:");
	for (unsigned i = 0; boot_loader_name(i) != NULL; i++)
		print(" %s", boot_loader_name(i));
	print("\n\nCommands of --control:");
#define COMMAND(name, ...) print(" %s", name);
#include "vmm/commands.def"
	print(
	    "\n\nExit status: 0 the guest powered off or reset, or the user"
	    " left; what the guest\ngave to port 0xf4 (value << 1 | 1) or 0xf8"
	    " (value); 1 the host or an option is\nat fault; 3 the guest"
	    " crashed.\n");
	exit(0);
}

struct option {
	char name[15];
	bool argument;
	const char *(*parse)(struct config *config, const char *text);
};

static const struct option options[] = {
#define OPTION(name, argument, parser, help)                                   \
	{ name, sizeof(argument) > 1, opt_##parser },
#include "vmm/options.def"
};

static const struct option *
find_option(const char *name, size_t length)
{
	for (unsigned i = 0; i < ARRAY_SIZE(options); i++)
		if (strlen(options[i].name) == length &&
		    memcmp(options[i].name, name, length) == 0)
			return &options[i];
	return NULL;
}

/* One option, argv[i]; returns how many words it took. */
static int
parse_option(struct config *c, char **argv, int i)
{
	size_t end = strcspn(argv[i], "=");
	bool named = strncmp(argv[i], "--", 2) == 0;
	const struct option *o =
	    named ? find_option(argv[i] + 2, end - 2) : NULL;
	char *value = argv[i][end] ? argv[i] + end + 1 : NULL;
	const char *wrong;
	int taken = 1;

	if (o == NULL)
		die("%.200s: no such option (mica --help lists them)", argv[i]);
	if (!o->argument && value != NULL)
		die("--%s takes no value", o->name);
	if (o->argument && value == NULL) {
		value = argv[i + 1];
		taken = 2;
	}
	if (o->argument && value == NULL)
		die("--%s needs a value (see mica --help)", o->name);
	wrong = o->parse(c, value);
	if (wrong != NULL)
		die("--%s %.200s: expected %s", o->name, value, wrong);
	return taken;
}

void
config_parse(struct config *c, int argc, char **argv)
{
	int i = 1;

	c->mem = 128 * MIB;
	c->cpus = 1;
	c->kvm = "/dev/kvm";
	c->jail_uid = c->jail_gid = 65534; /* nobody */
	c->flat_address = 0x100000;
	c->flat_mode = ENTRY_PROTECTED;
	c->devices.rng = (struct virtio_setup)VIRTIO_TRANSITIONAL;
	while (i < argc && strcmp(argv[i], "--") != 0) {
		if (argv[i][0] == '-')
			i += parse_option(c, argv, i);
		else if (opt_kernel(c, argv[i++]) != NULL)
			die("%s: a second image; one is enough (modules:"
			    " --initrd)",
			    argv[i - 1]);
	}
	for (i++; i < argc; i++)
		if (opt_cmdline(c, argv[i]) != NULL)
			die("the command line exceeds 16383 characters");
	if (c->kernel == NULL && (c->loader != NULL || c->module_count != 0))
		die("--loader, --initrd and --module need an IMAGE beside them");
	if (c->balloon.target > c->mem)
		die("--balloon target=SIZE: more than the guest has by --mem");
	if (c->paused && c->control == NULL)
		die("--paused needs --control PATH, to let the guest go on");
	if (c->pit == PIT_KERNEL && c->irqchip != IRQCHIP_KERNEL)
		die("--pit kernel: KVM's needs --irqchip kernel beside it");
	if (c->irqchip == IRQCHIP_NONE && c->cpus > 1)
		die("--irqchip none: one CPU only: an APIC starts the others");
	if (c->sandbox == SANDBOX_OFF && (c->sandbox_strict || c->jail))
		die("--sandbox off: not with --sandbox-strict or --jail-uid");
}
