/* SPDX-License-Identifier: MIT
 *
 * A disk by the legacy interface of virtio (1.3, 2.7, 4.1.4.10, 5.2), polled:
 * sixteen requests at a time write pieces of the pattern. Words say what else:
 * "io" reads them back; "flush" says ready when the host has them, and stays;
 * "reset" takes the device away in the middle, again and again, and "restart"
 * the machine; "beside", at last, has the second disk do as the first.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/words.h"

enum { DEVICE = 2, PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc };
enum { FEATURES = 4, QUEUE = 8, SELECT = 14, NOTIFY = 16, STATUS = 18 };
enum { IN = 0, OUT = 1, FLUSH = 4, F_FLUSH = 1 << 9 };
enum { REQUESTS = 16, PIECE = 0x2000, SECTORS = PIECE / 512 };
enum { RING = 0x1000000, BUFFERS = 0x2000000 };
enum { NEXT = 1, WRITE = 2, MARK = 0x5a5a5a5a };

static struct {
	volatile struct descriptor {
		uint64_t at;
		uint32_t len;
		uint16_t flags, next;
	} * desc;
	volatile uint16_t *avail; /* flags, idx, ring */
	volatile uint16_t *used;  /* flags, idx */
} ring;

static struct {
	struct header {
		uint32_t type, reserved;
		uint64_t sector;
	} header;
	volatile uint8_t status;
} request[REQUESTS + 1];

static uint16_t base, submitted;

static void
find(unsigned device)
{
	outl(PCI_ADDRESS, 1u << 31 | device << 11 | 0);
	expect_eq(inl(PCI_DATA), 0x10011af4, "a disk's identity");
	outl(PCI_ADDRESS, 1u << 31 | device << 11 | 0x10);
	base = (uint16_t)(inl(PCI_DATA) & ~3u);
	outl(PCI_ADDRESS, 1u << 31 | device << 11 | 4);
	outw(PCI_DATA, 5); /* I/O and bus master */
}

static void
set_up(void)
{
	outb(base + STATUS, 0);
	outb(base + STATUS, 3);
	outl(base + FEATURES, F_FLUSH);
	outw(base + SELECT, 0);
	expect_eq(inw(base + 12), 256, "Queue Size");
	memset((void *)RING, 0, 0x3000);
	ring.desc = phys(RING);
	ring.avail = phys(RING + 0x1000);
	ring.used = phys(RING + 0x2000);
	ring.avail[0] = 1; /* no interrupts */
	outl(base + QUEUE, RING >> 12);
	outb(base + STATUS, 7);
	submitted = 0;
}

static uint8_t *
buffer(unsigned n)
{
	return (uint8_t *)BUFFERS + (size_t)n * PIECE;
}

/* Request n, of the n-th piece. */
static void
submit(unsigned n, uint32_t type)
{
	volatile struct descriptor *d = &ring.desc[3 * n];
	uint16_t rest = (uint16_t)(3 * n + (type == FLUSH ? 2 : 1));

	request[n].header = (struct header){ type, 0, n * SECTORS };
	request[n].status = 0xff;
	d[0] =
	    (struct descriptor){ (uint64_t)&request[n].header, 16, NEXT, rest };
	d[1] = (struct descriptor){ (uint64_t)buffer(n), PIECE,
		type == IN ? NEXT | WRITE : NEXT, (uint16_t)(3 * n + 2) };
	d[2] = (struct descriptor){ (uint64_t)&request[n].status, 1, WRITE, 0 };
	ring.avail[2 + submitted % 256] = (uint16_t)(3 * n);
	__atomic_store_n(
	    &ring.avail[1], (uint16_t)++submitted, __ATOMIC_RELEASE);
}

static void
submit_all(uint32_t type)
{
	for (unsigned n = 0; n < REQUESTS; n++)
		submit(n, type);
	outw(base + NOTIFY, 0);
}

static void
await(void)
{
	while (__atomic_load_n(&ring.used[1], __ATOMIC_ACQUIRE) != submitted)
		pause();
	for (unsigned n = 0; n < REQUESTS; n++)
		expect_eq(request[n].status, 0, "a request's status");
}

static void
write_all(void)
{
	for (unsigned n = 0; n < REQUESTS; n++)
		memcpy(buffer(n), pattern, PIECE);
	submit_all(OUT);
	await();
	submit(REQUESTS, FLUSH);
	outw(base + NOTIFY, 0);
	await();
	expect_eq(request[REQUESTS].status, 0, "FLUSH's status");
}

static void
read_all(void)
{
	for (unsigned n = 0; n < REQUESTS; n++)
		memset(buffer(n), 0, PIECE);
	submit_all(IN);
	await();
	for (unsigned n = 0; n < REQUESTS; n++)
		expect(memcmp(buffer(n), pattern, PIECE) == 0,
		    "what was written is read");
}

static uint32_t volatile *
end_of(unsigned n)
{
	return (uint32_t *)buffer(n + 1) - 1;
}

/* What the device wrote before the reset is gone; later it writes nothing. */
static void
reset_amid(void)
{
	submit_all(IN);
	outb(base + STATUS, 0);
	ring.used[1] = 0x1234;
	for (unsigned n = 0; n < REQUESTS; n++) {
		*end_of(n) = MARK;
		request[n].status = 0xee;
	}
	for (unsigned i = 0; i < 500; i++)
		pause();
	expect_eq(ring.used[1], 0x1234, "the used ring after a reset");
	for (unsigned n = 0; n < REQUESTS; n++) {
		expect_eq(*end_of(n), MARK, "a buffer after a reset");
		expect_eq(request[n].status, 0xee, "a status after a reset");
	}
	set_up();
}

/* Twice: the first life ends with I/O under way, of which the second must not
 * find anything in its memory. */
static void
restart_amid(void)
{
	bool clean = true;

	for (unsigned n = 0; n < REQUESTS; n++)
		clean &= *end_of(n) == 0;
	submit(0, IN);
	outw(base + NOTIFY, 0);
	await();
	if (memcmp(buffer(0), pattern, PIECE) != 0) {
		write_all();
		submit_all(IN);
		outb(0xcf9, 6);
		for (;;)
			pause();
	}
	expect(clean, "memory is zero after a restart");
}

void
main(void)
{
	const char *words = cmdline();

	find(DEVICE);
	set_up();
	if (take_word(&words, "restart"))
		restart_amid();
	write_all();
	if (take_word(&words, "flush")) {
		puts("ready\n");
		for (;;)
			pause();
	}
	if (take_word(&words, "reset"))
		for (unsigned i = 0; i < 20; i++)
			reset_amid();
	read_all();
	if (take_word(&words, "beside")) {
		find(DEVICE + 1);
		set_up();
		write_all();
	}
}
