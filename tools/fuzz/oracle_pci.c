/* SPDX-License-Identifier: MIT
 *
 * What a write may change of configuration space and of MSI-X's table, bit by
 * bit, and what it must: PCI Local Bus 3.0, 6.2 and 6.8.2; PCI PM 1.2, 3.2.4;
 * PCI Express Base 4.0, 7.5.3.4; virtio 1.3, 4.1.4.9. Base addresses are
 * where devices/map.h has them, and stay there.
 */
#include <linux/pci_regs.h>
#include <linux/virtio_config.h>

#include "devices/map.h"
#include "devices/virtio_pci.h"
#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"
#include "tools/fuzz/oracle_write.h"

/*
 * MSI-X's table: dwords alone.
 */

static struct {
	uint64_t address, pending;
	uint32_t data;
	bool masked;
} was;

static unsigned
entry_of(const struct target *t)
{
	return (t->reg - VIRTIO_MSIX) / PCI_MSIX_ENTRY_SIZE;
}

void
oracle_table_writes(const struct target *t)
{
	const struct msix *m = &fuzz_virtio(t->row)->function.msix;
	unsigned i = entry_of(t) % MSIX_VECTORS_MAX;

	was.address = m->entry[i].address;
	was.data = m->entry[i].data;
	was.masked = m->entry[i].masked;
	was.pending = m->pending;
}

static void
set_entry(const struct target *t)
{
	switch (t->reg % PCI_MSIX_ENTRY_SIZE) {
	case PCI_MSIX_ENTRY_LOWER_ADDR: /* 6.8.2.4: aligned to a dword */
		was.address = was.address >> 32 << 32 | (t->value & ~3u);
		return;
	case PCI_MSIX_ENTRY_UPPER_ADDR:
		was.address = (uint32_t)was.address | (uint64_t)t->value << 32;
		return;
	case PCI_MSIX_ENTRY_DATA:
		was.data = t->value;
		return;
	default:
		was.masked = t->value & PCI_MSIX_ENTRY_CTRL_MASKBIT;
		return;
	}
}

/* 6.8.2.8: pending bits go by being sent. */
void
oracle_table_wrote(const struct target *t)
{
	const struct pci_function *f = &fuzz_virtio(t->row)->function;
	const struct msix *m = &f->msix;
	unsigned i = entry_of(t);

	if (f->present && !f->sleeping &&
	    (f->command & PCI_COMMAND_MEMORY) != 0 && t->size == 4 &&
	    i < m->vectors)
		set_entry(t);
	i %= MSIX_VECTORS_MAX;
	check(m->entry[i].address == was.address);
	check(m->entry[i].data == was.data && m->entry[i].masked == was.masked);
	check((m->pending & ~was.pending) == 0);
	check(m->pending == was.pending || m->enabled);
}

/*
 * Configuration space: the dword before, and behind.
 */

enum { /* virtio_pci_config.c's capabilities */
	WINDOW_BAR = 0x88,
	WINDOW_OFFSET = 0x8c,
	WINDOW_LENGTH = 0x90,
	WINDOW_DATA = 0x94,
	MSIX_CONTROL = 0x98,
	PM_CONTROL = 0xa8,
	EXPRESS_CONTROL = 0xb4,
	MSIX_BITS = 0xc0000000,
	STATUS_INTERRUPT = 1 << 19
};

static uint32_t before;
static uint8_t status; /* and the virtio device's */

static uint32_t
dword(const struct target *t)
{
	return (uint32_t)mmio_read(fuzz_board,
	    (FUZZ_ECAM + ((gpa_t)t->device << 15) + t->reg) & ~(gpa_t)3, 4);
}

/* A read there is an access of the window's: 4.1.4.9.1. */
static bool
is_window(const struct target *t)
{
	return t->reg / 4 * 4 == WINDOW_DATA;
}

void
oracle_config_writes(const struct target *t)
{
	if (!is_window(t))
		before = dword(t);
	if (t->row != FUZZ_ROWS)
		status = fuzz_virtio(t->row)->status;
}

/* 6.2.5.1: `all` were written to a register of `mask` writable bits. */
static uint32_t
base_address(uint32_t at, uint32_t mask, uint32_t all)
{
	return mask != 0 && (all | ~mask) == ~0u ? mask | (at & ~mask) : at;
}

