/* SPDX-License-Identifier: MIT
 *
 * See seccomp.h; seccomp(2), seccomp_filter.rst. A program is
 *
 *	A = the architecture;	if it is not x86-64, KILL
 *	A = the call's number
 *	if it is not the row's, the next row	(where A is the number still)
 *	A = half an argument;	if the condition fails, the next way or KILL
 *	...			if the last one of a way holds, ALLOW
 *	KILL:
 *	ALLOW:
 *
 * A comparison of the number with each row's keeps out x32 calls, too, which
 * have bit 30 set. Where each row lies is an enumeration, from which the
 * compiler has the jumps.
 */
#include "vmm/seccomp.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
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

/* x86 is little-endian: an argument's upper half lies behind its lower. */
#define ARGUMENT(n) (offsetof(struct seccomp_data, args) + (size_t)(n)*8)

#define LOAD(offset)                                                           \
	{                                                                      \
		BPF_LD | BPF_W | BPF_ABS, 0, 0, offset                         \
	}
#define JUMP(op, yes, no, k)                                                   \
	{                                                                      \
		BPF_JMP | BPF_K | (op), yes, no, k                             \
	}
#define RETURN(k)                                                              \
	{                                                                      \
		BPF_RET | BPF_K, 0, 0, k                                       \
	}

/* A condition: its form; where its word is; how to compare that, whether the
 * answer is to be yes, and with what. Or, of a list or a range, with which. */
#define NIL			(NONE, 0)
#define IS(n, k)		(PLAIN, ARGUMENT(n), BPF_JEQ, 1, k)
#define NOT(n, k)		(PLAIN, ARGUMENT(n), BPF_JEQ, 0, k)
#define MOST(n, k)		(PLAIN, ARGUMENT(n), BPF_JGT, 0, k)
#define HIGH_IS(n, k)		(PLAIN, ARGUMENT(n) + 4, BPF_JEQ, 1, k)
#define ONE_OF2(n, a, b)	(ANY2, ARGUMENT(n), a, b)
#define ONE_OF3(n, a, b, c)	(ANY3, ARGUMENT(n), a, b, c)
#define NONE_OF2(n, a, b)	(NOT2, ARGUMENT(n), a, b)
#define NONE_OF3(n, a, b, c)	(NOT3, ARGUMENT(n), a, b, c)
#define IN(n, first, last)	(RANGE, ARGUMENT(n), first, last)
#define HIGH_IN(n, first, last) (RANGE, ARGUMENT(n) + 4, first, last)
#define SLOT(name)		SECCOMP_SLOT(SLOT_##name)

/* Each in so many instructions. It begins at `at` and goes on at `yes` or `no`,
 * as its instruction `i` does. */
enum {
	SIZE_NONE = 0,
	SIZE_PLAIN = 2,
	SIZE_ANY2 = 3,
	SIZE_ANY3 = 4,
	SIZE_NOT2 = 3,
	SIZE_NOT3 = 4,
	SIZE_RANGE = 3
};
#define AFTER(at, i) ((at) + (i) + 1)
#define GO(at, i, op, yes, no, k)                                              \
	JUMP(op, (yes)-AFTER(at, i), (no)-AFTER(at, i), k)

#define TEST_NONE(...)
#define TEST_PLAIN(at, yes, no, word, op, want, k)                             \
	LOAD(word),                                                            \
	    GO(at, 1, op, (want) ? (yes) : (no), (want) ? (no) : (yes), k),
#define TEST_ANY2(at, yes, no, word, a, b)                                     \
	LOAD(word), GO(at, 1, BPF_JEQ, yes, AFTER(at, 1), a),                  \
	    GO(at, 2, BPF_JEQ, yes, no, b),
#define TEST_ANY3(at, yes, no, word, a, b, c)                                  \
	LOAD(word), GO(at, 1, BPF_JEQ, yes, AFTER(at, 1), a),                  \
	    GO(at, 2, BPF_JEQ, yes, AFTER(at, 2), b),                          \
	    GO(at, 3, BPF_JEQ, yes, no, c),
