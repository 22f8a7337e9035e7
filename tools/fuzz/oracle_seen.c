/* SPDX-License-Identifier: MIT
 *
 * What a call of virtq.h looks at in guest memory, as it saw it, and what it
 * stores there. A device stores through a pointer until it asks for the next:
 * what is there then is what it has stored.
 */
#include <string.h>

#include "tools/fuzz/board.h"
#include "tools/fuzz/oracle.h"
#include "tools/fuzz/oracle_ring.h"

enum { LOOKS = 128, DESC = 16 };

struct look {
	gpa_t at;
	uint32_t len;
	bool copied;
	uint8_t bytes[DESC];
};
static struct look
    looks[LOOKS + 1]; /* the last is for those that are too many */
static unsigned count, next;
static const struct look *pointer; /* before anything was stored by it, */
static const uint8_t *stored;	   /* and now */

static struct ring *ring;
static bool watching;

/* Of fields and descriptors, without a call. */
static void
copy(void *to, const void *from, uint32_t len)
{
	if (len == DESC)
		memcpy(to, from, DESC);
	else if (len == 4)
		memcpy(to, from, 4);
	else if (len == 2)
		memcpy(to, from, 2);
}

static bool
same(const uint8_t *a, const uint8_t *b, uint32_t len)
{
	if (len == DESC)
		return memcmp(a, b, DESC) == 0;
	return memcmp(a, b, 2) == 0 && (len == 2 || memcmp(a, b, 4) == 0);
}

void
oracle_watch(struct ring *r, enum ring_call what)
{
	ring = r;
	r->call = what;
	watching = true;
	count = next = 0;
	pointer = NULL;
}

static void
settle(void)
{
	const struct look *p = pointer;

	pointer = NULL;
	if (p != NULL)
		oracle_stored(ring, p->at, stored, p->len,
		    !same(p->bytes, stored, p->len));
}

void
oracle_watched(void)
{
	if (watching)
		settle();
	watching = false;
}

bool
oracle_watching(void)
{
	if (watching)
		settle();
	return watching;
}

/* What has another size is a part that was measured. */
void
oracle_look(gpa_t at, const uint8_t *host, uint64_t len, bool stays)
{
	struct look *look = &looks[MIN(count, (unsigned)LOOKS)];

	if (len != DESC && len != 4 && len != 2)
		return;
	look->at = at;
	look->len = (uint32_t)len;
	look->copied = !stays;
	copy(look->bytes, host, look->len);
	pointer = stays ? look : NULL;
	stored = host;
	count++;
}

void
oracle_store(gpa_t at, const uint8_t *host, uint64_t len)
{
	oracle_stored(ring, at, host, len, true);
}

/* Fields are loaded, descriptors are copied, each once; and a pop loads no more
 * than leads to the first descriptor. Other pointers measure parts. */
bool
oracle_fetch(gpa_t at, void *to, unsigned len)
{
	uint64_t words[DESC / 8];

	check(len <= DESC);
	for (; next < MIN(count, (unsigned)LOOKS); next++) {
		if (looks[next].at == at && looks[next].len == len &&
		    looks[next].copied == (len == DESC)) {
			copy(to, looks[next++].bytes, len);
			return true;
		}
		check(!looks[next].copied &&
		    (ring->call != RING_POP || len == DESC));
	}
	check(count > LOOKS); /* or it was not looked at */
	for (unsigned i = 0; i < DESC / 8; i++)
		words[i] = fuzz_peek(at + 8 * (gpa_t)i, MIN(len, 8u));
	memcpy(to, words, len);
	return !fuzz_is_hostile();
}

uint16_t
oracle_fetch16(gpa_t at)
{
	uint16_t value = 0;

	check(oracle_fetch(at, &value, sizeof(value)));
	return value;
}

void
oracle_fetched(void)
{
	for (; next < MIN(count, (unsigned)LOOKS); next++)
		check(!looks[next].copied);
}
