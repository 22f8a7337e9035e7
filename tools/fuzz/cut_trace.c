/* SPDX-License-Identifier: MIT
 *
 * Reads traces (trace.h), several machines to a file, and finds out of
 * each record which row of the tables it is about. See cut.h.
 */
#include <linux/serial_reg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices/map.h"
#include "tools/fuzz/cut.h"

const struct cut_row cut_rows[FUZZ_REGIONS] = {
#define PORT(row, ...) [FUZZ_PORT_##row] = { #row, CUT_CHIP, 0 },
#define QUIET	       PORT
#include "devices/ports.def"
#define WINDOW(row, ...) [FUZZ_WINDOW_##row] = { #row, CUT_CHIP, 0 },
#define HOST		 WINDOW
#include "devices/windows.def"
#define BRIDGE(row, device, ...)                                               \
	[FUZZ_CF8_##row] = { #row, CUT_CF8, (device) },                        \
	[FUZZ_ECAM_##row] = { #row, CUT_ECAM, (device) },
#define VIRTIO(row, device, type)                                              \
	BRIDGE(row, device)                                                    \
	[FUZZ_IO_##row] = { #row, CUT_IO, (device) },                          \
	[FUZZ_COMMON_##row] = { #row, CUT_COMMON, (device) },                  \
	[FUZZ_ISR_##row] = { #row, CUT_ISR, (device) },                        \
	[FUZZ_DEVICE_##row] = { #row, CUT_DEVICE, (device) },                  \
	[FUZZ_NOTIFY_##row] = { #row, CUT_NOTIFY, (device) },                  \
	[FUZZ_MSIX_##row] = { #row, CUT_MSIX, (device) },
#include "devices/slots.def"
};

static uint8_t *bytes, *next, *end; /* of the file, decoded */
static uint64_t now_ns;
static bool broken;

/* Base64, without padding. */
static void
decode(const char *line)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	unsigned n = 0;

	for (const char *digit; (digit = strchr(digits, *line)) && *line;
	     line++) {
		bits = bits << 6 | (uint32_t)(digit - digits);
		if (++n % 4 != 0)
			continue;
		*end++ = (uint8_t)(bits >> 16);
		*end++ = (uint8_t)(bits >> 8);
		*end++ = (uint8_t)bits;
	}
}

bool
cut_trace_open(const char *path)
{
	enum { LINE = 1 << 14 };
	FILE *file = fopen(path, "r");
	char line[LINE], *mark;
	long size = 0;

	if (file == NULL)
		return false;
	if (fseek(file, 0, SEEK_END) == 0)
		size = ftell(file);
	rewind(file);
	free(bytes);
	broken = false;
	bytes = next = end = calloc(1, (size_t)MAX(size, 0) + LINE);
	while (bytes != NULL && fgets(line, sizeof(line), file) != NULL)
		if ((mark = strstr(line, TRACE_MARK)) != NULL)
			decode(mark + strlen(TRACE_MARK));
	fclose(file);
	return bytes != NULL;
}

static uint64_t
take(void)
{
	uint64_t n = 0;

	for (unsigned shift = 0; next < end && shift < 64; shift += 7) {
		n |= (uint64_t)(*next & 0x7f) << shift;
		if ((*next++ & 0x80) == 0)
			break;
	}
	return n;
}

static bool
is_access(const struct cut_record *r)
{
	return r->what >= TRACE_IN && r->what <= TRACE_STORE;
}

/* False at the end, or where it makes no sense. */
static bool
next_record(struct cut_record *r)
{
	uint8_t what;

	if (next >= end)
		return false;
	what = *next++;
	r->what = (enum trace_what)what;
	if (r->what == TRACE_END)
		return true;
	r->at = take();
	r->value = take();
	r->size = take();
	r->now_ns = now_ns += take();
	r->bytes = next;
	if (r->what == TRACE_FETCH)
		next += MIN(r->size, (uint64_t)(end - next));
	broken = what >= TRACE_WHATS || r->size > SIZE_MAX / 2 ||
	    (r->what == TRACE_FETCH && next != r->bytes + r->size) ||
	    (is_access(r) && r->size != 1 && r->size != 2 && r->size != 4 &&
		r->size != 8);
	return !broken;
}

bool
cut_trace_is_broken(void)
{
	return broken;
}

/*
 * Whose it is.
 */

/* The least of the rows that have the place, or FUZZ_REGIONS. */
static unsigned
row_of(enum fuzz_space space, gpa_t at)
{
	unsigned best = FUZZ_REGIONS;

	for (unsigned i = 0; i < FUZZ_REGIONS; i++) {
		struct fuzz_region r = fuzz_region(i);

		if (r.space == space && range_within(at - r.at, 1, r.size) &&
		    (best == FUZZ_REGIONS || r.size < fuzz_region(best).size))
			best = i;
	}
	return best;
}

static unsigned
subject_of_row(unsigned row)
{
	if (row >= FUZZ_REGIONS)
		return CUT_NOBODY;
	if (cut_rows[row].device > 0)
		return cut_rows[row].device;
	if (cut_rows[row].kind != CUT_CHIP)
		return CUT_PCI;
	switch (row) {
	case FUZZ_PORT_pic_master:
	case FUZZ_PORT_pic_slave:
	case FUZZ_PORT_elcr:
	case FUZZ_PORT_pit:
	case FUZZ_PORT_port_b:
	case FUZZ_PORT_rtc:
	case FUZZ_WINDOW_ioapic:
		return CUT_CLOCKS;
	case FUZZ_PORT_com1:
		return CUT_SERIAL;
	case FUZZ_PORT_pci_address:
	case FUZZ_PORT_pci_data:
	case FUZZ_PORT_virtio:
	case FUZZ_WINDOW_ecam:
	case FUZZ_WINDOW_virtio:
		return CUT_PCI;
	default:
		return CUT_REST;
	}
}

static unsigned
subject_of(const struct cut_event *e)
{
	switch (e->did->what) {
	case TRACE_IN ... TRACE_STORE:
		return subject_of_row(e->row);
	case TRACE_ACK:
	case TRACE_EOI:
		return CUT_CLOCKS;
	case TRACE_FIRE:
		if (e->did->value == TIMER_balloon)
			return fuzz_devices[FUZZ_ROW_balloon].device;
		return e->did->value == TIMER_pm_timer ? CUT_REST : CUT_CLOCKS;
	case TRACE_KICK:
	case TRACE_DISK_DONE:
	case TRACE_DISK_FLUSH:
		return e->did->at % PCI_DEVICES;
	case TRACE_CONSOLE_INPUT ... TRACE_CONSOLE_SIZE:
		return fuzz_devices[FUZZ_ROW_console].device;
	case TRACE_BALLOON_SIZE ... TRACE_BALLOON_HINTS:
		return fuzz_devices[FUZZ_ROW_balloon].device;
	case TRACE_SERIAL_INPUT:
	case TRACE_SERIAL_DRAINED:
		return CUT_SERIAL;
	case TRACE_BUTTON:
		return CUT_REST;
	default:
		return CUT_NOBODY;
	}
}

bool
cut_is_timed(unsigned row)
{
	return row == FUZZ_PORT_pit || row == FUZZ_PORT_port_b ||
	    row == FUZZ_PORT_rtc || row == FUZZ_PORT_pm_timer;
}

/* What was last written to registers that choose others. */
static uint32_t selected;
static const struct cut_event *number[2];

/* Mechanism #1: what it leads to is the row's, not the data port's. */
static void
find_row(struct cut_event *e)
{
	const struct cut_record *did = e->did;
	bool memory = did->what == TRACE_LOAD || did->what == TRACE_STORE;
	gpa_t at = did->at;

	e->row = FUZZ_REGIONS;
	if (!memory && at - PORT_pci_data < 4) {
		at = (selected & ~3u) + (at - PORT_pci_data);
		e->row = row_of(FUZZ_CF8, at);
		e->mechanism = e->row < FUZZ_REGIONS;
	}
	if (!e->mechanism) {
		at = did->at;
		e->row = row_of(memory ? FUZZ_MMIO : FUZZ_PIO, at);
	}
	if (e->row < FUZZ_REGIONS)
		e->offset = (uint32_t)(at - fuzz_region(e->row).at);
}

/* A register that is reached by another, which holds its number. */
static void
find_index(struct cut_event *e)
{
	bool rtc = e->row == FUZZ_PORT_rtc, data;

	if (!cut_is_access(e) || (!rtc && e->row != FUZZ_WINDOW_ioapic))
		return;
	data = e->offset == (rtc ? 1 : 0x10);
	if (data)
		e->number = number[rtc];
	else if (!cut_is_read(e))
		number[rtc] = e;
}

static bool
is_counter(const struct cut_event *e)
{
	return (e->row == FUZZ_PORT_pit && e->offset < 3) ||
	    e->row == FUZZ_PORT_port_b || e->row == FUZZ_PORT_pm_timer;
}

/* What a counter shows, and what is printed, does not make it another. */
static uint64_t
key_of(const struct cut_event *e)
{
	const struct cut_record *did = e->did;
	bool text = did->what == TRACE_OUT && e->row == FUZZ_PORT_com1 &&
	    e->offset == UART_TX;
	uint64_t key = did->what;
	uint64_t value = did->value;

	if (text || (cut_is_read(e) && is_counter(e)))
		value = 0;
	for (unsigned i = 0; i < 5; i++) {
		const uint64_t parts[] = { cut_is_access(e) ? e->row : 0,
			e->offset, did->at, did->size, value };

		key = (key ^ parts[i]) * 0x9e3779b97f4a7c15;
		key ^= key >> 29;
	}
	for (unsigned i = 0; i < e->withins; i++)
		for (uint64_t n = 0;
		     e->within[i].what == TRACE_FETCH && n < e->within[i].size;
		     n++)
			key = (key ^ e->within[i].bytes[n]) * 0x100000001b3;
	return key;
}

unsigned
cut_repeats(const struct cut_event **events, unsigned count)
{
	enum { LONGEST = 12 };

	for (unsigned n = 1; n <= LONGEST && 3 * n <= count; n++) {
		unsigned i = 0;

		while (i < 2 * n &&
		    events[count - 1 - i]->key ==
			events[count - 1 - i - n]->key)
			i++;
		if (i == 2 * n) {
			for (i = count - n; i < count; i++)
				events[i - n] = events[i];
			return count - n;
		}
	}
	return count;
}

/*
 * A machine.
 */

static struct cut_record *records;
static struct cut_event *all;
enum { EVENTS_MAX = 1 << 20 };

static void
add(struct cut_trace *trace, const struct cut_record *r, unsigned withins)
{
	struct cut_event *e = &trace->events[trace->count];

	*e = (struct cut_event){
		.did = r, .within = r - withins, .withins = withins
	};
	if (cut_is_access(e))
		find_row(e);
	if (r->what == TRACE_OUT && r->at == PORT_pci_address && r->size == 4)
		selected = (uint32_t)r->value;
	find_index(e);
	e->subject = subject_of(e);
	e->key = key_of(e);
	trace->count++;
}

/* Records up to the machine's end, or the next one's start. */
bool
cut_trace_next(struct cut_trace *trace)
{
	struct cut_record *r;
	unsigned count = 0, withins = 0;

	if (records == NULL) {
		records = calloc(EVENTS_MAX, sizeof(records[0]));
		all = calloc(EVENTS_MAX, sizeof(all[0]));
		check(records != NULL && all != NULL);
	}
	memset(trace, 0, sizeof(*trace));
	memset(number, 0, sizeof(number));
	trace->events = all;
	while (count < EVENTS_MAX && next_record(r = &records[count])) {
		if (r->what == TRACE_END)
			return true;
		if (r->what == TRACE_DEVICE && r->at == 0) {
			trace->no_pit = r->value;
			trace->slew = r->size;
			trace->begun_ns = r->now_ns;
		} else if (r->what == TRACE_DEVICE)
			trace->device[r->at % PCI_DEVICES] =
			    (struct cut_machine){ true, r->size & 1,
				    r->size >> 1 & 1 };
		count++;
		if (r->what >= TRACE_FETCH && r->what <= TRACE_CONSUME) {
			withins++;
			continue;
		}
		if (r->what < TRACE_DEVICE && r->what > TRACE_START)
			add(trace, r, withins);
		withins = 0;
	}
	return count > 0;
}
