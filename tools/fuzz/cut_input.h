/* SPDX-License-Identifier: MIT
 *
 * An input that becomes of a part of a trace: see cut.h.
 */
#ifndef TOOLS_FUZZ_CUT_INPUT_H
#define TOOLS_FUZZ_CUT_INPUT_H

#include "tools/fuzz/cut.h"

/* An input under way. */
enum { CUT_STREAM_MAX = 4096 };
struct cut_input {
	struct fuzz_head head;
	struct fuzz_op op[FUZZ_OPS_MAX];
	uint8_t stream[CUT_STREAM_MAX];
	size_t stream_len;
	struct cut_read { /* in their order */
		const struct cut_event *event;
		uint64_t value, got;
	} read[FUZZ_OPS_MAX];
	unsigned reads;
	unsigned fetches, fetched; /* of descriptors and data: then, and now */
	bool full;		   /* no room for another event */
};

/* What happened becomes an input of its own: as many of the `count` events as
 * fit, which it returns. `machine_ns`: its start. */
unsigned cut_input_make(struct cut_input *input,
    const struct cut_event **events, unsigned count, uint64_t machine_ns);

/* One more operation, if there is room for it. */
void cut_put(struct cut_input *input, enum fuzz_code code, struct fuzz_op op);

/* Memory as the devices of these events found it: what is missing of that. */
void cut_put_memory(struct cut_input *input,
    const struct cut_event *const *events, unsigned count);

/* Finds places for all that these have in memory; false if it is too much. */
bool cut_memory_plan(const struct cut_event **events, unsigned count);

/* Where something of the guest's memory is; `len` may become less. */
gpa_t cut_memory_at(gpa_t at, uint32_t *len);

/* What a fetch finds there: its bytes, with addresses in them changed. False:
 * they are what the device has put there itself. */
bool cut_memory_bytes(
    const struct cut_event *event, const struct cut_record *fetch, uint8_t *to);

/* The value of an access, with the address in it changed. */
uint64_t cut_memory_value(const struct cut_event *event);

/* Runs it; what its reads got is in it, and how many it came to. */
unsigned cut_run(struct cut_input *input);
size_t cut_run_bytes(const struct cut_input *input, uint8_t *to);

/* Why reads get other than they did: fuzz/board's devices have other sizes,
 * features, queues and neighbours, its machine other memory and firmware; its
 * loop is never late; or what came before the input is missing. */
enum cut_reason { CUT_SAME, CUT_MACHINE, CUT_TIME, CUT_UNKNOWN, CUT_REASONS };

/* Runs it; how many reads there are of each. Those of an input that is kept are
 * counted for the report. */
void cut_compare(struct cut_input *input, unsigned reasons[CUT_REASONS]);
void cut_count(const struct cut_input *input);
void cut_report(void);

/* Cuts a machine's trace into inputs, which it has written, under the name of
 * whose they are; `first`: nothing came before. */
void cut_parts(const struct cut_trace *trace);
void cut_write(struct cut_input *input, unsigned subject, bool first);

/* Low RAM as it was at the end of the last run. */
extern uint8_t cut_ram[FUZZ_LOW];

#endif
