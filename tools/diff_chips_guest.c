/* SPDX-License-Identifier: MIT
 *
 * Programs on QEMU by the ROM of diff_chips.S: QEMU does them all and logs
 * when each access was and when each interrupt came; mica's board then does
 * the same with the fake clock at the same nanosecond.
 *
 * The PIT's clock is in ticks. A counter of QEMU's starts at the moment of the
 * write, the chip's at the next CLK pulse; so while a program runs, mica's
 * pulses come where QEMU's counter has its own: a whole number of CLK periods
 * after the write that started it (judgement.loads).
 */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/diff_chips.h"

enum { RAM_SIZE = 64 << 20, PROGRAMS_AT = 1 << 20, LOG_AT = 16 << 20 };
enum { BATCH = 5000, DEADLINE_S = 300 };
enum { ACCESS = 5 };   /* instructions from the log's time to the access */
enum { LATENCY = 64 }; /* ... to an interrupt's log, at most */

#define HZ     1193182
#define SECOND 1000000000

struct record {
	uint64_t at_ns;
	uint32_t value, op;
};

/* The replay's clock and what it has seen. */
static struct {
	const struct kind *kind;
	uint64_t tick, tick_ns; /* mica's tick, and QEMU's time then */
	uint64_t waits_ns;	/* since when QEMU's guest takes interrupts */
	uint64_t rose_ns;	/* mica's clock at the last rise */
	unsigned qemu_irqs, mica_irqs;
} now;

/*
 * QEMU.
 */

static void
exec_qemu(int ram, unsigned shift)
{
	static char memory[120], icount[40];

	snprintf(memory, sizeof(memory),
	    "memory-backend-file,id=ram,size=64M,share=on,"
	    "mem-path=/proc/self/fd/%d",
	    ram);
	snprintf(icount, sizeof(icount), "shift=%u,sleep=off", shift);
	alarm(DEADLINE_S);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execlp("qemu-system-x86_64", "qemu-system-x86_64", "-nodefaults",
	    "-no-user-config", "-display", "none", "-accel", "tcg", "-machine",
	    "pc,hpet=off,memory-backend=ram", "-object", memory, "-m", "64",
	    "-bios", diff_rom, "-icount", icount, "-rtc",
	    "base=2000-01-01T00:00:00,clock=vm", "-device",
	    "isa-debug-exit,iobase=0xf4", (char *)NULL);
	_exit(127);
}

/* isa-debug-exit of 0 is an exit status of 1. */
static bool
run_qemu(int ram, unsigned shift)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		exec_qemu(ram, shift);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		return true;
	printf("# qemu-system-x86_64: wait status 0x%x\n", status);
	return false;
}

/*
 * mica.
 */

static uint64_t
next_timer(void)
{
	uint64_t at = TIMER_OFF;

	for (unsigned i = 0; i < TIMERS; i++)
		at = MIN(at, fake.timer_at[i]);
	return at;
}

static void
fire(enum timer timer, uint64_t now_ns)
{
	board_fire(&diff_board, timer, now_ns);
}

/* To a moment of mica's clock. */
static void
advance(uint64_t to_ns)
{
	unsigned line = now.kind->line;

	while (to_ns > fake.now_ns) {
		unsigned rises = fake.rises[line];

		unit_advance(MIN(to_ns, MAX(next_timer(), fake.now_ns)), fire);
		if (fake.rises[line] == rises)
			continue;
		now.rose_ns = fake.now_ns;
		now.mica_irqs += fake.rises[line] - rises;
	}
}

static uint64_t
latency_ns(void)
{
	return LATENCY << now.kind->shift;
}

static uint64_t
muldiv(uint64_t n, uint64_t by, uint64_t per)
{
	return (uint64_t)((unsigned __int128)n * by / per);
}

/* The middle of a tick, for the PIT. */
static uint64_t
clock_of(uint64_t qemu_ns)
{
	uint64_t tick;

	if (!now.kind->by_ticks)
		return qemu_ns;
	tick = now.tick + muldiv(qemu_ns - now.tick_ns, HZ, SECOND);
	return muldiv(tick, SECOND, HZ) + 400;
}

/* mica must not have been earlier than QEMU's interrupt, and must be there. An
 * interrupt of before the wait is logged late. */
static bool
see_irq(const struct program *p, unsigned i, uint64_t at_ns)
{
	bool pending = at_ns - latency_ns() < now.waits_ns;

	if (!pending)
		advance(clock_of(at_ns - latency_ns()));
	if (!pending && now.mica_irqs > now.qemu_irqs &&
	    !p->judgement[i].forget) {
		diff_complain(p, i,
		    "mica's interrupt is early: at %llu, QEMU's at %llu",
		    (unsigned long long)now.rose_ns, (unsigned long long)at_ns);
		return false;
	}
	advance(clock_of(at_ns));
	now.qemu_irqs++;
	return p->judgement[i].forget || p->judgement[i].why != WHY_equal ||
	    diff_judge_irqs(p, i, now.qemu_irqs, now.mica_irqs);
}

