/* SPDX-License-Identifier: MIT
 *
 * Is there a use for each row of vmm/syscalls.def? Runs machines that together
 * do all that mica can do, looks at each call of each thread that has its
 * program, and says, as TAP, which row, way or number of a list let none of them
 * through. A call that no row allows, or a program that is not the table's, is
 * an error too.
 *
 *	used_calls BUILD	(as root: a thread's program is in its memory)
 *
 * What a thread needs in a race alone, as a lock that is taken, may take a
 * machine several runs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/calls.h"
#include "tools/fault_run.h"

enum {
	WORDS = 16,
	STEPS = 4,
	ROUNDS = 10,
	THREADS = 64,
	CONNECT_MS = 10000,
	LAST = 99
};

/* Nobody sees these: a filter that asked about the first could not return from
 * it; the vDSO does the second without a call, wherever it can; the third, a
 * host may not have. */
static long unseen[] = { SYS_rt_sigreturn, SYS_clock_gettime, -1 };
enum { URING = 2 };

static char dir[] = "/tmp/used_calls.XXXXXX";
static char build[4096];

/* Who connects to a socket, says something, hears so many lines, or all, and
 * leaves. */
struct step {
	const char *socket, *text;
	unsigned lines;
};

struct machine {
	const char *words; /* %b: BUILD; %d: a directory */
	bool socket;	   /* stdout is one */
	struct step steps[STEPS];
};

#define HELLO "{\"execute\": \"qmp_capabilities\"}\n"
#define GUEST "%b/guest-tests/"

static const struct machine machines[] = {
	{ .words = "--cpus 2" },
	{ .words = "", .socket = true },
	{ .words = GUEST "t_pic.elf" },
	{ .words = "--cpus 2 " GUEST "t_ioapic.elf" },
	{ .words = GUEST "t_pit.elf -- ioapic" },
	{ .words = "--irqchip kernel " GUEST "t_pit.elf -- pic" },
	{ .words = "%d/zeros" },
	{ .words = "--disk path=%d/disk,aio=threads " GUEST
		   "h_virtio_blk.elf -- blk ranges" },
	{ .words = "--disk path=%d/disk " GUEST "t_disk.elf -- reset" },
	{ .words =
		"--control %d/control --balloon on --console file=%d/out " GUEST
		"t_work.elf -- console rng balloon" },
	{ .words = "--control %d/control --console unix=%d/port"
		   " --disk path=%d/disk %b/bench/spin.elf",
	    .steps = { { "port", "", 0 }, { "port", "x", 0 },
		{ "control",
		    HELLO "{\"execute\": \"stop\"}\n{\"execute\": \"cont\"}\n"
			  "{\"execute\": \"block_resize\", \"arguments\":"
			  " {\"device\": \"blk0\", \"size\": 67108864}}\n",
		    7 },
		{ "control", HELLO "{\"execute\": \"quit\"}\n", LAST } } },
};
enum { MACHINES = sizeof(machines) / sizeof(machines[0]) };

/*
 * What is used.
 */

struct thread {
	int id;
	enum seccomp_kind kind;
	uint32_t slots[SECCOMP_SLOTS];
};

static struct thread threads[THREADS];
static unsigned thread_count, wrong;

static bool by_kind[ROWS][SECCOMP_KINDS], by_way[ROWS][WAYS];
static bool by_value[ROWS][WAYS][CONDITIONS][3];

static bool
copy(int thread, void *to, uint64_t from, size_t length)
{
	struct iovec here = { to, length };
	struct iovec there = { (void *)(uintptr_t)from, length };

	return process_vm_readv(thread, &here, 1, &there, 1, 0) ==
	    (ssize_t)length;
}

static void
take_program(int thread, uint64_t address)
{
	struct sock_filter text[SECCOMP_LENGTH_MAX] = { { 0 } };
	struct thread *t = &threads[thread_count];
	struct sock_fprog all = { 0 };

	if (thread_count == THREADS ||
	    !copy(thread, &all, address, sizeof(all)) ||
	    all.len > SECCOMP_LENGTH_MAX ||
	    !copy(
		thread, text, (uintptr_t)all.filter, all.len * sizeof(*text))) {
		perror("# a thread's program");
		wrong++;
		return;
	}
	t->id = thread;
	for (int kind = 0; kind < SECCOMP_KINDS; kind++) {
		t->kind = (enum seccomp_kind)kind;
		if (is_program(t->kind, text, all.len, t->slots)) {
			thread_count++;
			return;
		}
	}
	printf("# a program that is not the table's\n");
	wrong++;
}

static void
count(unsigned row, const struct way *w, const struct thread *t,
    const struct seccomp_data *call)
{
	unsigned way = (unsigned)(w - rows[row].way);

	by_kind[row][t->kind] = by_way[row][way] = true;
	for (unsigned i = 0; i < w->conditions; i++) {
		int value = which(&w->condition[i], call, t->slots);

		if (value >= 0)
			by_value[row][way][i][value] = true;
	}
}

static void
witness(int thread, const struct seccomp_data *call)
{
	const struct thread *t = threads;

	while (t < threads + thread_count && t->id != thread)
		t++;
	if (t == threads + thread_count) {
		if (call->nr == SYS_seccomp &&
		    call->args[0] == SECCOMP_SET_MODE_FILTER)
			take_program(thread, call->args[2]);
		return;
	}
	for (unsigned i = 0; i < ROWS; i++) {
		const struct way *w = way_of(&rows[i], call, t->slots);

		if (is_of(&rows[i], t->kind) && w != NULL) {
			count(i, w, t, call);
			return;
		}
	}
	printf("# %s: call %d, %#llx %#llx %#llx: no row allows it\n",
	    kind_names[t->kind], call->nr, call->args[0], call->args[1],
	    call->args[2]);
	wrong++;
}

