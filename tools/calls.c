/* SPDX-License-Identifier: MIT
 *
 * See calls.h.
 */
#include "tools/calls.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/kvm.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "devices/blk.h"

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
const struct row rows[ROWS] = {
#include "vmm/syscalls.def"
};
const char kind_names[SECCOMP_KINDS][8] = { "vcpu", "loop", "worker" };

bool
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

uint32_t
value_of(uint32_t k, const uint32_t slots[SECCOMP_SLOTS])
{
	return k - SECCOMP_SLOT(0) < SECCOMP_SLOTS ? slots[k - SECCOMP_SLOT(0)]
						   : k;
}

int
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

static bool
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

const struct way *
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

bool
is_program(enum seccomp_kind kind, const struct sock_filter *text,
    unsigned length, uint32_t slots[SECCOMP_SLOTS])
{
	struct sock_filter model[SECCOMP_LENGTH_MAX];
	uint32_t names[SECCOMP_SLOTS];

	for (unsigned i = 0; i < SECCOMP_SLOTS; i++)
		names[i] = SECCOMP_SLOT(i);
	if (seccomp_program(kind, names, model) != length)
		return false;
	for (unsigned i = 0; i < length; i++) {
		uint32_t slot = model[i].k - SECCOMP_SLOT(0);

		if (BPF_CLASS(model[i].code) == BPF_JMP && slot < SECCOMP_SLOTS)
			slots[slot] = model[i].k = text[i].k;
		if (memcmp(&model[i], &text[i], sizeof(text[i])) != 0)
			return false;
	}
	return true;
}
