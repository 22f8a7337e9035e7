/* SPDX-License-Identifier: MIT
 *
 * Between the two files of the interval timer: its registers, and one of its
 * counters. `now` is in ticks; who calls with it has settled the counter.
 */
#ifndef DEVICES_I8254_COUNTER_H
#define DEVICES_I8254_COUNTER_H

#include "devices/i8254.h"

#define NEVER (~(uint64_t)0) /* a tick */

enum { BCD = 0x01, RW_LSB = 0x10, RW_MSB = 0x20, RW_BOTH = 0x30 };

/* A control word, its bits 5 to 0: all control logic is reset. CE stays as it
 * is until a count is loaded. */
void counter_program(struct i8254_counter *c, uint64_t now, uint8_t control);

/* Does what the pulses up to `now` have done. */
void counter_settle(struct i8254_counter *c, uint64_t now);

/* "Gate Pin Operations Summary": a rise triggers modes 1, 2, 3 and 5, in 0 and
 * 4 counting goes on; a fall stops it, but in 1 and 5. */
void counter_set_gate(struct i8254_counter *c, uint64_t now, bool gate);

/* The counter's own register, a byte. */
void counter_write(struct i8254_counter *c, uint64_t now, uint8_t byte);
uint8_t counter_read(struct i8254_counter *c, uint64_t now);

/* A latch holds until it is read. One between two bytes starts at the first
 * again: the datasheet is silent, and so nobody stays out of step. */
void counter_latch(
    struct i8254_counter *c, uint64_t now, bool count, bool status);

bool counter_out(const struct i8254_counter *c, uint64_t now);

/* The tick at which OUT next rises if the gate stays high, or NEVER. */
uint64_t counter_next_rise(struct i8254_counter c, uint64_t now);

/* Is its mode a periodic one, 2 or 3? */
bool counter_repeats(const struct i8254_counter *c);

#endif
