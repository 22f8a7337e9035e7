/* SPDX-License-Identifier: MIT
 *
 * Memory-mapped I/O: devices/windows.def expanded into a byte for each MiB
 * between 3 and 4 GiB and a switch with typed calls, in the manner of pio.c.
 *
 * Threads: any vCPU, with the board's lock held.
 */
#include "devices/board.h"

/* Order, overlap and sharing at once, in MiB: a name without a value is one
 * past the previous one. */
enum {
#define WINDOW(row, first, last, ...)                                          \
	FLOOR_##row, FIRST_##row = (first) >> 20, LAST_##row = (last) >> 20,
#define HOST WINDOW
#include "devices/windows.def"
};

#define WINDOW(row, first, last, ...)                                          \
	_Static_assert(FIRST_##row >= FLOOR_##row,                             \
	    "windows.def: row " #row " overlaps, precedes or shares a MiB "    \
	    "with the one before");                                            \
	_Static_assert((last) >= (first),                                      \
	    "windows.def: row " #row " ends before it begins");                \
	_Static_assert(FIRST_##row >= 0xc00 && LAST_##row <= 0xfff,            \
	    "windows.def: row " #row " is not between 3 and 4 GiB");           \
	_Static_assert((first) % 4096 == 0 && (last) % 4096 == 4095,           \
	    "windows.def: row " #row " is not whole pages");
#define HOST WINDOW
#include "devices/windows.def"

/* The member that a row names is of the type whose functions it calls. */
#define WINDOW(row, first, last, widths, member, type)                         \
	_Static_assert(                                                        \
	    __builtin_types_compatible_p(                                      \
		__typeof__(((struct board *)0)->member), struct type),         \
	    "windows.def: row " #row ": " #member " is no struct " #type);     \
	_Static_assert(((widths) & ~15) == 0 && (widths) != 0,                 \
	    "windows.def: row " #row ": widths are a sum of 1, 2, 4 and 8");
#define HOST(...)
#include "devices/windows.def"

enum row {
	ROW_none,
#define WINDOW(row, ...) ROW_##row,
#define HOST		 WINDOW
#include "devices/windows.def"
	ROWS
};
_Static_assert(ROWS <= 256, "windows.def: a row number fits in a byte");

static const uint8_t row_of[1024] = {
#define WINDOW(row, ...)                                                       \
	[FIRST_##row - 0xc00 ... LAST_##row - 0xc00] = ROW_##row,
#define HOST WINDOW
#include "devices/windows.def"
};

static const struct {
	uint32_t first, last;
	uint8_t widths;
} rows[ROWS] = {
#define WINDOW(row, first, last, widths, ...)                                  \
	[ROW_##row] = { (first), (last), (widths) },
#define HOST(row, first, last, reason) [ROW_##row] = { (first), (last), 15 },
#include "devices/windows.def"
	[ROW_none] = { 0, 0, 15 },
};

/* At most one row has a part in a MiB; whether `at` is in it, wherever that
 * lies in the 64 bits, its range says. */
unsigned
mmio_row(gpa_t at)
{
	unsigned row = row_of[at >> 20 & 0x3ff];

	return at >= rows[row].first && at <= rows[row].last ? row : ROW_none;
}

/* A whole access: the row takes this size here. */
static uint64_t
row_read(struct board *b, gpa_t at, unsigned size)
{
	switch (mmio_row(at)) {
#define WINDOW(row, first, last, widths, member, type)                         \
	case ROW_##row:                                                        \
		return type##_mmio_read(                                       \
		    &b->member, (uint32_t)(at - (first)), size);
#define HOST(...)
#include "devices/windows.def"
	default:
		return ~(uint64_t)0;
	}
}

static void
row_write(struct board *b, gpa_t at, unsigned size, uint64_t value)
{
	switch (mmio_row(at)) {
#define WINDOW(row, first, last, widths, member, type)                         \
	case ROW_##row:                                                        \
		type##_mmio_write(                                             \
		    &b->member, (uint32_t)(at - (first)), size, value);        \
		return;
#define HOST(...)
#include "devices/windows.def"
	default:
		return;
	}
}

static bool
takes(gpa_t at, unsigned size)
{
	return (rows[mmio_row(at)].widths & size) != 0 && at % size == 0;
}

/* The least size that the row takes: for a byte of a wider register. */
static unsigned
least_width(gpa_t at)
{
	unsigned widths = rows[mmio_row(at)].widths;

	return widths & -widths;
}

uint64_t
mmio_read(struct board *b, gpa_t at, unsigned size)
{
	unsigned half = size / 2;

	if (takes(at, size))
		return row_read(b, at, size) & ones(size);
	if (half == 0) {
		unsigned width = least_width(at);
		unsigned lane = at % width;

		return row_read(b, at - lane, width) >> (8 * lane) & 0xff;
	}
	return mmio_read(b, at, half) |
	    mmio_read(b, at + half, half) << (8 * half);
}

void
mmio_write(struct board *b, gpa_t at, unsigned size, uint64_t value)
{
	unsigned half = size / 2;

	value &= ones(size);
	if (takes(at, size)) {
		row_write(b, at, size, value);
	} else if (half == 0) {
		unsigned width = least_width(at);
		unsigned lane = at % width;

		row_write(b, at - lane, width, value << (8 * lane));
	} else {
		mmio_write(b, at, half, value);
		mmio_write(b, at + half, half, value >> (8 * half));
	}
}