static uint32_t
bar(const struct virtio *v, unsigned n, uint32_t all)
{
	unsigned device = v->function.device;
	uint32_t at = WINDOW_virtio + device * VIRTIO_SIZE;

	if (n == VIRTIO_BAR_IO && v->setup.legacy)
		return base_address(
		    1 | (PORT_virtio + device / 2 * 0x400 + device % 2 * 128),
		    ~127u, all);
	if (n == VIRTIO_BAR_MSIX)
		return base_address(at + VIRTIO_MSIX, ~0xfffu, all);
	if (n == VIRTIO_BAR_MEMORY && v->setup.modern)
		return base_address(at | 4, ~0x3fffu, all);
	if (n == VIRTIO_BAR_MEMORY + 1 && v->setup.modern)
		return base_address(0, ~0u, all);
	return 0;
}

/* The bits that the driver can set and clear. */
static uint32_t
writable(const struct virtio *v, unsigned reg)
{
	enum { MASTER_PARITY_SERR = 0x144, MEMORY_NO_INTX = 0x402 };

	if (reg == PCI_COMMAND)
		return MASTER_PARITY_SERR |
		    (v == NULL ? 0 : MEMORY_NO_INTX | v->setup.legacy);
	if (v == NULL)
		return 0;
	if (reg == PCI_INTERRUPT_LINE)
		return 0xff;
	if (reg == MSIX_CONTROL)
		return MSIX_BITS;
	if (!v->setup.modern)
		return 0;
	if (reg == WINDOW_BAR)
		return 0xff;
	return reg == WINDOW_OFFSET || reg == WINDOW_LENGTH ? ~0u : 0;
}

/* 3.2.4: D0 and D3hot, and what it does not support does nothing. */
static uint32_t
power(uint32_t all)
{
	uint32_t state = all & PCI_PM_CTRL_STATE_MASK;

	if (state != 0 && state != 3)
		return before;
	return (before & ~(uint32_t)PCI_PM_CTRL_STATE_MASK) | state;
}

static uint32_t
expected(const struct virtio *v, unsigned reg, uint32_t value, uint32_t mask)
{
	uint32_t all = (before & ~mask) | (value & mask);
	uint32_t bits = writable(v, reg);

	if (v != NULL && reg >= PCI_BASE_ADDRESS_0 && reg <= PCI_BASE_ADDRESS_5)
		return bar(v, (reg - PCI_BASE_ADDRESS_0) / 4, all);
	if (v != NULL && reg == PM_CONTROL && !v->setup.legacy &&
	    (mask & 0xff) != 0)
		return power(all);
	return (before & ~bits) | (all & bits);
}

/* 2.4, by way of the window. */
static bool
window_resets(const struct virtio *v)
{
	const struct virtio_window *w = &v->window;
	bool io = w->bar == VIRTIO_BAR_IO && v->setup.legacy;

	if (!io && (w->bar != VIRTIO_BAR_MEMORY || !v->setup.modern))
		return false;
	return (w->length == 1 || w->length == 2 || w->length == 4) &&
	    w->offset % w->length == 0 &&
	    oracle_is_reset(io, w->offset, w->length, w->data);
}

/* Express Base 6.6.2: a function level reset. */
static void
judge_function_reset(const struct target *t)
{
	const struct virtio *v = fuzz_virtio(t->row);

	oracle_fresh(t->row, true);
	check(v->function.command == 0);
}

static void
judge_virtio(const struct target *t, uint32_t value, uint32_t mask)
{
	enum { FLR = 1 << 15 };
	const struct virtio *v = fuzz_virtio(t->row);

	if (is_window(t)) {
		if (window_resets(v))
			oracle_fresh(t->row, false);
	} else if (!v->setup.legacy && t->reg / 4 * 4 == EXPRESS_CONTROL &&
	    (value & mask & FLR) != 0) {
		judge_function_reset(t);
	} else { /* what was under way may have found a ring broken */
		check((v->status & ~VIRTIO_CONFIG_S_NEEDS_RESET) ==
		    (status & ~VIRTIO_CONFIG_S_NEEDS_RESET));
	}
}

void
oracle_config_wrote(const struct target *t)
{
	const struct virtio *v =
	    t->row == FUZZ_ROWS ? NULL : fuzz_virtio(t->row);
	unsigned reg = t->reg / 4 * 4, shift = t->reg % 4 * 8;
	uint32_t mask = (uint32_t)ones(t->size) << shift;
	uint32_t value = t->value << shift, now;

	if (v != NULL && v->function.present)
		judge_virtio(t, value, mask);
	if (is_window(t))
		return;
	now = dword(t);
	if (before == ~0u && (v == NULL || !v->function.present))
		check(now == ~0u); /* nobody */
	else if (reg >= PCI_CFG_SPACE_SIZE)
		check(now == before);
	else if (reg == PCI_COMMAND) /* what was under way has interrupted */
		check(((now ^ expected(v, reg, value, mask)) &
			  ~(uint32_t)STATUS_INTERRUPT) == 0);
	else
		check(now == expected(v, reg, value, mask));
}
