/* SPDX-License-Identifier: MIT
 *
 * A disk in a raw file or a block device of the host, by plain system calls
 * through the host's page cache.
 *
 * Threads: one at a time; each call waits for the host.
 */
#ifndef VMM_BLK_FILE_H
#define VMM_BLK_FILE_H

#include "devices/blk.h"

struct blk_file {
	int fd; /* owned */
	bool read_only;
	bool lost;	/* a flush failed: see blk_file_io() */
	uint64_t bytes; /* when it was opened */
};

/* NULL, or what is wrong with `path`, with nothing left open. The file is
 * locked until it is closed: for one writer, or for any number of readers, as
 * far as its file system knows locks. */
const char *blk_file_open(struct blk_file *f, const char *path, bool read_only);

/* Does one I/O of devices/blk.h, or says false. Once a flush or a stable write
 * has failed so do all that follow: the kernel forgets what it could not write,
 * and the next fdatasync() would succeed without it. */
bool blk_file_io(struct blk_file *f, const struct blk_io *io);

#endif
