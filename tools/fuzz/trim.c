/* SPDX-License-Identifier: MIT
 *
 * Makes inputs of tools/fuzz/board small: of a corpus, from the shortest on,
 * those stay that reach an edge which none before them does, and of their
 * operations and stream what it takes to reach it; where a driver's arrival is
 * among them, a machine that starts with drivers, or one queue, may do instead.
 * Files with names of their own stay as they are; what they are the first to
 * reach a new file does, as small, for engines to mutate.
 *
 *	fuzz/board.trim DIRECTORY
 *	fuzz/board.trim -t DIRECTORY	how many run a second, engine apart
 *
 * Together they reach what they did before; status 1 otherwise.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/fuzz/board_input.h"
#include "tools/fuzz/edges.h"
#include "tools/fuzz/main.h"

enum { INPUTS = 1 << 15, EDGES = 1 << 16, HASHED = 40, STREAM = 8192 };

static struct input {
	char *name; /* NULL: a copy */
	uint8_t *data;
	size_t size;
} inputs[2 * INPUTS]; /* and copies */
static unsigned count;

/* An input, taken apart. */
struct program {
	struct fuzz_head head;
	struct fuzz_op op[FUZZ_OPS_MAX];
	uint8_t stream[STREAM];
	size_t stream_len;
};

static bool reached[EDGES], wanted[EDGES];
static const char *directory;

static size_t
edges(void)
{
	return MIN((size_t)(fuzz_edges_end - fuzz_edges), (size_t)EDGES);
}

static void
execute(const uint8_t *data, size_t size)
{
	memset(fuzz_edges, 0, (size_t)(fuzz_edges_end - fuzz_edges));
	LLVMFuzzerTestOneInput(data, size);
}

static size_t
put_together(const struct program *p, uint8_t *to)
{
	size_t ops = p->head.ops * sizeof(p->op[0]);

	memcpy(to, &p->head, sizeof(p->head));
	memcpy(to + sizeof(p->head), p->op, ops);
	memcpy(to + sizeof(p->head) + ops, p->stream, p->stream_len);
	return sizeof(p->head) + ops + p->stream_len;
}

static void
take_apart(struct program *p, const struct input *in)
{
	const uint8_t *data = in->data + sizeof(p->head);
	size_t left = in->size - sizeof(p->head), ops;

	memset(p, 0, sizeof(*p));
	if (in->size < sizeof(p->head))
		return;
	memcpy(&p->head, in->data, sizeof(p->head));
	ops = MIN((size_t)MIN(p->head.ops, (unsigned)FUZZ_OPS_MAX),
	    left / sizeof(p->op[0]));
	p->head.ops = (uint16_t)ops;
	memcpy(p->op, data, ops * sizeof(p->op[0]));
	left -= ops * sizeof(p->op[0]);
	p->stream_len = MIN(left, (size_t)STREAM);
	memcpy(p->stream, data + ops * sizeof(p->op[0]), p->stream_len);
}

/* Does it still reach all that is wanted of it? */
static bool
does(const struct program *p)
{
	static uint8_t data[sizeof(*p)];

	execute(data, put_together(p, data));
	for (size_t i = 0; i < edges(); i++)
		if (wanted[i] && fuzz_edges[i] == 0)
			return false;
	return true;
}

static void
try_starts(struct program *p)
{
	for (unsigned start = 1; start < FUZZ_STARTS; start++) {
		struct program other = *p;
		unsigned n = 0;

		other.head.machine = (uint8_t)(p->head.machine % FUZZ_MACHINES +
		    FUZZ_MACHINES * start);
		for (unsigned i = 0; i < p->head.ops; i++)
			if (p->op[i].code % FUZZ_LATE % FUZZ_CODES !=
			    FUZZ_OP_setup)
				other.op[n++] = p->op[i];
		other.head.ops = (uint16_t)n;
		if (n < p->head.ops && does(&other)) {
			*p = other;
			return;
		}
	}
}

/* Without operations that are not needed: many at once, then fewer. */
static void
drop_ops(struct program *p)
{
	for (unsigned n = p->head.ops; n > 0; n /= 2)
		for (unsigned at = 0; at + n <= p->head.ops;) {
			struct program other = *p;

			other.head.ops -= (uint16_t)n;
			memmove(&other.op[at], &other.op[at + n],
			    (other.head.ops - at) * sizeof(other.op[0]));
			if (does(&other))
				*p = other;
			else
				at += n;
		}
}

/* Drivers that enable one queue alone. */
static void
drop_queues(struct program *p)
{
	enum { SOME = 4, QUEUES = 8, FIRST = 1 << QUEUES };

	for (unsigned i = 0; i < p->head.ops * (unsigned)QUEUES; i++) {
		struct program other = *p;
		struct fuzz_op *op = &other.op[i / QUEUES];
		uint32_t which = (uint32_t)FIRST << i % QUEUES;

		if (op->code % FUZZ_LATE % FUZZ_CODES != FUZZ_OP_setup ||
		    ((op->width & SOME) != 0 && op->offset <= which + 0xff))
			continue;
		op->width |= SOME;
		op->offset = which | (op->offset & 0xff);
		if (does(&other))
			*p = other;
	}
}

static void
drop_stream(struct program *p)
{
	for (size_t n = p->stream_len; n > 0; n /= 2)
		while (p->stream_len >= n) {
			struct program other = *p;

			other.stream_len -= n;
			if (!does(&other))
				break;
			*p = other;
		}
}

