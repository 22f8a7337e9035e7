/* SPDX-License-Identifier: MIT
 *
 * The entropy device (virtio 1.3, 5.4) by the interface and the features that
 * the command line names: buffers of any layout come back in time, full, each
 * with other bytes, and nothing beside them is written.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/virtio_work.h"

enum { PLACE = 0x400, ROUNDS = 13, LONGEST = 0x100 };

static const struct part layouts[][3] = {
	{ { 0, 8, true } },
	{ { 1, 1, true }, { 3, 4, true }, { 8, 0x37, true } },
	{ { 0, LONGEST, true }, { 0x200, 0, true }, { 0x180, 16, true } },
	{ { 0x10, 0x21, true }, { 0x40, 2, true } },
};
enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

static uint64_t
place(uint16_t id)
{
	return WORK_RAM + id * (uint64_t)PLACE;
}

static unsigned
add(struct virtq *q, unsigned layout)
{
	struct part parts[3];
	unsigned count = 0;

	for (unsigned i = 0; i < 3 && layouts[layout][i].write; i++) {
		parts[count] = layouts[layout][i];
		parts[count++].at += place(q->next);
	}
	memset((void *)place(q->next), 0, PLACE);
	return virtq_add(q, parts, count);
}

/* Bytes from `from` to before `to` of what belongs to a buffer are zero. */
static void
check_untouched(uint16_t id, uint64_t from, uint64_t to)
{
	const uint8_t *bytes = (const void *)place(id);

	for (uint64_t at = from; at < to; at++)
		if (bytes[at] != 0)
			fail("the device writes into buffers alone");
}

static void
check_buffer(uint16_t id, unsigned layout, uint32_t len)
{
	static uint64_t before;
	const struct part *p = layouts[layout];
	uint64_t bytes = 0;

	for (unsigned i = 0; i < 3; i++)
		bytes += p[i].len;
	expect_eq(len, bytes, "the used length");
	if (layout != 0)
		return;
	expect(peek(place(id), 8) != before, "no bytes come twice");
	before = peek(place(id), 8);
	expect(before != 0, "random bytes");
	check_untouched(id, 8, 0x20);
}

/* Two buffers at a time, of all pairs of layouts; more than a lap. */
static void
round(struct virtq *q, unsigned number)
{
	unsigned layout[VIRTQ_SIZE_MAX];
	uint16_t id;
	uint32_t len;

	for (unsigned i = 0; i < 2; i++) {
		unsigned n = (number + i * (number / LAYOUTS)) % LAYOUTS;

		layout[add(q, n)] = n;
	}
	virtq_kick(q);
	for (unsigned i = 0; i < 2; i++) {
		len = virtq_wait(q, &id);
		check_buffer(id, layout[id], len);
	}
}

void
main(void)
{
	const char *text = cmdline();
	struct virtio v;
	struct virtq q;
	bool legacy;
	uint64_t features = take_features(&text, &legacy);

	virtio_find(&v, VIRTIO_RNG, legacy);
	virtio_begin(&v, features, &q, 0);
	for (unsigned i = 0; i < ROUNDS; i++)
		round(&q, i);
	expect_eq(virtio_status(&v) & NEEDS_RESET, 0, "DEVICE_NEEDS_RESET");
}
