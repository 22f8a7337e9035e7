/* SPDX-License-Identifier: MIT
 *
 * Tries the seccomp programs of vmm/syscalls.def, as TAP. For each kind of
 * thread: every call that the table allows, and the same with each condition
 * broken; every other number there is, and x32's; and i386's. Each try is a
 * process of its own, that installs the program and makes the call: what the
 * table does not allow kills it. The same tries run through an interpreter of
 * the programs, to find an instruction that nothing needs.
 *
 * The calls that are allowed find descriptors that are not open and addresses
 * where nothing is: they fail, and do no harm.
 */
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "devices/blk.h"
#include "tools/bpf_run.h"

enum { NUMBERS = 600, X32 = 0x40000000, ABSENT = 0x7ffffff0 };

/*
 * The table, as data.
 */
enum kind { KIND_vcpu, KIND_loop, KIND_worker, KIND_chips, KIND_all };
enum op { ONE_OF, MOST, LEAST };

struct condition {
	enum op op;
	unsigned argument;
	bool high;
	unsigned values;
	uint32_t value[3];
};

struct row {
	enum kind kind;
	long call;
	const char *name;
	unsigned conditions;
	struct condition condition[4];
};

#define C(op, n, high, ...)                                                    \
	{                                                                      \
		op, n, high, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4,          \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}
#define IS(n, k)	    C(ONE_OF, n, false, k)
#define MOST(n, k)	    C(MOST, n, false, k)
#define LEAST(n, k)	    C(LEAST, n, false, k)
#define HIGH_IS(n, k)	    C(ONE_OF, n, true, k)
#define HIGH_MOST(n, k)	    C(MOST, n, true, k)
#define HIGH_LEAST(n, k)    C(LEAST, n, true, k)
#define ONE_OF2(n, a, b)    C(ONE_OF, n, false, a, b)
#define ONE_OF3(n, a, b, c) C(ONE_OF, n, false, a, b, c)
#define SLOT(name)	    SECCOMP_SLOT(SLOT_##name)
#define ALLOW(kind, call, ...)                                                 \
	{ KIND_##kind, SYS_##call, #call,                                      \
		sizeof((struct condition[]){ __VA_ARGS__ }) /                  \
		    sizeof(struct condition),                                  \
		{ __VA_ARGS__ } },
static const struct row rows[] = {
#include "vmm/syscalls.def"
};

static const char kind_names[][8] = { "vcpu", "loop", "worker" };

static const uint32_t slots[SECCOMP_SLOTS] = {
	[SLOT_vcpu] = 1000,
	[SLOT_vm] = 1010,
	[SLOT_kernel_chips] = 1020,
	[SLOT_pid] = ABSENT,
	[SLOT_epoll] = 1040,
	[SLOT_users] = 1050,
	[SLOT_uring] = 1060,
	[SLOT_disk_first] = 1070,
	[SLOT_disk_last] = 1077,
	[SLOT_ram_first] = 0x10,
	[SLOT_ram_last] = 0x12,
	[SLOT_image_first] = 1080,
	[SLOT_image_last] = 1083,
	[SLOT_word] = 1090,
};

static uint32_t
value_of(uint32_t k)
{
	return k - SECCOMP_SLOT(0) < SECCOMP_SLOTS ? slots[k - SECCOMP_SLOT(0)]
						   : k;
}

static bool
is_of(const struct row *r, enum seccomp_kind kind)
{
	return r->kind == (enum kind)kind || r->kind == KIND_all ||
	    (r->kind == KIND_chips && kind != SECCOMP_worker);
}

static bool
holds(const struct condition *c, const struct seccomp_data *d)
{
	uint64_t argument = d->args[c->argument];
	uint32_t half = (uint32_t)(c->high ? argument >> 32 : argument);

	if (c->op == MOST)
		return half <= value_of(c->value[0]);
	if (c->op == LEAST)
		return half >= value_of(c->value[0]);
	for (unsigned i = 0; i < c->values; i++)
		if (half == value_of(c->value[i]))
			return true;
	return false;
}

static bool
allowed(enum seccomp_kind kind, const struct seccomp_data *d)
{
	for (const struct row *r = rows; r < rows + ARRAY_SIZE(rows); r++) {
		unsigned i = 0;

		if (!is_of(r, kind) || r->call != d->nr)
			continue;
		while (i < r->conditions && holds(&r->condition[i], d))
			i++;
		if (i == r->conditions)
			return true;
	}
	return false;
}

static struct program program;

/*
 * The program, installed.
 */

