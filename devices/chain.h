/* SPDX-License-Identifier: MIT
 *
 * A chain: one buffer of a virtqueue as a device sees it, bytes to read and
 * then bytes to write, each with a cursor. Where one descriptor ends and the
 * next begins is the driver's business and cannot be told from here (virtio
 * 1.3, 2.7.4.1: no assumptions about their arrangement).
 *
 * Its parts are copies, judged when the chain was popped: all of it is RAM, and
 * nothing that the guest does later moves it. The bytes themselves the guest
 * can change at any time: read what is judged once, into memory of your own.
 */
#ifndef DEVICES_CHAIN_H
#define DEVICES_CHAIN_H

#include "vmm/gmem.h"

#define MUST_CHECK __attribute__((warn_unused_result))

struct iovec;

/* A chain is at most as long as its queue (2.7.5.3.1), so with the largest
 * queue this holds whatever the specification allows. */
enum { CHAIN_PARTS_MAX = 1024 };

struct chain_cursor {
	uint64_t left;	 /* bytes */
	uint32_t offset; /* into the part */
	uint16_t part;
};

/* 16 KiB. A device needs one to work with: what it finishes later needs no more
 * than the id and where to write. */
struct chain {
	uint16_t id;		     /* for virtq_push() */
	uint16_t slots;		     /* of the ring, that it takes */
	uint16_t parts, readers;     /* all, and the first, which are to read */
	bool indirect;		     /* the last parts are a table's */
	uint64_t readable, writable; /* bytes; at most 4 GiB together */
	struct chain_cursor read, write;
	struct chain_part {
		gpa_t at;
		uint32_t len; /* 0 is allowed: nothing to read or write */
	} part[CHAIN_PARTS_MAX];
};

/* Read or write the next `len` bytes. How many it was: fewer only when the
 * chain has no more. */
MUST_CHECK size_t chain_read(
    struct chain *chain, const struct gmem *mem, void *to, size_t len);
MUST_CHECK size_t chain_write(
    struct chain *chain, const struct gmem *mem, const void *from, size_t len);

/* The same for bulk data: pass over the next `bytes` at most, and say in up to
 * `max` iovecs where they are in the host's memory. How many iovecs it took;
 * none is empty. The cursor's `left` tells how many bytes. */
MUST_CHECK unsigned chain_read_iov(struct chain *chain, const struct gmem *mem,
    struct iovec *iov, unsigned max, uint64_t bytes);
MUST_CHECK unsigned chain_write_iov(struct chain *chain, const struct gmem *mem,
    struct iovec *iov, unsigned max, uint64_t bytes);

/* The guest's address of the next byte to write, for a device that keeps no
 * chain until it writes its status; chain->write.left is not 0. */
gpa_t chain_write_at(const struct chain *chain);

/* Bytes written or passed over so far: for virtq_push(), if none was passed
 * over unwritten. */
uint32_t chain_written(const struct chain *chain);

#endif
