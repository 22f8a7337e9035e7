/* SPDX-License-Identifier: MIT
 *
 * What happens to a board that the guest does not do: time, the loop's turns,
 * and the host's events (board_events.def), each as vmm/ would pass it on.
 */
#include <linux/serial_reg.h>
#include <string.h>

#include "devices/blk.h"
#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"

/* No more calls for one step of time, turns for one operation. */
enum { FIRES_MAX = 64, TURNS_MAX = 16, GAP_NS = 50 * 1000 };

#define SECOND_NS ((uint64_t)1000000000)
#define END_NS	  ((uint64_t)1 << 60) /* 36 years: no clock wraps */

static const uint64_t units_ns[] = { 1, 1000, 15000, 1000000, SECOND_NS,
	60 * SECOND_NS, 86400 * SECOND_NS, 600 * SECOND_NS };

static uint64_t
span_ns(const struct fuzz_op *op)
{
	return op->value % 65536 * units_ns[op->kind % ARRAY_SIZE(units_ns)];
}

static struct virtio_bus *
bus(void)
{
	return &fuzz_board->pci.virtio;
}

static void
touch_row(enum fuzz_row row)
{
	fuzz_touch(fuzz_devices[row].device);
}

/*
 * The loop.
 */

void
fuzz_kick(unsigned device, unsigned queue)
{
	uint64_t bit = (uint64_t)1 << queue % 64;
	bool posted = fuzz.posted[device] & bit;

	fuzz_touch(device);
	oracle_work();
	board_kick(fuzz_board, device, queue);
	if (!posted && (fuzz.posted[device] & bit) != 0)
		oracle_again(fuzz_is_hostile());
	oracle_kicked(device, queue);
	oracle_work();
}

/* As kick_posted(): what is posted meanwhile is the next turn's. */
void
fuzz_loop_turn(void)
{
	uint32_t devices = fuzz.posting;

	fuzz.posting = 0;
	for (; devices != 0; devices &= devices - 1) {
		unsigned device = (unsigned)__builtin_ctz(devices);
		uint64_t posted = fuzz.posted[device];

		fuzz.posted[device] = 0;
		for (; posted != 0; posted &= posted - 1)
			fuzz_kick(device, (unsigned)__builtin_ctzll(posted));
	}
}

void
fuzz_op_loop(const struct fuzz_op *op)
{
	for (unsigned i = 0; i < op->width % TURNS_MAX; i++)
		fuzz_loop_turn();
}

/* A timer that is due is called once; one that then is due again at the same
 * time would keep the loop busy for ever. */
static void
fire(unsigned timer)
{
	fuzz.timer_at[timer] = TIMER_OFF;
	fuzz_trace(timer);
	fuzz.chips = true;
	touch_row(FUZZ_ROW_balloon);
	board_fire(fuzz_board, (enum timer)timer, fuzz.now_ns);
	check(fuzz.timer_at[timer] > fuzz.now_ns);
}

static unsigned
next_timer(void)
{
	unsigned next = 0;

	for (unsigned i = 1; i < TIMERS; i++)
		if (fuzz.timer_at[i] < fuzz.timer_at[next])
			next = i;
	return next;
}

/* To the timers on the way, each at its own time, and none so often that the
 * host has nothing else to do while the guest sleeps, but for one event on the
 * heels of what was under way; when there are too many, the loop is late for the
 * rest. */
void
fuzz_advance(uint64_t ns)
{
	uint64_t to_ns = MAX(MIN(fuzz.now_ns + ns, END_NS), fuzz.now_ns);
	uint64_t fired_ns[TIMERS] = { 0 }, before_ns[TIMERS] = { 0 };

	for (unsigned n = 0; n < FIRES_MAX; n++) {
		unsigned timer = next_timer();

		if (fuzz.timer_at[timer] > to_ns)
			break;
		fuzz.host_ns += MAX(fuzz.now_ns, fuzz.timer_at[timer]);
		fuzz.host_ns -= fuzz.now_ns;
		fuzz.now_ns = MAX(fuzz.now_ns, fuzz.timer_at[timer]);
		check(fuzz.now_ns - before_ns[timer] >= GAP_NS);
		before_ns[timer] = fired_ns[timer];
		fired_ns[timer] = fuzz.now_ns;
		fire(timer);
	}
	fuzz.host_ns += to_ns - fuzz.now_ns;
	fuzz.now_ns = to_ns;
	for (unsigned i = 0; i < TIMERS; i++)
		if (fuzz.timer_at[i] <= fuzz.now_ns)
			fire(i);
}

