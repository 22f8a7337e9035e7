/* SPDX-License-Identifier: MIT
 *
 * Programs on QEMU by the qtest protocol: a command a line into its standard
 * input, "OK" and a value out of its standard output, and the interrupt lines
 * that it was told to watch. The machine stands still (-S). What the protocol
 * lacks:
 *
 * - the IOAPIC's messages: QEMU's trace of their delivery, into the same pipe;
 * - INTA: pin 23 of the IOAPIC is set to ExtINT, for which QEMU's IOAPIC does
 *   an INTA on the 8259s and sends the vector it got.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/diff_chips.h"

enum { EXTINT_PIN = 23, MESSAGES = 32 };

#define IOAPIC_PIN "set_irq_in ioapic unnamed-gpio-in"

static struct {
	pid_t pid;
	FILE *to, *from;
	unsigned pic[2];	    /* N of /machine/unattached/device[N] */
	char commands[STEPS * 200]; /* of a program */
	size_t length;
	bool intr; /* the first 8259's INT, when watched */
} qemu;

/* What a step has made visible. */
struct seen {
	uint32_t value;
	bool intr;
	unsigned messages;
	uint32_t message[MESSAGES]; /* see message_of() */
};

static uint32_t
message_of(unsigned dest, unsigned mode, unsigned delivery, unsigned vector,
    unsigned trigger)
{
	return dest << 24 | mode << 20 | delivery << 16 | trigger << 12 |
	    vector;
}

/*
 * The process.
 */

