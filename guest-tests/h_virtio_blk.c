/* SPDX-License-Identifier: MIT
 *
 * Hostile: requests that no block driver makes, in rings that are well (virtio
 * 1.3, 5.2.6). Each is used, with the status that it deserves, if it has room
 * for one; none is an error of the ring. The disk has 32 MiB.
 */
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/virtio_attack.h"
#include "guest-tests/lib/virtio_blk.h"

enum { SECTOR = 512, SECTORS = 65536, DATA = WORK_RAM + 0x10000 };
enum { RANGE = 16, UNMAP = 1 };
#define LAST ((uint64_t)-1)

enum way { NONE, FROM, TO }; /* data: from the driver, or to it */

static void
expect_status(uint8_t got, uint8_t want, const char *what)
{
	expect_eq(got, want, what);
	expect_eq(virtio_status(&v) & NEEDS_RESET, 0, what);
}

static void
request(uint32_t type, uint64_t sector, struct part data, uint8_t want,
    const char *what)
{
	struct blk_request r = { 0, type, sector, data };

	expect_status(blk_do(&q, &r), want, what);
}

static struct part
data_of(enum way way, uint32_t len)
{
	return (struct part){ DATA, way == NONE ? 0 : len, way == TO };
}

struct row {
	uint8_t want;
	const char *what;
	uint32_t type;
	uint64_t sector;
	enum way way;
	uint32_t len;
};

/* IN, or OUT, as far as a disk that can be written goes. */
static const struct row rows[] = {
	{ BLK_OK, "IN of nothing", BLK_IN, 0, NONE, 0 },
	{ BLK_OK, "IN of the last", BLK_IN, SECTORS - 1, TO, 512 },
	{ BLK_IOERR, "IN of one too many", BLK_IN, SECTORS - 1, TO, 1024 },
	{ BLK_IOERR, "IN past the end", BLK_IN, SECTORS, TO, 512 },
	{ BLK_IOERR, "IN of the last there can be", BLK_IN, LAST, TO, 512 },
	{ BLK_IOERR, "IN around", BLK_IN, LAST, TO, 1024 },
	{ BLK_IOERR, "IN: times 512 it is 0", BLK_IN, 1ull << 55, TO, 512 },
	{ BLK_IOERR, "IN: times 512 it is 512", BLK_IN, (1ull << 55) + 1, TO,
	    512 },
	{ BLK_IOERR, "IN at bit 63", BLK_IN, 1ull << 63, TO, 512 },
	{ BLK_IOERR, "IN of a byte", BLK_IN, 0, TO, 1 },
	{ BLK_IOERR, "IN of 511", BLK_IN, 0, TO, 511 },
	{ BLK_IOERR, "IN of 513", BLK_IN, 0, TO, 513 },
	{ BLK_IOERR, "IN of 64 MiB", BLK_IN, 0, TO, 64 << 20 },
	{ BLK_IOERR, "IN with data to write", BLK_IN, 0, FROM, 512 },
	{ BLK_IOERR, "OUT with data to read", BLK_OUT, 0, TO, 512 },
	{ BLK_IOERR, "OUT of 511", BLK_OUT, 0, FROM, 511 },
	{ BLK_IOERR, "OUT past the end", BLK_OUT, SECTORS, FROM, 512 },
	{ BLK_IOERR, "OUT of one too many", BLK_OUT, SECTORS - 1, FROM, 1024 },
	{ BLK_IOERR, "OUT around", BLK_OUT, LAST, FROM, 1024 },
	{ BLK_IOERR, "OUT: times 512 it is 0", BLK_OUT, 1ull << 55, FROM, 512 },
	{ BLK_IOERR, "id of nothing", BLK_GET_ID, 0, NONE, 0 },
	{ BLK_IOERR, "id of 19", BLK_GET_ID, 0, TO, 19 },
	{ BLK_IOERR, "id of 21", BLK_GET_ID, 0, TO, 21 },
	{ BLK_IOERR, "id to write", BLK_GET_ID, 0, FROM, 20 },
	{ BLK_OK, "id wherever", BLK_GET_ID, LAST, TO, 20 },
	{ BLK_OK, "flush wherever", BLK_FLUSH, LAST, NONE, 0 },
	{ BLK_UNSUPP, "SCSI", 2, 0, TO, 96 },
	{ BLK_UNSUPP, "SCSI out", 3, 0, FROM, 96 },
	{ BLK_UNSUPP, "GET_LIFETIME", 10, 0, TO, 6 },
	{ BLK_UNSUPP, "SECURE_ERASE", 14, 0, FROM, 16 },
	{ BLK_UNSUPP, "ZONE_REPORT", 16, 0, TO, 512 },
	{ BLK_UNSUPP, "BARRIER of old", 1u << 31, 0, NONE, 0 },
	{ BLK_UNSUPP, "all ones", ~0u, LAST, FROM, 512 },
	{ BLK_UNSUPP, "DISCARD, not negotiated", BLK_DISCARD, 0, FROM, RANGE },
	{ BLK_UNSUPP, "WRITE_ZEROES, not negotiated", BLK_WRITE_ZEROES, 0, FROM,
	    RANGE },
};