#define TEST_NOT2(at, yes, no, word, a, b)                                     \
	LOAD(word), GO(at, 1, BPF_JEQ, no, AFTER(at, 1), a),                   \
	    GO(at, 2, BPF_JEQ, no, yes, b),
#define TEST_NOT3(at, yes, no, word, a, b, c)                                  \
	LOAD(word), GO(at, 1, BPF_JEQ, no, AFTER(at, 1), a),                   \
	    GO(at, 2, BPF_JEQ, no, AFTER(at, 2), b),                           \
	    GO(at, 3, BPF_JEQ, no, yes, c),
#define TEST_RANGE(at, yes, no, word, first, last)                             \
	LOAD(word), GO(at, 1, BPF_JGE, AFTER(at, 1), no, first),               \
	    GO(at, 2, BPF_JGT, no, yes, last),

#define BARE(...)	     __VA_ARGS__
#define SIZE_OF(form, ...)   SIZE_##form
#define SIZE(c)		     SIZE_OF c
#define TEST_OF(form, ...)   TEST_##form
#define OPERANDS(form, ...)  __VA_ARGS__
#define APPLY(macro, ...)    macro(__VA_ARGS__)
#define TEST(c, at, yes, no) APPLY(TEST_OF c, at, yes, no, OPERANDS c)

/* Places in the program at hand. */
#define CAT(a, b)  CAT_(a, b)
#define CAT_(a, b) a##b
#define AT(call)   CAT(PROGRAM, _at_##call)
#define END(call)  CAT(PROGRAM, _end_##call)

/* A way: four conditions, of which the last ones may be NIL. Behind a condition
 * is the next one, or ALLOW if nothing is left. */
#define IF(...)			     (__VA_ARGS__, NIL, NIL, NIL)
#define ALWAYS			     (NIL, NIL, NIL, NIL)
#define OR(left, at, end)	     ((left) != 0 ? (at) : (end))
#define SIZE_OF_WAY(a, b, c, d, ...) (SIZE(a) + SIZE(b) + SIZE(c) + SIZE(d))
#define WAY_SIZE(way)		     SIZE_OF_WAY way
#define TESTS(at, no, a, b, c, d, ...)                                         \
	TEST(a, at,                                                            \
	    OR(SIZE(b) + SIZE(c) + SIZE(d), (at) + SIZE(a), AT(allow)), no)    \
	TEST(b, (at) + SIZE(a),                                                \
	    OR(SIZE(c) + SIZE(d), (at) + SIZE(a) + SIZE(b), AT(allow)), no)    \
	TEST(c, (at) + SIZE(a) + SIZE(b),                                      \
	    OR(SIZE(d), (at) + SIZE(a) + SIZE(b) + SIZE(c), AT(allow)), no)    \
	TEST(d, (at) + SIZE(a) + SIZE(b) + SIZE(c), AT(allow), no)
#define TESTS_OF(...)	 TESTS(__VA_ARGS__)
#define WAY(way, at, no) TESTS_OF(at, no, BARE way)

/* How many there are, of up to nine: */
#define TENTH(a, b, c, d, e, f, g, h, i, j, ...) j
/* the tenth is what they push there. */
#define COUNT(...) TENTH(__VA_ARGS__, 9, 8, 7, 6, 5, 4, 3, 2, 1, )

/* A row has two ways at most, a way four conditions and three NILs: more would
 * be left out. */
#define WAYS_FIT(row, a, b, ...)                                               \
	_Static_assert(COUNT a <= 7 && COUNT b <= 7,                           \
	    "syscalls.def: row " row ": a way has four conditions at most");
