/* SPDX-License-Identifier: MIT
 *
 * A fuzz target under afl-fuzz (AFL++ 4.04c and later), in place of AFL++'s own
 * runtime and compiler. This process shakes hands with afl-fuzz and then only
 * waits; its child, the worker, has the pipes and runs input after input by one
 * read and one write each. When an input ends the worker, its death is told to
 * afl-fuzz from here and the next worker takes over, as fresh as the first.
 *
 *	afl-fuzz -i CORPUS -o DIR -- NAME.afl [new]
 *
 * `new`: shakes hands as AFL++ does from 4.22 on; those versions still take the
 * old way, older ones no other. All numbers have 32 bits, as in AFL++'s
 * include/types.h; inputs come in shared memory.
 */
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/fuzz/edges.h"
#include "tools/fuzz/parsers.h"

enum { CONTROL = 198, STATUS = 199 }; /* afl-fuzz to us, we to afl-fuzz */
enum { INPUT_MAX = 1 << 20, TICK_US = 20000, MAP_ALIGN = 64 };

#define OLD_ENABLED 0x80000001u
#define OLD_MAPSIZE 0x40000000u
#define OLD_SHARED  0x01000000u
#define NEW_HELLO   0x41464c01u /* "AFL", version 1 */
#define NEW_MAPSIZE 1u
#define NEW_SHARED  2u

/* For afl-fuzz to find in the file: it may give inputs in shared memory. */
__attribute__((used)) static const char signature[] = "##SIG_AFL_PERSISTENT##";

static uint8_t *map; /* afl-fuzz's: a byte that is never 0, then counters */
static const struct {
	uint32_t size;
	uint8_t bytes[];
} * given;
static uint8_t input[INPUT_MAX]; /* an input's end is this one's, for ASan */

/* Between a worker and the parent. */
static struct {
	volatile sig_atomic_t running, told; /* which input; our pid, for it */
} * shared;

static size_t
counters_size(void)
{
	return (size_t)(fuzz_edges_end - fuzz_edges);
}

static uint32_t
map_size(void)
{
	return (uint32_t)ALIGN_UP(1 + counters_size(), MAP_ALIGN);
}

static void
tell(const void *what, size_t size)
{
	if (write(STATUS, what, size) != (ssize_t)size)
		_exit(0); /* afl-fuzz has gone */
}

static uint32_t
hear(void)
{
	uint32_t word;

	if (read(CONTROL, &word, sizeof(word)) != sizeof(word))
		_exit(0);
	return word;
}

static void
show_coverage(void)
{
	map[0] = 1;
	memcpy(map + 1, fuzz_edges, counters_size());
}

/* From the second tick on that finds the same input running: it may hang, and
 * afl-fuzz begins to count its time when it knows whom to kill. */
static void
tick(int number)
{
	static volatile sig_atomic_t seen;
	uint32_t pid = (uint32_t)getpid();

	(void)number;
	if (shared->running == seen && seen != 0 && !shared->told) {
		show_coverage();
		shared->told = 1;
		tell(&pid, sizeof(pid));
	}
	seen = shared->running;
}

static void
aborted(int number)
{
	show_coverage();
	signal(number, SIG_DFL);
	raise(number);
}

static void
work(void)
{
	static const struct itimerval period = { { 0, TICK_US },
		{ 0, TICK_US } };
	struct sigaction action = { .sa_handler = tick,
		.sa_flags = SA_RESTART };
	uint32_t done[2] = { (uint32_t)getpid(), 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	__sanitizer_set_death_callback(show_coverage);
	signal(SIGABRT, aborted);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &period, NULL);
	LLVMFuzzerTestOneInput(input, 0); /* what a target does once */
	for (sig_atomic_t n = 1;; n = n % INT32_MAX + 1) {
		uint8_t *at;

		hear(); /* whether the last one was killed */
		memset(fuzz_edges, 0, counters_size());
		at = input + sizeof(input) - MIN(given->size, INPUT_MAX);
		memcpy(at, given->bytes, (size_t)(input + INPUT_MAX - at));
		shared->told = 0;
		shared->running = n;
		LLVMFuzzerTestOneInput(at, (size_t)(input + INPUT_MAX - at));
		shared->running = 0;
		show_coverage();
		tell(shared->told ? done + 1 : done, shared->told ? 4 : 8);
	}
}

static void
shake_hands_old(void)
{
	uint32_t options =
	    OLD_ENABLED | OLD_MAPSIZE | OLD_SHARED | (map_size() - 1) << 1;

	tell(&options, sizeof(options));
	if (hear() != (OLD_ENABLED | OLD_SHARED))
		exit(1);
}

static void
shake_hands_new(void)
{
	uint32_t hello = NEW_HELLO;
	uint32_t options[] = { NEW_MAPSIZE | NEW_SHARED, map_size() };

	tell(&hello, sizeof(hello));
	if (hear() != ~NEW_HELLO)
		exit(1);
	tell(options, sizeof(options[0]));
	tell(options + 1, sizeof(options[1]));
	tell(&hello, sizeof(hello));
}

/* Memory that afl-fuzz shares by the number in a variable. */
static void *
attach(const char *variable)
{
	const char *id = getenv(variable);
	void *at =
	    id != NULL ? shmat((int)strtol(id, NULL, 10), NULL, 0) : (void *)-1;

	if (at == (void *)-1) {
		fprintf(
		    stderr, "no %s: this is for afl-fuzz to run\n", variable);
		exit(1);
	}
	return at;
}

/* How the worker died, in the place of its answer. */
static void
bury(pid_t worker, int status)
{
	uint32_t done[2] = { (uint32_t)worker, (uint32_t)status };

	if (!shared->running)
		exit(0); /* it was told to end */
	if (!WIFSIGNALED(status))
		done[1] = SIGABRT; /* a sanitizer may choose to exit */
	tell(shared->told ? done + 1 : done, shared->told ? 4 : 8);
}

int
main(int argc, char **argv)
{
	map = attach("__AFL_SHM_ID");
	given = attach("__AFL_SHM_FUZZ_ID");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	if (argc > 1 && strcmp(argv[1], "new") == 0)
		shake_hands_new();
	else
		shake_hands_old();
	for (;;) {
		pid_t worker = fork();
		int status;

		if (worker == 0)
			work();
		if (worker < 0 || waitpid(worker, &status, 0) != worker)
			return 1;
		bury(worker, status);
	}
}
