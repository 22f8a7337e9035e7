/* SPDX-License-Identifier: MIT
 *
 * Where there is something to access, generated from the tables of devices/, so
 * that the operations follow the machine: a new row is a new region. Those of
 * the virtio devices, which are one row of each table, are listed for each of
 * them; configuration space by both mechanisms.
 */
#include <linux/pci_regs.h>

#include "devices/map.h"
#include "devices/virtio_pci.h"
#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"

#define SPAN(first, last) (uint32_t)((last) - (first) + 1)

static const struct fuzz_region regions[] = {
#define PORT(row, first, last, ...) { FUZZ_PIO, (first), SPAN(first, last) },
#define QUIET			    PORT
#include "devices/ports.def"
#define WINDOW(row, first, last, ...) { FUZZ_MMIO, (first), SPAN(first, last) },
#define HOST			      WINDOW
#include "devices/windows.def"
#define BRIDGE(row, device, ...)                                               \
	{ FUZZ_CF8, 0x80000000 | (device) << 11, 256 },                        \
	    { FUZZ_MMIO, FUZZ_ECAM + ((device) << 15), 256 },
#define VIRTIO(row, device, type)                                              \
	BRIDGE(row, device){ FUZZ_PIO, VIRTIO_PORTS(device), VIRTIO_IO_SIZE }, \
	    { FUZZ_MMIO, VIRTIO_MEMORY(device) + VIRTIO_COMMON, 0x40 },        \
	    { FUZZ_MMIO, VIRTIO_MEMORY(device) + VIRTIO_ISR, 4 },              \
	    { FUZZ_MMIO, VIRTIO_MEMORY(device) + VIRTIO_DEVICE,                \
		    VIRTIO_CONFIG_MAX },                                       \
	    { FUZZ_MMIO, VIRTIO_MEMORY(device) + VIRTIO_NOTIFY, 0x100 },       \
	    { FUZZ_MMIO, VIRTIO_MEMORY(device) + VIRTIO_MSIX, 0x1000 },
#include "devices/slots.def"
};

_Static_assert(ARRAY_SIZE(regions) == FUZZ_REGIONS,
    "board_regions.h: enum fuzz_region_name");

struct fuzz_region
fuzz_region(unsigned index)
{
	return regions[index % ARRAY_SIZE(regions)];
}

const struct fuzz_device fuzz_devices[FUZZ_ROWS] = {
#define BRIDGE(...)
#define VIRTIO(row, number, kind)                                              \
	[FUZZ_ROW_##row] = {                                                   \
		.device = (number),                                            \
		.at = offsetof(struct virtio_bus, row),                        \
		.own = offsetof(struct kind, queue),                           \
		.size = sizeof(struct kind),                                   \
		.type = &kind##_type,                                          \
	},
#include "devices/slots.def"
};

unsigned
fuzz_row(unsigned device)
{
	unsigned row = 0;

	while (row < FUZZ_ROWS && fuzz_devices[row].device != device)
		row++;
	return row;
}

struct virtio *
fuzz_virtio(unsigned row)
{
	uint8_t *bus = (uint8_t *)&fuzz_board->pci.virtio;

	return (struct virtio *)(bus + fuzz_devices[row % FUZZ_ROWS].at);
}

struct virtio_queue *
fuzz_queue(unsigned row, unsigned index)
{
	const struct fuzz_device *d = &fuzz_devices[row % FUZZ_ROWS];
	uint8_t *own = (uint8_t *)fuzz_virtio(row) + d->own;

	check(index < d->type->queues);
	return (struct virtio_queue *)own + index;
}

/* Of each virtio device, in this order. */
enum kind { CF8, ECAM, IO, COMMON, ISR, DEVICE, NOTIFY, MSIX, KINDS };
enum { VIRTIO_FIRST = FUZZ_REGIONS - KINDS * FUZZ_ROWS };
_Static_assert((int)FUZZ_IO_rng == (int)VIRTIO_FIRST + IO,
    "slots.def: virtio devices come last");

static enum kind
kind_of(unsigned index, unsigned *row)
{
	index %= FUZZ_REGIONS;
	if (index < VIRTIO_FIRST)
		return KINDS;
	*row = (index - VIRTIO_FIRST) / KINDS;
	return (enum kind)((index - VIRTIO_FIRST) % KINDS);
}

/* Part of a dword reads as it does in the dword, but for virtio's window, where
 * a read is an access (4.1.4.9). */
static void
judge_part(gpa_t at, unsigned size, uint64_t value)
{
	enum { WINDOW = 0x94 };
	uint64_t all;

	if (at % 4 + size > 4 || (at & 0xffc) == WINDOW)
		return;
	all = mmio_read(fuzz_board, at & ~(gpa_t)3, 4);
	check(value == (all >> 8 * (at % 4) & ones(size)));
}

/* PCI 3.2.2.3.2, 3.2.2.3.4; Express Base 7.2.2: functions but 0, and buses but
 * 0, are nobody, and so is who was not selected. */
static bool
is_nobodys(unsigned index, unsigned offset, unsigned size)
{
	uint32_t address = fuzz_board->pci.config_address;

	if (size > 4 || offset % size != 0)
		return false;
	if (index == FUZZ_WINDOW_ecam)
		return offset < WINDOW_LAST_ecam - WINDOW_ecam &&
		    offset >> 12 & 7;
	return index == FUZZ_PORT_pci_data && offset < 4 &&
	    (address >> 16 != 0x8000 || (address >> 8 & 7) != 0);
}