/* Its standard input and output, and error, are ours. */
static bool
start(const char *options)
{
	static char line[512];
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		return false;
	snprintf(line, sizeof(line),
	    "exec qemu-system-x86_64 -S -nodefaults -no-user-config "
	    "-display none -accel tcg -machine pc,hpet=off -m 16 %s",
	    options);
	qemu.pid = fork();
	if (qemu.pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/bin/sh", "sh", "-c", line, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	qemu.to = fdopen(in[1], "w");
	qemu.from = fdopen(out[0], "r");
	qemu.intr = false;
	return qemu.pid > 0 && qemu.to != NULL && qemu.from != NULL;
}

static void
stop(void)
{
	fclose(qemu.to);
	fclose(qemu.from);
	kill(qemu.pid, SIGTERM);
	waitpid(qemu.pid, NULL, 0);
}

/* The 8259s are attached in this order: master, slave. */
static bool
find_pics(void)
{
	char line[512];
	unsigned n = 0;

	if (!start("-monitor stdio"))
		return false;
	fputs("info qom-tree\nquit\n", qemu.to);
	fflush(qemu.to);
	while (fgets(line, sizeof(line), qemu.from) != NULL) {
		char *at = strstr(line, "/device[");

		if (at != NULL && strstr(at, "isa-i8259") != NULL && n < 2)
			qemu.pic[n++] = (unsigned)strtoul(at + 8, NULL, 10);
	}
	stop();
	return n == 2;
}

/*
 * Commands and answers.
 */

__attribute__((format(printf, 1, 2))) static void
command(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(qemu.commands + qemu.length,
	    sizeof(qemu.commands) - qemu.length, fmt, ap);
	va_end(ap);
	qemu.length += (size_t)n;
	check(qemu.length < sizeof(qemu.commands));
}

static void
send(void)
{
	fwrite(qemu.commands, 1, qemu.length, qemu.to);
	fflush(qemu.to);
	qemu.length = 0;
}

/* The number behind a word of the line, 0 without the word. */
static unsigned
number_of(const char *line, const char *word)
{
	const char *at = strstr(line, word);

	return at == NULL ? 0 : (unsigned)strtoul(at + strlen(word), NULL, 0);
}

/* What the traces of messages look like. */
static uint32_t
read_message(const char *line)
{
	return message_of(number_of(line, " dest "),
	    number_of(line, " dest_mode "), number_of(line, " delivery_mode "),
	    number_of(line, " vector "), number_of(line, " trigger_mode "));
}

/* Lines up to the command's OK. */
static bool
answer(struct seen *seen)
{
	static char line[256];

	while (fgets(line, sizeof(line), qemu.from) != NULL) {
		if (strncmp(line, "OK", 2) == 0) {
			seen->value = number_of(line, "OK ");
			return true;
		}
		if (strncmp(line, "IRQ ", 4) == 0)
			seen->intr = line[4] == 'r';
		else if (strncmp(line, "apic_deliver_irq", 16) == 0)
			seen->message[seen->messages++ % MESSAGES] =
			    read_message(line);
		else
			break;
	}
	printf("# qemu-system-x86_64: %s\n", line);
	return false;
}

static void
command_access(const struct step *s)
{
	static const char suffix[] = { [1] = 'b', [2] = 'w', [4] = 'l' };
	unsigned size = size_of(s->op), bytes = s->op < OP_OUTS1 ? size : 4;

	for (unsigned at = 0; at < bytes; at += size)
		if (is_read(s->op))
			command("in%c 0x%x\n", suffix[size], s->port);
		else
			command("out%c 0x%x 0x%x\n", suffix[size], s->port,
			    s->value >> 8 * at & (uint32_t)ones(size));
}

static void
command_step(const struct kind *kind, const struct step *s)
{
	switch (s->op) {
	case OP_READ:
		command("readl 0x%x\n", 0xfec00000 + s->port);
		break;
	case OP_WRITE:
		command("writel 0x%x 0x%x\n", 0xfec00000 + s->port, s->value);
		break;
	case OP_INTA:
		command(IOAPIC_PIN " %u 1\n" IOAPIC_PIN " %u 0\n", EXTINT_PIN,
		    EXTINT_PIN);
		break;
	case OP_LINE:
		if (kind == &diff_ioapic)
			command(IOAPIC_PIN " %u %u\n", s->port, s->value);
		else
			command("set_irq_in /machine/unattached/device[%u] "
				"unnamed-gpio-in %u %u\n",
			    qemu.pic[s->port / 8], s->port % 8, s->value);
		break;
	default:
		command_access(s);
	}
}

/* The answers to all of a step's commands. */
static bool
answer_step(const struct step *s, struct seen *seen)
{
	unsigned size = size_of(s->op), n = 1;
	uint32_t value = 0;

	if (s->op >= OP_OUTS1 && s->op <= OP_INS4)
		n = 4 / size;
	if (s->op == OP_INTA)
		n = 2;
	for (unsigned i = 0; i < n; i++) {
		if (!answer(seen))
			return false;
		value |= seen->value << (i * size % 4) * 8;
	}
	seen->value = value;
	return true;
}

/*
 * Comparison.
 */

static void
fire(enum timer timer, uint64_t now_ns)
{
	board_fire(&diff_board, timer, now_ns);
}

static struct seen
do_step(const struct kind *kind, const struct program *p, unsigned i)
{
	struct seen seen = { .value = 0 };
	unsigned before = fake.msis;

	if (p->step[i].op == OP_LINE)
		kind->line_to(p->step[i].port, p->step[i].value);
	else
		seen.value = diff_access(p, i);
	seen.intr = fake.intr;
	if (kind->by_ticks)
		unit_advance(fake.now_ns + 1000, fire);
	for (; before != fake.msis && seen.messages < MESSAGES; before++) {
		uint64_t address =
		    fake.msi[before % ARRAY_SIZE(fake.msi)].address;
		uint32_t data = fake.msi[before % ARRAY_SIZE(fake.msi)].data;

		seen.message[seen.messages++] =
		    message_of(address >> 12 & 0xff, address >> 2 & 1,
			data >> 8 & 7, data & 0xff, data >> 15 & 1);
	}
	return seen;
}

/* INTA's value is the message that pin 23 sent. */
static bool
judge(const struct program *p, unsigned i, struct seen *qemu_seen,
    const struct seen *mica_seen)
{
	const struct step *s = &p->step[i];

	if (s->op == OP_INTA) {
		qemu_seen->value = qemu_seen->message[0] & 0xff;
		qemu_seen->messages = 0;
	}
	if (is_read(s->op) &&
	    !diff_judge(p, i, qemu_seen->value, mica_seen->value))
		return false;
	if (!diff_judge_irqs(p, i, qemu_seen->intr, mica_seen->intr) ||
	    !diff_judge_irqs(p, i, qemu_seen->messages, mica_seen->messages))
		return false;
	for (unsigned k = 0; k < mica_seen->messages; k++)
		if (!p->judgement[i].forget &&
		    qemu_seen->message[k] != mica_seen->message[k]) {
			diff_complain(p, i, "QEMU sends 0x%x, mica 0x%x",
			    qemu_seen->message[k], mica_seen->message[k]);
			return false;
		}
	return true;
}

static bool
run(const struct kind *kind, const struct program *p)
{
	bool ok = true;

	for (unsigned i = 0; i < p->steps; i++)
		command_step(kind, &p->step[i]);
	send();
	for (unsigned i = 0; i < p->steps; i++) {
		struct seen qemu_seen = { .intr = qemu.intr }, mica_seen;

		if (!answer_step(&p->step[i], &qemu_seen))
			return false;
		qemu.intr = qemu_seen.intr;
		mica_seen = do_step(kind, p, i);
		ok = ok && judge(p, i, &qemu_seen, &mica_seen);
	}
	return ok;
}

/* Pin 23 for INTA, and the first 8259's INT is watched. */
static bool
prepare(const struct kind *kind)
{
	struct seen seen = { .value = 0 };
	bool ok = true;

	memset(&diff_board, 0, sizeof(diff_board));
	unit_case(NULL);
	board_reset(&diff_board);
	if (kind != &diff_pic)
		return true;
	command(
	    "irq_intercept_out /machine/unattached/device[%u]\n", qemu.pic[0]);
	command("writel 0xfec00000 0x%x\nwritel 0xfec00010 0x700\n",
	    0x10 + 2 * EXTINT_PIN);
	send();
	for (unsigned i = 0; i < 3; i++)
		ok = ok && answer(&seen);
	return ok;
}

long
diff_qtest(const struct kind *kind, uint64_t seed, unsigned count)
{
	static struct program p;
	long done = 0;

	if (!find_pics() ||
	    !start("-qtest stdio -qtest-log none "
		   "-trace apic_deliver_irq"))
		return -1;
	if (!prepare(kind)) {
		stop();
		return -1;
	}
	for (; done < (long)count; done++) {
		p.steps = 0;
		kind->generate(&p, &seed);
		if (!run(kind, &p))
			break;
	}
	stop();
	return done;
}