#define ALLOW(kind, call, ...)                                                 \
	_Static_assert(COUNT(__VA_ARGS__) <= 2,                                \
	    "syscalls.def: row " #kind ", " #call ": two ways at most");       \
	WAYS_FIT(#kind ", " #call, __VA_ARGS__, ALWAYS, )
#include "vmm/syscalls.def"

/* A row: a comparison and two ways, of which the second may be none; and where
 * it lies. */
#define PLACE(call, ...) PLACE_(call, __VA_ARGS__, ALWAYS, )
#define PLACE_(call, a, b, ...)                                                \
	AT(call), END(call) = AT(call) + WAY_SIZE(a) + WAY_SIZE(b),
#define ROW(call, ...) ROW_(call, __VA_ARGS__, ALWAYS, )
#define ROW_(call, a, b, ...)                                                  \
	GO(AT(call), 0, BPF_JEQ, OR(WAY_SIZE(a), AT(call) + 1, AT(allow)),     \
	    END(call) + 1, SYS_##call),                                        \
	    WAY(a, AT(call) + 1,                                               \
		OR(WAY_SIZE(b), AT(call) + 1 + WAY_SIZE(a), AT(kill)))         \
		WAY(b, AT(call) + 1 + WAY_SIZE(a), AT(kill))
#define SKIP(...)

/* Which kinds' rows a program has. */
#define SELECT(kind, ...) CAT(PROGRAM, _##kind)(__VA_ARGS__)
#define vcpu_vcpu	  TAKE
#define vcpu_loop	  SKIP
#define vcpu_worker	  SKIP
#define vcpu_chips	  TAKE
#define vcpu_disks	  SKIP
#define vcpu_all	  TAKE
#define loop_vcpu	  SKIP
#define loop_loop	  TAKE
#define loop_worker	  SKIP
#define loop_chips	  TAKE
#define loop_disks	  TAKE
#define loop_all	  TAKE
#define worker_vcpu	  SKIP
#define worker_loop	  SKIP
#define worker_worker	  TAKE
#define worker_chips	  SKIP
#define worker_disks	  TAKE
#define worker_all	  TAKE

#define BEGIN                                                                  \
	LOAD(offsetof(struct seccomp_data, arch)),                             \
	    GO(1, 0, BPF_JEQ, 2, AT(kill), AUDIT_ARCH_X86_64),                 \
	    LOAD(offsetof(struct seccomp_data, nr)),
#define RETURNS RETURN(SECCOMP_RET_KILL_PROCESS), RETURN(SECCOMP_RET_ALLOW)
enum { LAST_OF_BEGIN = 2 };

#define PROGRAM vcpu
#include "vmm/seccomp_kind.def"
#define PROGRAM loop
#include "vmm/seccomp_kind.def"
#define PROGRAM worker
#include "vmm/seccomp_kind.def"

#define PROGRAM(kind) [SECCOMP_##kind] = { kind##_program, kind##_at_length }
#define FITS(kind)                                                             \
	_Static_assert((int)kind##_at_length <= (int)SECCOMP_LENGTH_MAX &&     \
		ARRAY_SIZE(kind##_program) == kind##_at_length,                \
	    "seccomp.h: SECCOMP_LENGTH_MAX");
FITS(vcpu)
FITS(loop)
FITS(worker)

static const struct {
	const struct sock_filter *text;
	unsigned length;
} programs[SECCOMP_KINDS] = { PROGRAM(vcpu), PROGRAM(loop), PROGRAM(worker) };

unsigned
seccomp_program(enum seccomp_kind kind, const uint32_t slots[SECCOMP_SLOTS],
    struct sock_filter program[SECCOMP_LENGTH_MAX])
{
	unsigned length = programs[kind].length;

	memcpy(program, programs[kind].text, length * sizeof(program[0]));
	for (unsigned i = 0; i < length; i++) {
		uint32_t slot = program[i].k - SECCOMP_SLOT(0);

		if (BPF_CLASS(program[i].code) == BPF_JMP &&
		    slot < SECCOMP_SLOTS)
			program[i].k = slots[slot];
	}
	return length;
}

bool
seccomp_obey(struct sock_filter *program, unsigned length)
{
	const struct sock_fprog all = { (unsigned short)length, program };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &all) == 0;
}
