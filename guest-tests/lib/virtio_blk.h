/* SPDX-License-Identifier: MIT
 *
 * Requests to a block device (virtio 1.3, 5.2.6), one at a time or many.
 */
#ifndef GUEST_TESTS_VIRTIO_BLK_H
#define GUEST_TESTS_VIRTIO_BLK_H

#include "guest-tests/lib/virtio_ring.h"

enum { /* types */
	BLK_IN = 0,
	BLK_OUT = 1,
	BLK_FLUSH = 4,
	BLK_GET_ID = 8,
	BLK_DISCARD = 11,
	BLK_WRITE_ZEROES = 13
};
enum { BLK_OK = 0, BLK_IOERR = 1, BLK_UNSUPP = 2, BLK_UNSAID = 0xee };
#define F_BLK_RO	   (1ull << 5)
#define F_BLK_FLUSH	   (1ull << 9)
#define F_BLK_DISCARD	   (1ull << 13)
#define F_BLK_WRITE_ZEROES (1ull << 14)

/* A request: its header and status are at BLK_REQUESTS, 32 bytes for each
 * number; `data` is one part, none if its length is 0. */
enum { BLK_REQUESTS = 0x2000000, BLK_REQUEST = 32, BLK_STATUS = 16 };
struct blk_request {
	unsigned number;
	uint32_t type;
	uint64_t sector;
	struct part data;
};

/* Header and status as they must be before it is offered: the header's part. */
struct part blk_put_header(const struct blk_request *r);
uint64_t blk_status_at(const struct blk_request *r);

/* Adds it, not shown yet; what its status says; or all at once: adds, kicks,
 * waits, and returns the status. */
void blk_add(struct virtq *q, const struct blk_request *r);
uint8_t blk_status(const struct blk_request *r);
uint8_t blk_do(struct virtq *q, const struct blk_request *r);

#endif
