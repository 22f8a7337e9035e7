/* SPDX-License-Identifier: MIT
 *
 * Guest memory for fuzzers: stands in for vmm/gmem.c (gmem.h). Three pieces,
 * each between guards that AddressSanitizer watches: low RAM, the last page
 * before the MMIO hole, and high RAM. The real one's is one mapping of 3 GiB and
 * more up to the hole: there a byte past low RAM is RAM, too, no guard would
 * tell, and giving pages back is a system call. Nor would it be looked at, for
 * its gmem_read() and gmem_write() are no callers from outside that the linker
 * could send this way. What is like it is the two comparisons of host_of().
 *
 * With a hostile guest another CPU acts on each fetch. Before it, the stream
 * may change what is there; behind it, all that was copied is inverted, so that
 * whoever looks twice sees two things. Fields of a ring, which devices load
 * through a pointer and load anew at each turn, are only changed before.
 */
#include <string.h>

#include "tools/fuzz/board.h"
#include "tools/fuzz/copy.h"
#include "tools/fuzz/oracle.h"

#ifdef __SANITIZE_ADDRESS__
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#endif

enum { GUARD = 1 << 16, PAGE = 4096, GRAIN = 512, FIELD = 4, SMALL = 64 };

static struct {
	uint8_t guard0[GUARD];
	uint8_t low[FUZZ_LOW];
	uint8_t guard1[GUARD];
	uint8_t top[FUZZ_TOP];
	uint8_t guard2[GUARD];
	uint8_t high[FUZZ_HIGH];
	uint8_t guard3[GUARD];
} memory __attribute__((aligned(PAGE)));
static uint8_t *const base = (uint8_t *)&memory;

static const struct piece {
	gpa_t at;
	uint64_t size;
	uint8_t *host;
} pieces[] = {
	{ 0, FUZZ_LOW, memory.low },
	{ FUZZ_TOP_AT, FUZZ_TOP, memory.top },
	{ FUZZ_HIGH_AT, FUZZ_HIGH, memory.high },
};

static const struct gmem ram = {
	.host = memory.low, .low_size = 3 * GIB, .high_size = FUZZ_HIGH
};
const struct gmem *const guest_ram = &ram;

/* Grains of `memory` that are not all zero, maybe. */
enum { GRAINS = sizeof(memory) / GRAIN };
static uint64_t dirty[GRAINS / 64 + 1];

static const uint8_t *stream;
static size_t stream_left;
static bool hostile;

void
fuzz_ram_init(void)
{
	ASAN_POISON_MEMORY_REGION(memory.guard0, GUARD);
	ASAN_POISON_MEMORY_REGION(memory.guard1, GUARD);
	ASAN_POISON_MEMORY_REGION(memory.guard2, GUARD);
	ASAN_POISON_MEMORY_REGION(memory.guard3, GUARD);
}

void
fuzz_stream(const uint8_t *from, size_t len, bool is_hostile)
{
	stream = from;
	stream_left = len;
	hostile = is_hostile;
}

bool
fuzz_is_hostile(void)
{
	return hostile;
}

bool
fuzz_more(void)
{
	return stream_left > 0;
}

uint8_t
fuzz_take(void)
{
	if (stream_left == 0)
		return 0;
	stream_left--;
	return *stream++;
}

static uint8_t *
host_of(gpa_t at, uint64_t len)
{
	for (unsigned i = 0; i < ARRAY_SIZE(pieces); i++)
		if (range_within(at - pieces[i].at, len, pieces[i].size))
			return pieces[i].host + (at - pieces[i].at);
	return NULL;
}

bool
fuzz_ram_has(gpa_t at, uint64_t len)
{
	return host_of(at, len) != NULL;
}

gpa_t
fuzz_ram_gpa(const void *host)
{
	const uint8_t *byte = host;

	for (unsigned i = 0; i < ARRAY_SIZE(pieces); i++)
		if (byte >= pieces[i].host &&
		    byte < pieces[i].host + pieces[i].size)
			return pieces[i].at + (gpa_t)(byte - pieces[i].host);
	check(!"an address in guest memory");
	return 0;
}

void
fuzz_ram_wrote(const void *host, uint64_t len)
{
	uint64_t at = (uint64_t)((const uint8_t *)host - base);

	if (len == 0)
		return;
	for (uint64_t n = at / GRAIN; n <= (at + len - 1) / GRAIN; n++)
		dirty[n / 64] |= (uint64_t)1 << n % 64;
}

void
fuzz_ram_clear(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(dirty); i++) {
		for (uint64_t bits = dirty[i]; bits != 0; bits &= bits - 1) {
			unsigned n = i * 64 + (unsigned)__builtin_ctzll(bits);

			fuzz_zero(base + (size_t)n * GRAIN, GRAIN);
		}
		dirty[i] = 0;
	}
}

/* Words of `memory` that are not zero when a machine starts. */
enum { WORDS = 16 };
static struct words {
	unsigned count;
	struct {
		uint32_t at, value;
	} word[WORDS];
} kept[FUZZ_MACHINES * FUZZ_STARTS];