void
fuzz_judge_read(unsigned index, unsigned offset, unsigned size, uint64_t value)
{
	unsigned row = 0, header;
	enum kind kind = kind_of(index, &row);
	const struct virtio *v = fuzz_virtio(row);

	if (is_nobodys(index, offset, size) ||
	    fuzz_nobody(index, offset, size) != NULL)
		check(value == ones(size));
	else if (kind == DEVICE &&
	    pci_function_decodes(&v->function, PCI_COMMAND_MEMORY))
		oracle_config(row, offset, size, value);
	else if (kind == COMMON)
		oracle_common(row, offset, size, value);
	if (kind == ECAM)
		judge_part(fuzz_region(index).at + offset, size, value);
	header = v->function.msix.enabled ? 24 : 20; /* 4.1.4.10 */
	if (kind == IO && v->setup.legacy && offset >= header &&
	    offset + size <= VIRTIO_IO_SIZE &&
	    pci_function_decodes(&v->function, PCI_COMMAND_IO))
		oracle_config(row, offset - header, size, value);
}

const struct virtio *
fuzz_nobody(unsigned index, unsigned offset, unsigned size)
{
	unsigned row = 0;
	enum kind kind = kind_of(index, &row);
	const struct virtio *v = fuzz_virtio(row);
	const struct pci_function *f = &v->function;
	bool hears = f->present && !f->sleeping;

	if (kind == IO) {
		hears &= v->setup.legacy && (f->command & PCI_COMMAND_IO) != 0;
		return hears || offset + size > VIRTIO_IO_SIZE ? NULL : v;
	}
	if (kind < COMMON || kind > MSIX)
		return NULL;
	hears &= (f->command & PCI_COMMAND_MEMORY) != 0 &&
	    (kind == MSIX || v->setup.modern);
	return hears ? NULL : v;
}

/*
 * Accesses. Which virtio devices one may have changed is worked out from the
 * address alone, rather too many than too few.
 */

_Static_assert(WINDOW_ecam == FUZZ_ECAM, "board.h: FUZZ_ECAM");

void
fuzz_touch(unsigned device)
{
	fuzz.touched |= 1u << device % PCI_DEVICES;
	fuzz.acting |= 1u << device % PCI_DEVICES;
}

static void
touch_io(uint16_t port)
{
	unsigned reg = port - PORT_virtio;

	fuzz.chips |= port < PORT_virtio;
	if (port >= PORT_virtio)
		fuzz_touch(reg / 0x400 * 2 + reg % 0x400 / VIRTIO_IO_SIZE);
	else if (port + 8u > PORT_pci_address && port < PORT_pci_data + 4u)
		fuzz_touch(fuzz_board->pci.config_address >> 11);
}

static void
touch_memory(gpa_t at)
{
	if (at >= WINDOW_virtio && at <= WINDOW_LAST_virtio)
		fuzz_touch((unsigned)(at - WINDOW_virtio) / VIRTIO_SIZE);
	else if (at >= WINDOW_ecam && at <= WINDOW_LAST_ecam)
		fuzz_touch((unsigned)(at - WINDOW_ecam) >> 15);
	else
		fuzz.chips = true;
}

static void
touch_all(enum fuzz_space space, gpa_t at, unsigned size)
{
	if (space == FUZZ_MMIO) {
		touch_memory(at);
		touch_memory(at + size - 1);
	} else {
		touch_io((uint16_t)at);
		touch_io((uint16_t)(at + size - 1));
	}
}

void (*fuzz_record)(const struct fuzz_access *access);

static void
record(enum fuzz_space space, bool write, gpa_t at, unsigned size, uint64_t v)
{
	unsigned what = (space == FUZZ_MMIO ? FUZZ_LOAD : FUZZ_IN) + write;

	if (fuzz_record != NULL)
		fuzz_record(&(struct fuzz_access){ .at = at,
		    .value = v,
		    .what = (uint16_t)what,
		    .size = (uint16_t)size });
}

void
fuzz_doorbell(unsigned row, unsigned queue)
{
	unsigned device = fuzz_devices[row].device;

	if (fuzz_virtio(row)->setup.modern)
		record(
		    FUZZ_MMIO, true, VIRTIO_DOORBELL(device, queue), 2, queue);
	else
		record(
		    FUZZ_PIO, true, VIRTIO_LEGACY_DOORBELL(device), 2, queue);
	fuzz_kick(device, queue);
}

/* Mechanism #1: the address, then the data at the register's lane. */
static gpa_t
select_config(gpa_t at)
{
	fuzz_write(FUZZ_PIO, PORT_pci_address, 4, at & ~(gpa_t)3);
	return PORT_pci_data + at % 4;
}

uint64_t
fuzz_read(enum fuzz_space space, gpa_t at, unsigned size)
{
	uint64_t value;

	if (space == FUZZ_CF8)
		at = select_config(at);
	oracle_paid();
	touch_all(space, at, size);
	record(space, false, at, size, 0);
	value = space == FUZZ_MMIO ? mmio_read(fuzz_board, at, size)
				   : pio_read(fuzz_board, (uint16_t)at, size);
	check(size == 8 || value >> 8 * size == 0);
	fuzz_trace(value);
	return value;
}

void
fuzz_write(enum fuzz_space space, gpa_t at, unsigned size, uint64_t value)
{
	if (space == FUZZ_CF8)
		at = select_config(at);
	oracle_paid();
	touch_all(space, at, size);
	record(space, true, at, size, value);
	oracle_writes(space, at, size, value);
	if (space == FUZZ_MMIO)
		mmio_write(fuzz_board, at, size, value);
	else
		pio_write(fuzz_board, (uint16_t)at, size, (uint32_t)value);
	oracle_wrote();
}