static void
try_requests(void)
{
	for (unsigned i = 0; i < COUNT(rows); i++)
		request(rows[i].type, rows[i].sector,
		    data_of(rows[i].way, rows[i].len), rows[i].want,
		    rows[i].what);
}

/* 5.2.6.2: nothing is written to a disk that is read-only. */
static void
try_read_only(void)
{
	expect((virtio_offered(&v) & F_BLK_RO) != 0, "RO is offered");
	request(BLK_OUT, 0, data_of(FROM, SECTOR), BLK_IOERR, "OUT");
	request(BLK_DISCARD, 0, data_of(FROM, RANGE), BLK_IOERR, "DISCARD");
	request(BLK_WRITE_ZEROES, 0, data_of(FROM, RANGE), BLK_IOERR,
	    "WRITE_ZEROES");
	poke(DATA, 8, LAST);
	request(BLK_IN, 0, data_of(TO, SECTOR), BLK_OK, "IN");
	expect_eq(peek(DATA, 8), 0, "nothing was written");
}

/*
 * Chains of any shape.
 */

/* What is used of a chain that has no room for a status, is nothing. */
static void
no_status(const struct part *parts, unsigned count, const char *what)
{
	virtq_add(&q, parts, count);
	virtq_kick(&q);
	expect_eq(virtq_wait(&q, NULL), 0, what);
	expect_eq(virtio_status(&v) & NEEDS_RESET, 0, what);
}

static void
any_chain(
    const struct part *parts, unsigned count, uint8_t want, const char *what)
{
	const struct blk_request r = { 0, 0, 0, { 0, 0, false } };

	poke(blk_status_at(&r), 1, BLK_UNSAID);
	virtq_add(&q, parts, count);
	virtq_kick(&q);
	virtq_wait(&q, NULL);
	expect_status(blk_status(&r), want, what);
}

/* 2.7.4.1: parts are where the driver likes them; the header's bytes one by
 * one, the data in pieces of all sizes, some of none. */
static void
try_pieces(void)
{
	const struct blk_request r = { 0, BLK_IN, 0, { 0, 0, false } };
	struct part header = blk_put_header(&r), parts[VIRTQ_PARTS_MAX];
	uint64_t status = blk_status_at(&r);
	unsigned n = 0;

	features |= F_INDIRECT;
	renew("INDIRECT");
	blk_put_header(&r);
	for (; n < 9; n++)
		parts[n] = (struct part){ header.at + n, 1, false };
	parts[n++] = (struct part){ 0, 0, false };
	parts[n++] = (struct part){ header.at + 9, 7, false };
	parts[n++] = (struct part){ DATA, 1, true };
	parts[n++] = (struct part){ LAST, 0, true };
	parts[n++] = (struct part){ DATA + 1, 510, true };
	parts[n++] = (struct part){ DATA + 511, 1, true };
	parts[n++] = (struct part){ status, 1, true };
	any_chain(parts, n, BLK_OK, "a header by bytes");
	parts[n - 1].len = 0;
	parts[n - 2] = (struct part){ status - 1, 2, true };
	any_chain(parts, n, BLK_OK, "data and status in one part");
}

