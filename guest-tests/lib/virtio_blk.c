/* SPDX-License-Identifier: MIT
 *
 * See virtio_blk.h.
 */
#include "guest-tests/lib/virtio_blk.h"
#include "guest-tests/lib/guest.h"

static uint64_t
header_at(const struct blk_request *r)
{
	return BLK_REQUESTS + r->number * (uint64_t)BLK_REQUEST;
}

uint64_t
blk_status_at(const struct blk_request *r)
{
	return header_at(r) + BLK_STATUS;
}

struct part
blk_put_header(const struct blk_request *r)
{
	uint64_t at = header_at(r);

	poke(at, 4, r->type);
	poke(at + 4, 4, 0);
	poke(at + 8, 8, r->sector);
	poke(blk_status_at(r), 1, BLK_UNSAID);
	return (struct part){ at, 16, false };
}

void
blk_add(struct virtq *q, const struct blk_request *r)
{
	struct part parts[3] = { blk_put_header(r) };
	unsigned n = 1;

	if (r->data.len > 0)
		parts[n++] = r->data;
	parts[n++] = (struct part){ blk_status_at(r), 1, true };
	virtq_add(q, parts, n);
}

uint8_t
blk_status(const struct blk_request *r)
{
	return (uint8_t)peek(blk_status_at(r), 1);
}

uint8_t
blk_do(struct virtq *q, const struct blk_request *r)
{
	blk_add(q, r);
	virtq_kick(q);
	virtq_wait(q, NULL);
	return blk_status(r);
}
