/* SPDX-License-Identifier: MIT
 *
 * A block device of 32 MiB with the id "serial" (virtio 1.3, 5.2), by the
 * interface and the features that the command line names: configuration,
 * writes and reads of many sizes, a ring full of requests, flush, id, ends of
 * the disk.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/virtio_blk.h"
#include "guest-tests/lib/virtio_work.h"

enum { SECTOR = 512, SECTORS = 65536, ID_BYTES = 20 };

static struct virtio v;
static struct virtq q;

static uint8_t
transfer(uint32_t type, uint64_t sector, uint64_t at, uint32_t len)
{
	struct blk_request r = { 0, type, sector,
		{ at, len, type != BLK_OUT } };

	return blk_do(&q, &r);
}

static void
check_config(void)
{
	expect_eq(virtio_config(&v, 0, 4), SECTORS, "capacity");
	expect_eq(virtio_config(&v, 4, 4), 0, "capacity, upper half");
	expect_eq(virtio_config(&v, 20, 4) % SECTOR, 0, "block size");
}

/* Sectors written one by one, and what is read of them at once. */
static void
check_data(void)
{
	enum { FIRST = 7, COUNT = 9, OFF = 3 };

	for (unsigned i = 0; i < COUNT; i++)
		expect_eq(transfer(BLK_OUT, FIRST + i,
			      (uint64_t)pattern + OFF + i * SECTOR, SECTOR),
		    BLK_OK, "a write");
	expect_eq(
	    transfer(BLK_FLUSH, 0, 0, 0), BLK_OK, "a flush, if known or not");
	memset((void *)WORK_RAM, 0xff, (COUNT + 1) * SECTOR);
	expect_eq(transfer(BLK_IN, FIRST, WORK_RAM, COUNT * SECTOR), BLK_OK,
	    "a read");
	expect(memcmp((void *)WORK_RAM, pattern + OFF, COUNT * SECTOR) == 0,
	    "the bytes that were written");
	expect_eq(peek(WORK_RAM + COUNT * SECTOR, 8), ~0ull,
	    "nothing behind the buffer is written");
	expect_eq(transfer(BLK_OUT, 100, (uint64_t)pattern, 0x8000), BLK_OK,
	    "a large write");
	expect_eq(transfer(BLK_IN, 100 + 0x3e, WORK_RAM, SECTOR), BLK_OK,
	    "a read in it");
	expect(memcmp((void *)WORK_RAM, pattern + 0x7c00, SECTOR) == 0,
	    "a sector in its middle");
}

/* As many as the ring holds, in flight at once. */
static void
check_many(void)
{
	unsigned count = q.indirect ? VIRTQ_SIZE : VIRTQ_SIZE / 3;
	struct blk_request r = { 0, BLK_IN, 100, { 0, SECTOR, true } };

	memset((void *)WORK_RAM, 0, count * SECTOR);
	for (r.number = 0; r.number < count; r.number++) {
		r.sector = 100 + count - 1 - r.number;
		r.data.at =
		    WORK_RAM + (count - 1 - r.number) * (uint64_t)SECTOR;
		blk_add(&q, &r);
	}
	virtq_kick(&q);
	for (unsigned i = 0; i < count; i++)
		expect_eq(virtq_wait(&q, NULL), SECTOR + 1, "the used length");
	for (r.number = 0; r.number < count; r.number++)
		expect_eq(blk_status(&r), BLK_OK, "each of many");
	expect(memcmp((void *)WORK_RAM, pattern, count * SECTOR) == 0,
	    "what many reads have read");
}

static void
check_ends(void)
{
	expect_eq(transfer(BLK_OUT, SECTORS - 1, WORK_RAM, SECTOR), BLK_OK,
	    "the last sector");
	expect_eq(transfer(BLK_IN, SECTORS - 1, WORK_RAM, 2 * SECTOR),
	    BLK_IOERR, "past the last sector");
	expect_eq(
	    transfer(BLK_OUT, SECTORS, WORK_RAM, SECTOR), BLK_IOERR, "past it");
	memset((void *)WORK_RAM, 0xff, ID_BYTES);
	expect_eq(transfer(BLK_GET_ID, 0, WORK_RAM, ID_BYTES), BLK_OK, "id");
	expect(memcmp((void *)WORK_RAM, "serial\0\0\0\0\0\0\0\0\0\0\0\0\0",
		   ID_BYTES) == 0,
	    "what the id is, filled up with zeros");
}

void
main(void)
{
	const char *text = cmdline();
	bool legacy;
	uint64_t features = take_features(&text, &legacy);

	virtio_find(&v, VIRTIO_BLK, legacy);
	virtio_begin(&v, features | F_BLK_FLUSH, &q, 0);
	check_config();
	check_data();
	check_many();
	check_ends();
	expect_eq(virtio_status(&v) & NEEDS_RESET, 0, "DEVICE_NEEDS_RESET");
}
