/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: page tables, which are a guest's, read when a vCPU has crashed.
 * Reaches: vmm/paging.c
 *
 * Input: the control registers and a linear address, then what RAM begins with.
 */
#include "vmm/paging.h"
#include "tools/fuzz/parsers.h"

#define CR0_PG ((uint64_t)1 << 31)

static uint8_t ram[64 * KIB];
static const struct gmem mem = { .host = ram, .low_size = sizeof(ram) };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct {
		struct paging cpu;
		uint64_t linear;
	} in;
	gpa_t at = 1, again = 1;
	bool there;

	if (size < sizeof(in))
		return 0;
	memcpy(&in, data, sizeof(in));
	size = MIN(size - sizeof(in), sizeof(ram));
	memcpy(ram, data + sizeof(in), size);
	there = paging_walk(&mem, &in.cpu, in.linear, &at);
	must(paging_walk(&mem, &in.cpu, in.linear, &again) == there);
	must(at == again);
	must(there ? at % 4096 == in.linear % 4096 : at == 1);
	must(!there || at >> 52 == 0 || (in.cpu.cr0 & CR0_PG) == 0);
	memset(ram, 0, size);
	return 0;
}
