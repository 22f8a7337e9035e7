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

/* Each option's name, argument and help, one behind the other; "" at the end. */
static const char words[] =
#define OPTION(name, argument, parser, help) name "\0" argument "\0" help "\0"
#include "vmm/options.def"
    ;

struct option {
	const char *name, *argument, *help;
};

static bool
next_option(const char **at, struct option *o)
{
	if (**at == '\0')
		return false;
	o->name = text_next(at);
	o->argument = text_next(at);
	o->help = text_next(at);
	return true;
}

const char *
opt_mem(struct config *c, const char *text)
{
	if (!parse_size(text, &c->mem) || c->mem % 4096 != 0 ||
	    c->mem < 2 * MIB || c->mem > 1024 * GIB)
		return "a multiple of 4K from 2M to 1024G, as in 128M";
	return NULL;
}

const char *
opt_cpus(struct config *c, const char *text)
{
	uint64_t n;

	if (!number(text, 1, VCPUS_MAX, &n))
		return "a number from 1 to 254";
	c->cpus = (unsigned)n;
	return NULL;
}

const char *
opt_cpu(struct config *c, const char *text)
{
	const char *word = cut_word(c, &text);

	if (word == NULL || strcmp(word, "host") != 0)
		return "host, or host,-FEATURE,...";
	while (*text != '\0') {
		int row;

		word = cut_word(c, &text);
		if (word == NULL || *word != '-')
			return "-FEATURE after each comma";
		row = cpuid_feature(word + 1);
		if (row < 0)
			return "a feature by the name in Linux's /proc/cpuinfo";
		if (c->cpu_minus_count == CPU_MINUS_MAX)
			return "at most 64 features";
		c->cpu_minus[c->cpu_minus_count++] = (unsigned)row;
	}
	return NULL;
}

const char *
opt_irqchip(struct config *c, const char *text)
{
	int n = choose(text, "split", "kernel", "none");

	c->irqchip = (enum irqchip)n;
	return n < 0 ? "split, kernel or none" : NULL;
}

const char *
opt_pit(struct config *c, const char *text)
{
	int n = choose(text, "user", "kernel", "none");

	c->pit = (enum pit)n;
	return n < 0 ? "user, kernel or none" : NULL;
}

const char *
opt_on_reboot(struct config *c, const char *text)
{
	int n = choose(text, "exit", "restart", NULL);

	c->restart = n == 1;
	return n < 0 ? "exit or restart" : NULL;
}

const char *
opt_teardown(struct config *c, const char *text)
{
	int n = choose(text, "async", "sync", NULL);

	c->teardown_sync = n == 1;
	return n < 0 ? "async or sync" : NULL;
}

const char *
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

const char *
opt_control(struct config *c, const char *text)
{
	c->control = text;
	return *text == '\0' ? "the path of a socket to create" : NULL;
}

const char *
opt_paused(struct config *c, const char *text)
{
	(void)text;
	c->paused = true;
	return NULL;
}

const char *
opt_stats(struct config *c, const char *text)
{
	(void)text;
	c->stats = true;
	return NULL;
}

const char *
opt_check_host(struct config *c, const char *text)
{
	(void)text;
	c->check_host = true;
	return NULL;
}

const char *
opt_describe(struct config *c, const char *text)
{
	(void)text;
	c->describe = true;
	return NULL;
}

const char *
opt_version(struct config *c, const char *text)
{
	(void)c, (void)text;
	print("mica " MICA_VERSION "\n");
	exit(0);
}

const char *
opt_help(struct config *c, const char *text)
{
	const char *at = words;
	struct option o;

	(void)c, (void)text;
	print("usage: mica [OPTIONS] [IMAGE] [-- COMMAND LINE]\n\n"
	      "Boots IMAGE, or the guest inside mica, on KVM. stdin and stdout"
	      " are its COM1;\non a terminal Ctrl-A x leaves, Ctrl-A h helps.\n"
	      "\n");
	while (next_option(&at, &o))
		print("  --%s%s%s\n\t%s\n", o.name, *o.argument ? " " : "",
		    o.argument, o.help);
	print("\nLoaders:");
	for (unsigned i = 0; boot_loader_name(i) != NULL; i++)
		print(" %s", boot_loader_name(i));
	print("\n\nCommands of --control:"
#define COMMAND(name, ...) " " name
#include "vmm/commands.def"
	);
	print(
	    "\n\nExit status: 0 the guest powered off or reset, or the user"
	    " left; what the guest\ngave to port 0xf4 (value << 1 | 1) or 0xf8"
	    " (value); 1 the host or an option is\nat fault; 3 the guest"
	    " crashed.\n");
	exit(0);
}

/* Its row of options.def, or -1. */
static int
find_option(const char *name, size_t length, struct option *o)
{
	const char *at = words;

	for (int row = 0; next_option(&at, o); row++)
		if (strlen(o->name) == length &&
		    memcmp(o->name, name, length) == 0)
			return row;
	return -1;
}

static const char *
parse(int row, struct config *c, const char *text)
{
	enum {
#define OPTION(name, argument, parser, help) ROW_##parser,
#include "vmm/options.def"
	};

	switch (row) {
#define OPTION(name, argument, parser, help)                                   \
	case ROW_##parser:                                                     \
		return opt_##parser(c, text);
#include "vmm/options.def"
	}
	return NULL;
}

/* One option, argv[i]; returns how many words it took. */
static int
parse_option(struct config *c, char **argv, int i)
{
	size_t end = strcspn(argv[i], "=");
	bool named = strncmp(argv[i], "--", 2) == 0;
	struct option o;
	int row = named ? find_option(argv[i] + 2, end - 2, &o) : -1;
	char *value = argv[i][end] ? argv[i] + end + 1 : NULL;
	const char *wrong;
	int taken = 1;

	if (row < 0)
		die("%.200s: no such option (mica --help lists them)", argv[i]);
	if (*o.argument == '\0' && value != NULL)
		die("--%s takes no value", o.name);
	if (*o.argument != '\0' && value == NULL) {
		value = argv[i + 1];
		taken = 2;
	}
	if (*o.argument != '\0' && value == NULL)
		die("--%s needs a value (see mica --help)", o.name);
	wrong = parse(row, c, value);
	if (wrong != NULL)
		die("--%s %.200s: expected %s", o.name, value, wrong);
	return taken;
}

static void
refuse(bool wrong, const char *why)
{
	if (wrong)
		die("%s", why);
}

/* What cannot be together, once every option is known. */
static void
judge_together(const struct config *c)
{
	refuse(c->kernel == NULL && (c->loader != NULL || c->module_count != 0),
	    "--loader, --initrd and --module need an IMAGE beside them");
	refuse(c->balloon.target > c->mem,
	    "--balloon target=SIZE: more than the guest has by --mem");
	refuse(c->paused && c->control == NULL,
	    "--paused needs --control PATH, to let the guest go on");
	refuse(c->pit == PIT_KERNEL && c->irqchip != IRQCHIP_KERNEL,
	    "--pit kernel: KVM's needs --irqchip kernel beside it");
	refuse(c->irqchip == IRQCHIP_NONE && c->cpus > 1,
	    "--irqchip none: one CPU only: an APIC starts the others");
	refuse(c->sandbox == SANDBOX_OFF && (c->sandbox_strict || c->jail),
	    "--sandbox off: not with --sandbox-strict or --jail-uid");
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
	judge_together(c);
}
