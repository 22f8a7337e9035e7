/* SPDX-License-Identifier: MIT
 *
 * What must be true of a board whatever the guest does, looked at after each
 * operation; what is not, aborts. Beside the sanitizers, the checks of devices/
 * themselves, and the contracts that board_host.c holds them to.
 *
 *	oracle.c		virtio devices: registers, rings, lines, vectors
 *	oracle_chips.c	the other chips: FIFOs, lines, timers
 *	oracle_dma.c	stands before virtq.h's functions
 *	oracle_flight.c	buffers, and where devices write,
 *	oracle_seen.c	what these look at and store,
 *	oracle_walk.c	what there is to pop,
 *	oracle_ring.c	what the driver is to see: oracle_ring.h
 *	oracle_device.c	configuration space; what single devices do
 *	oracle_fresh.c	what a reset must leave
 */
#ifndef TOOLS_FUZZ_ORACLE_H
#define TOOLS_FUZZ_ORACLE_H

#include "devices/board.h"
#include "tools/fuzz/board_input.h"
#include "tools/fuzz/board_regions.h"

/* An input begins; an operation was done; the input is at its end. */
void oracle_begin(void);
void oracle_step(void);
void oracle_end(void);

/* For the way back: buffers that queues gave, fuzz.pops of them, of which the
 * first are here: the id, and its place among those in order. */
enum { FUZZ_POPS = 128 };
extern struct fuzz_pop {
	uint8_t row, queue;
	uint16_t id, order;
} fuzz_pops[FUZZ_POPS];

/* A device writes to memory: only where it may. */
void oracle_write(gpa_t at, uint64_t len);

/* During some calls of virtq.h guest memory is looked at, by a pointer that stays
 * valid or by a copy, and stored to. The first says whether one is under way,
 * before anything else is done. */
bool oracle_watching(void);
void oracle_look(gpa_t at, const uint8_t *host, uint64_t len, bool stays);
void oracle_store(gpa_t at, const uint8_t *host, uint64_t len);

/* A flush said that the driver is to be interrupted; a message was sent; so by
 * now it was. */
struct ring;
void oracle_owe(const struct ring *r);
void oracle_message(uint64_t address, uint32_t data);
void oracle_paid(void);

/* One of its queues was reset, or all of it. */
void oracle_reset(unsigned row);

/* Of a device's configuration space so much was read; an event of the host
 * begins, and is over. */
void oracle_config(
    unsigned row, unsigned offset, unsigned size, uint64_t value);
void oracle_event(const struct fuzz_op *op, bool after);

/* A request begins an I/O, or one of its I/Os has failed; bytes were copied out
 * of memory; pages were given back. */
void oracle_request(unsigned device, uint32_t tag, bool failed);
void oracle_read(const void *from, uint64_t len);
void oracle_discard(gpa_t at, uint64_t len);

/* A queue was kicked: who found it empty has asked to hear of more. */
void oracle_kicked(unsigned device, unsigned queue);

/* What was done since the last call is no more than one kick may cost. */
void oracle_work(void);

/* Since that call, the same queue was kicked, and is to be kicked again. */
void oracle_again(bool hostile);

/* What the 8259s have to answer to an INTA cycle now. */
unsigned oracle_vector(void);

/* A region is about to be accessed; it was. */
void oracle_chip_is(unsigned region);
void oracle_chip_read(
    unsigned region, unsigned reg, unsigned size, uint64_t value);
void oracle_chip_wrote(
    unsigned region, unsigned reg, unsigned size, uint64_t value);

/* So much was read of the common configuration. */
void oracle_common(unsigned row, unsigned reg, unsigned size, uint64_t value);

/* Between the files. */
void oracle_chips(void);
void oracle_wires(void);
bool oracle_runs(const struct virtio *v, const struct virtio_queue *q);

/* An operation begins. */
void oracle_operation(enum fuzz_code code);

/* A write begins, and was done: it has changed what it may, and if it has reset
 * a device, that is a fresh one. */
void oracle_writes(
    enum fuzz_space space, gpa_t at, unsigned size, uint64_t value);
void oracle_wrote(void);

/* Just reset by its driver, or with `all` its function, too: as at power-on. */
void oracle_fresh(unsigned row, bool all);

/* The machine was reset. */
void oracle_restarted(void);

#endif