static void
try_shapes(void)
{
	const struct blk_request r = { 0, BLK_IN, 0, { 0, 0, false } };
	struct part header = blk_put_header(&r);
	struct part status = { blk_status_at(&r), 1, true };
	struct part parts[3] = { header, status, { DATA, SECTOR, true } };

	no_status(&header, 1, "a header and no status");
	no_status(&(struct part){ header.at, 0, true }, 1, "no byte");
	any_chain(&status, 1, BLK_IOERR, "a status and no header");
	any_chain(parts, 2, BLK_OK, "no data");
	for (parts[0].len = 0; parts[0].len < 16; parts[0].len += 5)
		any_chain(parts, 2, BLK_IOERR, "half a header");
	parts[0].len = 17;
	any_chain(parts, 2, BLK_IOERR, "a header and a byte");
	parts[0].len = 16;
	poke(DATA + SECTOR - 1, 1, BLK_UNSAID);
	any_chain(parts, 3, 0, "the first byte of sector 0");
	expect_eq(peek(DATA + SECTOR - 1, 1), BLK_OK, "the last is the status");
}

/*
 * Ranges.
 */

static void
put_range(unsigned n, uint64_t sector, uint32_t sectors, uint32_t flags)
{
	poke(DATA + RANGE * n, 8, sector);
	poke(DATA + RANGE * n + 8, 4, sectors);
	poke(DATA + RANGE * n + 12, 4, flags);
}

struct range_row {
	uint8_t discard, zero; /* what each of them says */
	const char *what;
	uint64_t sector;
	uint32_t sectors, flags;
};

static const struct range_row ranges[] = {
	{ BLK_OK, BLK_OK, "a sector", 9, 1, 0 },
	{ BLK_OK, BLK_OK, "the last one", SECTORS - 1, 1, 0 },
	{ BLK_IOERR, BLK_IOERR, "one too many", SECTORS - 1, 2, 0 },
	{ BLK_IOERR, BLK_IOERR, "past the end", SECTORS, 1, 0 },
	{ BLK_IOERR, BLK_IOERR, "around", LAST, 2, 0 },
	{ BLK_OK, BLK_IOERR, "more than 16 MiB", 9, 0x8001, 0 },
	{ BLK_IOERR, BLK_IOERR, "2^32 - 1 sectors", 0, ~0u, 0 },
	{ BLK_IOERR, BLK_IOERR, "around, 2^32 - 1 sectors", 1ull - ~0u, ~0u,
	    0 },
	{ BLK_IOERR, BLK_IOERR, "times 512 it is 0", 1ull << 55, 1, 0 },
	{ BLK_UNSUPP, BLK_OK, "unmap", 9, 1, UNMAP },
	{ BLK_UNSUPP, BLK_UNSUPP, "a flag that is none", 9, 1, 2 },
	{ BLK_UNSUPP, BLK_UNSUPP, "all flags", 9, 1, ~0u },
};

static void
both(uint32_t len, uint8_t discard, uint8_t zero, const char *what)
{
	request(BLK_DISCARD, 0, data_of(FROM, len), discard, what);
	request(BLK_WRITE_ZEROES, 0, data_of(FROM, len), zero, what);
}

static void
try_ranges(void)
{
	features |= F_BLK_DISCARD | F_BLK_WRITE_ZEROES;
	renew("DISCARD and WRITE_ZEROES");
	for (unsigned i = 0; i < COUNT(ranges); i++) {
		const struct range_row *r = &ranges[i];

		put_range(0, r->sector, r->sectors, r->flags);
		both(RANGE, r->discard, r->zero, r->what);
	}
	memset((void *)DATA, 0, 256 * RANGE);
	both(0, BLK_IOERR, BLK_IOERR, "no range");
	both(1, BLK_IOERR, BLK_IOERR, "a byte of one");
	both(RANGE + 1, BLK_IOERR, BLK_IOERR, "one and a byte");
	both(255 * RANGE, BLK_IOERR, BLK_IOERR, "more than it takes");
	both(64 << 20, BLK_IOERR, BLK_IOERR, "64 MiB of them");
	request(BLK_DISCARD, 0, data_of(TO, RANGE), BLK_IOERR, "to read");
	put_range(1, SECTORS, 1, 0);
	put_range(0, 5, 1, 0); /* the sector of honest work */
	request(BLK_DISCARD, 0, data_of(FROM, 2 * RANGE), BLK_IOERR,
	    "a good one and a bad one");
}

static const struct attack_case cases[] = {
	{ "requests", try_requests },
	{ "read-only", try_read_only },
	{ "pieces", try_pieces },
	{ "shapes", try_shapes },
	{ "ranges", try_ranges },
};

void
main(void)
{
	attack(cases, COUNT(cases));
}
