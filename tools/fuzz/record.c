/* SPDX-License-Identifier: MIT
 *
 * Linked into a mica of its own ($(BUILD)/fuzz/mica.record), this writes down
 * what guest and host do to the board (trace.h): it stands, by the linker's
 * --wrap, before the functions by which vmm/ reaches devices/ and the other way
 * round. When the machine ends the trace goes to a new file in $MICA_RECORD, or
 * without that to stderr, which leads out of wherever mica was started. The
 * sandbox is off, and the clocks are set as fuzz/board's.
 *
 * Threads: any, with the board's lock held.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices/balloon.h"
#include "devices/blk.h"
#include "devices/console.h"
#include "tools/fuzz/trace.h"
#include "vmm/vm.h"

/* WRAP(result, name, parameters): __real_name is the function itself. */
#define WRAP(result, name, ...)                                                \
	result __real_##name(__VA_ARGS__);                                     \
	result __wrap_##name(__VA_ARGS__);                                     \
	result __wrap_##name(__VA_ARGS__)

/* When the machine starts, by its clock and by the host's: as fuzz/board's. */
#define START_NS      ((uint64_t)1000 * 1000000000)
#define START_HOST_NS ((uint64_t)1000000000 * 1000000000)

enum { TRACE_MAX = 32 << 20, FIELD_MAX = 4, LINE_BYTES = 6000 };

static uint8_t trace[TRACE_MAX];
static size_t used;
static uint64_t last_ns, seen_ns; /* of the last record; what devices saw */
static uint64_t begun_ns;	  /* the machine's start, by the loop's clock */
static bool on, in_data;

static void
number(uint64_t n)
{
	for (; n > 0x7f; n >>= 7)
		trace[used++] = (uint8_t)(n | 0x80);
	trace[used++] = (uint8_t)n;
}

/* It stands still before the start, and while something is done. */
WRAP(uint64_t, loop_now_ns, void)
{
	if (begun_ns == 0)
		return START_NS;
	if (seen_ns == 0)
		seen_ns = __real_loop_now_ns() - begun_ns + START_NS;
	return seen_ns;
}

WRAP(uint64_t, loop_host_ns, void)
{
	return loop_now_ns() - START_NS + START_HOST_NS;
}

WRAP(void, loop_timer, enum timer timer, uint64_t at_ns)
{
	if (at_ns != TIMER_OFF)
		at_ns = MAX(at_ns, START_NS) - START_NS + begun_ns;
	__real_loop_timer(timer, at_ns);
}

static uint64_t
time_ns(enum trace_what what)
{
	uint64_t now_ns;

	if (what >= TRACE_FETCH)
		return last_ns;
	now_ns = MAX(loop_now_ns(), last_ns);
	seen_ns = 0;
	return now_ns;
}

/* What does not fit any more is lost. */
static void
note_bytes(enum trace_what what, uint64_t at, uint64_t value, uint64_t size,
    const void *bytes)
{
	enum { HEAD_MAX = 1 + 4 * 10 };
	uint64_t now_ns = time_ns(what), len = bytes != NULL ? size : 0;

	if (!on || used + HEAD_MAX + len + 1 > TRACE_MAX)
		return;
	trace[used++] = (uint8_t)what;
	number(at);
	number(value);
	number(size);
	number(now_ns - last_ns);
	last_ns = now_ns;
	if (len > 0)
		memcpy(&trace[used], bytes, len);
	used += len;
}

static void
note(enum trace_what what, uint64_t at, uint64_t value, uint64_t size)
{
	note_bytes(what, at, value, size, NULL);
}

/*
 * The machine.
 */

WRAP(void, config_parse, struct config *config, int argc, char **argv)
{
	__real_config_parse(config, argc, argv);
	config->sandbox = SANDBOX_OFF;
}

WRAP(void, board_configure, struct board *b, const struct virtio_bus_setup *s)
{
	__real_board_configure(b, s);
	on = true;
	last_ns = START_NS;
	note(TRACE_DEVICE, 0, vm.config.pit == PIT_NONE, vm.config.rtc.slew);
#define BRIDGE(...)
#define VIRTIO(row, device, type)                                              \
	if (s->row.present)                                                    \
		note(TRACE_DEVICE, device, s->row.withheld,                    \
		    s->row.modern + 2u * s->row.legacy);
#include "devices/slots.def"
}

