/* SPDX-License-Identifier: MIT
 *
 * vmm/syscalls.def as data: what it says of a call, without its programs.
 */
#ifndef TOOLS_CALLS_H
#define TOOLS_CALLS_H

#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "devices/blk.h"
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

#define C(op, n, high, ...)                                                    \
	{                                                                      \
		op, n, high, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4,          \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}
#define IS(n, k)		C(ONE_OF, n, false, k)
#define NOT(n, k)		C(NONE_OF, n, false, k)
#define MOST(n, k)		C(MOST, n, false, k)
#define HIGH_IS(n, k)		C(ONE_OF, n, true, k)
#define IN(n, first, last)	C(RANGE, n, false, first, last)
#define HIGH_IN(n, first, last) C(RANGE, n, true, first, last)
#define ONE_OF2(n, a, b)	C(ONE_OF, n, false, a, b)
#define ONE_OF3(n, a, b, c)	C(ONE_OF, n, false, a, b, c)
#define NONE_OF2(n, a, b)	C(NONE_OF, n, false, a, b)
#define NONE_OF3(n, a, b, c)	C(NONE_OF, n, false, a, b, c)
#define SLOT(name)		SECCOMP_SLOT(SLOT_##name)
#define IF(...)                                                                \
	{                                                                      \
		sizeof((struct condition[]){ __VA_ARGS__ }) /                  \
		    sizeof(struct condition),                                  \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}
#define ALWAYS                                                                 \
	{                                                                      \
		0,                                                             \
		{                                                              \
			{                                                      \
				.values = 0                                    \
			}                                                      \
		}                                                              \
	}
#define ALLOW(kind, call, ...)                                                 \
	{ KIND_##kind, SYS_##call, #call,                                      \
		sizeof((struct way[]){ __VA_ARGS__ }) / sizeof(struct way),    \
		{ __VA_ARGS__ } },
static const struct row rows[] = {
#include "vmm/syscalls.def"
};
enum { ROWS = ARRAY_SIZE(rows) };

static const char kind_names[][8] = { "vcpu", "loop", "worker" };

static inline bool
is_of(const struct row *r, enum seccomp_kind kind)
{
	switch (r->kind) {
	case KIND_all:
		return true;
	case KIND_chips:
		return kind != SECCOMP_worker;
	case KIND_disks:
		return kind != SECCOMP_vcpu;
	default:
		return (int)r->kind == (int)kind;
	}
}

static inline uint32_t
value_of(uint32_t k, const uint32_t slots[SECCOMP_SLOTS])
{
	return k - SECCOMP_SLOT(0) < SECCOMP_SLOTS ? slots[k - SECCOMP_SLOT(0)]
						   : k;
}

/* Which of its values a call has; -1: none. */
static inline int
which(const struct condition *c, const struct seccomp_data *d,
    const uint32_t slots[SECCOMP_SLOTS])
{
	uint64_t argument = d->args[c->argument];
	uint32_t half = (uint32_t)(c->high ? argument >> 32 : argument);

	for (unsigned i = 0; i < c->values; i++)
		if (half == value_of(c->value[i], slots))
			return (int)i;
	return -1;
}

static inline bool
holds(const struct condition *c, const struct seccomp_data *d,
    const uint32_t slots[SECCOMP_SLOTS])
{
	uint64_t argument = d->args[c->argument];
	uint32_t half = (uint32_t)(c->high ? argument >> 32 : argument);

	switch (c->op) {
	case ONE_OF:
		return which(c, d, slots) >= 0;
	case NONE_OF:
		return which(c, d, slots) < 0;
	case MOST:
		return half <= value_of(c->value[0], slots);
	case RANGE:
		return half >= value_of(c->value[0], slots) &&
		    half <= value_of(c->value[1], slots);
	}
	return false;
}

/* The way by which a row lets a call through; NULL: not by this row. */
static inline const struct way *
way_of(const struct row *r, const struct seccomp_data *d,
    const uint32_t slots[SECCOMP_SLOTS])
{
	for (const struct way *w = r->way; w < r->way + r->ways; w++) {
		unsigned i = 0;

		while (i < w->conditions && holds(&w->condition[i], d, slots))
			i++;
		if (r->call == d->nr && i == w->conditions)
			return w;
	}
	return NULL;
}

#endif
