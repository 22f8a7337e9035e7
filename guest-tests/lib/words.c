/* SPDX-License-Identifier: MIT
 *
 * See words.h. What it can't read fails the test, with the rest of the line.
 */
#include "guest-tests/lib/words.h"
#include "guest-tests/lib/acpi.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/smp.h"

static const char *rest_for_ap;

static void
take_blanks(const char **text)
{
	while (**text == ' ')
		(*text)++;
}

static size_t
word_length(const char *text)
{
	size_t length = 0;

	while (text[length] != ' ' && text[length] != '\0')
		length++;
	return length;
}

bool
take_word(const char **text, const char *word)
{
	size_t length = word_length(*text);

	if (length != strlen(word) || memcmp(*text, word, length) != 0)
		return false;
	*text += length;
	take_blanks(text);
	return true;
}

uint64_t
take_hex(const char **text)
{
	uint64_t value = 0;

	for (;; (*text)++) {
		char c = **text;

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
	}
	take_blanks(text);
	return value;
}

static void
acpi_reset(void)
{
	const uint8_t *reg = fadt() + FADT_RESET_REG;

	if (reg[GAS_SPACE] != GAS_SPACE_IO)
		fail("RESET_REG is a port");
	outb((uint16_t)get64(reg + GAS_ADDRESS), fadt()[FADT_RESET_VALUE]);
}

static void
triple_fault(void)
{
	static const struct table none;

	__asm__ volatile("lidt %0; ud2" : : "m"(none));
}

static void
on_ap(void)
{
	obey(rest_for_ap);
}

static bool
obey_one(const char **text)
{
	uint16_t port;

	if (take_word(text, "outb")) {
		port = (uint16_t)take_hex(text);
		outb(port, (uint8_t)take_hex(text));
	} else if (take_word(text, "outw")) {
		port = (uint16_t)take_hex(text);
		outw(port, (uint16_t)take_hex(text));
	} else if (take_word(text, "outl")) {
		port = (uint16_t)take_hex(text);
		outl(port, (uint32_t)take_hex(text));
	} else if (take_word(text, "outs")) {
		port = (uint16_t)take_hex(text);
		outsb(port, *text, word_length(*text));
		*text += word_length(*text);
		take_blanks(text);
	} else if (take_word(text, "acpi-reset")) {
		acpi_reset();
	} else if (take_word(text, "acpi-off")) {
		outw((uint16_t)get32(fadt() + FADT_PM1A_CNT), 0x2000);
	} else if (take_word(text, "triple")) {
		triple_fault();
	} else {
		return false;
	}
	return true;
}

void
obey(const char *text)
{
	while (*text != '\0') {
		if (take_word(&text, "ap")) {
			rest_for_ap = text;
			lapic_enable();
			smp_start(1, on_ap);
			for (;;)
				pause();
		}
		if (!obey_one(&text))
			fail(text);
	}
}
