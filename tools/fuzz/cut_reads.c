/* SPDX-License-Identifier: MIT
 *
 * Whether an input's reads get what the guest's did, and if not, why. See
 * cut_input.h.
 */
#include <linux/virtio_pci.h>
#include <stdio.h>
#include <string.h>

#include "tools/fuzz/cut_input.h"

static unsigned tallies[FUZZ_REGIONS][CUT_REASONS];

static bool
is_machines(const struct cut_event *e)
{
	enum { MSIX_CONTROL = 0x98, COMMON_QUEUES = 0x12 };
	unsigned number;

	switch (cut_rows[e->row].kind) {
	case CUT_CF8:
	case CUT_ECAM:
		return (e->offset & ~3u) == MSIX_CONTROL;
	case CUT_COMMON:
		return e->offset == VIRTIO_PCI_COMMON_DF ||
		    e->offset == COMMON_QUEUES;
	case CUT_IO:
		return e->offset == VIRTIO_PCI_HOST_FEATURES ||
		    e->offset >= VIRTIO_MSI_CONFIG_VECTOR;
	case CUT_DEVICE:
		return true;
	default:
		break;
	}
	if (e->row == FUZZ_PORT_rtc && e->number != NULL) {
		number = e->number->did->value & 0x7f; /* of a byte of memory */
		return number >= 0x10;
	}
	return e->row == FUZZ_PORT_fw_cfg || e->row == FUZZ_WINDOW_ecam ||
	    e->row == FUZZ_PORT_pci_data;
}

static enum cut_reason
reason_of(const struct cut_read *r)
{
	if (r->value == r->got)
		return CUT_SAME;
	if (is_machines(r->event))
		return CUT_MACHINE;
	return cut_is_timed(r->event->row) ? CUT_TIME : CUT_UNKNOWN;
}

void
cut_compare(struct cut_input *input, unsigned reasons[CUT_REASONS])
{
	unsigned got = cut_run(input);

	memset(reasons, 0, CUT_REASONS * sizeof(reasons[0]));
	input->reads = MIN(input->reads, got);
	for (unsigned i = 0; i < input->reads; i++)
		reasons[reason_of(&input->read[i])]++;
}

void
cut_count(const struct cut_input *input)
{
	for (unsigned i = 0; i < input->reads; i++) {
		const struct cut_read *r = &input->read[i];

		tallies[r->event->row][reason_of(r)]++;
	}
}

static const char *const words[CUT_REASONS] = {
	[CUT_SAME] = "the same",
	[CUT_MACHINE] = "of another machine",
	[CUT_TIME] = "of a timer that was late",
	[CUT_UNKNOWN] = "of no known reason",
};

static const char *const kinds[] = {
	[CUT_CHIP] = "",
	[CUT_CF8] = "'s configuration",
	[CUT_ECAM] = "'s configuration by ECAM",
	[CUT_IO] = "'s ports",
	[CUT_COMMON] = "'s common registers",
	[CUT_ISR] = "'s ISR",
	[CUT_DEVICE] = "'s own registers",
	[CUT_NOTIFY] = "'s doorbells",
	[CUT_MSIX] = "'s vectors",
};

void
cut_report(void)
{
	unsigned sums[CUT_REASONS] = { 0 }, reads = 0;

	for (unsigned row = 0; row < FUZZ_REGIONS; row++)
		for (unsigned why = 0; why < CUT_REASONS; why++) {
			unsigned n = tallies[row][why];

			sums[why] += n;
			reads += n;
			if (n > 0 && why != CUT_SAME)
				printf("# %s%s: %u reads other, %s\n",
				    cut_rows[row].name,
				    kinds[cut_rows[row].kind], n, words[why]);
		}
	printf("%u reads:", reads);
	for (unsigned why = 0; why < CUT_REASONS; why++)
		printf(" %u %s%s", sums[why], words[why],
		    why + 1 < CUT_REASONS ? "," : "\n");
}
