/* SPDX-License-Identifier: MIT
 *
 * The machines that inputs choose from, each a board at power-on that is kept,
 * and the way back to it: the chips are copied whole; of the virtio devices,
 * which are 1.5 MiB, those that were touched, and of their queues' tables those
 * that ever ran. fuzz_machine_is_fresh() looks whether that was all.
 */
#include <string.h>

#include "tools/fuzz_board.h"

enum { TRANSITIONAL, MODERN, LEGACY, ODD };
_Static_assert(ODD + 1 == FUZZ_MACHINES, "a setup for each machine");

enum { SECTORS = 256, START_S = 1000000000 };
#define START_NS ((uint64_t)1000 * 1000000000)

static struct board boards[FUZZ_MACHINES], kept[FUZZ_MACHINES];
static struct fuzz kept_fuzz[FUZZ_MACHINES];
struct board *fuzz_board;

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

static void
configure(unsigned machine)
{
	const struct virtio_bus_setup devices = setup_of(machine);
	const struct mc146818_setup clock = { .seconds = START_S,
		.slew = machine % 2 == 1,
		.low_bytes = 3 * GIB,
		.cpus = 1 };
	const struct fw_cfg_setup firmware = { .ram_bytes = MIB, .cpus = 1 };

	board_configure(fuzz_board, &devices);
	mc146818_configure(&fuzz_board->rtc, &clock);
	fw_cfg_configure(&fuzz_board->fw_cfg, &firmware);
	fw_cfg_add_file(&fuzz_board->fw_cfg, "etc/fuzz", "fuzz", 4);
	fuzz_board->pit.absent = machine == ODD;
	attach(&fuzz_board->pci.virtio);
}

void
fuzz_machine_init(void)
{
	for (unsigned i = 0; i < FUZZ_MACHINES; i++) {
		fuzz_board = &boards[i];
		memset(&fuzz, 0, sizeof(fuzz));
		fuzz.now_ns = START_NS;
		fuzz.host_ns = START_S * (uint64_t)1000000000;
		for (unsigned timer = 0; timer < TIMERS; timer++)
			fuzz.timer_at[timer] = TIMER_OFF;
		configure(i);
		board_reset(fuzz_board);
		memset(fuzz.posted, 0, sizeof(fuzz.posted));
		fuzz.posting = 0;
		fuzz.acting = 0;
		fuzz.touched = 0;
		fuzz.entropy_left = ~0u;
		memset(fuzz.room_left, 0xff, sizeof(fuzz.room_left));
		memcpy(&kept[i], fuzz_board, sizeof(kept[i]));
		memcpy(&kept_fuzz[i], &fuzz, sizeof(fuzz));
	}
}

static void
restore_queue(struct virtio_queue *q, const struct virtio_queue *from,
    unsigned ids, bool popped)
{
	memcpy(q, from, offsetof(struct virtio_queue, ring.slot));
	if (!popped)
		return;
	memcpy(q->ring.slot, from->ring.slot, ids * sizeof(q->ring.slot[0]));
	memcpy(q->ring.order, from->ring.order, sizeof(q->ring.order));
}

/* What a disk has of requests is by queue, and most of it. */
static void
restore_requests(struct virtio_blk *d, const struct virtio_blk *from)
{
	uint64_t popped = fuzz.popped[from->v.function.device];

	memcpy(d, from, offsetof(struct virtio_blk, request));
	for (; popped != 0; popped &= popped - 1) {
		unsigned i = (unsigned)__builtin_ctzll(popped);

		memcpy(d->request[i], from->request[i], sizeof(d->request[i]));
	}
}

static void
restore(const struct fuzz_device *d, const struct virtio_bus *bus)
{
	uint8_t *to = (uint8_t *)&fuzz_board->pci.virtio + d->at;
	const uint8_t *from = (const uint8_t *)bus + d->at;

	if (d->type == &virtio_blk_type)
		restore_requests(
		    (struct virtio_blk *)to, (const struct virtio_blk *)from);
	else
		memcpy(to, from, d->own);
	for (unsigned i = 0; i < d->type->queues; i++)
		restore_queue((struct virtio_queue *)(to + d->own) + i,
		    (const struct virtio_queue *)(from + d->own) + i,
		    d->type->queue_size, fuzz.popped[d->device] >> i & 1);
}

static void
restore_chips(const struct board *from)
{
	enum {
		FIRST = offsetof(struct board, pci.virtio),
		REST = FIRST + sizeof(struct virtio_bus)
	};

	memcpy(fuzz_board, from, FIRST);
	memcpy((uint8_t *)fuzz_board + REST, (const uint8_t *)from + REST,
	    sizeof(*from) - REST);
}

void
fuzz_machine_use(unsigned machine)
{
	unsigned i = machine % FUZZ_MACHINES;

	fuzz_board = &boards[i];
	memcpy(&fuzz, &kept_fuzz[i], sizeof(fuzz));
}

void
fuzz_machine_reset(unsigned machine)
{
	unsigned i = machine % FUZZ_MACHINES;

	restore_chips(&kept[i]);
	for (unsigned row = 0; row < FUZZ_ROWS; row++)
		if (fuzz.touched >> fuzz_devices[row].device & 1)
			restore(&fuzz_devices[row], &kept[i].pci.virtio);
}

bool
fuzz_machine_is_fresh(unsigned machine)
{
	unsigned i = machine % FUZZ_MACHINES;

	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): all of it */
	return memcmp(&boards[i], &kept[i], sizeof(kept[i])) == 0;
}