/* False: SIGSYS. */
static bool
survives(struct program *p, const struct seccomp_data *d)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		const struct rlimit none = { 0, 0 };

		setrlimit(RLIMIT_CORE, &none);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (!seccomp_obey(p->text, p->length))
			_exit(99);
		syscall(d->nr, d->args[0], d->args[1], d->args[2], d->args[3],
		    d->args[4], d->args[5]);
		syscall(SYS_exit_group, 0);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 99) {
		printf("Bail out! no seccomp here\n");
		exit(1);
	}
	return !(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

static unsigned tests, failures, wrong;

static void
verdict(const char *kind, const char *what)
{
	tests++;
	failures += wrong != 0;
	printf("%sok %u - calls: %s: %s\n", wrong ? "not " : "", tests, kind,
	    what);
	wrong = 0;
}

static void
complain(const struct seccomp_data *d, const char *what)
{
	if (wrong++ < 10)
		printf("# %s: call %d, %#llx %#llx %#llx %#llx %#llx\n", what,
		    d->nr, d->args[0], d->args[1], d->args[2], d->args[3],
		    d->args[4]);
}

static void
attempt(enum seccomp_kind kind, const struct seccomp_data *d)
{
	bool may = allowed(kind, d);
	uint32_t verdict = interpret(&program, d);

	if (verdict != (may ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS))
		complain(d, may ? "not allowed" : "allowed");
	/* Linux filters neither uretprobe nor uprobe, which end a process that
	 * has no probes. */
	if (d->nr != 335 && d->nr != 336 && survives(&program, d) != may)
		complain(d, may ? "killed" : "survived");
}

static void
set(struct seccomp_data *d, const struct condition *c, uint32_t value)
{
	__u64 *argument = &d->args[c->argument];

	if (c->high)
		*argument = (uint32_t)*argument | (uint64_t)value << 32;
	else
		*argument = (*argument >> 32) << 32 | value;
}

/* Arguments with which every condition of the row holds. */
static struct seccomp_data
fitting(const struct row *r)
{
	struct seccomp_data d = { .nr = (int)r->call,
		.arch = AUDIT_ARCH_X86_64,
		.args = { ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT } };

	for (unsigned i = r->conditions; i-- > 0;)
		set(&d, &r->condition[i], value_of(r->condition[i].value[0]));
	return d;
}

static void
try_condition(enum seccomp_kind kind, const struct row *r, unsigned i)
{
	const struct condition *c = &r->condition[i];
	struct seccomp_data d = fitting(r);

	for (unsigned n = 0; n < c->values; n++) {
		static const uint32_t flips[] = { 1, 2, 0x100, 0x80000000 };
		uint32_t value = value_of(c->value[n]);

		set(&d, c, value);
		if (!allowed(kind, &d))
			complain(&d, "the table contradicts itself");
		attempt(kind, &d);
		set(&d, c, value + 1);
		attempt(kind, &d);
		set(&d, c, value - 1);
		attempt(kind, &d);
		for (unsigned flip = 0; flip < ARRAY_SIZE(flips); flip++) {
			set(&d, c, value ^ flips[flip]);
			attempt(kind, &d);
		}
	}
}

static void
try_rows(enum seccomp_kind kind)
{
	for (const struct row *r = rows; r < rows + ARRAY_SIZE(rows); r++) {
		struct seccomp_data d = fitting(r);

		if (!is_of(r, kind))
			continue;
		attempt(kind, &d);
		for (unsigned i = 0; i < r->conditions; i++)
			try_condition(kind, r, i);
	}
	verdict(kind_names[kind], "what is allowed, and each condition broken");
}

/* No row fits these arguments but one without conditions. */
static void
try_numbers(enum seccomp_kind kind)
{
	for (int i = 0; i < 2 * NUMBERS; i++) {
		struct seccomp_data d = {
			.nr = i < NUMBERS ? i : X32 + i - NUMBERS,
			.arch = AUDIT_ARCH_X86_64,
			.args = { -1, -1, -1, -1, -1, -1 },
		};

		attempt(kind, &d);
	}
	verdict(kind_names[kind], "every other number of x86-64 and x32");
}

/* getpid() by int 0x80. A kernel without that has it end in SIGSEGV. */
static void
try_i386(enum seccomp_kind kind)
{
	struct seccomp_data d = { .nr = 20, .arch = AUDIT_ARCH_I386 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		long a = d.nr;

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		seccomp_obey(program.text, program.length);
		__asm__ volatile("int $0x80" : "+a"(a) : : "memory");
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (!WIFSIGNALED(status) ||
	    interpret(&program, &d) != SECCOMP_RET_KILL_PROCESS)
		complain(&d, "i386's survived");
	verdict(kind_names[kind], "a call of i386's");
}

/* After all that: an instruction that no try has run, or a comparison that has
 * always come out the same, is one too many. */
static void
look_for_idle(enum seccomp_kind kind)
{
	for (unsigned i = 0; i < program.length; i++)
		if (!program.yes[i] || !program.no[i]) {
			printf("# instruction %u, k %#x: never %s\n", i,
			    program.text[i].k,
			    program.yes[i] ? "false" : "true");
			wrong++;
		}
	verdict(kind_names[kind], "no instruction is idle");
}

static void
count_calls(void)
{
	unsigned calls = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned before = 0;

		while (rows[before].call != rows[i].call)
			before++;
		calls += before == i;
	}
	for (int kind = 0; kind < SECCOMP_KINDS; kind++) {
		unsigned length = seccomp_program(
		    (enum seccomp_kind)kind, slots, program.text);

		printf("# %s: %u instructions\n", kind_names[kind], length);
	}
	printf("# %u system calls in %zu rows\n", calls, ARRAY_SIZE(rows));
}

int
main(void)
{
	setbuf(stdout, NULL); /* a child has nothing left to write */
	count_calls();
	for (int i = 0; i < SECCOMP_KINDS; i++) {
		enum seccomp_kind kind = (enum seccomp_kind)i;

		memset(&program, 0, sizeof(program));
		program.length = seccomp_program(kind, slots, program.text);
		try_rows(kind);
		try_numbers(kind);
		try_i386(kind);
		look_for_idle(kind);
	}
	printf("1..%u\n", tests);
	return failures != 0;
}
