/* SPDX-License-Identifier: MIT
 *
 * A command line as words and hexadecimal numbers, and what tests.list makes
 * guests do by it.
 */
#ifndef GUEST_TESTS_WORDS_H
#define GUEST_TESTS_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/* Takes `word` and the blanks behind it off *text if it begins with that. */
bool take_word(const char **text, const char *word);

/* Takes a hexadecimal number and the blanks behind it. */
uint64_t take_hex(const char **text);

/*
 * Do what the words say, one after another:
 *	outb PORT VALUE, outw, outl	write
 *	outs PORT WORD			write WORD's bytes
 *	acpi-reset			write FADT's RESET_VALUE to RESET_REG
 *	acpi-off			S5 by FADT's PM1a_CNT
 *	triple				a fault that none can handle
 *	ap WORDS			do the rest on the second processor
 */
void obey(const char *text);

#endif
