/* SPDX-License-Identifier: MIT
 *
 * The pieces of an option's text, and --loader, which is made of them.
 */
#include <string.h>

#include "tools/unit.h"
#include "vmm/config_words.h"

static struct config config;

/* Each word of `text` in brackets. */
static const char *
cut(const char *text)
{
	static char all[128];

	memset(&config, 0, sizeof(config));
	all[0] = '\0';
	while (*text != '\0') {
		strcat(all, "[");
		strcat(all, cut_word(&config, &text));
		strcat(all, "]");
	}
	return all;
}

static void
test_cut(void)
{
	static char most[sizeof(config.text) + 1];
	const char *text = most;

	unit_case("config_words: words end at a comma, two of which are one");
	expect(strcmp(cut("a,bc"), "[a][bc]") == 0);
	expect(strcmp(cut("a,,b,c"), "[a,b][c]") == 0);
	expect(strcmp(cut(",a"), "[][a]") == 0);
	expect(strcmp(cut("a,"), "[a]") == 0);
	expect(strcmp(cut("a,,"), "[a,]") == 0);
	expect(strcmp(cut("a,,,b"), "[a,][b]") == 0);
	memset(&config, 0, sizeof(config));
	memset(most, 'x', sizeof(most) - 2); /* and its 0: it just fits */
	expect(cut_word(&config, &text) == config.text);
	expect(cut_word(&config, &text) == NULL);
	memset(&config, 0, sizeof(config));
	most[sizeof(most) - 2] = 'x';
	text = most;
	expect(cut_word(&config, &text) == NULL);
}

static void
test_values(void)
{
	bool on = false;
	uint64_t n;

	unit_case("config_words: values");
	expect(strcmp(value_of("id=a=b", "id"), "a=b") == 0);
	expect(value_of("id", "id") == NULL);
	expect(value_of("ids=a", "id") == NULL);
	expect(on_off("on", &on) && on);
	expect(!on_off("yes", &on) && on);
	expect(on_off("off", &on) && !on);
	expect_eq(choose("b", "a", "b", NULL), 1);
	expect_eq(choose("c", "a", "b", "c"), 2);
	expect_eq(choose("c", "a", "b", NULL), -1);
	expect_eq(choose("", "a", "b", NULL), -1);
	expect(number("7", 7, 7, &n) && n == 7);
	expect(!number("6", 7, 8, &n) && !number("9", 7, 8, &n));
	expect(!number("", 0, 9, &n) && !number("7x", 0, 9, &n));
}

static void
test_sizes(void)
{
	uint64_t n;

	unit_case("config_words: sizes");
	expect(parse_size("4096", &n) && n == 4096);
	expect(parse_size("0x1000", &n) && n == 4096);
	expect(parse_size("4k", &n) && n == 4096);
	expect(parse_size("0x10M", &n) && n == 16 * MIB);
	expect(parse_size("16777215T", &n) && n == 16777215ull << 40);
	expect(!parse_size("16777216T", &n));
	expect(!parse_size("1P", &n) && !parse_size("1KB", &n));
	expect(!parse_size("", &n) && !parse_size("K", &n));
	expect(!parse_size("-1", &n) && !parse_size("0x", &n));
}

static bool
loads(const char *text)
{
	memset(&config, 0, sizeof(config));
	return opt_loader(&config, text) == NULL;
}

static void
test_loader(void)
{
	unit_case("config_image: --loader");
	expect(loads("auto") && config.loader == NULL);
	expect(loads("pvh") && config.loader == boot_loader("pvh"));
	expect(loads("firmware") && config.firmware);
	expect(loads("flat") && config.loader == boot_loader("flat"));
	expect(loads("flat,addr=0x7c00,mode=real") && !config.firmware);
	expect_eq(config.flat_address, 0x7c00);
	expect_eq(config.flat_mode, ENTRY_REAL);
	expect(loads("flat,mode=protected,addr=1M"));
	expect_eq(config.flat_address, MIB);
	expect_eq(config.flat_mode, ENTRY_PROTECTED);
	expect(loads("flat,mode=long"));
	expect_eq(config.flat_mode, ENTRY_LONG);
	expect(!loads("") && !loads("none") && !loads("auto,addr=1"));
	expect(!loads("pvh,addr=1") && !loads("firmware,mode=real"));
	expect(!loads("flat,real") && !loads("flat,mode=virtual"));
	expect(!loads("flat,addr=x") && !loads("flat,,mode=real"));
}

int
main(void)
{
	test_cut();
	test_values();
	test_sizes();
	test_loader();
	return unit_done();
}
