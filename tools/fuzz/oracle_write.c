/* SPDX-License-Identifier: MIT
 *
 * Before a write and behind it: which register it goes to, and whether that is
 * then what it should be, and no other has changed. What it should be is in
 * oracle_registers.c (virtio's) and oracle_pci.c, what a reset must leave in
 * oracle_fresh.c.
 *
 * Left out: an access that is taken apart, being unaligned or of eight bytes; a
 * write by way of PCI's window (4.1.4.9), but for one that resets.
 */
#include "tools/fuzz/oracle_write.h"

#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <string.h>

#include "devices/map.h"
#include "devices/virtio_pci.h"
#include "devices/virtio_transport.h"
#include "tools/fuzz/board.h"
#include "tools/fuzz/main.h"
#include "tools/fuzz/oracle.h"
#include "tools/fuzz/oracle_ring.h"

static struct target target;
static bool closely;
static const struct virtio_queue *queue; /* that was selected, or NULL */
static struct registers was;

/* What PCI keeps of a function that its driver resets: a part of it. */
static struct {
	uint64_t address;
	uint32_t data;
	uint16_t command;
	uint8_t line, sized;
	bool sleeping, enabled, masked, entry_masked;
} kept;

static const uint8_t row_of[PCI_DEVICES] = {
/* and 1 */
#define BRIDGE(...)
#define VIRTIO(row, number, kind) [(number)] = FUZZ_ROW_##row + 1,
#include "devices/slots.def"
};

static void
target_memory(gpa_t at)
{
	uint32_t offset = (uint32_t)at;

	if (at >= WINDOW_virtio && at <= WINDOW_LAST_virtio) {
		target.device =
		    (uint8_t)((offset - WINDOW_virtio) / VIRTIO_SIZE);
		target.reg = offset % VIRTIO_SIZE;
		if (target.reg < VIRTIO_ISR)
			target.where = COMMON;
		if (target.reg >= VIRTIO_MSIX &&
		    target.reg < VIRTIO_MSIX + MSIX_BAR_SIZE)
			target.where = TABLE;
	} else if (at >= WINDOW_ecam && at <= WINDOW_LAST_ecam &&
	    (offset >> 12) % 8 == 0) {
		target.device = (uint8_t)((offset - WINDOW_ecam) >> 15);
		target.reg = offset % 4096;
		target.where = CONFIG;
	}
}

static void
target_ports(unsigned port)
{
	uint32_t address = fuzz_board->pci.config_address;

	if (port >= PORT_virtio && port <= PORT_LAST_virtio) {
		port -= PORT_virtio;
		target.device =
		    (uint8_t)(port / 0x400 * 2 + port % 0x400 / VIRTIO_IO_SIZE);
		target.reg = port % VIRTIO_IO_SIZE;
		if (port % 0x400 < 2 * VIRTIO_IO_SIZE)
			target.where = PORTS;
	} else if (port >= PORT_pci_data && port < PORT_pci_data + 4 &&
	    address >> 16 == 0x8000 && (address >> 8) % 8 == 0) {
		target.device = (uint8_t)(address >> 11 & 31);
		target.reg = (uint16_t)((address & 0xfc) + port % 4);
		target.where = CONFIG;
	}
}

static void
find_target(enum fuzz_space space, gpa_t at, unsigned size, uint64_t value)
{
	if (size > 4 || at % size != 0)
		return;
	if (space == FUZZ_MMIO)
		target_memory(at);
	else
		target_ports((uint16_t)at);
	if (target.where == NOWHERE)
		return;
	target.row = row_of[target.device] == 0
	    ? FUZZ_ROWS
	    : (uint8_t)(row_of[target.device] - 1);
	target.size = (uint8_t)size;
	target.value = (uint32_t)(value & ones(size));
	if (target.row == FUZZ_ROWS && target.where != CONFIG)
		target.where = NOWHERE;
}

static void
registers_of(const struct virtio *v, struct registers *r)
{
	*r = (struct registers){ .status = v->status };
	r->driver_features = v->driver_features;
	r->features = v->features;
	r->device_select = v->device_feature_select;
	r->driver_select = v->driver_feature_select;
	r->config_vector = v->config_vector;
	r->queue_select = v->queue_select;
	if (queue == NULL)
		return;
	r->desc = queue->layout.desc;
	r->driver = queue->layout.driver;
	r->device = queue->layout.device;
	r->page = queue->page;
	r->size = queue->layout.size;
	r->vector = queue->vector;
	r->enabled = queue->ring.enabled;
}

