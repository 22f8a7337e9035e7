/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the command line, by every option of vmm/options.def.
 * Reaches: vmm/options.def vmm/config.c vmm/config_words.c vmm/config_image.c
 * Reaches: vmm/text.c
 *
 * Input: words, a line each. --help and --version, which only print, are not
 * given to the parser.
 */
#include <sanitizer/asan_interface.h>
#include <setjmp.h>
#include <stdarg.h>

#include "tools/fuzz/parsers.h"
#include "vmm/config.h"
#include "vmm/cpuid.h"
#include "vmm/log.h"
#include "vmm/log_line.h"

enum { WORDS = 64, FENCE = 16, INPUT_MAX = 32768 };

static char text[INPUT_MAX + (WORDS + 2) * 2 * FENCE]
    __attribute__((aligned(16)));
static char *words[WORDS + 2];
static int word_count; /* "mica" among them */
static jmp_buf died;
static char line[LOG_LINE];
static struct config config;

/* The host's errors, instead of vmm/log.c's: the line is judged. */
void
die(const char *fmt, ...)
{
	va_list args;
	size_t length;

	va_start(args, fmt);
	length = log_line(line, fmt, args, "");
	va_end(args);
	must(length == strlen(line) && length > strlen("mica: "));
	for (size_t i = 0; i < length; i++)
		must((uint8_t)line[i] >= 0x20 && line[i] != 0x7f);
	longjmp(died, 1);
}

/* For --help and --version alone, which put_word() leaves out. */
void
print(const char *fmt, ...)
{
	(void)fmt;
	must(!"an option that is not --help prints");
}

/* Instead of vmm/cpuid.c's, which asks KVM. */
int
cpuid_feature(const char *name)
{
	static const char names[][20] = {
#define FEATURE(name, ...) #name,
#include "vmm/cpuid.def"
	};

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

/* Nobody may read beyond a word's end, where in argv the next one is. */
static char *
put_word(char *to, const uint8_t *from, size_t length)
{
	ASAN_UNPOISON_MEMORY_REGION(to, length + 1);
	memcpy(to, from, length);
	to[length] = '\0';
	words[word_count] = to;
	if (strncmp(to, "--help", 6) != 0 && strncmp(to, "--version", 9) != 0)
		word_count++;
	return to + ALIGN_UP(length + 1 + FENCE, FENCE);
}

static void
cut_words(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + MIN(size, INPUT_MAX);
	char *to = text;

	ASAN_POISON_MEMORY_REGION(text, sizeof(text));
	words[0] = (char *)(uintptr_t) "mica";
	word_count = 1;
	while (data < end && word_count <= WORDS) {
		size_t left = (size_t)(end - data);
		const uint8_t *newline = memchr(data, '\n', left);
		size_t length = newline ? (size_t)(newline - data) : left;

		to = put_word(to, data, length);
		data += MIN(length + 1, left);
	}
	words[word_count] = NULL;
}

/* In argv, or in config's own memory; and it ends there. */
static void
judge_string(const char *s)
{
	bool given = s >= text && s < text + sizeof(text);
	bool cut = s >= config.text && s < config.text + config.text_used;

	must(given || cut || *s == '\0');
	must(!cut || strlen(s) < (size_t)(config.text + config.text_used - s));
}

static void
judge_setup(const struct virtio_setup *setup)
{
	must(setup->vectors <= MSIX_VECTORS_MAX);
	must(!setup->present || setup->modern || setup->legacy);
}

static void
judge_disk(const struct config_disk *d)
{
	judge_string(d->path);
	judge_string(d->id);
	must(d->path[0] != '\0' && strlen(d->id) <= VIRTIO_BLK_ID_SIZE);
	must(d->setup.present && d->setup.queues >= 1);
	must(d->setup.queues <= VIRTIO_BLK_QUEUES);
	must(d->aio <= BLK_AIO_THREADS && d->sync <= BLK_SYNC_NEVER);
	judge_setup(&d->setup);
}

static void
judge_console(const struct config_console *p)
{
	judge_string(p->path);
	judge_string(p->name);
	must(p->kind > CONSOLE_NOTHING && p->kind <= CONSOLE_FILE);
	must((p->kind == CONSOLE_STDIO) == (p->path[0] == '\0'));
	must(strlen(p->name) <= VIRTIO_CONSOLE_NAME);
}

static void
judge_lists(void)
{
	const struct config *c = &config;

	must(c->module_count <= BOOT_MODULES_MAX);
	for (unsigned i = 0; i < c->module_count; i++) {
		judge_string(c->modules[i].path);
		judge_string(c->modules[i].args);
	}
	must(c->disk_count <= DISKS_MAX);
	for (unsigned i = 0; i < c->disk_count; i++)
		judge_disk(&c->disks[i]);
	must(c->console_count <= CONSOLES_MAX);
	for (unsigned i = 0; i < c->console_count; i++)
		judge_console(&c->consoles[i]);
	must(c->cpu_minus_count <= CPU_MINUS_MAX);
}

/* What the rest of mica takes for granted. */
static void
judge(void)
{
	const struct config *c = &config;

	must(c->mem >= 2 * MIB && c->mem <= 1024 * GIB && c->mem % 4096 == 0);
	must(c->cpus >= 1 && c->cpus <= VCPUS_MAX);
	must(c->irqchip != IRQCHIP_NONE || c->cpus == 1);
	must(strnlen(c->cmdline, sizeof(c->cmdline)) < sizeof(c->cmdline));
	must(c->text_used <= sizeof(c->text));
	must(c->flat_mode <= ENTRY_LONG && c->irqchip <= IRQCHIP_NONE);
	must(c->pit <= PIT_NONE);
	must(c->pit != PIT_KERNEL || c->irqchip == IRQCHIP_KERNEL);
	must(c->balloon.target <= c->mem && c->balloon.target % 4096 == 0);
	must(c->rtc.base <= RTC_DATETIME);
	must(c->rtc.base_year >= 0 && c->rtc.base_year <= 9999);
	must(!c->paused || c->control != NULL);
	must(c->kernel != NULL || (c->loader == NULL && c->module_count == 0));
	judge_lists();
	judge_setup(&c->devices.rng);
	judge_setup(&c->devices.balloon);
	judge_setup(&c->devices.console);
}

static uint64_t
parse(const uint8_t *data, size_t size)
{
	cut_words(data, size);
	memset(&config, 0, sizeof(config));
	if (setjmp(died) != 0)
		return sum_of(1, line, strlen(line));
	config_parse(&config, word_count, words);
	judge();
	return sum_of(0, &config, sizeof(config));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	must(parse(data, size) == parse(data, size));
	return 0;
}
