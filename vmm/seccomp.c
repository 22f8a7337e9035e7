/* SPDX-License-Identifier: MIT
 *
 * See seccomp.h; seccomp(2), seccomp_filter.rst. A row of syscalls.def is
 *
 *	A = the call's number;		if it is not the row's, next row
 *	A = half an argument;		if the condition fails, next row
 *	...
 *	return ALLOW
 *
 * and behind the last one stands KILL. A comparison of the number with each
 * row's keeps out x32 calls, too, which have bit 30 set.
 */
#include "vmm/seccomp.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
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
 * answer is to be yes, and with what. Or, of ONE_OF, with which. */
#define IS(n, k)	    (PLAIN, ARGUMENT(n), BPF_JEQ, 1, k)
#define MOST(n, k)	    (PLAIN, ARGUMENT(n), BPF_JGT, 0, k)
#define LEAST(n, k)	    (PLAIN, ARGUMENT(n), BPF_JGE, 1, k)
#define HIGH_IS(n, k)	    (PLAIN, ARGUMENT(n) + 4, BPF_JEQ, 1, k)
#define HIGH_MOST(n, k)	    (PLAIN, ARGUMENT(n) + 4, BPF_JGT, 0, k)
#define HIGH_LEAST(n, k)    (PLAIN, ARGUMENT(n) + 4, BPF_JGE, 1, k)
#define ONE_OF2(n, a, b)    (ANY2, ARGUMENT(n), a, b)
#define ONE_OF3(n, a, b, c) (ANY3, ARGUMENT(n), a, b, c)
#define SLOT(name)	    SECCOMP_SLOT(SLOT_##name)

/* Each in so many instructions, the last of which skips `fail` more. */
enum { SIZE_PLAIN = 2, SIZE_ANY2 = 3, SIZE_ANY3 = 4 };
#define TEST_PLAIN(word, op, want, k, fail)                                    \
	LOAD(word), JUMP(op, (want) ? 0 : (fail), (want) ? (fail) : 0, k)
#define TEST_ANY2(word, a, b, fail)                                            \
	LOAD(word), JUMP(BPF_JEQ, 1, 0, a), JUMP(BPF_JEQ, 0, fail, b)
#define TEST_ANY3(word, a, b, c, fail)                                         \
	LOAD(word), JUMP(BPF_JEQ, 2, 0, a), JUMP(BPF_JEQ, 1, 0, b),            \
	    JUMP(BPF_JEQ, 0, fail, c)

#define FORM_SIZE(form, ...) SIZE_##form
#define SIZE(c)		     FORM_SIZE c
#define FORM_TEST(form, ...) TEST_##form(__VA_ARGS__)
#define BARE(...)	     __VA_ARGS__
#define TEST_OF(...)	     FORM_TEST(__VA_ARGS__)
#define TEST(c, fail)	     TEST_OF(BARE c, fail)

#define CALL(call, fail)                                                       \
	LOAD(offsetof(struct seccomp_data, nr)),                               \
	    JUMP(BPF_JEQ, 0, fail, SYS_##call)
#define YES RETURN(SECCOMP_RET_ALLOW),

/* What is left of a row: a condition, and what follows it. */
#define LEFT1(a)			 SIZE(a) + 1
#define LEFT2(a, b)			 SIZE(a) + LEFT1(b)
#define LEFT3(a, b, c)			 SIZE(a) + LEFT2(b, c)
#define LEFT4(a, b, c, d)		 SIZE(a) + LEFT3(b, c, d)

#define TESTS1(a)			 TEST(a, 1)
#define TESTS2(a, b)			 TEST(a, LEFT1(b)), TESTS1(b)
#define TESTS3(a, b, c)			 TEST(a, LEFT2(b, c)), TESTS2(b, c)
#define TESTS4(a, b, c, d)		 TEST(a, LEFT3(b, c, d)), TESTS3(b, c, d)

#define ROW0(call)			 CALL(call, 1), YES
#define ROW1(call, ...)			 CALL(call, LEFT1(__VA_ARGS__)), TESTS1(__VA_ARGS__), YES
#define ROW2(call, ...)			 CALL(call, LEFT2(__VA_ARGS__)), TESTS2(__VA_ARGS__), YES
#define ROW3(call, ...)			 CALL(call, LEFT3(__VA_ARGS__)), TESTS3(__VA_ARGS__), YES
#define ROW4(call, ...)			 CALL(call, LEFT4(__VA_ARGS__)), TESTS4(__VA_ARGS__), YES
#define PICK(call, a, b, c, d, row, ...) row
#define ROW(...)			 PICK(__VA_ARGS__, ROW4, ROW3, ROW2, ROW1, ROW0, )(__VA_ARGS__)

#define BEGIN                                                                  \
	LOAD(offsetof(struct seccomp_data, arch)),                             \
	    JUMP(BPF_JEQ, 1, 0, AUDIT_ARCH_X86_64),                            \
	    RETURN(SECCOMP_RET_KILL_PROCESS),

#define ALLOW(kind, ...) ROWS_##kind(__VA_ARGS__)
#define ROWS_all	 ROW

#define ROWS_vcpu	 ROW
#define ROWS_chips	 ROW
#define ROWS_loop(...)
#define ROWS_worker(...)
static const struct sock_filter vcpu_program[] = { BEGIN
#include "vmm/syscalls.def"
	    RETURN(SECCOMP_RET_KILL_PROCESS) };
#undef ROWS_vcpu
#undef ROWS_loop
#define ALLOW(kind, ...) ROWS_##kind(__VA_ARGS__)
#define ROWS_loop	 ROW
#define ROWS_vcpu(...)
static const struct sock_filter loop_program[] = { BEGIN
#include "vmm/syscalls.def"
	    RETURN(SECCOMP_RET_KILL_PROCESS) };
#undef ROWS_loop
#undef ROWS_chips
#undef ROWS_worker
#define ALLOW(kind, ...) ROWS_##kind(__VA_ARGS__)
#define ROWS_worker	 ROW
#define ROWS_loop(...)
#define ROWS_chips(...)
static const struct sock_filter worker_program[] = { BEGIN
#include "vmm/syscalls.def"
	    RETURN(SECCOMP_RET_KILL_PROCESS) };

#define PROGRAM(kind)                                                          \
	[SECCOMP_##kind] = { kind##_program, ARRAY_SIZE(kind##_program) }
#define FITS(kind)                                                             \
	_Static_assert(ARRAY_SIZE(kind##_program) <= SECCOMP_LENGTH_MAX,       \
	    "seccomp.h: SECCOMP_LENGTH_MAX")
FITS(vcpu);
FITS(loop);
FITS(worker);

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
