/* SPDX-License-Identifier: MIT
 *
 * What happened becomes operations: before each event, what the driver has
 * stored to memory meanwhile, as far as a device looks at it, and the time that
 * has passed, where a clock is looked at. See
 * cut_input.h.
 */
#include <string.h>

#include "devices/blk.h"
#include "tools/fuzz/cut_input.h"

enum { ALL_LATER = 0x55555555 }; /* of disk_answers */

static struct cut_input *in;
static uint64_t posted[PCI_DEVICES]; /* kicks that the loop has yet to do */
static uint64_t begun_ns, clock_ns;
static uint64_t waits[FUZZ_DISK_WAITS]; /* device << 32 | tag */
static unsigned waiting;

static bool
is_posted(void)
{
	for (unsigned i = 0; i < PCI_DEVICES; i++)
		if (posted[i] != 0)
			return true;
	return false;
}

/* While a kick is due that comes later, the loop is to have no turn. */
void
cut_put(struct cut_input *input, enum fuzz_code code, struct fuzz_op op)
{
	if (input->head.ops == FUZZ_OPS_MAX) {
		input->full = true;
		return;
	}
	op.code = (uint8_t)(code | (is_posted() ? FUZZ_LATE : 0));
	input->op[input->head.ops++] = op;
}

static void
put(enum fuzz_code code, struct fuzz_op op)
{
	cut_put(in, code, op);
}

static void
put_host(enum fuzz_event event, uint64_t at, uint64_t width, uint64_t value)
{
	put(FUZZ_OP_host,
	    (struct fuzz_op){
		.row = (uint8_t)event,
		.offset = (uint32_t)at,
		.width = (uint8_t)width,
		.value = (uint32_t)value,
	    });
}

/*
 * Time.
 */

static void
put_time(uint64_t to_ns)
{
	static const struct {
		uint64_t ns;
		uint8_t kind; /* of fuzz_op_time() */
	} units[] = { { 1000000000, 4 }, { 15000, 2 }, { 1, 0 } };
	uint64_t left = to_ns - begun_ns;

	left -= MIN(left, clock_ns);
	if (left < 65536) {
		clock_ns += left;
		if (left > 0)
			put(FUZZ_OP_time,
			    (struct fuzz_op){ .value = (uint32_t)left });
		return;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(units); i++) {
		uint64_t n = MIN(left / units[i].ns, 65535u);

		left -= n * units[i].ns;
		clock_ns += n * units[i].ns;
		if (n > 0)
			put(FUZZ_OP_time,
			    (struct fuzz_op){
				.value = (uint32_t)n, .kind = units[i].kind });
	}
}

/*
 * Disks.
 */

static void
put_done(unsigned index, bool ok)
{
	put_host(FUZZ_EVENT_disk_done, index, !ok, 0);
	waiting--;
	memmove(&waits[index], &waits[index + 1],
	    (waiting - index) * sizeof(waits[0]));
}

static void
disk_done(const struct cut_event *e)
{
	for (unsigned i = 0; i < waiting; i++)
		if (waits[i] == (e->did->at << 32 | e->did->value)) {
			put_done(i, e->did->size);
			return;
		}
}

/* In an input, all are answered later; what was done at once then is at
 * once. */
static void
submit(const struct cut_event *e)
{
	for (unsigned i = 0; i < e->withins; i++) {
		const struct cut_record *r = &e->within[i];

		if (r->what != TRACE_SUBMIT || waiting == FUZZ_DISK_WAITS)
			continue;
		waits[waiting++] = r->at << 32 | r->value;
		if (r->size != BLK_LATER)
			put_done(waiting - 1, r->size == BLK_DONE);
	}
}

static bool
is_submitting(const struct cut_event *e)
{
	for (unsigned i = 0; i < e->withins; i++)
		if (e->within[i].what == TRACE_SUBMIT)
			return true;
	return false;
}

/*
 * Events.
 */

static void
put_access(const struct cut_event *e)
{
	bool read = cut_is_read(e);
	struct fuzz_op op = {
		.row = (uint8_t)e->row,
		.offset = e->offset,
		.width = (uint8_t)__builtin_ctzll(e->did->size),
		.value = read ? 0 : (uint32_t)cut_memory_value(e),
	};

	_Static_assert(FUZZ_REGIONS <= 256, "a row fits in a byte");
	put(read ? FUZZ_OP_read : FUZZ_OP_write, op);
	if (read && !in->full)
		in->read[in->reads++] =
		    (struct cut_read){ e, cut_memory_value(e), 0 };
}

/* Bytes of a port's input that it took, and of which port. */
static uint64_t
consumed(const struct cut_event *e, uint64_t *port)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < e->withins; i++)
		if (e->within[i].what == TRACE_CONSUME) {
			n += e->within[i].value;
			*port = e->within[i].at;
		}
	return n;
}

static void
put_input(const struct cut_event *e)
{
	uint64_t port = e->did->at, n = consumed(e, &port);

	put_host(FUZZ_EVENT_console_input, port, 0, n);
}

static bool
was_posted(const struct cut_event *e)
{
	return e->did->what == TRACE_KICK &&
	    (posted[e->did->at % PCI_DEVICES] >> e->did->value % 64 & 1) != 0;
}

/* What it posts is due from it on. */
static void
post(const struct cut_event *e)
{
	for (unsigned i = 0; i < e->withins; i++)
		if (e->within[i].what == TRACE_POST)
			posted[e->within[i].at % PCI_DEVICES] |= (uint64_t)1
			    << e->within[i].value % 64;
}

