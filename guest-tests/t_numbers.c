/* SPDX-License-Identifier: MIT
 *
 * A disk that is written for as long as the command line says, in hexadecimal
 * batches (0: for ever), for whoever takes the host away meanwhile. Sector
 * n % SECTORS gets the number n, in its first and in its last eight bytes;
 * numbers begin with SECTORS and go by batches of BATCH in flight at once. A
 * batch that is written and flushed is told of on the console, "kept LAST", and
 * one that the device had an error for, "error LAST": tools/numbers.c knows
 * these lines. At the end: discard, write zeroes, and all that was kept is
 * read. Errors are the host's right, and no failure; old data is one.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/virtio_blk.h"
#include "guest-tests/lib/virtio_work.h"
#include "guest-tests/lib/words.h"

enum { SECTOR = 512, SECTORS = 16, BATCH = 4 };
enum { UNUSED = 64, UNUSED_SECTORS = 16 }; /* sectors to discard */

static struct virtio v;
static struct virtq q;
static uint64_t kept[SECTORS];

static uint64_t
buffer(unsigned i)
{
	return WORK_RAM + i * (uint64_t)SECTOR;
}

/* BATCH sectors, the one of `number` the first: are all statuses OK? */
static bool
transfer(uint32_t type, uint64_t number)
{
	struct blk_request r = { .type = type };
	bool ok = true;

	for (r.number = 0; r.number < BATCH; r.number++) {
		r.sector = (number + r.number) % SECTORS;
		r.data =
		    (struct part){ buffer(r.number), SECTOR, type == BLK_IN };
		blk_add(&q, &r);
	}
	virtq_kick(&q);
	for (unsigned i = 0; i < BATCH; i++)
		virtq_wait(&q, NULL);
	for (r.number = 0; r.number < BATCH; r.number++)
		ok &= blk_status(&r) == BLK_OK;
	return ok;
}

static void
tell(const char *what, uint64_t number)
{
	puts(what);
	put_hex(number);
	puts("\n");
}

static void
write_batch(uint64_t number)
{
	struct blk_request flush = { .type = BLK_FLUSH };
	uint64_t last = number + BATCH - 1;

	for (unsigned i = 0; i < BATCH; i++) {
		poke(buffer(i), 8, number + i);
		poke(buffer(i) + SECTOR - 8, 8, number + i);
	}
	if (!transfer(BLK_OUT, number) || blk_do(&q, &flush) != BLK_OK) {
		tell("error ", last);
		return;
	}
	for (unsigned i = 0; i < BATCH; i++)
		kept[(number + i) % SECTORS] = number + i;
	tell("kept ", last);
}

/* What was kept, or what came later although the device said otherwise. */
static void
read_batch(uint64_t first)
{
	if (!transfer(BLK_IN, first)) {
		tell("error ", first);
		return;
	}
	for (unsigned i = 0; i < BATCH; i++) {
		expect(peek(buffer(i), 8) >= kept[first + i],
		    "a sector's first bytes");
		expect(peek(buffer(i) + SECTOR - 8, 8) >= kept[first + i],
		    "a sector's last bytes");
	}
}

/* 5.2.6: a segment. */
static void
remove(uint32_t type)
{
	struct blk_request r = { .type = type,
		.data = { WORK_RAM, 16, false } };

	poke(WORK_RAM, 8, UNUSED);
	poke(WORK_RAM + 8, 4, UNUSED_SECTORS);
	poke(WORK_RAM + 12, 4, type == BLK_WRITE_ZEROES); /* unmap */
	if (blk_do(&q, &r) != BLK_OK)
		tell("error ", UNUSED);
}

void
main(void)
{
	const char *text = cmdline();
	uint64_t batches = take_hex(&text), number = SECTORS;

	virtio_find(&v, VIRTIO_BLK, false);
	virtio_begin(
	    &v, F_BLK_FLUSH | F_BLK_DISCARD | F_BLK_WRITE_ZEROES, &q, 0);
	for (uint64_t i = 0; i < batches || batches == 0; i++, number += BATCH)
		write_batch(number);
	remove(BLK_DISCARD);
	remove(BLK_WRITE_ZEROES);
	for (uint64_t first = 0; first < SECTORS; first += BATCH)
		read_batch(first);
}
