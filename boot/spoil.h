/* SPDX-License-Identifier: MIT
 *
 * For the loaders' unit tests: a good image cut short at every byte, and with
 * bytes changed at random, the same way every run.
 */
#ifndef BOOT_SPOIL_H
#define BOOT_SPOIL_H

#include <stdlib.h>

#include "boot/fixture.h"

/* What every success must leave, whatever the image said. */
static inline void
expect_sane(void)
{
	const struct entry *e = &boot.entry;

	expect(e->cs.base + e->rip < RAM_SIZE);
	for (unsigned i = 0; i < boot.claim_count; i++) {
		const struct claim *a = &boot.claims[i];

		expect(a->size <= RAM_SIZE && a->at <= RAM_SIZE - a->size);
		for (unsigned j = 0; j < i; j++)
			expect(
			    a->at >= boot.claims[j].at + boot.claims[j].size ||
			    boot.claims[j].at >= a->at + a->size);
	}
}

/* Load a copy that ends where its memory ends, for the sanitizer to see. */
static inline bool
load_exactly(const uint8_t *kernel, size_t size, const struct loader *loader)
{
	uint8_t *copy = malloc(size);
	bool loaded;

	memcpy(copy, kernel, size);
	machine(copy, size, 2);
	boot.loader = loader;
	loaded = boot_load(&boot);
	if (loaded)
		expect_sane();
	else
		expect(boot.error[0] != '\0');
	free(copy);
	return loaded;
}

/* Every prefix shorter than `least` is refused, all others do no harm. */
static inline void
try_prefixes(const uint8_t *kernel, size_t size, size_t least,
    const struct loader *loader)
{
	for (size_t len = 1; len < size; len++)
		if (load_exactly(kernel, len, loader))
			expect(len >= least);
	expect(load_exactly(kernel, size, loader));
}

/* 20,000 times change one to four of `span` bytes from `at`; enough of the
 * results must still load, or the mutations test nothing. */
static inline void
try_mutations(const uint8_t *kernel, size_t size, size_t at, size_t span,
    const struct loader *loader)
{
	enum { COUNT = 20000 };
	static const uint8_t edge[] = { 0, 1, 0x7f, 0x80, 0xff };
	uint8_t *copy = malloc(size);
	uint64_t state = 1;
	unsigned loaded = 0;

	for (unsigned i = 0; i < COUNT; i++) {
		memcpy(copy, kernel, size);
		for (uint64_t n = 1 + unit_random(&state) % 4; n > 0; n--) {
			uint64_t r = unit_random(&state);

			copy[at + r % span] = r >> 63
			    ? edge[(r >> 32) % sizeof(edge)]
			    : (uint8_t)(r >> 32);
		}
		loaded += load_exactly(copy, size, loader);
	}
	expect(loaded > COUNT / 50);
	expect(loaded < COUNT);
	free(copy);
}

#endif
