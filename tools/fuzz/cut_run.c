/* SPDX-License-Identifier: MIT
 *
 * Runs an input on fuzz/board and hears what its reads got, by standing before
 * the board's functions (the linker's --wrap). See cut.h.
 */
#include <string.h>

#include "tools/fuzz/cut_input.h"
#include "tools/fuzz/main.h"
#include "tools/fuzz/oracle.h"

enum {
	BYTES_MAX = sizeof(struct fuzz_head) +
	    FUZZ_OPS_MAX * sizeof(struct fuzz_op) + CUT_STREAM_MAX
};

uint8_t cut_ram[FUZZ_LOW];
static struct cut_input *running;
static unsigned reads;

#define WRAP(result, name, ...)                                                \
	result __real_##name(__VA_ARGS__);                                     \
	result __wrap_##name(__VA_ARGS__);                                     \
	result __wrap_##name(__VA_ARGS__)

static void
hear(uint64_t value)
{
	if (reads < running->reads)
		running->read[reads].got = value;
	reads++;
}

WRAP(uint32_t, pio_read, struct board *b, uint16_t port, unsigned size)
{
	uint32_t value = __real_pio_read(b, port, size);

	hear(value);
	return value;
}

WRAP(uint64_t, mmio_read, struct board *b, gpa_t at, unsigned size)
{
	uint64_t value = __real_mmio_read(b, at, size);

	hear(value);
	return value;
}

WRAP(bool, gmem_read, const struct gmem *mem, gpa_t at, void *to, uint64_t len)
{
	running->fetched += len > 0;
	return __real_gmem_read(mem, at, to, len);
}

/* Before the input's end clears it. */
WRAP(void, oracle_end, void)
{
	__real_oracle_end();
	memcpy(cut_ram, gmem_ptr(guest_ram, 0, FUZZ_LOW), FUZZ_LOW);
}

size_t
cut_run_bytes(const struct cut_input *input, uint8_t *to)
{
	size_t ops = input->head.ops * sizeof(input->op[0]);
	uint8_t *at = to;

	memcpy(at, &input->head, sizeof(input->head));
	at += sizeof(input->head);
	memcpy(at, input->op, ops);
	at += ops;
	memcpy(at, input->stream, input->stream_len);
	return (size_t)(at - to) + input->stream_len;
}

unsigned
cut_run(struct cut_input *input)
{
	static uint8_t bytes[BYTES_MAX];

	running = input;
	input->fetched = 0;
	reads = 0;
	LLVMFuzzerTestOneInput(bytes, cut_run_bytes(input, bytes));
	return reads;
}
