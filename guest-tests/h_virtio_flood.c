/* SPDX-License-Identifier: MIT
 *
 * Hostile: a disk asked for all of itself by each request of a full ring, and
 * then stopped in each way there is (virtio 1.3, 2.4.1, 2.6.1.1.1; PCI 3.0,
 * 6.2.2; PCI PM 1.2, 5.4.1). How long that takes is the guest's affair; whoever
 * runs it is heard meanwhile, which tools/check_control looks at. In
 * "another" a second processor (--cpus 2) then ends the machine.
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/smp.h"
#include "guest-tests/lib/virtio_attack.h"
#include "guest-tests/lib/virtio_blk.h"

enum { PIECES = VIRTQ_PARTS_MAX - 2, PIECE_MAX = 64 << 20, STEP = 0x10000 };
enum { PM_CONTROL = 4, D3HOT = 3 };
enum { ON = PCI_IO | PCI_MEMORY | PCI_MASTER };
enum { MOMENT = 20000, A_WHILE = 1500 /* us */ };
enum { CYCLES = 200000000, ENDED = 42 };
#define MARK 0xa5a5a5a5a5a5a5a5

static unsigned requests;
static uint32_t piece;

/* All pieces go to the same memory, of the guest's least. */
static void
flood(void)
{
	struct blk_request r = { 0, BLK_IN, 0, { 0, 0, false } };
	struct part parts[VIRTQ_PARTS_MAX];
	uint32_t whole = (uint32_t)virtio_config(&v, 0, 4) / PIECES * 512;

	features |= F_INDIRECT | (v.legacy ? 0 : F_RING_RESET);
	renew("INDIRECT");
	piece = whole < PIECE_MAX ? whole : PIECE_MAX;
	for (requests = 0; q.room > 0; requests++) {
		r.number = requests;
		parts[0] = blk_put_header(&r);
		for (unsigned i = 1; i <= PIECES; i++)
			parts[i] = (struct part){ WORK_RAM, piece, true };
		parts[PIECES + 1] = (struct part){ blk_status_at(&r), 1, true };
		virtq_add(&q, parts, PIECES + 2);
	}
	virtq_show(&q);
	kick();
	puts("begun\n");
	pass(MOMENT);
}

/* No byte changes any more. */
static void
check_still(void)
{
	puts("ended\n");
	for (uint64_t at = 0; at < piece; at += STEP)
		poke(WORK_RAM + at, 8, MARK);
	pass(A_WHILE);
	for (uint64_t at = 0; at < piece; at += STEP)
		if (peek(WORK_RAM + at, 8) != MARK)
			fail("nothing is written to memory any more");
}

/* All that the device had popped is used, each with a status. */
static void
check_used(void)
{
	struct blk_request r = { 0, BLK_IN, 0, { 0, 0, false } };
	uint32_t len;
	uint16_t id;
	unsigned used = 0;

	for (; virtq_take(&q, &id, &len); used++)
		expect_eq(len, PIECES * (uint64_t)piece + 1, "bytes");
	for (; r.number < requests; r.number++)
		used -= blk_status(&r) == BLK_OK;
	expect_eq(used, 0, "used, or without a status");
}

static void
try_master(void)
{
	flood();
	poke(v.pci + PCI_COMMAND, 2, ON & ~PCI_MASTER);
	check_still();
	check_used();
	poke(v.pci + PCI_COMMAND, 2, ON);
}

static void
try_sleep(void)
{
	uint64_t cap = virtio_capability(&v, CAP_PM);

	if (cap == 0)
		fail("the function knows D3hot");
	flood();
	poke(cap + PM_CONTROL, 2, D3HOT);
	check_still();
	check_used();
	poke(cap + PM_CONTROL, 2, 0);
}

static void
try_device(void)
{
	flood();
	virtio_reset(&v);
	check_still();
}

static void
try_queue(void)
{
	flood();
	if (v.legacy) {
		outl(v.ports + L_QUEUE_ADDRESS, 0);
	} else {
		common_write(&v, C_QUEUE_SELECT, 2, q.index);
		common_write(&v, C_QUEUE_RESET, 2, 1);
	}
	check_still();
}

/* Not before the reset is over, if that has begun. */
static void
end_all(void)
{
	uint64_t since = rdtsc();

	while (rdtsc() - since < CYCLES)
		pause();
	exit_status(ENDED);
}

static void
try_another(void)
{
	flood();
	lapic_enable();
	smp_start(1, end_all);
	virtio_reset(&v);
	for (;;)
		pause();
}

static const struct attack_case cases[] = {
	{ "master", try_master },
	{ "sleep", try_sleep },
	{ "device", try_device },
	{ "queue", try_queue },
	{ "another", try_another },
};

void
main(void)
{
	attack(cases, COUNT(cases));
}
