/* SPDX-License-Identifier: MIT
 *
 * What guest-tests/t_numbers.c said, held against its disk.
 */
#ifndef TOOLS_NUMBERS_H
#define TOOLS_NUMBERS_H

#include <stddef.h>

/* An empty disk; ends the program if there is no room for it. */
void numbers_make(const char *path);

/* Does the disk have all that the guest has been told is kept? A line that has
 * no end was not told. NULL, or what it lacks; *batches is how many batches. */
const char *numbers_lost(
    const char *path, const char *said, unsigned *batches, char why[128]);

#endif
