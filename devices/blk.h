/* SPDX-License-Identifier: MIT
 *
 * A disk as virtio_blk sees it: whoever holds its bytes takes I/O by these
 * calls and may finish it at once or later. A disk goes by its PCI device
 * number; which file is behind it is vmm/disk.c's to know. Unit tests and
 * fuzzers link a disk in memory.
 *
 * Threads: the loop, with the board's lock held; blk_stop() and blk_settle() are
 * a vCPU's, in an access to a register. Neither waits: what they promise is so
 * when the access is over, which whoever makes it sees to, without the lock, and
 * until then no other access begins.
 */
#ifndef DEVICES_BLK_H
#define DEVICES_BLK_H

#include "vmm/util.h"

struct iovec;

enum blk_op { BLK_READ, BLK_WRITE, BLK_FLUSH, BLK_DISCARD, BLK_ZERO };

struct blk_io {
	enum blk_op op;
	bool stable;		/* WRITE, ZERO: done when the storage has it */
	bool unmap;		/* ZERO: may deallocate */
	uint64_t offset, bytes; /* multiples of 512, on the disk; not FLUSH's */
	struct iovec *iov;	/* READ, WRITE: guest memory, `bytes` in all, */
	unsigned iovs;		/* not 0, at most BLK_IOVS_MAX */
};

enum blk_result { BLK_DONE, BLK_FAILED, BLK_LATER };

/* What one request of the driver may take: its ranges, its iovecs. */
enum { BLK_BURST = 32, BLK_IOVS_MAX = 256 };

/* Is there room for BLK_BURST more I/Os? If not, virtio_blk_room() comes once
 * there is. */
bool blk_room(unsigned device);

/* Does `io`, or begins to: after BLK_LATER, virtio_blk_done() comes once with
 * the same tag, though not from within. There is room. `io` and its iovecs are
 * the caller's again on return. A write that is done is read by what is
 * submitted after it, and is in storage once a FLUSH is done that was submitted
 * after it. Failed means that nothing is promised of the bytes; the disk stays
 * usable. */
enum blk_result blk_submit(
    unsigned device, uint32_t tag, const struct blk_io *io);

/* virtio_blk_done() will not come any more for I/O whose tag is `queue` in the
 * upper 16 bits. After the access, none of that touches guest memory or changes
 * the disk. A write under way may have been cut short. */
void blk_stop(unsigned device, unsigned queue);

/* After the access, all of the device's I/O is done, and virtio_blk_done() has
 * come for it. */
void blk_settle(unsigned device);

#endif
