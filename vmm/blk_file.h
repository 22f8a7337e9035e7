/* SPDX-License-Identifier: MIT
 *
 * A disk in a raw file or a block device of the host, by plain system calls
 * through the host's page cache.
 *
 * Threads: any; each call waits for the host.
 */
#ifndef VMM_BLK_FILE_H
#define VMM_BLK_FILE_H

#include "devices/blk.h"

/* Who does the I/O; and when it is in storage: at a FLUSH, each write before it
 * is done, or whenever the host likes. blk_engine.h heeds both. */
enum blk_aio { BLK_AIO_ANY, BLK_AIO_URING, BLK_AIO_THREADS };
enum blk_sync { BLK_SYNC_FLUSH, BLK_SYNC_ALWAYS, BLK_SYNC_NEVER };

struct blk_file {
	int fd; /* owned */
	bool read_only, device;
	uint64_t bytes; /* when it was opened or resized */
};

enum { BLK_ZEROS = 4096 };

/* NULL, or what is wrong with `path`, with nothing left open. The file is
 * locked until it is closed: for one writer, or for any number of readers, as
 * far as its file system knows locks; but not against another that is the same
 * opening of it (fd=N). */
const char *blk_file_open(struct blk_file *f, const char *path, bool read_only);

/* Are they the same file? */
bool blk_file_same(const struct blk_file *f, const struct blk_file *other);

/* Makes a file that is shorter that long; the disk is longer, or shorter, from
 * what its owner has made of it else. `f->bytes` then says so. NULL, or what is
 * wrong. */
const char *blk_file_resize(struct blk_file *f, uint64_t bytes);

/* Its size may have changed since it was opened: `f->bytes` says so, unless a
 * disk cannot have that. */
void blk_file_remeasure(struct blk_file *f);

/* Does one I/O of devices/blk.h, or says false; `stable` is up to the caller.
 * The iovecs are used up. */
bool blk_file_io(const struct blk_file *f, const struct blk_io *io);

/*
 * For those who do the same by other calls.
 */

/* Passes over the first `done` bytes of them. */
void blk_iov_advance(struct iovec **iov, unsigned *iovs, size_t done);

/* Has up to `max` iovecs say `bytes` of zeros, or as many as they can; how many
 * iovecs those are. Not to be written to. */
unsigned blk_iov_zeros(struct iovec *iov, unsigned max, uint64_t bytes);

#endif
