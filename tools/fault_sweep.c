/* SPDX-License-Identifier: MIT
 *
 * Fails every system call that mica makes, wherever it occurs, with each error
 * of fault_calls.def, from the first of main() to the last before it exits, and
 * prints TAP. Whatever fails: mica ends by itself, with status 0 and a guest
 * that came to its end, or with another and a message that names what failed;
 * it leaves no process behind, and a disk keeps what its guest was told is
 * kept.
 *
 *	fault_sweep BUILD short|whole [MACHINE [ROW]]
 *
 * Whole is each of the first 20 occurrences, the last, and every error. Short,
 * for `make check`, is one error: at the first machine that makes the call,
 * where it occurs for the first two times and the last; at each later machine
 * two thirds of the way, which is the second life of one that restarts, and the
 * last.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/fault_run.h"
#include "tools/numbers.h"

enum { WORDS = 24, NTH_MAX = 20 };

static char mica[4096], numbers[4096], devices[4096], again[4096], ticks[4096];
static char dir[] = "/tmp/fault_sweep.XXXXXX";
static char disk[64], disk_word[128], threads_word[128], file_word[128];
static char unix_word[128], control[64];

struct machine {
	const char *name;
	const char *words[WORDS];
	const char *done; /* what it says at its end */
	bool disk;	  /* t_numbers' */
	struct fault_talk talk;
};

static const struct machine machines[] = {
	{ "disk by threads",
	    { mica, "--disk", threads_word, numbers, "--", "3" },
	    .done = "PASS", .disk = true },
	{ "controlled",
	    { mica, "--cpus", "2", "--control", control, ticks, "--", "3" },
	    .done = "PASS",
	    .talk = { control,
		"{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"stop\"}\n"
		"{\"execute\":\"cont\"}\n{\"execute\":\"query-status\"}\n" } },
	{ "consoles",
	    { mica, "--console", file_word, "--console", unix_word, "--balloon",
		"on", devices, "--", "console rng balloon" },
	    .done = "PASS" },
	{ "disk by io_uring", { mica, "--disk", disk_word, numbers, "--", "3" },
	    .done = "PASS", .disk = true },
	{ "restarted",
	    { mica, "--on-reboot", "restart", "--disk", disk_word, again, "--",
		"restart" },
	    .done = "PASS" },
	{ "irqchip kernel",
	    { mica, "--irqchip", "kernel", "--teardown", "sync" },
	    .done = "inside mica" },
	{ "embedded", { mica, "--cpus", "2" }, .done = "inside mica" },
};
enum { MACHINES = sizeof(machines) / sizeof(machines[0]) };

static struct fault_outcome outcome;
static unsigned tests, failures, hits;
static bool whole, swept[CALLS]; /* swept: at an earlier machine */

static void
name_files(const char *build)
{
	static const struct {
		char *path;
		const char *guest;
	} guests[] = { { numbers, "t_numbers" }, { devices, "t_work" },
		{ again, "t_disk" }, { ticks, "t_pause" } };

	for (unsigned i = 0; i < sizeof(guests) / sizeof(guests[0]); i++)
		snprintf(guests[i].path, 4096, "%s/guest-tests/%s.elf", build,
		    guests[i].guest);
	snprintf(mica, sizeof(mica), "%s/mica", build);
	if (mkdtemp(dir) == NULL) {
		perror(dir);
		exit(2);
	}
	snprintf(disk, sizeof(disk), "%s/disk", dir);
	snprintf(disk_word, sizeof(disk_word), "path=%s", disk);
	snprintf(
	    threads_word, sizeof(threads_word), "path=%s,aio=threads", disk);
	snprintf(file_word, sizeof(file_word), "file=%s/out", dir);
	snprintf(unix_word, sizeof(unix_word), "unix=%s/in", dir);
	snprintf(control, sizeof(control), "%s/control", dir);
}

static void
remove_files(void)
{
	static const char *const names[] = { "disk", "out", "in", "control" };
	char path[128];

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
}

/* A line of mica's that has the error's text, or one of the row's words. */
static bool
named(const struct fault *f)
{
	const char *err = outcome.err.text;
	char words[32], *next = words, *word;

	if (strncmp(err, "mica: ", 6) != 0)
		return false;
	if (strcasestr(err, strerror(f->error)) != NULL)
		return true;
	snprintf(words, sizeof(words), "%s", fault_rows[f->call].says);
	while ((word = strsep(&next, "|")) != NULL)
		if (*word != '\0' && strstr(err, word) != NULL)
			return true;
	return false;
}

/* Is it right to go on as if nothing were? Errors of the moment are. */
static bool
silently(const struct fault *f)
{
	bool passes =
	    f->error == EINTR || f->error == EAGAIN || f->error == ECONNABORTED;

	return outcome.hits == 0 || !fault_rows[f->call].told ||
	    (passes && f->nth != FAULT_EACH);
}

