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
#include <linux/audit.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/bpf_run.h"
#include "tools/calls.h"

enum { CALLS_MOST = 22, NUMBERS = 600, X32 = 0x40000000, ABSENT = 0x7ffffff0 };

static const uint32_t slots[SECCOMP_SLOTS] = {
	[SLOT_vcpu] = 1000,
	[SLOT_vm] = 1010,
	[SLOT_interrupt] = KVM_INTERRUPT,
	[SLOT_clock_ctrl] = KVM_KVMCLOCK_CTRL,
	[SLOT_signal_msi] = KVM_SIGNAL_MSI,
	[SLOT_gsi_routing] = KVM_SET_GSI_ROUTING,
	[SLOT_irq_line] = KVM_IRQ_LINE,
	[SLOT_pid] = ABSENT,
	[SLOT_timer] = 1020,
	[SLOT_control_timer] = 1030,
	[SLOT_epoll] = 1040,
	[SLOT_users] = 1050,
	[SLOT_listener_first] = 1060,
	[SLOT_listener_last] = 1063,
	[SLOT_uring] = 1066,
	[SLOT_disk_first] = 1070,
	[SLOT_disk_last] = 1077,
	[SLOT_disk_iovs] = 5,
	[SLOT_image_first] = 1080,
	[SLOT_image_last] = 1083,
	[SLOT_ram_first] = 0x10,
	[SLOT_ram_last] = 0x12,
	[SLOT_word] = 1090,
};

static struct program program;

static bool
allowed(enum seccomp_kind kind, const struct seccomp_data *d)
{
	for (const struct row *r = rows; r < rows + ROWS; r++)
		if (is_of(r, kind) && way_of(r, d, slots) != NULL)
			return true;
	return false;
}

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
		__builtin_trap(); /* not every kind may call exit_group() */
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

/* Arguments with which every condition of the way holds. */
static struct seccomp_data
fitting(const struct row *r, const struct way *w)
{
	struct seccomp_data d = { .nr = (int)r->call,
		.arch = AUDIT_ARCH_X86_64,
		.args = { ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT } };

	for (unsigned i = w->conditions; i-- > 0;)
		if (w->condition[i].op != NONE_OF)
			set(&d, &w->condition[i],
			    value_of(w->condition[i].value[0], slots));
	return d;
}

static void
try_condition(enum seccomp_kind kind, const struct row *r, const struct way *w,
    const struct condition *c)
{
	struct seccomp_data d = fitting(r, w);

	for (unsigned n = 0; n < c->values; n++) {
		static const uint32_t flips[] = { 1, 2, 0x100, 0x80000000 };
		uint32_t value = value_of(c->value[n], slots);

		set(&d, c, value);
		if (allowed(kind, &d) == (c->op == NONE_OF))
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
	for (const struct row *r = rows; r < rows + ROWS; r++)
		for (unsigned i = 0; i < r->ways && is_of(r, kind); i++) {
			const struct way *w = &r->way[i];
			struct seccomp_data d = fitting(r, w);

			attempt(kind, &d);
			if (!allowed(kind, &d))
				complain(&d, "the table contradicts itself");
			for (unsigned n = 0; n < w->conditions; n++)
				try_condition(kind, r, w, &w->condition[n]);
		}
	verdict(kind_names[kind], "what is allowed, and each condition broken");
}

/* No way fits these arguments but ALWAYS. */
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

	for (unsigned i = 0; i < ROWS; i++) {
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
	printf("# %u system calls in %d rows\n", calls, ROWS);
	wrong = calls > CALLS_MOST;
	verdict("all", "no more of them than there were");
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
