/* SPDX-License-Identifier: MIT
 *
 * What hostile drivers of virtio devices have in common. Their command line is
 * a device, its interface and features (virtio_work.h), and the name of a case.
 * A case goes wrong in one way after another, each time with a device that has
 * just done honest work, and says what must come of it; in the end the device
 * works as before.
 */
#ifndef GUEST_TESTS_VIRTIO_ATTACK_H
#define GUEST_TESTS_VIRTIO_ATTACK_H

#include "guest-tests/lib/virtio_work.h"

/* The device that the command line names, and its first working queue. */
extern const struct work *victim;
extern struct virtio v;
extern struct virtq q;
extern uint64_t features;

struct attack_case {
	const char *name;
	void (*run)(void);
};

/* Runs the case, and proves that the device survived it. */
void attack(const struct attack_case *cases, unsigned count);

/* The device from reset to where it has done its work; what went wrong before
 * is named if it can't. */
void renew(const char *before);

/* What comes of a kick of the queue. */
enum outcome {
	USED = 1,   /* a buffer is used */
	BROKEN = 2, /* 2.1.2: the device needs a reset, nothing is used */
	EITHER = 3,
	NOTHING = 4 /* neither, for a while */
};
void expect_outcome(enum outcome wanted, const char *what);

/* Kicks, whether the device wants it or not. */
void kick(void);

/* A descriptor anywhere, of the ring's kind; a packed one's `link` is its id. */
void put_desc(
    uint64_t at, uint64_t addr, uint32_t len, uint16_t flags, uint16_t link);

/* A descriptor in the ring, the n-th behind those that the driver has used, as
 * a part of an honest chain; what its `next` is instead, or a packed one's id.
 * Put the first one last: a packed ring's device may look at any time. */
void put_raw(unsigned n, uint64_t at, uint32_t len, uint16_t flags);
void put_link(unsigned n, uint16_t link);

/* Kicks for what was put; before that, in a split ring, makes `head` available
 * and advances idx by `ahead`. */
void offer(uint16_t head, uint16_t ahead);

static inline bool
packed(void)
{
	return (features & F_PACKED) != 0;
}

/* RAM for buffers and tables. */
enum { BUFFER = WORK_RAM + 0x1000, TABLE = WORK_RAM + 0x8000 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 128 MiB of RAM end here; and addresses where there is none. */
enum { RAM_END = 0x8000000 };
extern const uint64_t nowhere[];
enum { NOWHERES = 12 };

#endif
