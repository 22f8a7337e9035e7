/* SPDX-License-Identifier: MIT
 *
 * Operations that a virtio driver would do, made of nothing but accesses and
 * stores to RAM: without them 256 single accesses would not lead far. The
 * driver remembers where its rings are and how far it has filled them, and is
 * wrong about it as soon as something else has touched the device or the ring.
 */
#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <linux/virtio_ring.h>
#include <string.h>

#include "devices/virtio_pci.h"
#include "tools/fuzz/board.h"
#include "tools/fuzz/board_driver.h"
#include "tools/fuzz/oracle.h"

enum { COMMON_QUEUE_RESET = 0x3a };

/* Where rings are: 32 places of 16 KiB. */
enum { RINGS = 0x10000, RING_SIZE = 0x4000 };

struct drivers {
	struct fuzz_ring ring[FUZZ_ROWS][FUZZ_QUEUES];
};
static struct drivers all[FUZZ_MACHINES * FUZZ_STARTS], kept[ARRAY_SIZE(all)];
static unsigned chosen;
static uint64_t used[FUZZ_ROWS]; /* rings that may differ from those kept */
static uint64_t came[ARRAY_SIZE(all)][FUZZ_ROWS]; /* those kept that exist */

struct fuzz_ring *
fuzz_ring(unsigned row, unsigned queue)
{
	used[row] |= (uint64_t)1 << queue;
	return &all[chosen].ring[row][queue];
}

void
fuzz_drivers_use(unsigned machine)
{
	chosen = machine;
}

void
fuzz_drivers_keep(void)
{
	kept[chosen] = all[chosen];
	memcpy(came[chosen], used, sizeof(used));
	memset(used, 0, sizeof(used));
}

void
fuzz_drivers_reset(void)
{
	for (unsigned row = 0; row < FUZZ_ROWS; row++)
		for (; used[row] != 0; used[row] &= used[row] - 1) {
			unsigned queue = (unsigned)__builtin_ctzll(used[row]);

			all[chosen].ring[row][queue] =
			    kept[chosen].ring[row][queue];
		}
}

void
fuzz_drivers_forget(void)
{
	for (unsigned row = 0; row < FUZZ_ROWS; row++) {
		used[row] |= came[chosen][row];
		for (uint64_t bits = used[row]; bits != 0; bits &= bits - 1) {
			unsigned queue = (unsigned)__builtin_ctzll(bits);

			all[chosen].ring[row][queue] = (struct fuzz_ring){ 0 };
		}
	}
}

/* The device of the row, by memory or by ports. */
static uint64_t
get(unsigned row, bool io, unsigned reg, unsigned size)
{
	unsigned device = fuzz_devices[row].device;

	return io ? fuzz_read(FUZZ_PIO, VIRTIO_PORTS(device) + reg, size)
		  : fuzz_read(FUZZ_MMIO, VIRTIO_MEMORY(device) + reg, size);
}

static void
put(unsigned row, bool io, unsigned reg, unsigned size, uint64_t value)
{
	unsigned device = fuzz_devices[row].device;

	if (io)
		fuzz_write(FUZZ_PIO, VIRTIO_PORTS(device) + reg, size, value);
	else
		fuzz_write(FUZZ_MMIO, VIRTIO_MEMORY(device) + reg, size, value);
}

static void
put_config(unsigned row, unsigned reg, unsigned size, uint64_t value)
{
	fuzz_write(FUZZ_MMIO,
	    FUZZ_ECAM + (fuzz_devices[row].device << 15) + reg, size, value);
}

static void
put_status(unsigned row, bool io, unsigned status)
{
	put(row, io, io ? VIRTIO_PCI_STATUS : VIRTIO_PCI_COMMON_STATUS, 1,
	    status);
}

/* Which interface: the one there is, or the one that is asked for. */
static bool
by_ports(unsigned row, const struct fuzz_op *op)
{
	const struct virtio_setup *s = &fuzz_virtio(row)->setup;

	return s->legacy && (!s->modern || op->width % 2 == 1);
}

/* All features that are offered but what op->value, and in its top byte the
 * bits from 32 on, refuses. Packed rings are asked for, not refused. */
