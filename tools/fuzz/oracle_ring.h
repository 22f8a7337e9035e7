/* SPDX-License-Identifier: MIT
 *
 * Between the files of the oracle that look at virtqueues: each queue as its
 * driver knows it, by virtio 1.3, 2.7 and 2.8, and nothing of devices/virtq*.c.
 * A split ring's slot is a buffer, a packed ring's a descriptor; positions count
 * slots since the queue was enabled, and run freely.
 */
#ifndef TOOLS_FUZZ_ORACLE_RING_H
#define TOOLS_FUZZ_ORACLE_RING_H

#include "devices/virtq.h"

/* What a call of virtq.h may store into a ring. */
enum ring_call { RING_POP, RING_USE, RING_FLUSH, RING_ON, RING_OFF };

struct ring {
	const struct virtq *q;
	uint8_t row, queue;
	uint32_t input; /* that it is of: oracle_input */
	struct virtq_layout at;
	uint64_t features;
	bool packed;
	enum ring_call call;  /* that is under way, or was the last */
	uint32_t avail;	      /* the next to pop, */
	uint32_t used;	      /* to be written as used, */
	uint32_t shown;	      /* to be seen as used, */
	uint32_t signalled;   /* at the last flush */
	uint32_t held;	      /* popped and not pushed */
	uint32_t pops, takes; /* chains: popped; in order, seen as used */
	uint32_t kept;	      /* chains that are the device's */
	uint16_t popped;      /* since the last flush */
	bool dry, asked;      /* nothing was there; notifications are wanted */
	bool waiting;	      /* and there is something to be had */
	bool told;	      /* the driver, something, by this call */
};

/* One that is in flight: popped, and pushed unless it is still the device's. It
 * is kept with the first of its parts that are to write; one that has more, or
 * that there is no room for, may be written anywhere. */
enum { FLIGHT_PARTS = 8 };
struct flight {
	const struct virtq *q;
	const struct chain *chain; /* as the device has it, for a while */
	uint16_t id, slots, parts;
	bool whole;  /* all of its parts are known */
	bool pushed; /* with len */
	uint32_t len, turn;
	bool failed; /* some of what was to be written was perhaps not */
	uint64_t readable, writable, written;
	struct chain_part part[FLIGHT_PARTS];
};

struct flight *oracle_flight(const struct virtq *q, uint16_t id, bool pushed);

/* So many were there at once, or so odd, that not all are known any more: until
 * the input ends nothing is said of rings. */
extern bool oracle_lost;

/* The number of this input, never 0: what is noted of another is stale. */
extern uint32_t oracle_input;

/* A chain was popped; what becomes of it; memory to write of one was given. */
void oracle_fly(struct ring *r, const struct chain *chain);
void oracle_land(struct flight *f);
void oracle_land_all(const struct virtq *q);
bool oracle_may_write(gpa_t at, uint64_t len);
void oracle_popped(const struct ring *r);
void oracle_pushed(const struct ring *r, const struct flight *f, uint32_t len);
void oracle_gave(const struct chain *chain, uint64_t bytes);

/* Whose queue it is. */
void oracle_owner(const struct virtq *q, uint8_t *row, uint8_t *index);

/* The queue's, as it is or at power-on; it was just enabled. */
struct ring *oracle_ring(const struct virtq *q);
void oracle_start(struct ring *r, const struct virtq *q,
    const struct virtq_layout *at, uint64_t features);

/* The driver sees that `id` was used: how many slots it then passes over. */
uint32_t oracle_take(struct ring *r, uint16_t id, uint32_t len);
bool oracle_takes(const struct ring *r); /* it should see one more */

/* A call begins, and ends: what is fetched meanwhile can be asked for. */
void oracle_watch(struct ring *r, enum ring_call what);
void oracle_watched(void);

/* What was fetched of [at, at + len), in this order. False: of so many fetches,
 * that one is not known. */
bool oracle_fetch(gpa_t at, void *to, unsigned len);
uint16_t oracle_fetch16(gpa_t at);
void oracle_fetched(void); /* no descriptor was but these */

/* Such a call has stored, or may have with the pointer it had. */
void oracle_stored(
    struct ring *r, gpa_t at, const uint8_t *bytes, uint64_t len, bool changed);

/* What a pop has to say; `chain`: what it has popped. */
enum ring_pop { RING_EMPTY, RING_CHAIN, RING_WRONG, RING_UNKNOWN };
enum ring_pop oracle_walk(const struct ring *r, const struct chain *chain);

/* Is this layout one to enable? Is anything there to pop? */
bool oracle_layout(const struct virtq_layout *at, bool packed);
bool oracle_offered(const struct ring *r);

/* After a flush: whether an interrupt had to come. */
void oracle_flushed(struct ring *r, bool due);

#endif
