/* SPDX-License-Identifier: MIT
 *
 * The pieces of an option's text, for the parsers that config.c dispatches to:
 * key=value,word,... where a comma in a value is written twice.
 */
#ifndef VMM_CONFIG_WORDS_H
#define VMM_CONFIG_WORDS_H

#include "vmm/config.h"

/* Cuts the next word, up to a single comma, out of *text into config's own
 * memory and passes over that comma. NULL when the memory is full. */
char *cut_word(struct config *config, const char **text);

/* The value in a `word` that is key=value, or NULL. */
const char *value_of(const char *word, const char *key);

/* "on" or "off"; false when it is neither. */
bool on_off(const char *value, bool *on);

/* A choice between words, `c` being one or NULL; the number of the one that it
 * is, or -1. */
int choose(const char *text, const char *a, const char *b, const char *c);

/* A decimal number from `least` to `most`; false when it is none. */
bool number(const char *text, uint64_t least, uint64_t most, uint64_t *value);

/* "64K", "128M", "2G" or plain bytes, decimal or 0x. False when it is none or
 * exceeds 64 bits. */
bool parse_size(const char *text, uint64_t *bytes);

/* modern=on|off, legacy=on|off or vectors=N, which every virtio device takes.
 */
bool virtio_word(struct virtio_setup *setup, const char *word);

/* What opt_x() returns when that left the device with neither; or NULL. */
const char *virtio_wrong(const struct virtio_setup *setup);

#endif
