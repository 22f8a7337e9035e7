/* SPDX-License-Identifier: MIT
 *
 * Hostile: does what an input of tools/fuzz/board does, a guest for each, which
 * tools/fuzz/fuzz.mk makes. Nothing is expected of what it reads; mica has to be
 * there at the end.
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "tools/fuzz/replay.h"

enum { COM1 = 0x3f8, LCR = 3, MCR = 4 };

extern const struct fuzz_access accesses[], accesses_end[]; /* replay.S */

static void
in(const struct fuzz_access *a)
{
	if (a->size == 1)
		inb((uint16_t)a->at);
	else if (a->size == 2)
		inw((uint16_t)a->at);
	else
		inl((uint16_t)a->at);
}

static void
out(const struct fuzz_access *a)
{
	if (a->size == 1)
		outb((uint16_t)a->at, (uint8_t)a->value);
	else if (a->size == 2)
		outw((uint16_t)a->at, (uint16_t)a->value);
	else
		outl((uint16_t)a->at, (uint32_t)a->value);
}

static void
act(const struct fuzz_access *a)
{
	switch (a->what) {
	case FUZZ_IN:
		in(a);
		break;
	case FUZZ_OUT:
		out(a);
		break;
	case FUZZ_LOAD:
		peek(a->at, a->size);
		break;
	default:
		poke(a->at, a->size, a->value);
		break;
	}
}

void
main(void)
{
	for (const struct fuzz_access *a = accesses; a < accesses_end; a++)
		act(a);
	outb(COM1 + LCR, 3); /* as it may not have left it */
	outb(COM1 + MCR, 0);
}
