/* SPDX-License-Identifier: MIT
 *
 * The same random register programs on mica's chips and on QEMU's: what they
 * read and which interrupts they get must be equal, bit for bit, save for the
 * differences that diff_chips.def explains one by one. Prints TAP.
 *
 *	diff_chips ROM [SEED [COUNT]]	(ROM: diff_chips.S; 1, 10000)
 *
 * Debian's QEMU lacks the accelerator "qtest", without which its protocol of
 * that name has no clock_step. So the chips that a clock drives are reached by
 * a guest whose clock is the number of its instructions (diff_chips_guest.c),
 * the others by the protocol on a machine that stands still
 * (diff_chips_qtest.c). A fourth word, a name as the test prints it, does the
 * programs of one chip alone.
 */
#include "tools/diff_chips.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct board diff_board;
const char *diff_rom;

static const char *const why_name[] = {
#define WHY(name, text) #name,
#include "tools/diff_chips.def"
};
static const char *const why_text[] = {
#define WHY(name, text) text,
#include "tools/diff_chips.def"
};
static unsigned long explained[WHYS];

static const char *const op_name[] = { "end", "out 1", "out 2", "out 4", "in 1",
	"in 2", "in 4", "spin", "sleep", "until", "outs 1", "outs 2", "outs 4",
	"ins 1", "ins 2", "ins 4", "line", "inta", "read", "write" };

uint32_t
diff_access(const struct program *p, unsigned i)
{
	struct step s = p->step[i];
	struct board *b = &diff_board;
	unsigned size = size_of(s.op);
	uint32_t value = 0;

	switch (s.op) {
	case OP_OUT1 ... OP_OUT4:
		pio_write(b, s.port, size, s.value);
		return 0;
	case OP_IN1 ... OP_IN4:
		return pio_read(b, s.port, size);
	case OP_OUTS1 ... OP_OUTS4:
		for (unsigned at = 0; at < 4; at += size)
			pio_write(b, s.port, size, s.value >> 8 * at);
		return 0;
	case OP_INS1 ... OP_INS4:
		for (unsigned at = 0; at < 4; at += size)
			value |= pio_read(b, s.port, size) << 8 * at;
		return value;
	case OP_INTA:
		return i8259_ack(&b->pic);
	case OP_READ:
		return (uint32_t)mmio_read(b, 0xfec00000 + s.port, 4);
	case OP_WRITE:
		mmio_write(b, 0xfec00000 + s.port, 4, s.value);
		return 0;
	default:
		return 0;
	}
}

void
diff_complain(const struct program *p, unsigned i, const char *fmt, ...)
{
	va_list ap;

	for (unsigned k = 0; k <= i && k < p->steps; k++)
		printf("#   %3u %-6s 0x%02x 0x%x%s\n", k,
		    op_name[p->step[k].op], p->step[k].port, p->step[k].value,
		    p->judgement[k].loads ? " (loads)" : "");
	printf("# step %u: ", i);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

bool
diff_judge(const struct program *p, unsigned i, uint32_t qemu, uint32_t mica)
{
	const struct judgement *j = &p->judgement[i];
	uint32_t wrong = ((qemu ^ mica) & j->same) | (qemu & ~mica & j->more);

	if (wrong != 0 || (qemu != mica && j->why == WHY_equal)) {
		diff_complain(p, i, "QEMU has 0x%x, mica 0x%x (of 0x%x)", qemu,
		    mica, j->same);
		return false;
	}
	explained[j->why] += qemu != mica;
	return true;
}

bool
diff_judge_irqs(
    const struct program *p, unsigned i, unsigned qemu, unsigned mica)
{
	const struct judgement *j = &p->judgement[i];

	if (qemu != mica && (!j->forget || j->why == WHY_equal)) {
		diff_complain(
		    p, i, "QEMU has %u interrupts, mica %u", qemu, mica);
		return false;
	}
	explained[j->why] += qemu != mica;
	return true;
}

static bool
run(const struct kind *kind, uint64_t seed, unsigned count)
{
	static unsigned tests;
	bool by_qtest = kind->line_to != NULL;
	long right = (by_qtest ? diff_qtest : diff_guest)(kind, seed, count);
	bool ok = right == (long)count;

	if (!ok)
		printf("# %s: seed %llu, program %ld\n", kind->name,
		    (unsigned long long)seed, right);
	printf("%sok %u - chips as QEMU's: %s, %u programs\n", ok ? "" : "not ",
	    ++tests, kind->name, count);
	fflush(stdout);
	return ok;
}

/* An explanation of nothing is as wrong as a difference without one. */
static bool
explain(bool all)
{
	bool ok = true;

	for (unsigned i = 0; i < WHYS; i++) {
		if (explained[i] == 0 && i != WHY_equal && all) {
			printf("# %s explains nothing\n", why_name[i]);
			ok = false;
		}
		if (explained[i] != 0)
			printf("# %lu times %s: %s\n", explained[i],
			    why_name[i], why_text[i]);
	}
	return ok;
}

/* Whether QEMU can be run at all. */
static bool
have_qemu(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execlp("qemu-system-x86_64", "qemu-system-x86_64", "--version",
		    (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int
main(int argc, char **argv)
{
	static const struct kind *const kinds[] = { &diff_pit, &diff_rtc,
		&diff_pic, &diff_ioapic, &diff_ports };
	const unsigned n = ARRAY_SIZE(kinds);
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	unsigned count = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 0) : 10000;
	bool ok = true;

	if (argc < 2)
		return 2;
	if (!have_qemu()) {
		printf("ok 1 - chips as QEMU's # SKIP no qemu-system-x86_64: "
		       "install the package qemu-system-x86\n1..1\n");
		return 0;
	}
	diff_rom = argv[1];
	for (unsigned i = 0; i < n; i++)
		if (argc < 5 || strcmp(kinds[i]->name, argv[4]) == 0)
			ok &= run(kinds[i], seed + i, count / n);
	ok = explain(ok && count >= 10000 && argc < 5) && ok;
	printf("1..%u\n", n);
	return !ok;
}