/*
 * Before, and behind.
 */

static bool
hears(const struct virtio *v, bool io)
{
	const struct pci_function *f = &v->function;
	bool has = io ? v->setup.legacy : v->setup.modern;

	return f->present && has && !f->sleeping &&
	    (f->command & (io ? 1 : 2)) != 0; /* PCI 6.2.2 */
}

bool
oracle_is_reset(bool io, unsigned reg, unsigned size, uint32_t value)
{
	return (uint8_t)value == 0 && size <= (io ? 2 : 4) &&
	    reg == (io ? VIRTIO_PCI_STATUS : VIRTIO_PCI_COMMON_STATUS);
}

static bool
resets(void)
{
	return (target.where == COMMON || target.where == PORTS) &&
	    oracle_is_reset(
		target.where == PORTS, target.reg, target.size, target.value);
}

static void
keep(const struct pci_function *f)
{
	memset(&kept, 0, sizeof(kept));
	kept.address = f->msix.entry[0].address;
	kept.data = f->msix.entry[0].data;
	kept.entry_masked = f->msix.entry[0].masked;
	kept.command = f->command;
	kept.line = f->line;
	kept.sized = f->sized;
	kept.sleeping = f->sleeping;
	kept.enabled = f->msix.enabled;
	kept.masked = f->msix.masked;
}

/* 2.4 is about the device: its function's registers are PCI's, which knows
 * nothing of it. */
static void
judge_kept(const struct pci_function *f)
{
	check(f->msix.entry[0].address == kept.address);
	check(f->msix.entry[0].data == kept.data);
	check(f->msix.entry[0].masked == kept.entry_masked);
	check(f->command == kept.command && f->line == kept.line);
	check(f->sized == kept.sized && f->sleeping == kept.sleeping);
	check(f->msix.enabled == kept.enabled);
	check(f->msix.masked == kept.masked);
}

static void
look(const struct virtio *v)
{
	const struct virtio_type *type = fuzz_devices[target.row].type;
	unsigned n = v->queue_select;

	queue = n < virtio_queues(v, type) ? fuzz_queue(target.row, n) : NULL;
	registers_of(v, &was);
	if (resets())
		keep(&v->function);
}

/* Work that ends with the write may find a ring broken: 2.1.2. */
static void
judge(const struct virtio *v)
{
	const struct virtio_type *type = fuzz_devices[target.row].type;
	bool io = target.where == PORTS, heard = hears(v, io);
	struct registers now;

	if (heard && resets()) {
		oracle_fresh(target.row, false);
		judge_kept(&v->function);
		return;
	}
	if (heard)
		oracle_registers(&was, v, type, &target);
	registers_of(v, &now);
	was.status |= now.status & VIRTIO_CONFIG_S_NEEDS_RESET;
	check(memcmp(&now, &was, sizeof(now)) == 0);
}

/* What drivers do in one operation is many writes and mostly the same: unless
 * time does not matter they are looked at now and then, for all of them would
 * be a tenth of it; and always when the input comes again. */
void
oracle_operation(enum fuzz_code code)
{
	closely = &fuzz_main_thorough != NULL || fuzz.trace % 16 == 0 ||
	    code == FUZZ_OP_write || code == FUZZ_OP_config ||
	    code == FUZZ_OP_reset;
}

void
oracle_writes(enum fuzz_space space, gpa_t at, unsigned size, uint64_t value)
{
	target.where = NOWHERE;
	if (closely)
		find_target(space, at, size, value);
	switch (target.where) {
	case COMMON:
	case PORTS:
		look(fuzz_virtio(target.row));
		return;
	case TABLE:
		oracle_table_writes(&target);
		return;
	case CONFIG:
		oracle_config_writes(&target);
		return;
	case NOWHERE:
		return;
	}
}

void
oracle_wrote(void)
{
	switch (target.where) {
	case COMMON:
	case PORTS:
		judge(fuzz_virtio(target.row));
		return;
	case TABLE:
		oracle_table_wrote(&target);
		return;
	case CONFIG:
		oracle_config_wrote(&target);
		return;
	case NOWHERE:
		return;
	}
}
