/* SPDX-License-Identifier: MIT
 *
 * Port I/O: devices/ports.def expanded into a flat table and a switch with typed
 * calls. Nothing is filled at run time and nothing can be changed.
 *
 * Threads: any vCPU, with the board's lock held.
 */
#include "devices/board.h"

/* Order, overlap and reach. A name without a value is one past the previous
 * one, so FLOOR_x is the first port that row x may have. */
enum {
#define PORT(row, first, last, ...)                                            \
	FLOOR_##row, FIRST_##row = (first), LAST_##row = (last),
#define QUIET PORT
#include "devices/ports.def"
};

#define PORT(row, ...)                                                         \
	_Static_assert(FIRST_##row >= FLOOR_##row,                             \
	    "ports.def: row " #row " overlaps or precedes the one before");    \
	_Static_assert(LAST_##row >= FIRST_##row,                              \
	    "ports.def: row " #row " ends before it begins");                  \
	_Static_assert(LAST_##row <= 0xffff,                                   \
	    "ports.def: row " #row " reaches past port 0xffff");
#define QUIET PORT
#include "devices/ports.def"

/* The member that a row names is of the type whose functions it calls. */
#define PORT(row, first, last, widths, member, type, reg)                      \
	_Static_assert(                                                        \
	    __builtin_types_compatible_p(                                      \
		__typeof__(((struct board *)0)->member), struct type),         \
	    "ports.def: row " #row ": " #member " is no struct " #type);       \
	_Static_assert(((widths) & ~7) == 0 && (widths) != 0,                  \
	    "ports.def: row " #row ": widths are a sum of 1, 2 and 4");        \
	_Static_assert((first) % ((widths) & -(widths)) == 0,                  \
	    "ports.def: row " #row ": first is not aligned to its width");
#define QUIET(...)
#include "devices/ports.def"

enum row {
	ROW_none,
#define PORT(row, ...) ROW_##row,
#define QUIET	       PORT
#include "devices/ports.def"
	ROWS
};
_Static_assert(ROWS <= 256, "ports.def: a row number fits in a byte");

/*
 * A byte for each port below 0x400, all that ISA decodes and where the PC has
 * its chips; above, a few rows take it all, so there each is a range of a
 * switch. (A byte for every port would be a third of the binary.) The last
 * entry of the table is where rows above it initialise in vain.
 */
#define LOW_PORTS 0x400
#define LOW(port) ((port) < LOW_PORTS ? (port) : LOW_PORTS)

enum {
#define PORT(row, first, last, ...)                                            \
	LOW_FIRST_##row = LOW(FIRST_##row), LOW_LAST_##row = LOW(LAST_##row),
#define QUIET PORT
#include "devices/ports.def"
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const uint8_t low_row_of[LOW_PORTS + 1] = {
#define PORT(row, first, last, ...)                                            \
	[LOW_FIRST_##row... LOW_LAST_##row] = ROW_##row,
#define QUIET PORT
#include "devices/ports.def"
};
#pragma GCC diagnostic pop

static enum row
row_of(uint16_t port)
{
	if (port < LOW_PORTS)
		return (enum row)low_row_of[port];
	switch (port) {
#define PORT(row, first, last, ...)                                            \
	case FIRST_##row... LAST_##row:                                        \
		return ROW_##row;
#define QUIET PORT
#include "devices/ports.def"
	default:
		return ROW_none;
	}
}

static const uint8_t widths_of[ROWS] = {
#define PORT(row, first, last, widths, ...) [ROW_##row] = (widths),
#define QUIET(row, ...)			    [ROW_##row] = 7,
#include "devices/ports.def"
	[ROW_none] = 7,
};

/* A whole access: the row takes this size here. */
static uint32_t
row_read(struct board *b, uint16_t port, unsigned size)
{
	switch (row_of(port)) {
#define PORT(row, first, last, widths, member, type, reg)                      \
	case ROW_##row:                                                        \
		return type##_read(&b->member, (reg) + (port - (first)), size);
#define QUIET(row, first, last, value, reason)                                 \
	case ROW_##row:                                                        \
		return (value)*0x01010101u;
#include "devices/ports.def"
	default:
		return ~0u;
	}
}

static void
row_write(struct board *b, uint16_t port, unsigned size, uint32_t value)
{
	switch (row_of(port)) {
#define PORT(row, first, last, widths, member, type, reg)                      \
	case ROW_##row:                                                        \
		type##_write(                                                  \
		    &b->member, (reg) + (port - (first)), size, value);        \
		return;
#define QUIET(...)
#include "devices/ports.def"
	default:
		return;
	}
}

unsigned
pio_row(uint16_t port)
{
	return row_of(port);
}

static bool
takes(uint16_t port, unsigned size)
{
	return (widths_of[row_of(port)] & size) != 0 && port % size == 0;
}

/* The least size that the row takes: for a byte of a wider register. */
static unsigned
least_width(uint16_t port)
{
	unsigned widths = widths_of[row_of(port)];

	return widths & -widths;
}

uint32_t
pio_read(struct board *b, uint16_t port, unsigned size)
{
	unsigned half = size / 2;

	if (takes(port, size))
		return row_read(b, port, size) & (uint32_t)ones(size);
	if (half == 0) {
		unsigned width = least_width(port);
		unsigned lane = port % width;

		return row_read(b, port - lane, width) >> (8 * lane) & 0xff;
	}
	return pio_read(b, port, half) |
	    pio_read(b, (uint16_t)(port + half), half) << (8 * half);
}

void
pio_write(struct board *b, uint16_t port, unsigned size, uint32_t value)
{
	unsigned half = size / 2;

	value &= (uint32_t)ones(size);
	if (takes(port, size)) {
		row_write(b, port, size, value);
	} else if (half == 0) {
		unsigned width = least_width(port);
		unsigned lane = port % width;

		row_write(b, port - lane, width, value << (8 * lane));
	} else {
		pio_write(b, port, half, value);
		pio_write(
		    b, (uint16_t)(port + half), half, value >> (8 * half));
	}
}