/* Says it, if that is wanted. */
static unsigned
never(bool say, const char *what, unsigned n)
{
	if (say)
		printf("# never: %s %u\n", what, n);
	return 1;
}

static unsigned
unused_numbers(unsigned row, unsigned way, bool say)
{
	const struct way *w = &rows[row].way[way];
	unsigned n = 0;

	for (unsigned i = 0; i < w->conditions; i++)
		for (unsigned v = 0; v < w->condition[i].values; v++)
			if (w->condition[i].op == ONE_OF &&
			    !by_value[row][way][i][v])
				n += never(say, "a number of a list", v);
	return n;
}

/* How much of a row nothing has had a use for. */
static unsigned
unused(unsigned row, bool say)
{
	const struct row *r = &rows[row];
	unsigned n = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(unseen); i++)
		if (r->call == unseen[i])
			return 0;
	for (int kind = 0; kind < SECCOMP_KINDS; kind++)
		if (is_of(r, (enum seccomp_kind)kind) && !by_kind[row][kind])
			n += never(say, kind_names[kind], row);
	for (unsigned way = 0; way < r->ways; way++)
		n += by_way[row][way] ? unused_numbers(row, way, say)
				      : never(say, "way", way);
	return n;
}

/*
 * The machines.
 */

static void
take_step(const struct step *s)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char byte;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/%s", dir, s->socket);
	for (unsigned ms = 0; ms < CONNECT_MS; ms += 10) {
		if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
			break;
		usleep(10000);
	}
	send(fd, s->text, strlen(s->text), MSG_NOSIGNAL);
	for (unsigned lines = 0; lines < s->lines;)
		if (read(fd, &byte, 1) == 1)
			lines += byte == '\n';
		else
			break;
	close(fd);
}

static void
expand(const char *words, char *to, size_t room)
{
	char *end = to + room - 1;

	for (; *words != '\0' && to < end; words++)
		if (words[0] == '%' && words[1] != '\0')
			to += snprintf(to, (size_t)(end - to), "%s",
			    *++words == 'b' ? build : dir);
		else
			*to++ = *words;
	*to = '\0';
}

static void
run(const struct machine *m)
{
	static struct fault_outcome outcome;
	const struct fault none = { .call = CALLS };
	const char *words[WORDS] = { NULL };
	char text[16384], *next = text;
	char mica[4200];
	unsigned n = 0;

	snprintf(mica, sizeof(mica), "%s/mica", build);
	words[n++] = mica;
	expand(m->words, text, sizeof(text));
	while (n < WORDS - 1 && (words[n] = strsep(&next, " ")) != NULL)
		n += *words[n] != '\0';
	words[n] = NULL;
	thread_count = 0;
	fault_socket = m->socket;
	if (m->steps[0].socket != NULL && fork() == 0) {
		for (unsigned i = 0; i < STEPS; i++)
			if (m->steps[i].socket != NULL)
				take_step(&m->steps[i]);
		_exit(0);
	}
	fault_run(&none, words, NULL, &outcome);
	if (outcome.hung || WIFSIGNALED(outcome.status) ||
	    strstr(outcome.err.text, strerror(ENOENT)) != NULL) {
		printf("# %s: status %#x\n%s", m->words, outcome.status,
		    outcome.err.text);
		wrong++;
	}
}

static void
make_file(const char *name, size_t size)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (f == NULL || ftruncate(fileno(f), (off_t)size) < 0) {
		perror(path);
		exit(2);
	}
	fclose(f);
}

static void
clean(void)
{
	static const char *const names[] = { "zeros", "disk", "out", "control",
		"port" };
	char path[64];

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static unsigned
left(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ROWS; i++)
		n += unused(i, false);
	return n;
}

static void
run_all(void)
{
	for (unsigned i = 0; i < MACHINES && left() != 0; i++) {
		make_file("zeros", 4096);
		make_file("disk", 32 << 20);
		run(&machines[i]);
	}
}

static void
skip(const char *why)
{
	printf("1..1\nok 1 - used calls: all # SKIP %s\n", why);
	exit(0);
}

static void
look_at_host(void)
{
	if (access("/dev/kvm", R_OK | W_OK) < 0)
		skip("no access to /dev/kvm");
	if (geteuid() != 0)
		skip("not root");
	if (syscall(SYS_io_uring_setup, 0, NULL) < 0 &&
	    (errno == ENOSYS || errno == EPERM))
		unseen[URING] = SYS_io_uring_enter;
}

int
main(int argc, char **argv)
{
	unsigned failures = 0, rounds = 0;

	if (argc != 2 || strlen(argv[1]) >= sizeof(build)) {
		fprintf(stderr, "usage: used_calls BUILD\n");
		return 2;
	}
	look_at_host();
	snprintf(build, sizeof(build), "%s", argv[1]);
	if (mkdtemp(dir) == NULL) {
		perror(dir);
		return 2;
	}
	setbuf(stdout, NULL);
	fault_witness = witness;
	for (; left() != 0 && wrong == 0 && rounds < ROUNDS; rounds++)
		run_all();
	clean();
	printf("%sok 1 - used calls: each is a row's\n", wrong ? "not " : "");
	for (unsigned i = 0; i < ROWS; i++) {
		unsigned n = unused(i, true);

		failures += n != 0;
		printf("%sok %u - used calls: %s\n", n != 0 ? "not " : "",
		    i + 2, rows[i].name);
	}
	printf("# %u rounds\n1..%u\n", rounds, (unsigned)ROWS + 1);
	return failures + wrong != 0;
}
