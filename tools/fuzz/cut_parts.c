/* SPDX-License-Identifier: MIT
 *
 * Whose part of a trace makes an input, from where to where. An input has room
 * for little, and begins with a machine that was just reset, so each is about
 * one device, or a few chips, from its reset on: of a virtio device one for how
 * it is found, and one for each time that a driver takes it, as far as it goes;
 * of the chips, one after the other until all is told. What is the same again
 * and again is told twice. See cut_input.h.
 */
#include <linux/pci_regs.h>
#include <linux/virtio_pci.h>
#include <string.h>

#include "devices/map.h"
#include "tools/fuzz/cut_input.h"

enum { EVENTS_MAX = 1 << 20 };

static uint64_t begun_ns;
static const struct cut_event *chosen[EVENTS_MAX], *window[EVENTS_MAX];

/* To the address register of configuration space, for what follows. */
static bool
selects(const struct cut_trace *trace, unsigned i)
{
	const struct cut_record *did = trace->events[i].did;

	if (did->what != TRACE_OUT || did->at != PORT_pci_address)
		return false;
	while (++i < trace->count && !cut_is_access(&trace->events[i]))
		;
	return i < trace->count && trace->events[i].mechanism;
}

static unsigned
choose(const struct cut_trace *trace, unsigned subject)
{
	unsigned count = 0;

	for (unsigned i = 0; i < trace->count; i++) {
		if (trace->events[i].subject != subject || selects(trace, i))
			continue;
		chosen[count++] = &trace->events[i];
		count = cut_repeats(chosen, count);
	}
	return count;
}

static bool
is_status(const struct cut_event *e)
{
	enum cut_kind kind;

	if (!cut_is_access(e) || cut_is_read(e))
		return false;
	kind = cut_rows[e->row].kind;
	return (kind == CUT_COMMON && e->offset == VIRTIO_PCI_COMMON_STATUS) ||
	    (kind == CUT_IO && e->offset == VIRTIO_PCI_STATUS);
}

/* A register that holds what was written to it. */
static bool
is_kept(const struct cut_event *e)
{
	enum cut_kind kind;

	if (e->did->what >= TRACE_CONSOLE_FAR &&
	    e->did->what <= TRACE_BALLOON_STATS)
		return true;
	if (!cut_is_access(e) || cut_is_read(e))
		return false;
	kind = cut_rows[e->row].kind;
	if (kind == CUT_CF8 || kind == CUT_ECAM)
		return e->offset < PCI_BASE_ADDRESS_0 ||
		    e->offset > PCI_ROM_ADDRESS + 3;
	return kind == CUT_MSIX || kind == CUT_CHIP;
}

static bool
is_same_register(const struct cut_event *a, const struct cut_event *b)
{
	if (!cut_is_access(a))
		return a->did->what == b->did->what && a->did->at == b->did->at;
	if (!cut_is_access(b) || cut_is_read(b) || a->row != b->row ||
	    a->offset != b->offset)
		return false;
	return a->number == NULL || b->number == NULL ||
	    a->number->did->value == b->number->did->value;
}

/* What was last written to each register that keeps it. */
static unsigned
put_kept(unsigned end)
{
	unsigned count = 0;

	for (unsigned i = 0; i < end; i++) {
		bool last = is_kept(chosen[i]);

		for (unsigned k = i + 1; k < end && last; k++)
			last = !is_same_register(chosen[i], chosen[k]);
		if (last && chosen[i]->number != NULL)
			window[count++] = chosen[i]->number;
		if (last)
			window[count++] = chosen[i];
	}
	return MIN(count, (unsigned)FUZZ_OPS_MAX / 2);
}

/* From `begin` on, behind what came before; how many events fitted. */
static unsigned
make(struct cut_input *input, unsigned begin, unsigned end, bool kept)
{
	unsigned before = kept ? put_kept(begin) : 0, n;

	n = MIN(end - begin, (unsigned)FUZZ_OPS_MAX);
	for (unsigned i = 0; i < n; i++)
		window[before + i] = chosen[begin + i];
	n = cut_input_make(input, window, before + n, begun_ns);
	return n > before ? n - before : 0;
}

/* A driver's time with a device begins with a reset. */
static void
cut_device(unsigned subject, unsigned count, struct cut_input *input)
{
	unsigned begin = 0;
	bool taken = false;

	for (unsigned i = 1; i <= count; i++) {
		bool reset = i < count && is_status(chosen[i]) &&
		    (chosen[i]->did->value == 0 ? taken : begin == 0);

		if (i < count && is_status(chosen[i]))
			taken = chosen[i]->did->value != 0;
		if (i < count && !reset)
			continue;
		make(input, begin, i, true);
		cut_write(input, subject, true);
		begin = i;
	}
}

static unsigned
unlike(struct cut_input *input)
{
	unsigned reasons[CUT_REASONS];

	cut_compare(input, reasons);
	return reasons[CUT_UNKNOWN] + reasons[CUT_TIME];
}

/* That of the chips there is neither too much nor ever an end. Of what they
 * still knew, as much as makes for the fewest differences. */
static void
cut_chips(unsigned subject, unsigned count, struct cut_input *input)
{
	static struct cut_input other;
	unsigned begin = 0, n, m;

	while (begin < count) {
		n = make(input, begin, count, false);
		other.head = input->head;
		m = begin > 0 ? make(&other, begin, count, true) : 0;
		if (m > 0 && unlike(&other) < unlike(input)) {
			memcpy(input, &other, sizeof(*input));
			n = m;
		}
		cut_write(input, subject, begin == 0);
		begin += MAX(n, 1u);
	}
}

/* Of board_machine.c's the one like a device's, or most of them's. */
static uint8_t
machine_of(const struct cut_trace *trace, unsigned subject)
{
	enum { TRANSITIONAL, MODERN, LEGACY, ODD };
	unsigned modern = 0, legacy = 0, first = 0, end = PCI_DEVICES;

	if (subject == CUT_CLOCKS)
		return trace->no_pit ? ODD
		    : trace->slew    ? MODERN
				     : TRANSITIONAL;
	if (subject < PCI_DEVICES) {
		first = subject;
		end = subject + 1;
	}
	for (unsigned i = first; i < end; i++) {
		const struct cut_machine *m = &trace->device[i];

		modern += m->there && !m->legacy;
		legacy += m->there && !m->modern;
	}
	if (modern > legacy)
		return MODERN;
	return legacy > 0 ? LEGACY : TRANSITIONAL;
}

void
cut_parts(const struct cut_trace *trace)
{
	static struct cut_input input;

	begun_ns = trace->begun_ns;
	for (unsigned subject = 1; subject < CUT_SUBJECTS; subject++) {
		unsigned count = choose(trace, subject);

		memset(&input, 0, sizeof(input));
		input.head.machine = machine_of(trace, subject);
		if (subject >= PCI_DEVICES)
			cut_chips(subject, count, &input);
		else if (trace->device[subject].there)
			cut_device(subject, count, &input);
	}
}