static uint64_t
negotiate(unsigned row, bool io, const struct fuzz_op *op)
{
	static const uint8_t high[] = { VIRTIO_F_RING_PACKED, 35, 38, 40 };
	uint64_t f, refused = op->value & 0x00ffffff;

	if (op->value >> 28 & 1)
		refused |= 1u << VIRTIO_RING_F_INDIRECT_DESC;
	if (op->value >> 29 & 1)
		refused |= 1u << VIRTIO_RING_F_EVENT_IDX;
	if (io) {
		f = get(row, io, VIRTIO_PCI_HOST_FEATURES, 4) & ~refused;
		put(row, io, VIRTIO_PCI_GUEST_FEATURES, 4, f);
		return f;
	}
	for (unsigned i = 0; i < 4; i++)
		if ((op->value >> (24 + i) & 1) == (i != 0))
			refused |= (uint64_t)1 << high[i];
	put(row, io, VIRTIO_PCI_COMMON_DFSELECT, 4, 0);
	f = get(row, io, VIRTIO_PCI_COMMON_DF, 4);
	put(row, io, VIRTIO_PCI_COMMON_DFSELECT, 4, 1);
	f |= get(row, io, VIRTIO_PCI_COMMON_DF, 4) << 32;
	f &= ~refused;
	put(row, io, VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	put(row, io, VIRTIO_PCI_COMMON_GF, 4, (uint32_t)f);
	put(row, io, VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	put(row, io, VIRTIO_PCI_COMMON_GF, 4, f >> 32);
	return f;
}

/* Rings in low RAM, high RAM, the last page, or somewhere else entirely. */
static struct fuzz_ring
place(unsigned row, unsigned queue, uint64_t features, const struct fuzz_op *op)
{
	struct fuzz_ring r = {
		.packed = features >> VIRTIO_F_RING_PACKED & 1,
		.wrap = true,
		.size = fuzz_devices[row].type->queue_size,
	};
	unsigned log = op->offset % 16;

	if (log < 11)
		r.size = (uint16_t)MIN(r.size, 1u << log);
	r.desc = RINGS + (gpa_t)(row * 5 + queue) % 32 * RING_SIZE;
	if (op->kind % 8 == 1)
		r.desc = FUZZ_HIGH_AT + (gpa_t)queue % 4 * RING_SIZE;
	else if (op->kind % 8 == 2)
		r.desc = FUZZ_TOP_AT;
	else if (op->kind % 8 == 3)
		r.desc = fuzz_bases[op->kind / 8 % fuzz_bases_count];
	r.driver = r.desc + 16 * (gpa_t)r.size;
	r.device = ALIGN_UP(r.driver + 6 + 2 * (gpa_t)r.size, 4);
	return r;
}

static void
enable_queue(unsigned row, bool io, unsigned queue, struct fuzz_ring *r)
{
	*fuzz_ring(row, queue) = *r;
	if (io) {
		r = fuzz_ring(row, queue);
		r->size = fuzz_devices[row].type->queue_size;
		r->driver = r->desc + 16 * (gpa_t)r->size;
		r->device = ALIGN_UP(r->driver + 6 + 2 * (gpa_t)r->size, 4096);
		put(row, io, VIRTIO_PCI_QUEUE_SEL, 2, queue);
		put(row, io, VIRTIO_PCI_QUEUE_PFN, 4, r->desc >> 12);
		if (fuzz_virtio(row)->function.msix.enabled)
			put(row, io, VIRTIO_MSI_QUEUE_VECTOR, 2, queue + 1);
		return;
	}
	put(row, io, VIRTIO_PCI_COMMON_Q_SELECT, 2, queue);
	put(row, io, VIRTIO_PCI_COMMON_Q_SIZE, 2, r->size);
	put(row, io, VIRTIO_PCI_COMMON_Q_MSIX, 2, queue + 1);
	put(row, io, VIRTIO_PCI_COMMON_Q_DESCLO, 4, (uint32_t)r->desc);
	put(row, io, VIRTIO_PCI_COMMON_Q_DESCHI, 4, r->desc >> 32);
	put(row, io, VIRTIO_PCI_COMMON_Q_AVAILLO, 4, (uint32_t)r->driver);
	put(row, io, VIRTIO_PCI_COMMON_Q_AVAILHI, 4, r->driver >> 32);
	put(row, io, VIRTIO_PCI_COMMON_Q_USEDLO, 4, (uint32_t)r->device);
	put(row, io, VIRTIO_PCI_COMMON_Q_USEDHI, 4, r->device >> 32);
	put(row, io, VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
}

/* 3.1.1, 3.1.2: from reset to DRIVER_OK. `width` bit 0: by ports if the device
 * has them; bits 1 and 3 leave out the reset, DRIVER_OK; bit 2: which queues,
 * from bit 8 of `offset` on, or else the first four. The log2
 * of the queues' size is `offset`, from 11 on the largest; features and places
 * see above. */
void
fuzz_op_setup(const struct fuzz_op *op)
{
	unsigned row = op->row % FUZZ_ROWS;
	bool io = by_ports(row, op);
	unsigned queues = fuzz_devices[row].type->queues, status = 3;
	uint32_t which = op->width & 4 ? op->offset >> 8 : 0xf;
	uint64_t features;

	put_config(row, PCI_COMMAND, 2,
	    PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	if (!(op->width & 2))
		put_status(row, io, 0);
	put_status(row, io, 1);
	put_status(row, io, status);
	features = negotiate(row, io, op);
	if (!io)
		put_status(row, io, status |= VIRTIO_CONFIG_S_FEATURES_OK);
	for (unsigned i = 0; i < queues; i++) {
		struct fuzz_ring r = place(row, i, features, op);

		if (which >> i & 1)
			enable_queue(row, io, i, &r);
	}
	if (!(op->width & 8))
		put_status(row, io, status | VIRTIO_CONFIG_S_DRIVER_OK);
}

/* Rings of which none overlaps another. */
void
fuzz_drivers_come(enum fuzz_start start)
{
	static const uint8_t rows[] = { FUZZ_ROW_rng, FUZZ_ROW_blk0,
		FUZZ_ROW_blk1, FUZZ_ROW_console, FUZZ_ROW_balloon };
	enum {
		ALL_SIZES = 15,
		THREE = 7 << 8,
		WIDTH_PORTS = 1,
		WIDTH_SOME = 4
	};
	enum { NO_EVENT_IDX = 1 << 29, PACKED = 1 << 24 };

	for (unsigned i = 0; start != START_ON && i < ARRAY_SIZE(rows); i++) {
		bool some = rows[i] == FUZZ_ROW_blk1;
		struct fuzz_op op = {
			.row = rows[i],
			.width = (start == START_PORTS ? WIDTH_PORTS : 0) |
			    (some ? WIDTH_SOME : 0),
			.offset = ALL_SIZES | (some ? THREE : 0),
			.value =
			    start == START_PACKED ? PACKED | NO_EVENT_IDX : 0,
		};

		fuzz_op_setup(&op);
		op = (struct fuzz_op){ .row = rows[i] };
		if (start != START_PORTS)
			fuzz_op_message(&op);
	}
	fuzz_loop_turn();
}

void
fuzz_op_queue(const struct fuzz_op *op)
{
	unsigned row = op->row % FUZZ_ROWS;
	unsigned queue = op->offset >> 8 & (FUZZ_QUEUES - 1);
	struct fuzz_ring r = place(row, queue, fuzz_virtio(row)->features, op);
	bool io = by_ports(row, op);

	if (io) {
		put(row, io, VIRTIO_PCI_QUEUE_SEL, 2, queue);
		put(row, io, VIRTIO_PCI_QUEUE_PFN, 4, 0);
	} else {
		put(row, io, VIRTIO_PCI_COMMON_Q_SELECT, 2, queue);
		put(row, io, COMMON_QUEUE_RESET, 2, 1);
	}
	if (!(op->width & 2))
		enable_queue(row, io, queue, &r);
}

void
fuzz_op_reset(const struct fuzz_op *op)
{
	unsigned row = op->row % FUZZ_ROWS;

	put_status(row, by_ports(row, op), 0);
}

/* Vector n interrupts as 0x40 + n; `width`: masked ones, the mask of all. */
void
fuzz_op_message(const struct fuzz_op *op)
{
	enum { CONTROL = 0x98 + PCI_MSIX_FLAGS };
	unsigned row = op->row % FUZZ_ROWS;
	unsigned vectors = fuzz_virtio(row)->function.msix.vectors;

	for (unsigned i = 0; i < vectors; i++) {
		unsigned at = VIRTIO_MSIX + PCI_MSIX_ENTRY_SIZE * i;

		put(row, false, at, 4, 0xfee00000);
		put(row, false, at + PCI_MSIX_ENTRY_DATA, 4, 0x40 + i);
		put(row, false, at + PCI_MSIX_ENTRY_VECTOR_CTRL, 4,
		    op->value >> i % 32 & 1);
	}
	put_config(row, CONTROL, 2,
	    (op->width & 1 ? 0 : PCI_MSIX_FLAGS_ENABLE) |
		(op->width & 2 ? PCI_MSIX_FLAGS_MASKALL : 0));
	put(row, false, VIRTIO_PCI_COMMON_MSIX, 2, op->offset);
}

void
fuzz_op_config(const struct fuzz_op *op)
{
	put_config(op->row % FUZZ_ROWS, op->offset % 256, 1u << op->width % 3,
	    (uint32_t)op->value);
}

void
fuzz_op_kick(const struct fuzz_op *op)
{
	unsigned row = op->row % FUZZ_ROWS, queue = op->offset % FUZZ_QUEUES;

	switch (op->width % 3) {
	case 0: /* an eventfd: it may come late, or for nothing */
		fuzz_doorbell(row, queue);
		break;
	case 1:
		put(row, false, VIRTIO_NOTIFY + 4 * queue, 2, queue);
		break;
	default:
		put(row, true, VIRTIO_PCI_QUEUE_NOTIFY, 2, queue);
		break;
	}
}
