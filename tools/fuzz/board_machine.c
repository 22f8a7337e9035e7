/* SPDX-License-Identifier: MIT
 *
 * The machines that inputs choose from, each a board as it starts that is kept,
 * and the way back to it: the chips are copied whole; of the virtio devices,
 * which are 1.5 MiB, those that were touched, and of their tables what buffers
 * had that they were given. fuzz_machine_is_fresh() looks whether that was all.
 */
#include <string.h>
#include <sys/mman.h>

#include "tools/fuzz/board.h"
#include "tools/fuzz/board_driver.h"
#include "tools/fuzz/copy.h"
#include "tools/fuzz/oracle.h"

enum { TRANSITIONAL, MODERN, LEGACY, ODD };
_Static_assert(ODD + 1 == FUZZ_MACHINES, "a setup for each machine");

enum { SECTORS = 256, START_S = 1000000000, PAGE = 4096 };
#define START_NS ((uint64_t)1000 * 1000000000)

enum { ALL = FUZZ_MACHINES * FUZZ_STARTS };
static struct board boards[ALL] __attribute__((aligned(PAGE)));
static struct board kept[ALL] __attribute__((aligned(PAGE)));
static struct fuzz kept_fuzz[ALL];
struct board *fuzz_board;
static unsigned which; /* of them, fuzz_board is */

/* What an odd machine has: little of some things, and not all of others. */
static void
make_odd(struct virtio_bus_setup *s)
{
	const struct virtio_balloon_offer offer = { .stats = true };

	s->rng.vectors = 1;
	s->blk0.withheld = virtio_blk_withheld(true, 1);
	s->blk0.queues = 1;
	s->blk1.vectors = 2;
	s->blk1.withheld = virtio_blk_withheld(false, 8);
	s->blk2.legacy = false;
	s->blk3.modern = false;
	s->blk4.present = s->blk5.present = false;
	s->blk6.present = s->blk7.present = false;
	virtio_console_setup(&s->console, 1, false, true);
	virtio_balloon_offer(&s->balloon, &offer);
}

static struct virtio_bus_setup
setup_of(unsigned machine)
{
	const struct virtio_setup one = {
		.present = true,
		.modern = machine != LEGACY,
		.legacy = machine != MODERN,
	};
	struct virtio_bus_setup s = {
#define BRIDGE(...)
#define VIRTIO(row, ...) .row = one,
#include "devices/slots.def"
	};

	s.blk0.withheld = virtio_blk_withheld(false, 8);
	s.blk1.withheld = virtio_blk_withheld(true, 8);
	if (machine == ODD)
		make_odd(&s);
	return s;
}

static void
attach(struct virtio_bus *bus)
{
	for (unsigned row = 0; row < FUZZ_ROWS; row++)
		if (fuzz_devices[row].type == &virtio_blk_type)
			virtio_blk_attach((struct virtio_blk *)fuzz_virtio(row),
			    SECTORS, "fuzz");
	for (unsigned i = 0; i < FUZZ_PORTS; i++) {
		virtio_console_attach(
		    &bus->console, i, i % 2 == 0, i == 3 ? "" : "org.fuzz");
		virtio_console_connect(&bus->console, i, i % 4 != 0);
	}
	virtio_console_resize(&bus->console, 0, 80, 25);
	virtio_balloon_set_target(&bus->balloon, 16);
}

void
fuzz_machine_clock(void)
{
	const struct mc146818_setup clock = { .seconds = START_S,
		.slew = which % 2 == 1,
		.low_bytes = 3 * GIB,
		.cpus = 1 };

	mc146818_configure(&fuzz_board->rtc, &clock);
}

static void
configure(unsigned machine)
{
	const struct virtio_bus_setup devices = setup_of(machine);
	const struct fw_cfg_setup firmware = { .ram_bytes = MIB, .cpus = 1 };

	board_configure(fuzz_board, &devices);
	fuzz_machine_clock();
	fw_cfg_configure(&fuzz_board->fw_cfg, &firmware);
	fw_cfg_add_file(&fuzz_board->fw_cfg, "etc/fuzz", "fuzz", 4);
	fuzz_board->pit.absent = machine == ODD;
	attach(&fuzz_board->pci.virtio);
}

static void
power_on(unsigned machine)
{
	memset(&fuzz, 0, sizeof(fuzz));
	fuzz.now_ns = START_NS;
	fuzz.host_ns = START_S * (uint64_t)1000000000;
	for (unsigned timer = 0; timer < TIMERS; timer++)
		fuzz.timer_at[timer] = TIMER_OFF;
	fuzz.entropy_left = ~0u;
	memset(fuzz.room_left, 0xff, sizeof(fuzz.room_left));
	configure(machine);
	board_reset(fuzz_board);
	memset(fuzz.posted, 0, sizeof(fuzz.posted));
	fuzz.posting = 0;
}

static void
use(unsigned index)
{
	which = index;
	fuzz_board = &boards[index];
	fuzz_drivers_use(index);
}

/* Most queues are as a reset leaves them, and all of a device's alike: one that
 * stands for them stays in the cache. Bit n: queue n is not like that. */
enum { HEAD = offsetof(struct virtio_queue, ring.slot) };
static uint8_t plain[FUZZ_ROWS][HEAD];
static uint64_t special[ALL][FUZZ_ROWS];

