/* SPDX-License-Identifier: MIT
 *
 * See virtio_work.h.
 */
#include "guest-tests/lib/virtio_work.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/virtio_blk.h"
#include "guest-tests/lib/words.h"

/* 5.4: at least one byte. */
static void
work_rng(struct virtq *q)
{
	struct part part = { WORK_RAM, 16, true };
	uint32_t len;

	poke(WORK_RAM, 8, 0);
	poke(WORK_RAM + 8, 8, 0);
	virtq_add(q, &part, 1);
	virtq_kick(q);
	len = virtq_wait(q, NULL);
	expect(len >= 1 && len <= 16, "rng: as many bytes as fit");
	expect(len < 8 || peek(WORK_RAM, 8) != 0, "rng: random bytes");
}

/* 5.2: what is written to a sector, if it can be, is read from it. */
static void
work_blk(struct virtq *q)
{
	struct blk_request r = { 0, BLK_OUT, 5, { WORK_RAM, 512, false } };
	uint64_t first = random64(), last = random64();

	poke(WORK_RAM, 8, first);
	poke(WORK_RAM + 504, 8, last);
	if (virtio_offered(q->v) & F_BLK_RO)
		first = last = 0;
	else
		expect_eq(blk_do(q, &r), BLK_OK, "blk: a write's status");
	poke(WORK_RAM, 8, 0);
	poke(WORK_RAM + 504, 8, 0);
	r.type = BLK_IN;
	r.data.write = true;
	expect_eq(blk_do(q, &r), BLK_OK, "blk: a read's status");
	expect_eq(peek(WORK_RAM, 8), first, "blk: a sector's first bytes");
	expect_eq(peek(WORK_RAM + 504, 8), last, "blk: its last bytes");
}

/* 5.3.6: a byte that is sent, and nothing comes back in its buffer. */
static void
work_console(struct virtq *q)
{
	struct part part = { WORK_RAM, 1, false };

	poke(WORK_RAM, 1, '\n');
	virtq_add(q, &part, 1);
	virtq_kick(q);
	expect_eq(virtq_wait(q, NULL), 0, "console: the used length");
}

/* 5.5.6: a page that is given back; none of its bytes counts any more. */
static void
work_balloon(struct virtq *q)
{
	struct part part = { WORK_RAM, 4, false };

	poke(WORK_RAM, 4, (WORK_RAM + 0x1000) >> 12);
	virtq_add(q, &part, 1);
	virtq_kick(q);
	expect_eq(virtq_wait(q, NULL), 0, "balloon: the used length");
	poke(WORK_RAM + 0x1000, 8, ~0ull);
	expect_eq(peek(WORK_RAM + 0x1000, 8), ~0ull, "balloon: RAM is there");
}

static const struct work works[] = {
	{ "rng", VIRTIO_RNG, 0, work_rng },
	{ "blk", VIRTIO_BLK, 0, work_blk },
	{ "console", VIRTIO_CONSOLE, 1, work_console },
	{ "balloon", VIRTIO_BALLOON, 0, work_balloon },
};

const struct work *
take_work(const char **text)
{
	for (unsigned i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		if (take_word(text, works[i].name))
			return &works[i];
	fail("the command line names a device");
}

static bool
take_feature(const char **text, uint64_t *features, bool *legacy)
{
	static const struct {
		const char *word;
		uint64_t feature; /* 0: the legacy interface */
	} words[] = { { "legacy", 0 }, { "packed", F_PACKED },
		{ "indirect", F_INDIRECT }, { "event", F_EVENT_IDX },
		{ "in-order", F_IN_ORDER }, { "ring-reset", F_RING_RESET } };

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (take_word(text, words[i].word)) {
			*features |= words[i].feature;
			*legacy |= words[i].feature == 0;
			return true;
		}
	return false;
}

uint64_t
take_features(const char **text, bool *legacy)
{
	uint64_t features = 0;

	*legacy = false;
	while (take_feature(text, &features, legacy))
		;
	return features;
}