void
fuzz_op_time(const struct fuzz_op *op)
{
	fuzz_advance(span_ns(op));
}

/*
 * The host.
 */

/* The engine's: the data, then the answer; and room again, if that was why a
 * disk waits. */
static void
disk_done(unsigned index, bool ok)
{
	struct fuzz_io io = fuzz_waits[index];
	struct virtio_blk *d = fuzz_disk(io.device);
	bool full = fuzz.disk_waits + BLK_BURST > FUZZ_DISK_WAITS;

	check(pci_function_masters(&d->v.function)); /* or it would be done */
	for (unsigned i = index + 1; i < fuzz.disk_waits; i++)
		fuzz_waits[i - 1] = fuzz_waits[i];
	fuzz.disk_waits--;
	fuzz_touch(io.device);
	oracle_request(io.device, io.tag, io.read && !ok);
	fuzz_disk_move(&io, ok);
	virtio_blk_done(d, io.tag, ok);
	virtio_blk_flush(d);
	if (full)
		virtio_blk_room(d);
}

void
blk_settle(unsigned device)
{
	check(fuzz_disk(device) != NULL);
	for (unsigned i = fuzz.disk_waits; i-- > 0;)
		if (fuzz_waits[i].device == device)
			disk_done(i, true);
}

static void
disk_all(const struct fuzz_op *op)
{
	while (fuzz.disk_waits > 0)
		disk_done(op->width & 1 ? 0 : fuzz.disk_waits - 1,
		    (op->value >> fuzz.disk_waits % 32 & 1) == 0);
}

static void
disk_full(bool full)
{
	fuzz.disk_full = full;
	for (unsigned row = 0; row < FUZZ_ROWS; row++)
		if (fuzz_devices[row].type == &virtio_blk_type && !full) {
			touch_row((enum fuzz_row)row);
			virtio_blk_room((struct virtio_blk *)fuzz_virtio(row));
		}
}

static void
disk_size(const struct fuzz_op *op)
{
	unsigned row = op->offset % FUZZ_ROWS;

	if (fuzz_devices[row].type != &virtio_blk_type)
		return;
	touch_row((enum fuzz_row)row);
	virtio_blk_attach(
	    (struct virtio_blk *)fuzz_virtio(row), op->value % 1024, "fuzz2");
	virtio_config_changed(fuzz_virtio(row));
}

/* Ports that the device has not do not happen to it. */
static unsigned
port_of(const struct fuzz_op *op)
{
	const struct virtio *v = &bus()->console.v;
	unsigned queues = v->setup.queues, ports = FUZZ_PORTS;

	if (queues != 0)
		ports = queues == 2 ? 1 : queues / 2 - 1;
	touch_row(FUZZ_ROW_console);
	return op->offset % ports;
}

static void
console(enum fuzz_event event, const struct fuzz_op *op)
{
	struct virtio_console *d = &bus()->console;
	unsigned port = port_of(op);

	switch (event) {
	case FUZZ_EVENT_console_input:
		fuzz.input_left[port] = op->value % 200000;
		virtio_console_readable(d, port);
		break;
	case FUZZ_EVENT_console_room:
		fuzz.room_left[port] = op->value % 200000;
		virtio_console_writable(d, port);
		break;
	case FUZZ_EVENT_console_far:
		virtio_console_connect(d, port, op->width & 1);
		break;
	default:
		virtio_console_resize(
		    d, port, (uint16_t)op->value, (uint16_t)(op->value >> 16));
		break;
	}
}

