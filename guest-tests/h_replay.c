/* SPDX-License-Identifier: MIT
 *
 * Hostile: does what an input of tools/fuzz/board does, which tools/fuzz/replay.c
 * has made the first module of. Nothing is expected of what it reads; mica has
 * to be there at the end.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "tools/fuzz/replay.h"

enum { ACCESSES_MAX = 1 << 14, COM1 = 0x3f8, LCR = 3, MCR = 4 };

/* A copy: the module itself may lie where the input's RAM is. */
static struct fuzz_access accesses[ACCESSES_MAX];

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
	const uint64_t *module = (const void *)start_info()->modlist;
	uint64_t count;

	expect_eq(start_info()->nr_modules, 1, "modules");
	expect(module[1] <= sizeof(accesses), "the module's size");
	count = module[1] / sizeof(accesses[0]);
	memcpy(accesses, (const void *)module[0], module[1]);
	for (uint64_t i = 0; i < count; i++)
		act(&accesses[i]);
	outb(COM1 + LCR, 3); /* as it may not have left it */
	outb(COM1 + MCR, 0);
}
