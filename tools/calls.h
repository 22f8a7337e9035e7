/* SPDX-License-Identifier: MIT
 *
 * vmm/syscalls.def as data: what it says of a call, without its programs.
 */
#ifndef TOOLS_CALLS_H
#define TOOLS_CALLS_H

#include <linux/seccomp.h>

#include "vmm/seccomp.h"

enum kind {
	KIND_vcpu,
	KIND_loop,
	KIND_worker,
	KIND_chips,
	KIND_disks,
	KIND_all
};
enum op { ONE_OF, NONE_OF, MOST, RANGE };
enum { CONDITIONS = 4, WAYS = 2 };

struct condition {
	enum op op;
	unsigned argument;
	bool high;
	unsigned values;
	uint32_t value[3];
};

struct way {
	unsigned conditions;
	struct condition condition[CONDITIONS];
};

struct row {
	enum kind kind;
	long call;
	const char *name;
	unsigned ways;
	struct way way[WAYS];
};

enum {
#define ALLOW(kind, call, ...) ROW_##kind##_##call,
#include "vmm/syscalls.def"
	ROWS
};
extern const struct row rows[ROWS];
extern const char kind_names[SECCOMP_KINDS][8];

bool is_of(const struct row *r, enum seccomp_kind kind);

/* A number of the table's, with the machine's for the slots. */
uint32_t value_of(uint32_t k, const uint32_t slots[SECCOMP_SLOTS]);

/* Which of its values a call has; -1: none. */
int which(const struct condition *c, const struct seccomp_data *d,
    const uint32_t slots[SECCOMP_SLOTS]);

/* The way by which a row lets a call through; NULL: not by this row. */
const struct way *way_of(const struct row *r, const struct seccomp_data *d,
    const uint32_t slots[SECCOMP_SLOTS]);

/* Is it the table's program for that kind, and with which numbers? */
bool is_program(enum seccomp_kind kind, const struct sock_filter *text,
    unsigned length, uint32_t slots[SECCOMP_SLOTS]);

#endif