static void
keep_queues(unsigned index)
{
	for (unsigned row = 0; row < FUZZ_ROWS; row++) {
		if (index == 0)
			memcpy(plain[row], fuzz_queue(row, 0), HEAD);
		for (unsigned i = 0; i < fuzz_devices[row].type->queues; i++)
			if (memcmp(plain[row], fuzz_queue(row, i), HEAD) != 0)
				special[index][row] |= (uint64_t)1 << i;
	}
}

/* An input's own account begins. */
static void
keep(unsigned index)
{
	memset(&fuzz.work, 0, sizeof(fuzz.work));
	fuzz.acting = fuzz.touched = 0;
	fuzz.chips = false;
	fuzz.trace = 0;
	check(fuzz.stop == STOP_NOT && fuzz.pops == 0);
	memcpy(&kept[index], fuzz_board, sizeof(kept[index]));
	kept_fuzz[index] = fuzz;
	keep_queues(index);
	fuzz_drivers_keep();
	fuzz_ram_keep(index);
}

/* None of this is an input's. */
void
fuzz_machine_init(void)
{
	void (*record)(const struct fuzz_access *access) = fuzz_record;

	/* Each queue begins a page or two after the last: the TLB is small. */
	madvise(boards, sizeof(boards), MADV_HUGEPAGE);
	madvise(kept, sizeof(kept), MADV_HUGEPAGE);
	fuzz_record = NULL;
	for (unsigned i = 0; i < ALL; i++) {
		use(i);
		power_on(i % FUZZ_MACHINES);
		fuzz_drivers_come((enum fuzz_start)(i / FUZZ_MACHINES));
		keep(i);
	}
	fuzz_record = record;
}

/* The tables are by id, and most of a device. */
static void
restore_pop(const struct fuzz_pop *p)
{
	const struct fuzz_device *d = &fuzz_devices[p->row];
	const uint8_t *bus = (const uint8_t *)&kept[which].pci.virtio;
	struct virtq *q = &fuzz_queue(p->row, p->queue)->ring;
	const struct virtio_queue *from =
	    (const struct virtio_queue *)(bus + d->at + d->own) + p->queue;

	q->slot[p->id] = from->ring.slot[p->id];
	q->order[p->order] = from->ring.order[p->order];
	if (d->type == &virtio_blk_type)
		((struct virtio_blk *)fuzz_virtio(p->row))
		    ->request[p->queue][p->id] =
		    ((const struct virtio_blk *)(bus + d->at))
			->request[p->queue][p->id];
}

static void
restore(const struct fuzz_device *d)
{
	uint8_t *to = (uint8_t *)&fuzz_board->pci.virtio + d->at;
	const uint8_t *from = (const uint8_t *)&kept[which].pci.virtio + d->at;

	if (fuzz.pops > FUZZ_POPS && fuzz.popped[d->device] != 0) {
		fuzz_copy(to, from, d->size);
		return;
	}
	fuzz_copy(to, from,
	    d->type == &virtio_blk_type ? offsetof(struct virtio_blk, request)
					: d->own);
	to += d->own;
	from += d->own;
	for (unsigned i = 0; i < d->type->queues; i++) {
		size_t at = i * sizeof(struct virtio_queue);
		bool own = special[which][d - fuzz_devices] >> i & 1;

		fuzz_copy(
		    to + at, own ? from + at : plain[d - fuzz_devices], HEAD);
	}
}

/* But what is set up once (fw_cfg.h), which is most of it. */
static void
restore_chips(const struct board *kept_board)
{
	enum {
		SET_UP = offsetof(struct board, fw_cfg),
		KEY = offsetof(struct board, fw_cfg.key),
		BUS = offsetof(struct board, pci.virtio),
		REST = BUS + sizeof(struct virtio_bus)
	};
	uint8_t *to = (uint8_t *)fuzz_board;
	const uint8_t *from = (const uint8_t *)kept_board;

	fuzz_copy(to, from, SET_UP);
	fuzz_copy(to + KEY, from + KEY, BUS - KEY);
	fuzz_copy(to + REST, from + REST, sizeof(*kept_board) - REST);
}

/* Who records an input has it begin at power-on, for a real machine does. */
void
fuzz_machine_use(unsigned machine)
{
	unsigned start = machine / FUZZ_MACHINES % FUZZ_STARTS;

	use(fuzz_record != NULL ? machine % FUZZ_MACHINES : machine % ALL);
	fuzz_copy(&fuzz, &kept_fuzz[which], sizeof(fuzz));
	fuzz_ram_use(which);
	if (fuzz_record != NULL)
		fuzz_drivers_come((enum fuzz_start)start);
}

void
fuzz_machine_reset(void)
{
	restore_chips(&kept[which]);
	for (unsigned row = 0; row < FUZZ_ROWS; row++)
		if (fuzz.touched >> fuzz_devices[row].device & 1)
			restore(&fuzz_devices[row]);
	for (unsigned i = 0; i < MIN(fuzz.pops, (unsigned)FUZZ_POPS); i++)
		restore_pop(&fuzz_pops[i]);
}

const struct board *
fuzz_machine_on(void)
{
	return &kept[which % FUZZ_MACHINES];
}

bool
fuzz_machine_is_fresh(void)
{
	const struct board *board = fuzz_board;

	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): all of it */
	return memcmp(board, &kept[which], sizeof(*board)) == 0;
}
