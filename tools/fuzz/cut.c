/* SPDX-License-Identifier: MIT
 *
 * Makes inputs for fuzz/board of what real guests did (record.c), and says
 * how many of their reads get what the guest got, and why others do not. Inputs
 * that read other than it did for no reason that is known, or another time and
 * something came before them, or whose devices find other buffers, are left out.
 *
 *	fuzz/cut DIRECTORY TRACE...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/fuzz/cut_input.h"

enum { OPS_LEAST = 8, NAME = 1024 };

static const char *directory, *trace_name;
static unsigned written, left_out[CUT_SUBJECTS], numbers[CUT_SUBJECTS];

static const char *
name_of(unsigned subject)
{
	static const char *const names[] = {
		[CUT_CLOCKS] = "clocks",
		[CUT_SERIAL] = "serial",
		[CUT_PCI] = "pci",
		[CUT_REST] = "rest",
	};

	for (unsigned row = 0; row < FUZZ_REGIONS; row++)
		if (cut_rows[row].device == subject && subject < PCI_DEVICES)
			return cut_rows[row].name;
	return names[subject];
}

void
cut_write(struct cut_input *input, unsigned subject, bool first)
{
	static uint8_t bytes[sizeof(*input)];
	size_t size = cut_run_bytes(input, bytes);
	unsigned reasons[CUT_REASONS];
	char path[NAME];
	FILE *file;

	if (input->head.ops < OPS_LEAST)
		return;
	cut_compare(input, reasons);
	if (reasons[CUT_UNKNOWN] > 0 || (!first && reasons[CUT_TIME] > 0) ||
	    input->fetches != input->fetched) {
		left_out[subject]++;
		return;
	}
	cut_count(input);
	snprintf(path, sizeof(path), "%s/boot_%s_%s_%u", directory, trace_name,
	    name_of(subject), numbers[subject]++);
	file = fopen(path, "wb");
	if (file == NULL || fwrite(bytes, 1, size, file) != size ||
	    fclose(file) != 0) {
		perror(path);
		exit(1);
	}
	written++;
}

int
main(int argc, char **argv)
{
	struct cut_trace trace;

	if (argc < 3) {
		fputs("usage: cut DIRECTORY TRACE...\n", stderr);
		return 1;
	}
	directory = argv[1];
	for (int i = 2; i < argc; i++) {
		const char *slash = strrchr(argv[i], '/');

		trace_name = slash != NULL ? slash + 1 : argv[i];
		memset(numbers, 0, sizeof(numbers));
		if (!cut_trace_open(argv[i])) {
			perror(argv[i]);
			return 1;
		}
		while (cut_trace_next(&trace))
			cut_parts(&trace);
		if (cut_trace_is_broken())
			printf("# %s: some of it is no trace\n", argv[i]);
	}
	cut_report();
	for (unsigned i = 0; i < CUT_SUBJECTS; i++)
		if (left_out[i] > 0)
			printf("# %s: %u inputs left out\n", name_of(i),
			    left_out[i]);
	printf("%u inputs\n", written);
	return written == 0;
}