/* Posted ones, in one turn. */
static void
put_turn(const struct cut_event *const *events, unsigned count)
{
	memset(posted, 0, sizeof(posted));
	for (unsigned i = 0; i < count; i++)
		post(events[i]);
	put(FUZZ_OP_loop, (struct fuzz_op){ .width = 1 });
}

static void
put_kick(const struct cut_event *e)
{
	put(FUZZ_OP_kick,
	    (struct fuzz_op){
		.row = (uint8_t)(fuzz_row((unsigned)e->did->at) % FUZZ_ROWS),
		.offset = (uint32_t)e->did->value });
}

static void
put_event(const struct cut_event *e)
{
	const struct cut_record *did = e->did;

	switch (did->what) {
	case TRACE_IN ... TRACE_STORE:
		put_access(e);
		break;
	case TRACE_ACK:
		put(FUZZ_OP_ack, (struct fuzz_op){ .width = 0 });
		break;
	case TRACE_EOI:
		put(FUZZ_OP_ack,
		    (struct fuzz_op){
			.width = 1, .value = (uint32_t)did->value });
		break;
	case TRACE_KICK:
		put_kick(e);
		break;
	case TRACE_DISK_DONE:
		disk_done(e);
		break;
	case TRACE_CONSOLE_INPUT:
		put_input(e);
		break;
	case TRACE_CONSOLE_FAR:
		put_host(FUZZ_EVENT_console_far, did->at, did->value, 0);
		break;
	case TRACE_CONSOLE_SIZE:
		put_host(FUZZ_EVENT_console_size, did->at, 0, did->value);
		break;
	case TRACE_BALLOON_SIZE:
		put_host(FUZZ_EVENT_balloon_size, 0, 0, did->value);
		break;
	case TRACE_BALLOON_STATS:
		put_host(FUZZ_EVENT_balloon_stats, 0, 0, did->value);
		break;
	case TRACE_BALLOON_HINTS:
		put_host(FUZZ_EVENT_balloon_hints, 0, !did->value, 0);
		break;
	case TRACE_SERIAL_INPUT:
		put_host(FUZZ_EVENT_serial_input, did->value - 1, 0, 1);
		break;
	case TRACE_SERIAL_DRAINED:
		put_host(FUZZ_EVENT_serial_room, 0, 0, 0);
		break;
	case TRACE_BUTTON:
		put_host(FUZZ_EVENT_power_button, 0, 0, 0);
		break;
	default: /* TRACE_FIRE: time does it */
		break;
	}
}

static bool
is_timed(const struct cut_event *e)
{
	return e->did->what == TRACE_FIRE ||
	    (cut_is_access(e) && cut_is_timed(e->row));
}

static unsigned
fetches(const struct cut_event *e)
{
	unsigned n = 0;

	for (unsigned i = 0; i < e->withins; i++)
		n += e->within[i].what == TRACE_FETCH &&
		    e->within[i].value != FETCH_FIELD;
	return n;
}

/* How many events belong together: kicks of one turn of the loop; what a disk
 * has done up to where the driver sees it, which is when devices look whether
 * it wants to. */
static unsigned
group(const struct cut_event *const *events, unsigned count)
{
	unsigned n = 1;

	if (was_posted(events[0])) {
		while (n < count && was_posted(events[n]))
			n++;
	} else if (events[0]->did->what == TRACE_DISK_DONE) {
		while (n < count && events[n]->did->what == TRACE_DISK_DONE)
			n++;
		n += n < count && events[n]->did->what == TRACE_DISK_FLUSH;
	}
	return n;
}

/* The next events: how many. */
static unsigned
step(const struct cut_event *const *events, unsigned count)
{
	const struct cut_event *e = events[0];
	unsigned n = group(events, count);
	uint64_t port;

	if (is_timed(e))
		put_time(e->did->now_ns);
	cut_put_memory(in, events, n);
	if (e->did->what == TRACE_KICK && consumed(e, &port) > 0)
		put_input(e);
	if (was_posted(e)) {
		put_turn(events, n);
		for (unsigned i = 0; i < n; i++)
			submit(events[i]);
		return n;
	}
	for (unsigned i = 0; i < n; i++) {
		post(events[i]);
		put_event(events[i]);
		submit(events[i]);
	}
	return n;
}

static void
begin(const struct cut_event *const *events, unsigned count)
{
	memset(posted, 0, sizeof(posted));
	waiting = 0;
	clock_ns = 0;
	for (unsigned i = 0; i < count; i++)
		if (is_submitting(events[i])) {
			put_host(FUZZ_EVENT_disk_answers, 0, 0, ALL_LATER);
			return;
		}
}

unsigned
cut_input_make(struct cut_input *input, const struct cut_event **events,
    unsigned count, uint64_t machine_ns)
{
	unsigned done = 0;

	in = input;
	in->reads = in->fetches = 0;
	in->stream_len = 0;
	in->head.ops = 0;
	in->full = false;
	begun_ns = machine_ns;
	count = MIN(count, (unsigned)FUZZ_OPS_MAX);
	while (!cut_memory_plan(events, count))
		count = count * 3 / 4;
	begin(events, count);
	while (done < count) {
		struct fuzz_head head = in->head;
		unsigned reads = in->reads,
			 n = step(events + done, count - done);
		size_t stream_len = in->stream_len;

		if (in->full) {
			in->head = head;
			in->reads = reads;
			in->stream_len = stream_len;
			break;
		}
		for (; n > 0; n--)
			in->fetches += fetches(events[done++]);
	}
	return done;
}