/* What this one reaches first; false: nothing. */
static bool
judge(const struct input *in)
{
	bool any = false;

	execute(in->data, in->size);
	for (size_t i = 0; i < edges(); i++) {
		wanted[i] = fuzz_edges[i] != 0 && !reached[i];
		any |= wanted[i];
	}
	return any;
}

static bool
has_own_name(const struct input *in)
{
	const char *name = in->name != NULL ? strrchr(in->name, '/') : NULL;

	return name != NULL &&
	    (strlen(name + 1) != HASHED ||
		strspn(name + 1, "0123456789abcdef") != HASHED);
}

static void
trim(struct input *in)
{
	static struct program p;

	take_apart(&p, in);
	if (!does(&p)) /* it has no form that we know */
		return;
	try_starts(&p);
	drop_ops(&p);
	drop_queues(&p);
	drop_stream(&p);
	in->size = put_together(&p, in->data);
}

static void
load(const char *name)
{
	static uint8_t data[1 << 20];
	struct input *in = &inputs[count];
	FILE *file;

	if (asprintf(&in->name, "%s/%s", directory, name) < 0 ||
	    (file = fopen(in->name, "rb")) == NULL) {
		perror(name);
		exit(1);
	}
	in->size = fread(data, 1, sizeof(data), file);
	fclose(file);
	in->data = malloc(in->size + 1);
	if (in->data == NULL)
		exit(1);
	memcpy(in->data, data, in->size);
	count++;
}

static void
copy_named(void)
{
	for (unsigned i = count; i > 0; i--)
		if (has_own_name(&inputs[i - 1])) {
			load(strrchr(inputs[i - 1].name, '/') + 1);
			free(inputs[count - 1].name);
			inputs[count - 1].name = NULL;
		}
}

/* By size, copies before what they are copies of, then by name. */
static int
compare(const void *a, const void *b)
{
	const struct input *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	if (x->name == NULL || y->name == NULL)
		return (y->name == NULL) - (x->name == NULL);
	return strcmp(x->name, y->name);
}

/* By its bytes, and as no other is called. */
static bool
name_new(struct input *in)
{
	uint64_t hash = in->size;

	do {
		free(in->name);
		for (size_t i = 0; i < in->size; i++)
			hash = hash * 0x9e3779b97f4a7c15 + in->data[i] + 1;
		if (asprintf(&in->name, "%s/%040" PRIx64, directory, hash) < 0)
			return false;
	} while (access(in->name, F_OK) == 0);
	return true;
}

static bool
save(struct input *in)
{
	FILE *file =
	    in->name != NULL || name_new(in) ? fopen(in->name, "wb") : NULL;
	bool ok =
	    file != NULL && fwrite(in->data, 1, in->size, file) == in->size;

	return file != NULL && fclose(file) == 0 && ok;
}

static void
reach(const struct input *in)
{
	execute(in->data, in->size);
	for (size_t i = 0; i < edges(); i++)
		reached[i] |= fuzz_edges[i] != 0;
}

/* How many edges all reach. */
static unsigned
cover(void)
{
	unsigned n = 0;

	memset(reached, 0, sizeof(reached));
	for (unsigned i = 0; i < count; i++)
		reach(&inputs[i]);
	for (size_t i = 0; i < edges(); i++)
		n += reached[i];
	return n;
}

/* Keeps what reaches something that none before it does, as small as it can be
 * for that, and what has a name of its own. */
static bool
trim_all(void)
{
	unsigned left = 0;

	memset(reached, 0, sizeof(reached));
	for (unsigned i = 0; i < count; i++) {
		struct input *in = &inputs[i];

		if (!has_own_name(in) && !judge(in)) {
			if (in->name != NULL)
				unlink(in->name);
			free(in->name);
			free(in->data);
			continue;
		}
		if (!has_own_name(in)) {
			trim(in);
			if (!save(in))
				return false;
		}
		reach(in);
		inputs[left++] = *in;
	}
	count = left;
	return true;
}

/* The best of some rounds, which other work on this core disturbs least. */
static void
print_speed(void)
{
	enum { ROUNDS = 200 };
	clock_t best = CLOCKS_PER_SEC * 1000, begun;
	uint64_t steps = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		begun = clock();
		steps = fuzz_main_steps;
		for (unsigned i = 0; i < count; i++)
			LLVMFuzzerTestOneInput(inputs[i].data, inputs[i].size);
		steps = fuzz_main_steps - steps;
		best = MIN(best, clock() - begun);
	}
	printf("stat::again: %.0f\n",
	    (double)count * CLOCKS_PER_SEC / (double)best);
	printf("stat::steps: %.0f\n",
	    (double)steps * CLOCKS_PER_SEC / (double)best);
}

static bool
load_all(void)
{
	DIR *all = opendir(directory);

	if (all == NULL)
		return false;
	for (struct dirent *e; (e = readdir(all)) != NULL;)
		if (e->d_name[0] != '.' && count < INPUTS)
			load(e->d_name);
	closedir(all);
	return true;
}

int
main(int argc, char **argv)
{
	bool timed = argc == 3 && strcmp(argv[1], "-t") == 0;
	unsigned before, after;

	directory = argc == 2 + timed ? argv[1 + timed] : NULL;
	if (directory == NULL || !load_all()) {
		fputs("usage: board.trim [-t] DIRECTORY\n", stderr);
		return 1;
	}
	if (timed) {
		print_speed();
		return 0;
	}
	copy_named();
	qsort(inputs, count, sizeof(inputs[0]), compare);
	cover(); /* some edges are taken once, whatever the input */
	before = cover();
	if (!trim_all())
		return 1;
	after = cover();
	printf("%u edges in %u inputs, before %u\n", after, count, before);
	return after < before;
}
