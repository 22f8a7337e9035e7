/* SPDX-License-Identifier: MIT
 *
 * Turns an input of fuzz/board into what a guest does on a real machine, for
 * guest-tests/h_replay.c to be made of: all accesses in their order, and what
 * the driver stores to RAM. Left out: what only the host does, and time; another
 * CPU that changes memory (FUZZ_HOSTILE); everything from the access on that
 * ends the machine or resets it.
 *
 *	fuzz/replay INPUT OUTPUT
 */
#include <stdio.h>

#include "tools/fuzz/board.h"
#include "tools/fuzz/main.h"

enum { ACCESSES_MAX = 1 << 14, INPUT_MAX = 1 << 20 };

static struct fuzz_access accesses[ACCESSES_MAX];
static unsigned count;
static bool ended;

/* What belongs to KVM is no part of the board: a guest that writes to its local
 * APIC may send its own CPU to sleep. */
static bool
is_boards(const struct fuzz_access *a)
{
	return (a->what != FUZZ_LOAD && a->what != FUZZ_STORE) ||
	    a->at < 0xfee00000 || a->at >= 4 * GIB;
}

static void
note(const struct fuzz_access *access)
{
	if (access == NULL && !ended) {
		ended = true;
		count -= count > 0;
	}
	if (!ended && count < ACCESSES_MAX && is_boards(access))
		accesses[count++] = *access;
}

static bool
write_all(const char *path)
{
	FILE *file = fopen(path, "wb");
	bool ok = file != NULL &&
	    fwrite(accesses, sizeof(accesses[0]), count, file) == count;

	return file != NULL && fclose(file) == 0 && ok;
}

int
main(int argc, char **argv)
{
	static uint8_t input[INPUT_MAX];
	FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
	size_t size;

	if (file == NULL) {
		fputs("usage: replay INPUT OUTPUT\n", stderr);
		return 1;
	}
	size = fread(input, 1, sizeof(input), file);
	fclose(file);
	fuzz_record = note;
	LLVMFuzzerTestOneInput(input, size);
	if (!write_all(argv[2])) {
		perror(argv[2]);
		return 1;
	}
	return 0;
}