WRAP(void, board_reset, struct board *b)
{
	begun_ns = __real_loop_now_ns();
	seen_ns = START_NS;
	note(TRACE_START, 0, 0, 0);
	seen_ns = START_NS;
	__real_board_reset(b);
	seen_ns = 0;
}

/* Named after the image. */
static int
open_file(void)
{
	const char *directory = getenv("MICA_RECORD"), *image = "firmware";
	char path[1024];
	int fd;

	if (directory == NULL)
		return STDERR_FILENO;
	if (vm.config.kernel != NULL && !vm.config.firmware)
		image = strrchr(vm.config.kernel, '/') + 1;
	snprintf(path, sizeof(path), "%s/%.*s-%d", directory,
	    (int)strcspn(image, "."), image, getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return fd < 0 ? STDERR_FILENO : fd;
}

static void
put_line(int fd, const uint8_t *from, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char mark[] = "#" TRACE_MARK;
	static char line[2 * LINE_BYTES];
	char *to = stpcpy(line, mark);

	for (size_t i = 0; i < len; i += 3) {
		uint32_t three = (uint32_t)from[i] << 16;

		if (i + 1 < len)
			three |= (uint32_t)from[i + 1] << 8;
		if (i + 2 < len)
			three |= from[i + 2];
		for (int shift = 18; shift >= 0; shift -= 6)
			*to++ = digits[three >> shift & 63];
	}
	*to++ = '\n';
	(void)!write(fd, line, (size_t)(to - line));
}

WRAP(_Noreturn void, vm_end, void)
{
	int fd = open_file();

	trace[used++] = TRACE_END;
	(void)!write(fd, "\n", 1);
	for (size_t at = 0; at < used; at += LINE_BYTES)
		put_line(fd, &trace[at], MIN(used - at, (size_t)LINE_BYTES));
	__real_vm_end();
}

/*
 * What the guest does.
 */

WRAP(uint32_t, pio_read, struct board *b, uint16_t port, unsigned size)
{
	uint32_t value = __real_pio_read(b, port, size);

	note(TRACE_IN, port, value, size);
	return value;
}

WRAP(void, pio_write, struct board *b, uint16_t port, unsigned size,
    uint32_t value)
{
	__real_pio_write(b, port, size, value);
	note(TRACE_OUT, port, value, size);
}

WRAP(uint64_t, mmio_read, struct board *b, gpa_t at, unsigned size)
{
	uint64_t value = __real_mmio_read(b, at, size);

	note(TRACE_LOAD, at, value, size);
	return value;
}

WRAP(void, mmio_write, struct board *b, gpa_t at, unsigned size, uint64_t value)
{
	__real_mmio_write(b, at, size, value);
	note(TRACE_STORE, at, value, size);
}

WRAP(uint8_t, i8259_ack, struct i8259 *pic)
{
	uint8_t vector = __real_i8259_ack(pic);

	note(TRACE_ACK, 0, vector, 0);
	return vector;
}

WRAP(void, ioapic_eoi, struct ioapic *ioapic, uint8_t vector)
{
	__real_ioapic_eoi(ioapic, vector);
	note(TRACE_EOI, 0, vector, 0);
}

/*
 * What the loop does.
 */

WRAP(void, board_kick, struct board *b, unsigned device, unsigned queue)
{
	__real_board_kick(b, device, queue);
	note(TRACE_KICK, device, queue, 0);
}

WRAP(void, board_fire, struct board *b, enum timer timer, uint64_t now_ns)
{
	seen_ns = now_ns + START_NS - begun_ns;
	__real_board_fire(b, timer, seen_ns);
	note(TRACE_FIRE, 0, timer, 0);
}

WRAP(void, virtio_blk_done, struct virtio_blk *d, uint32_t tag, bool ok)
{
	__real_virtio_blk_done(d, tag, ok);
	note(TRACE_DISK_DONE, d->v.function.device, tag, ok);
}

WRAP(void, virtio_blk_flush, struct virtio_blk *d)
{
	__real_virtio_blk_flush(d);
	note(TRACE_DISK_FLUSH, d->v.function.device, 0, 0);
}

WRAP(void, virtio_console_readable, struct virtio_console *d, unsigned port)
{
	__real_virtio_console_readable(d, port);
	note(TRACE_CONSOLE_INPUT, port, 0, 0);
}

WRAP(void, virtio_console_writable, struct virtio_console *d, unsigned port)
{
	__real_virtio_console_writable(d, port);
	note(TRACE_CONSOLE_ROOM, port, 0, 0);
}

WRAP(void, virtio_console_connect, struct virtio_console *d, unsigned port,
    bool connected)
{
	__real_virtio_console_connect(d, port, connected);
	note(TRACE_CONSOLE_FAR, port, connected, 0);
}

WRAP(void, virtio_console_resize, struct virtio_console *d, unsigned port,
    uint16_t columns, uint16_t rows)
{
	__real_virtio_console_resize(d, port, columns, rows);
	note(TRACE_CONSOLE_SIZE, port, columns | (uint32_t)rows << 16, 0);
}

WRAP(void, virtio_balloon_set_target, struct virtio_balloon *d, uint32_t pages)
{
	__real_virtio_balloon_set_target(d, pages);
	note(TRACE_BALLOON_SIZE, 0, pages, 0);
}

WRAP(void, virtio_balloon_set_interval, struct virtio_balloon *d,
    uint32_t seconds)
{
	__real_virtio_balloon_set_interval(d, seconds);
	note(TRACE_BALLOON_STATS, 0, seconds, 0);
}

WRAP(bool, virtio_balloon_hint_start, struct virtio_balloon *d)
{
	bool can = __real_virtio_balloon_hint_start(d);

	note(TRACE_BALLOON_HINTS, 0, true, 0);
	return can;
}

WRAP(void, virtio_balloon_hint_stop, struct virtio_balloon *d)
{
	__real_virtio_balloon_hint_stop(d);
	note(TRACE_BALLOON_HINTS, 0, false, 0);
}

WRAP(void, uart8250_receive, struct uart8250 *u, uint8_t byte)
{
	__real_uart8250_receive(u, byte);
	note(TRACE_SERIAL_INPUT, 0, byte, 0);
}

WRAP(void, uart8250_drained, struct uart8250 *u)
{
	__real_uart8250_drained(u);
	note(TRACE_SERIAL_DRAINED, 0, 0, 0);
}

WRAP(void, power_button, struct power *p)
{
	__real_power_button(p);
	note(TRACE_BUTTON, 0, 0, 0);
}

/*
 * What devices do.
 */

WRAP(void, kick_post, unsigned device, unsigned queue)
{
	__real_kick_post(device, queue);
	note(TRACE_POST, device, queue, 0);
}

WRAP(enum blk_result, blk_submit, unsigned device, uint32_t tag,
    const struct blk_io *io)
{
	enum blk_result result = __real_blk_submit(device, tag, io);

	note(TRACE_SUBMIT, device, tag, result);
	return result;
}

WRAP(size_t, console_read, unsigned port, void *to, size_t len)
{
	size_t n = __real_console_read(port, to, len);

	note(TRACE_CONSUME, port, n, 0);
	return n;
}

WRAP(size_t, chain_read, struct chain *chain, const struct gmem *mem, void *to,
    size_t len)
{
	size_t n;

	in_data = true;
	n = __real_chain_read(chain, mem, to, len);
	in_data = false;
	return n;
}

WRAP(bool, gmem_read, const struct gmem *mem, gpa_t at, void *to, uint64_t len)
{
	bool ok = __real_gmem_read(mem, at, to, len);

	if (ok && len > 0)
		note_bytes(TRACE_FETCH, at,
		    in_data ? FETCH_DATA : FETCH_DESCRIPTOR, len, to);
	return ok;
}

/* A field that is about to be loaded, or stored: as it is now. */
WRAP(void *, gmem_ptr, const struct gmem *mem, gpa_t at, uint64_t len)
{
	void *to = __real_gmem_ptr(mem, at, len);

	if (to != NULL && len > 0 && len <= FIELD_MAX)
		note_bytes(TRACE_FETCH, at, FETCH_FIELD, len, to);
	return to;
}
