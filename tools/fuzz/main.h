/* SPDX-License-Identifier: MIT
 *
 * Between a fuzzing target and who runs it: libFuzzer, afl-fuzz by its
 * supervisor, or main.c, which replays files.
 */
#ifndef TOOLS_FUZZ_MAIN_H
#define TOOLS_FUZZ_MAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The target: one input, any bytes at all. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* For targets that have it: a hash of all that the last input led to, which
 * must be the same each time; and whether nothing of it is left. */
extern uint64_t fuzz_main_trace __attribute__((weak));
bool fuzz_main_fresh(void) __attribute__((weak));

/* For targets whose inputs are programs: operations, of all inputs so far. */
extern uint64_t fuzz_main_steps __attribute__((weak));

/* For targets: main.c runs it, and time does not matter. */
extern const bool fuzz_main_thorough __attribute__((weak));

#endif