static void
balloon(enum fuzz_event event, const struct fuzz_op *op)
{
	struct virtio_balloon *d = &bus()->balloon;
	struct virtio_balloon_stats stats;

	touch_row(FUZZ_ROW_balloon);
	if (event == FUZZ_EVENT_balloon_size)
		virtio_balloon_set_target(d, op->value);
	else if (event == FUZZ_EVENT_balloon_stats)
		virtio_balloon_set_interval(d, op->value % 8);
	else if ((op->width & 1) == 0)
		fuzz_trace(virtio_balloon_hint_start(d));
	else
		virtio_balloon_hint_stop(d);
	fuzz_trace(virtio_balloon_actual(d) | virtio_balloon_hints(d).bytes);
	if (virtio_balloon_stats(d, &stats))
		fuzz_trace(stats.known);
}

static void
serial(enum fuzz_event event, const struct fuzz_op *op)
{
	struct uart8250 *u = &fuzz_board->com1;

	if (event == FUZZ_EVENT_serial_input) {
		for (unsigned n = op->value % 32; n > 0 && uart8250_room(u) > 0;
		     n--)
			uart8250_receive(u, (uint8_t)(op->offset + n));
	} else if (event == FUZZ_EVENT_serial_error) {
		bool over = uart8250_room(u) == 0 && u->rx_count > 0 &&
		    (u->mcr & UART_MCR_LOOP) == 0;

		if (op->width & 1)
			uart8250_break(u);
		else
			uart8250_receive(u, (uint8_t)op->offset);
		check(!over || (u->errors & UART_LSR_OE) != 0); /* 8.4 */
	} else {
		fuzz.term_full = op->width & 1;
		if (!fuzz.term_full)
			uart8250_drained(u);
	}
}

/* As console_finish(): no more turns than vmm/console.c has. */
static void
finish(void)
{
	enum { LAST_TURNS = 16 };

	for (unsigned i = 0; i < FUZZ_PORTS; i++) {
		struct fuzz_op op = { .offset = i };

		fuzz.finished = true;
		for (unsigned turn = 0; turn < LAST_TURNS; turn++) {
			if (port_of(&op) != i ||
			    !virtio_console_drain(&bus()->console, i))
				break;
			oracle_work();
		}
	}
}

static void
clock_jump(const struct fuzz_op *op)
{
	uint64_t ns = span_ns(op);

	if (op->width & 1)
		fuzz.host_ns -= MIN(ns, fuzz.host_ns);
	else if (fuzz.host_ns + ns < 3 * END_NS)
		fuzz.host_ns += ns;
}

static void
happen(enum fuzz_event event, const struct fuzz_op *op)
{
	switch (event) {
	case FUZZ_EVENT_disk_done:
		if (fuzz.disk_waits > 0)
			disk_done(
			    op->offset % fuzz.disk_waits, !(op->width & 1));
		break;
	case FUZZ_EVENT_disk_all:
		disk_all(op);
		break;
	case FUZZ_EVENT_disk_answers:
		fuzz.disk_answers = op->value;
		break;
	case FUZZ_EVENT_disk_full:
		disk_full(op->width & 1);
		break;
	case FUZZ_EVENT_disk_size:
		disk_size(op);
		break;
	case FUZZ_EVENT_console_input ... FUZZ_EVENT_console_size:
		console(event, op);
		break;
	case FUZZ_EVENT_balloon_size ... FUZZ_EVENT_balloon_hints:
		balloon(event, op);
		break;
	case FUZZ_EVENT_entropy:
		fuzz.entropy_left = op->value % 4096;
		break;
	case FUZZ_EVENT_serial_input ... FUZZ_EVENT_serial_room:
		serial(event, op);
		break;
	case FUZZ_EVENT_power_button:
		power_button(&fuzz_board->power);
		break;
	case FUZZ_EVENT_host_clock:
		clock_jump(op);
		break;
	case FUZZ_EVENT_finish:
		finish();
		break;
	case FUZZ_EVENTS:
		break;
	}
}

void
fuzz_op_host(const struct fuzz_op *op)
{
	fuzz.chips = true;
	oracle_event(op, false);
	happen((enum fuzz_event)(op->row % FUZZ_EVENTS), op);
	oracle_event(op, true);
}