/* What one has seen at the end the other may see in the next wait. */
static bool
end_wait(const struct program *p, unsigned i)
{
	bool fresh = now.mica_irqs == now.qemu_irqs + 1 &&
	    fake.now_ns - now.rose_ns < latency_ns();
	bool strobe = now.qemu_irqs == now.mica_irqs + 1 &&
	    p->judgement[i].why == WHY_strobe_out;

	if ((!fresh && !strobe) || p->judgement[i].forget) {
		if (!diff_judge_irqs(p, i, now.qemu_irqs, now.mica_irqs))
			return false;
		now.qemu_irqs = now.mica_irqs = 0;
	}
	return true;
}

static bool
replay_step(const struct program *p, unsigned i, const struct record *log)
{
	unsigned line = now.kind->line, rises;
	uint64_t at_ns = log->at_ns + (ACCESS << now.kind->shift);
	uint32_t value;

	if (p->step[i].op >= OP_SPIN) {
		advance(clock_of(log->at_ns));
		now.waits_ns = log->at_ns;
		return end_wait(p, i);
	}
	now.waits_ns = at_ns;
	advance(clock_of(at_ns));
	rises = fake.rises[line];
	value = diff_access(p, i);
	if (fake.rises[line] != rises) {
		now.rose_ns = fake.now_ns;
		now.mica_irqs += fake.rises[line] - rises;
	}
	if (p->judgement[i].loads) {
		now.tick += muldiv(at_ns - now.tick_ns, HZ, SECOND) + 1;
		now.tick_ns = at_ns;
	}
	return !is_read(p->step[i].op) || diff_judge(p, i, log->value, value);
}

static const struct record *
replay(const struct program *p, const struct record *log)
{
	unsigned irq = now.kind->line == IRQ_RTC ? OP_IRQ8 : OP_IRQ0;

	now.qemu_irqs = now.mica_irqs = 0;
	for (unsigned i = 0; i < p->steps; i++) {
		for (; log->op >= OP_IRQ0; log++)
			if (log->op == irq && !see_irq(p, i, log->at_ns))
				return NULL;
		if (log->op != p->step[i].op) {
			diff_complain(p, i, "QEMU's log has op %u", log->op);
			return NULL;
		}
		if (!replay_step(p, i, log++))
			return NULL;
	}
	return log;
}

/*
 * Both.
 */

static void
power_on(const struct kind *kind)
{
	memset(&diff_board, 0, sizeof(diff_board));
	memset(&now, 0, sizeof(now));
	unit_case(NULL);
	now.kind = kind;
	mc146818_configure(&diff_board.rtc,
	    &(struct mc146818_setup){
		.seconds = 946684800, .low_bytes = 64 * MIB, .cpus = 1 });
	board_reset(&diff_board);
}

static void
write_programs(
    const struct kind *kind, uint64_t seed, unsigned count, uint8_t *to)
{
	static struct program p;

	for (unsigned i = 0; i < count; i++) {
		p.steps = 0;
		kind->generate(&p, &seed);
		memcpy(to, p.step, p.steps * sizeof(p.step[0]));
		to += p.steps * sizeof(p.step[0]);
	}
	memset(to, 0, sizeof(p.step[0]));
}

/* How many are right; from the same seed the same programs again. */
static long
replay_all(const struct kind *kind, uint64_t *seed, unsigned count,
    const struct record *log)
{
	static struct program p;

	power_on(kind);
	for (unsigned i = 0; i < count; i++) {
		p.steps = 0;
		kind->generate(&p, seed);
		log = replay(&p, log);
		if (log == NULL)
			return i;
	}
	return count;
}

static long
batch(const struct kind *kind, uint64_t *seed, unsigned count)
{
	int fd = memfd_create("diff_chips", 0);
	uint8_t *ram;
	long right = -1;

	if (fd < 0 || ftruncate(fd, RAM_SIZE) != 0)
		return -1;
	ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ram != MAP_FAILED) {
		write_programs(kind, *seed, count, ram + PROGRAMS_AT);
		if (run_qemu(fd, kind->shift))
			right = replay_all(kind, seed, count,
			    (const struct record *)(ram + LOG_AT));
		munmap(ram, RAM_SIZE);
	}
	close(fd);
	return right;
}

long
diff_guest(const struct kind *kind, uint64_t seed, unsigned count)
{
	unsigned done = 0;

	while (done < count) {
		unsigned some = MIN(count - done, BATCH);
		long right = batch(kind, &seed, some);

		if (right != (long)some)
			return right < 0 ? right : (long)done + right;
		done += some;
	}
	return done;
}
