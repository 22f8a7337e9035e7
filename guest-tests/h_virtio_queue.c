/* SPDX-License-Identifier: MIT
 *
 * Hostile: queues set up where none can be, of sizes that none has, enabled
 * twice, by halves, too early; notifications for nobody; the status and the
 * features in any order (virtio 1.3, 2.1, 2.2, 2.6, 3.1.1, 4.1.4.3).
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/virtio_attack.h"

enum { AREAS = 3, SETTLED = ACKNOWLEDGE | DRIVER | FEATURES_OK };

/* Up to where the queue is set up and not yet enabled. */
static void
prepare(void)
{
	virtio_reset(&v);
	virtio_negotiate(&v, features);
	virtq_init(&q, &v, victim->queue);
}

static bool
enabled(void)
{
	if (v.legacy)
		return inl(v.ports + L_QUEUE_ADDRESS) != 0;
	return common_read(&v, C_QUEUE_ENABLE, 2) != 0;
}

static uint64_t *
area(unsigned n)
{
	uint64_t *const areas[AREAS] = { &q.desc, &q.driver, &q.device };

	return areas[n];
}

/* 2.1.2: what cannot be a queue is an error that needs a reset. */
static void
expect_refused(const char *what)
{
	virtq_enable(&q);
	if (virtio_status(&v) & NEEDS_RESET && (v.legacy || !enabled()))
		return;
	put_hex(q.desc);
	puts(" ");
	put_hex(q.driver);
	puts(" ");
	put_hex(q.device);
	puts(": ");
	expect(false, what);
	renew(what);
}

/* Each area in turn nowhere, and over the end of RAM. */
static void
try_areas(void)
{
	for (unsigned i = 0; i < AREAS * NOWHERES; i++) {
		prepare();
		*area(i % AREAS) = nowhere[i / AREAS];
		expect_refused("an area nowhere");
	}
	for (unsigned i = 0; i < AREAS; i++) {
		prepare();
		*area(i) = i > 0 && packed() ? RAM_END : RAM_END - 16;
		expect_refused("an area over the end of RAM");
		prepare();
		*area(i) = ~15ull;
		expect_refused("an area at the end of everything");
	}
}

/* 2.7: 16, 2 and 4; 2.8.10.1: 16, 4 and 4. */
static void
try_alignment(void)
{
	static const uint8_t split_align[AREAS] = { 16, 2, 4 };
	static const uint8_t packed_align[AREAS] = { 16, 4, 4 };
	const uint8_t *align = packed() ? packed_align : split_align;

	for (unsigned i = 0; i < AREAS; i++)
		for (unsigned off = 1; off < align[i]; off *= 2) {
			prepare();
			*area(i) += off;
			expect_refused("an area not aligned");
		}
	prepare();
	q.driver += align[1];
	q.device += align[2];
	virtq_enable(&q);
	virtio_start(&v);
	victim->work(&q);
}

/* The last bytes of RAM will do. */
static void
try_end_of_ram(void)
{
	for (unsigned i = 0; i < AREAS; i++) {
		uint64_t bytes = 16u * q.size;

		prepare();
		if (i > 0)
			bytes = packed() ? 4
			    : i == 1	 ? 6 + 2u * q.size
					 : 6 + 8u * q.size;
		bytes = (bytes + 3) & ~3ull;
		*area(i) = RAM_END - bytes;
		memset((void *)*area(i), 0, bytes);
		virtq_enable(&q);
		virtio_start(&v);
		victim->work(&q);
	}
}

/* 4.1.5.1.3.1: a page number is all that there is. */
static void
try_pages(void)
{
	static const uint32_t pages[] = { RAM_END >> 12, (RAM_END >> 12) - 1,
		0xbffff, 0xc0000, 0xc0008, 0xe0000, 0xfec00, 0xfee00, 0xfffff,
		0x100000, 0x80000000, 0xffffffff };

	for (unsigned i = 0; i < COUNT(pages); i++) {
		prepare();
		q.desc = (uint64_t)pages[i] << 12;
		expect_refused("a page nowhere");
	}
}