/* What is wrong with the outcome, or NULL. */
static const char *
wrong(const struct machine *m, const struct fault *f)
{
	const struct fault_outcome *o = &outcome;
	static char why[128];
	unsigned kept;

	if (o->hung)
		return "it hangs";
	if (o->left)
		return "it leaves a process behind";
	if (WIFSIGNALED(o->status))
		return "a signal ends it";
	if (m->disk && numbers_lost(disk, o->out.text, &kept, why) != NULL)
		return why;
	if (m->disk && strstr(o->out.text, "FAIL: a sector") != NULL)
		return "the guest reads old data";
	if (strstr(o->out.text, m->done) == NULL || o->status != 0)
		return f->call < CALLS && named(f)
		    ? NULL
		    : "no message names what failed";
	if (f->call == CALLS || silently(f) || named(f) ||
	    strstr(o->out.text, "error ") != NULL)
		return NULL;
	return "nobody is told";
}

static void
run(const struct machine *m, const struct fault *f)
{
	remove_files();
	numbers_make(disk);
	fault_run(
	    f, m->words, m->talk.path != NULL ? &m->talk : NULL, &outcome);
}

static void
comment(const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\r\n");

		if (length > 0)
			printf("#   %.*s\n", (int)length, text);
		text += length + (text[length] != '\0');
	}
}

static void
complain(const struct fault *f, const char *why)
{
	printf("# %s", why);
	if (f->call < CALLS)
		printf(": %s, %s %u, %s", fault_rows[f->call].name,
		    f->nth == FAULT_EACH ? "each" : "number", f->nth,
		    strerror(f->error));
	printf("; status 0x%x\n", (unsigned)outcome.status);
	comment(outcome.out.text);
	comment(outcome.err.text);
}

/* One fault: 0, or 1 if mica does not bear it. */
static unsigned
try(const struct machine *m, const struct fault *f)
{
	const char *why;

	run(m, f);
	hits += outcome.hits > 0;
	why = wrong(m, f);
	if (why != NULL)
		complain(f, why);
	return why != NULL;
}

static void
verdict(unsigned bad, unsigned runs, const char *machine, const char *what)
{
	tests++;
	failures += bad > 0;
	printf("%sok %u - faults: %s: %s # %u of %u runs\n",
	    bad > 0 ? "not " : "", tests, machine, what, hits, runs);
	hits = 0;
	fflush(stdout);
}

/* Is this one of the occurrences, of so many, that are to fail? */
static bool
chosen(enum fault_call call, unsigned nth, unsigned count)
{
	if (nth == count)
		return true;
	if (whole)
		return nth <= NTH_MAX;
	return swept[call] ? nth == (2 * count + 2) / 3 : nth <= 2;
}

static unsigned
try_errors(
    const struct machine *m, enum fault_call call, unsigned nth, unsigned *bad)
{
	const int *errors = fault_rows[call].errors;
	unsigned runs = 0;

	while (errors[runs] != 0 && (runs == 0 || whole)) {
		struct fault f = { call, nth, errors[runs] };

		*bad += try(m, &f);
		runs++;
	}
	return runs;
}

static void
sweep_row(const struct machine *m, enum fault_call call, unsigned count)
{
	const struct fault_row *row = &fault_rows[call];
	unsigned bad = 0, runs = 0;

	for (unsigned nth = 1; nth <= count; nth++)
		if (chosen(call, nth, count))
			runs += try_errors(m, call, nth, &bad);
	if (row->each && (whole || !swept[call])) {
		bad += try(m, &(struct fault){ call, FAULT_EACH, EPERM });
		runs++;
	}
	verdict(bad, runs, m->name, row->name);
}

static void
sweep(const struct machine *m, const char *only)
{
	struct fault none = { .call = CALLS };
	unsigned counts[CALLS], bad = try(m, &none);

	memcpy(counts, outcome.counts, sizeof(counts));
	if (outcome.unknown[0] != '\0') {
		printf("# a call that no row names: %s\n", outcome.unknown);
		bad++;
	}
	if (bad == 0 && outcome.err.used > 0) {
		complain(&none, "messages without a fault");
		bad++;
	}
	verdict(bad, 1, m->name, "no fault");
	for (unsigned i = 0; i < CALLS && bad == 0; i++) {
		if (!fault_rows[i].fails || counts[i] == 0 ||
		    (only != NULL && strcmp(only, fault_rows[i].name) != 0))
			continue;
		sweep_row(m, i, counts[i]);
		swept[i] = true;
	}
}

int
main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr,
		    "usage: fault_sweep BUILD short|whole [MACHINE [ROW]]\n");
		return 2;
	}
	whole = strcmp(argv[2], "whole") == 0;
	name_files(argv[1]);
	for (unsigned i = 0; i < MACHINES; i++)
		if (argc < 4 || strcmp(argv[3], machines[i].name) == 0)
			sweep(&machines[i], argc > 4 ? argv[4] : NULL);
	remove_files();
	rmdir(dir);
	printf("1..%u\n", tests);
	return failures != 0;
}
