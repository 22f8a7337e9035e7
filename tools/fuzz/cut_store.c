/* SPDX-License-Identifier: MIT
 *
 * What a driver has stored to memory before a device looks at it, as
 * operations: of a few bytes each, or many out of the stream. See
 * cut_input.h.
 */
#include <string.h>

#include "tools/fuzz/cut_input.h"

static struct cut_input *in;

/* What is to be there, and of what bytes. */
static uint8_t memory[FUZZ_LOW], wanted[FUZZ_LOW];
static gpa_t lowest, highest;

static void
want_bytes(const struct cut_event *e)
{
	uint8_t bytes[FUZZ_LOW / 16];

	for (unsigned i = 0; i < e->withins; i++) {
		const struct cut_record *fetch = &e->within[i];
		uint32_t len = (uint32_t)fetch->size;
		gpa_t at;

		if (fetch->what != TRACE_FETCH || len > sizeof(bytes) ||
		    !cut_memory_bytes(e, fetch, bytes))
			continue;
		at = cut_memory_at(fetch->at, &len);
		memcpy(&memory[at], bytes, len);
		memset(&wanted[at], 1, len);
		lowest = MIN(lowest, at);
		highest = MAX(highest, at + len);
	}
}

static bool
differs(gpa_t at)
{
	return wanted[at] && memory[at] != cut_ram[at];
}

/* Aligned, of 1, 2 or 4 bytes; those that nobody wants stay as they are. */
static void
put_poke(gpa_t at, unsigned log)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < 1u << log; i++) {
		uint8_t byte =
		    wanted[at + i] ? memory[at + i] : cut_ram[at + i];

		value |= (uint32_t)byte << 8 * i;
		cut_ram[at + i] = byte;
	}
	cut_put(in, FUZZ_OP_poke,
	    (struct fuzz_op){ .offset = (uint32_t)at,
		.width = (uint8_t)log,
		.value = value });
}

/* From the stream, which leaves alone what it has a zero for. */
static void
put_fill(gpa_t at, gpa_t end)
{
	size_t len = (size_t)(end - at);

	if (in->stream_len + len > CUT_STREAM_MAX) {
		in->full = true;
		return;
	}
	for (gpa_t i = at; i < end; i++)
		in->stream[in->stream_len++] = differs(i) ? memory[i] : 0;
	cut_put(in, FUZZ_OP_fill,
	    (struct fuzz_op){ .offset = (uint32_t)at, .value = (uint32_t)len });
}

/* To the last byte that differs before 8 do not. */
static gpa_t
end_of_run(gpa_t at)
{
	gpa_t end = at;

	for (gpa_t i = at; i < highest && i < end + 8; i++)
		if (differs(i))
			end = i + 1;
	return end;
}

static void
put_run(gpa_t at, gpa_t end)
{
	gpa_t word = at & ~(gpa_t)3;

	if (end <= word + 4) {
		bool half = (at & 2) == ((end - 1) & 2);

		put_poke(half ? at & ~(gpa_t)1 : word, half ? 1 : 2);
		return;
	}
	for (gpa_t i = word; i < end; i += 4)
		for (unsigned k = 0; k < 4; k++)
			if (differs(i + k) && memory[i + k] == 0) {
				put_poke(i, 2);
				break;
			}
	while (at < end && !differs(at))
		at++;
	while (at < end && !differs(end - 1))
		end--;
	if (at < end)
		put_fill(at, end);
}

void
cut_put_memory(struct cut_input *input, const struct cut_event *const *events,
    unsigned count)
{
	in = input;
	lowest = FUZZ_LOW;
	highest = 0;
	for (unsigned i = 0; i < count; i++)
		want_bytes(events[i]);
	if (lowest >= highest)
		return;
	cut_run(in);
	for (gpa_t at = lowest; at < highest && !in->full; at++)
		if (differs(at)) {
			gpa_t end = end_of_run(at);

			put_run(at, end);
			at = end - 1;
		}
	memset(&wanted[lowest], 0, (size_t)(highest - lowest));
}