static void
expect_size(uint64_t write, uint64_t want, const char *what)
{
	common_write(&v, C_QUEUE_SIZE, 2, write);
	expect_eq(common_read(&v, C_QUEUE_SIZE, 2), want, what);
}

/* 4.1.4.3.1, 2.6: powers of two up to what was offered, of packed rings any
 * number up to that. */
static void
try_sizes(void)
{
	uint64_t max;

	features |= F_RING_RESET; /* without it, none could be set up later */
	prepare();
	max = common_read(&v, C_QUEUE_SIZE, 2);
	expect_size(0, max, "size 0");
	expect_size(max + 1, max, "a size above the greatest");
	expect_size(2 * max, max, "twice the greatest size");
	expect_size(0x8000, max, "size 32768");
	expect_size(0xffff, max, "size 65535");
	expect_size(3, packed() ? 3 : max, "size 3");
	expect_size(1, 1, "size 1");
	expect_size(max, max, "the greatest size");
	virtq_enable(&q);
	virtio_start(&v);
	expect_size(q.size / 2, q.size, "the size of an enabled queue");
	victim->work(&q);
}

/* 4.1.4.3.2: what a driver must not do changes nothing. */
static void
try_enable(void)
{
	virtio_reset(&v);
	virtq_init(&q, &v, victim->queue);
	virtq_enable(&q);
	expect(!enabled(), "no queue without features");
	for (unsigned value = 2; value < 0x10000; value <<= 1) {
		prepare();
		common_write(&v, C_QUEUE_DESC, 8, q.desc);
		common_write(&v, C_QUEUE_DRIVER, 8, q.driver);
		common_write(&v, C_QUEUE_DEVICE, 8, q.device);
		common_write(&v, C_QUEUE_ENABLE, 2, value);
		expect(!enabled(), "queue_enable takes 1 alone");
	}
	features |= F_RING_RESET; /* without it, nothing could be set up now */
	renew("queue_enable");
	common_write(&v, C_QUEUE_SELECT, 2, q.index);
	common_write(&v, C_QUEUE_DESC, 8, RAM_END);
	common_write(&v, C_QUEUE_DRIVER, 8, RAM_END);
	common_write(&v, C_QUEUE_DEVICE, 8, RAM_END);
	common_write(&v, C_QUEUE_ENABLE, 2, 1);
	common_write(&v, C_QUEUE_ENABLE, 2, 0);
	expect(enabled(), "an enabled queue stays");
	expect_eq(common_read(&v, C_QUEUE_DESC, 4), q.desc, "where it was");
	victim->work(&q);

	common_write(&v, C_QUEUE_SELECT, 2, 0xffff);
	common_write(&v, C_QUEUE_ENABLE, 2, 1);
	expect_eq(common_read(&v, C_QUEUE_ENABLE, 2), 0, "no such queue");
	expect_eq(common_read(&v, C_QUEUE_SIZE, 2), 0, "its size");
	virtio_reset(&v);
	virtio_negotiate(&v, features);
	common_write(&v, C_QUEUE_ENABLE, 2, 1);
	virtio_start(&v);
	kick(); /* a ring at address 0, in each of its areas */
}

/* 2.6.1: a queue that is reset forgets all and can be set up anew, whatever
 * was under way; without the feature it cannot be reset. */
static void
try_queue_reset(void)
{
	common_write(&v, C_QUEUE_RESET, 2, 1);
	expect(enabled(), "no queue_reset without RING_RESET");
	features |= F_RING_RESET;
	renew("RING_RESET");
	for (unsigned i = 0; i < 8; i++) {
		put_raw(0, BUFFER, 0x1000, D_WRITE);
		offer(q.next, 1);
		common_write(&v, C_QUEUE_SELECT, 2, q.index);
		common_write(&v, C_QUEUE_RESET, 2, i == 0 ? 0xff01 : 1);
		if (i == 0)
			expect(enabled(), "queue_reset takes 1 alone");
		else
			expect(!enabled(), "reset, it is not enabled");
		memset((void *)BUFFER, 0xa5, 0x1000);
		kick();
		common_write(&v, C_QUEUE_RESET, 2, 1);
		expect_eq(common_read(&v, C_QUEUE_RESET, 2), 0, "it is done");
		virtq_init(&q, &v, victim->queue);
		virtq_enable(&q);
		victim->work(&q);
	}
}

