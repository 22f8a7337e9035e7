/* SPDX-License-Identifier: MIT
 *
 * What tools/bench_blk's two programs have to agree on: bench_blk_host.c and
 * bench_blk_guest.c.
 */
#ifndef TOOLS_BENCH_BLK_H
#define TOOLS_BENCH_BLK_H

#define DISK_MIB   256
#define STRING_(x) #x
#define STRING(x)  STRING_(x)

enum { BLOCK = 4096, REQUESTS = 4096, DEPTH_MAX = 32 };

/* The phases, in order: X(name, write, depth). */
#define EACH_PHASE(X)                                                          \
	X(read_1, 0, 1)                                                        \
	X(read_32, 0, 32)                                                      \
	X(write_1, 1, 1)                                                       \
	X(write_32, 1, 32)

#endif