void
fuzz_ram_keep(unsigned machine)
{
	struct words *k = &kept[machine];

	for (uint32_t at = 0; at < sizeof(memory); at += sizeof(at)) {
		uint32_t value = 0;

		if (dirty[at / GRAIN / 64] >> at / GRAIN % 64 & 1)
			memcpy(&value, base + at, sizeof(value));
		if (value == 0)
			continue;
		check(k->count < WORDS);
		k->word[k->count].at = at;
		k->word[k->count++].value = value;
	}
	fuzz_ram_clear();
}

void
fuzz_ram_use(unsigned machine)
{
	const struct words *k = &kept[machine];

	for (unsigned i = 0; i < k->count; i++) {
		uint8_t *to = base + k->word[i].at;

		memcpy(to, &k->word[i].value, sizeof(k->word[i].value));
		fuzz_ram_wrote(to, sizeof(k->word[i].value));
	}
}

bool
fuzz_ram_is_clear(void)
{
	static const uint8_t zero[PAGE];

	for (unsigned i = 0; i < ARRAY_SIZE(pieces); i++)
		for (uint64_t at = 0; at < pieces[i].size; at += PAGE)
			if (memcmp(pieces[i].host + at, zero, PAGE) != 0)
				return false;
	return true;
}

static void
record(gpa_t at, const uint8_t *from, uint64_t len)
{
	for (uint64_t i = 0; i < len; i++)
		fuzz_record(&(struct fuzz_access){
		    .at = at + i,
		    .value = from[i],
		    .what = FUZZ_STORE,
		    .size = 1,
		});
}

bool
fuzz_poke(gpa_t at, const void *from, uint64_t len)
{
	uint8_t *to = host_of(at, len);

	if (to == NULL)
		return false;
	memcpy(to, from, len);
	fuzz_ram_wrote(to, len);
	if (fuzz_record != NULL)
		record(at, from, len);
	return true;
}

uint64_t
fuzz_peek(gpa_t at, unsigned size)
{
	const uint8_t *from = host_of(at, size);
	uint64_t value = 0;

	if (from != NULL)
		memcpy(&value, from, size);
	return value;
}

/* One byte of the stream decides: nothing; all of it is new; one byte is. */
static void
interfere(uint8_t *bytes, uint64_t len)
{
	uint8_t what = hostile && len > 0 ? fuzz_take() : 0;

	if (what >= 0xc0)
		bytes[what % 64 % len] ^= fuzz_take();
	else if (what >= 0x80)
		for (uint64_t i = 0; i < MIN(len, 64u); i++)
			bytes[i] = fuzz_take();
}

/*
 * gmem.h.
 */

void *
gmem_ptr(const struct gmem *mem, gpa_t at, uint64_t len)
{
	uint8_t *host = host_of(at, len);
	bool watched;

	check(mem == &ram);
	fuzz.work.fetches++;
	if (host == NULL || len > SMALL)
		return host;
	fuzz_ram_wrote(host, len);
	watched = oracle_watching();
	if (len <= FIELD)
		interfere(host, len);
	if (watched)
		oracle_look(at, host, len, true);
	return host;
}

bool
gmem_read(const struct gmem *mem, gpa_t at, void *to, uint64_t len)
{
	uint8_t *from = host_of(at, len);
	bool watched;

	check(mem == &ram);
	fuzz.work.fetches++;
	fuzz.work.bytes += len;
	if (from == NULL)
		return false;
	watched = oracle_watching();
	interfere(from, len);
	if (watched)
		oracle_look(at, from, len, false);
	memcpy(to, from, len);
	if (!watched)
		oracle_read(to, len);
	if (!hostile)
		return true;
	fuzz_ram_wrote(from, len);
	for (uint64_t i = 0; i < len; i++)
		from[i] ^= 0xff;
	return true;
}

bool
gmem_write(const struct gmem *mem, gpa_t at, const void *from, uint64_t len)
{
	uint8_t *to = host_of(at, len);
	bool watched;

	check(mem == &ram);
	fuzz.work.fetches++;
	fuzz.work.bytes += len;
	if (to == NULL)
		return false;
	watched = oracle_watching();
	if (!watched)
		oracle_write(at, len);
	memcpy(to, from, len);
	fuzz_ram_wrote(to, len);
	if (watched)
		oracle_store(at, to, len);
	fuzz_trace(at ^ len << 40 ^ fuzz_peek(at, (unsigned)MIN(len, 8)));
	return true;
}

void
gmem_huge(const struct gmem *mem, bool may)
{
	check(mem == &ram);
	fuzz_trace(may);
}

/* Only what was written can be other than zero. */
static void
clear_page(const uint8_t *page)
{
	size_t first = (size_t)(page - base) / GRAIN;

	for (size_t n = first; n < first + PAGE / GRAIN; n++)
		if (dirty[n / 64] >> n % 64 & 1)
			fuzz_zero(base + n * GRAIN, GRAIN);
}

bool
gmem_discard(const struct gmem *mem, gpa_t at, uint64_t len)
{
	uint8_t *from = host_of(at, len);

	check(mem == &ram);
	fuzz.work.discards++;
	fuzz_trace(at + len);
	oracle_discard(at, len);
	if (from == NULL)
		return false;
	for (uint64_t n = -at % PAGE; n + PAGE <= len; n += PAGE)
		clear_page(from + n);
	return true;
}