/* 2.1.2, 3.1.1: nobody's queues, and buffers before DRIVER_OK. */
static void
try_notify(void)
{
	for (unsigned i = 0; i < 1024; i += 31)
		virtio_notify(&v, victim->queue + i);
	virtio_notify(&v, v.legacy ? 0xffff : 1023);
	victim->work(&q);
	virtio_reset(&v);
	kick();
	prepare();
	kick();
	virtq_enable(&q);
	if (!v.legacy) { /* 3.1.2: a legacy driver may begin at once */
		put_raw(0, BUFFER, 16, D_WRITE);
		offer(q.next, 1);
		expect_outcome(NOTHING, "a buffer before DRIVER_OK");
		virtio_start(&v);
		expect_outcome(USED, "what was offered before DRIVER_OK");
	}
}

/* 2.1.1: bits come and stay; 3.1.1: DRIVER_OK comes behind FEATURES_OK. */
static void
try_status(void)
{
	uint8_t before = 0;

	virtio_reset(&v);
	virtio_set_status(&v, DRIVER_OK);
	if (!v.legacy)
		expect_eq(virtio_status(&v), 0, "no DRIVER_OK by itself");
	for (unsigned i = 0; i < 500; i++) {
		uint8_t status = (uint8_t)random32();

		if (i % 25 == 24)
			status = 0;
		virtio_set_status(&v, status);
		if (status == 0)
			before = 0;
		status = virtio_status(&v);
		if ((status & before) != before)
			fail("bits of the status stay");
		expect(v.legacy || (status & FEATURES_OK) == 0,
		    "no FEATURES_OK without VERSION_1");
		before = status;
	}
}

static bool
granted(uint64_t wanted)
{
	virtio_reset(&v);
	virtio_set_status(&v, ACKNOWLEDGE);
	virtio_set_status(&v, ACKNOWLEDGE | DRIVER);
	virtio_accept(&v, wanted);
	virtio_set_status(&v, SETTLED);
	return (virtio_status(&v) & FEATURES_OK) != 0;
}

/* 2.2.2: what was not offered is refused, and what is settled stays. */
static void
try_features(void)
{
	uint64_t offered = virtio_offered(&v);

	for (unsigned bit = 0; bit < 64; bit++)
		expect_eq(granted(F_VERSION_1 | 1ull << bit),
		    (offered | F_VERSION_1) >> bit & 1,
		    "FEATURES_OK for one feature");
	expect(!granted(0), "FEATURES_OK without VERSION_1");
	expect(!granted(~0ull), "FEATURES_OK for all");
	expect(!granted(offered & ~F_VERSION_1), "all but VERSION_1");
	expect(granted(offered), "all that are offered");
	virtio_accept(&v, ~0ull);
	expect_eq(common_read(&v, C_DRIVER_FEATURE, 4), offered >> 32,
	    "settled features stay");
	for (unsigned select = 2; select; select <<= 1) {
		common_write(&v, C_DEVICE_FEATURE_SELECT, 4, select);
		expect_eq(common_read(&v, C_DEVICE_FEATURE, 4), 0,
		    "no features beyond 64");
		common_write(&v, C_DRIVER_FEATURE_SELECT, 4, select);
		common_write(&v, C_DRIVER_FEATURE, 4, ~0u);
	}
}

static const struct attack_case cases[] = {
	{ "areas", try_areas },
	{ "alignment", try_alignment },
	{ "end-of-ram", try_end_of_ram },
	{ "pages", try_pages },
	{ "sizes", try_sizes },
	{ "enable", try_enable },
	{ "queue-reset", try_queue_reset },
	{ "notify", try_notify },
	{ "status", try_status },
	{ "features", try_features },
};

void
main(void)
{
	attack(cases, COUNT(cases));
}
