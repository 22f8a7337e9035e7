/* SPDX-License-Identifier: MIT
 *
 * Hostile: a device stopped in each way there is while it has a ring full of
 * buffers to write to. When it says that it has stopped, it has: no byte of RAM
 * changes any more (virtio 1.3, 2.4.1, 2.6.1.1.1).
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/virtio_attack.h"
#include "guest-tests/lib/virtio_blk.h"

enum { ROUNDS = 12, EACH = 0x8000, STEP = 0x1000, BUFFERS_MAX = 16 };
enum { EXP_CONTROL = 8 };
enum { EXP_FLR = 1 << 15, ON = PCI_IO | PCI_MEMORY | PCI_MASTER };
enum { A_WHILE = 1500 /* us */ };
#define MARK 0xa5a5a5a5a5a5a5a5

static unsigned buffers;

static void
add(unsigned n)
{
	struct part part = { WORK_RAM + n * (uint64_t)EACH, EACH, true };
	struct blk_request r = { n, BLK_IN, 0, part };

	if (victim->type == VIRTIO_BLK)
		blk_add(&q, &r);
	else
		virtq_add(&q, &part, 1);
}

/* As many as go in. The device begins at some moment from the kick on. */
static void
begin_io(void)
{
	for (buffers = 0; buffers < BUFFERS_MAX && q.room >= 3; buffers++)
		add(buffers);
	virtq_show(&q);
	kick();
	for (unsigned i = random32() % 256; i > 0; i--)
		pause();
}

/* A mark in each 4 KiB, of which the device would write every byte; and what
 * is in the ring's first words. */
static void
check_still(const char *what)
{
	uint64_t end = WORK_RAM + buffers * (uint64_t)EACH;
	uint64_t used = peek(q.device, 8), desc = peek(q.desc + 8, 8);

	for (uint64_t at = WORK_RAM; at < end; at += STEP)
		poke(at, 8, MARK);
	pass(A_WHILE);
	for (uint64_t at = WORK_RAM; at < end; at += STEP)
		if (peek(at, 8) != MARK)
			fail(what);
	expect_eq(peek(q.device, 8), used, what);
	expect_eq(peek(q.desc + 8, 8), desc, what);
}

static void
reset_device(void)
{
	virtio_reset(&v);
}

/* 2.6.1; 4.1.5.1.3.1 */
static void
reset_queue(void)
{
	if (v.legacy) {
		outl(v.ports + L_QUEUE_ADDRESS, 0);
		return;
	}
	common_write(&v, C_QUEUE_SELECT, 2, q.index);
	common_write(&v, C_QUEUE_RESET, 2, 1);
	expect_eq(common_read(&v, C_QUEUE_RESET, 2), 0, "queue_reset is done");
	expect_eq(common_read(&v, C_QUEUE_ENABLE, 2), 0, "the queue is off");
}

/* PCI Express 4.0, 6.6.2: all but its identity is as at power-on. */
static void
reset_function(void)
{
	uint64_t cap = virtio_capability(&v, CAP_EXP);

	if (cap == 0)
		fail("the function is of PCI Express");
	poke(cap + EXP_CONTROL, 2, EXP_FLR);
	expect_eq(peek(v.pci + PCI_COMMAND, 2), 0, "the command register");
	poke(v.pci + PCI_COMMAND, 2, ON);
	expect_eq(virtio_status(&v), 0, "the status after an FLR");
}

static void
stop_by(void (*stop)(void), const char *what)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		begin_io();
		stop();
		check_still(what);
		renew(what);
	}
}

static void
try_device(void)
{
	stop_by(reset_device, "still after a reset of the device");
}

static void
try_queue(void)
{
	features |= v.legacy ? 0 : F_RING_RESET;
	renew("RING_RESET");
	stop_by(reset_queue, "still after a reset of the queue");
}

static void
try_function(void)
{
	stop_by(reset_function, "still after a reset of the function");
}

static const struct attack_case cases[] = {
	{ "device-reset", try_device },
	{ "queue-stop", try_queue },
	{ "flr", try_function },
};

void
main(void)
{
	attack(cases, COUNT(cases));
}
