/* SPDX-License-Identifier: MIT
 *
 * Makes inputs of tools/fuzz/board small: of a corpus, from the shortest on,
 * those stay that reach an edge which none before them does, and of their
 * operations and stream what it takes to reach it; where a driver's arrival is
 * among them, a machine that starts with drivers may do instead. Files with
 * names of their own stay as they are.
 *
 *	fuzz/board.trim DIRECTORY
 *	fuzz/board.trim -t DIRECTORY	how many run a second, engine apart
 *
 * Together they reach what they did before; status 1 otherwise.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/fuzz/board_input.h"
#include "tools/fuzz/edges.h"
#include "tools/fuzz/main.h"

enum { INPUTS = 1 << 16, EDGES = 1 << 16, HASHED = 40, STREAM = 8192 };

static struct input {
	char *name;
	uint8_t *data;
	size_t size;
} inputs[INPUTS];
static unsigned count;

/* An input, taken apart. */
struct program {
	struct fuzz_head head;
	struct fuzz_op op[FUZZ_OPS_MAX];
	uint8_t stream[STREAM];
	size_t stream_len;
};

static bool reached[EDGES], wanted[EDGES];

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
	const char *name = strrchr(in->name, '/') + 1;

	return strlen(name) != HASHED ||
	    strspn(name, "0123456789abcdef") != HASHED;
}

static void
trim(struct input *in)
{
	static struct program p;

	if (has_own_name(in))
		return;
	take_apart(&p, in);
	if (!does(&p)) /* it has no form that we know */
		return;
	try_starts(&p);
	drop_ops(&p);
	drop_stream(&p);
	in->size = put_together(&p, in->data);
}

static void
load(const char *directory, const char *name)
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

/* Those with names first, then by size, then by name. */
static int
compare(const void *a, const void *b)
{
	const struct input *x = a, *y = b;
	int named = has_own_name(y) - has_own_name(x);

	if (named != 0)
		return named;
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return strcmp(x->name, y->name);
}

static bool
save(const struct input *in)
{
	FILE *file = fopen(in->name, "wb");
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
 * for that. */
static bool
trim_all(void)
{
	unsigned left = 0;

	memset(reached, 0, sizeof(reached));
	for (unsigned i = 0; i < count; i++) {
		struct input *in = &inputs[i];

		if (!judge(in) && !has_own_name(in)) {
			unlink(in->name);
			free(in->name);
			free(in->data);
			continue;
		}
		trim(in);
		reach(in);
		if (!save(in))
			return false;
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

int
main(int argc, char **argv)
{
	bool timed = argc == 3 && strcmp(argv[1], "-t") == 0;
	DIR *directory = argc == 2 + timed ? opendir(argv[1 + timed]) : NULL;
	unsigned before, after;

	if (directory == NULL) {
		fputs("usage: board.trim [-t] DIRECTORY\n", stderr);
		return 1;
	}
	for (struct dirent *e; (e = readdir(directory)) != NULL;)
		if (e->d_name[0] != '.' && count < INPUTS)
			load(argv[1 + timed], e->d_name);
	closedir(directory);
	if (timed) {
		print_speed();
		return 0;
	}
	qsort(inputs, count, sizeof(inputs[0]), compare);
	cover(); /* some edges are taken once, whatever the input */
	before = cover();
	if (!trim_all())
		return 1;
	after = cover();
	printf("%u edges in %u inputs, before %u\n", after, count, before);
	return after < before;
}
