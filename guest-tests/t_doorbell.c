/* SPDX-License-Identifier: MIT
 *
 * Doorbells of virtio-rng under KVM: each width, and with
 * VIRTIO_F_NOTIFICATION_DATA (virtio 1.3, 2.9, 4.1.5.2) what 32 bits may say,
 * right or wrong, get the next buffer filled. None of them is an exit:
 * tests.list counts those that mica saw, the registers of set_up().
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"

enum { PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc, COMMAND = 0x80000804 };
enum { DEVICE = 0xc0008000, N = 4, BYTES = 16 };
enum { /* the common configuration */
	GF_SELECT = 0x08,
	GF = 0x0c,
	STATUS = 0x14,
	Q_SIZE = 0x18,
	Q_ENABLE = 0x1c,
	Q_DESC = 0x20,
	Q_DRIVER = 0x28,
	Q_DEVICE = 0x30,
	DOORBELL = 0x3000
};
enum { VERSION_1 = 1 << (32 - 32), NOTIFICATION_DATA = 1 << (38 - 32) };

static struct {
	struct {
		uint64_t addr;
		uint32_t len;
		uint16_t flags, next;
	} desc[N];
	struct {
		uint16_t flags, idx, ring[N];
	} avail;
	_Alignas(4) struct {
		uint16_t flags, idx;
		struct {
			uint32_t id, len;
		} ring[N];
	} used;
	uint64_t buffer[BYTES / 8];
} __attribute__((aligned(16))) volatile queue;

static volatile uint8_t *
byte_at(uint32_t offset)
{
	return phys(DEVICE + offset);
}

static volatile uint16_t *
word_at(uint32_t offset)
{
	return phys(DEVICE + offset);
}

static volatile uint32_t *
dword_at(uint32_t offset)
{
	return phys(DEVICE + offset);
}

static void
set_up(void)
{
	outl(PCI_ADDRESS, COMMAND);
	outl(PCI_DATA, 6); /* memory, bus master */
	*byte_at(STATUS) = 3;
	*dword_at(GF_SELECT) = 1;
	*dword_at(GF) = VERSION_1 | NOTIFICATION_DATA;
	*byte_at(STATUS) = 0xb;
	expect_eq(*byte_at(STATUS), 0xb, "features");
	*word_at(Q_SIZE) = N;
	*dword_at(Q_DESC) = (uint32_t)(uintptr_t)queue.desc;
	*dword_at(Q_DRIVER) = (uint32_t)(uintptr_t)&queue.avail;
	*dword_at(Q_DEVICE) = (uint32_t)(uintptr_t)&queue.used;
	*word_at(Q_ENABLE) = 1;
	*byte_at(STATUS) = 0xf;
	queue.desc[0].addr = (uintptr_t)queue.buffer;
	queue.desc[0].len = BYTES;
	queue.desc[0].flags = 2; /* to write */
}

static void
offer(void)
{
	queue.buffer[0] = queue.buffer[1] = 0;
	queue.avail.idx++;
}

static void
expect_used(const char *what)
{
	for (unsigned i = 0; i < 1000000; i++)
		if (queue.used.idx == queue.avail.idx)
			break;
	expect_eq(queue.used.idx, queue.avail.idx, what);
	expect(queue.buffer[0] != 0 && queue.buffer[1] != 0, "random bytes");
}

void
main(void)
{
	static const uint32_t values[] = { 0x00000000, 0xffffffff, 0x80000007,
		0x00030001 };

	set_up();
	for (unsigned i = 0; i < 20; i++) {
		offer(); /* 2.9: queue 0, the next entry of the ring */
		*dword_at(DOORBELL) = (uint32_t)queue.avail.idx << 16;
		expect_used("a doorbell with data");
	}
	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		offer();
		*dword_at(DOORBELL) = values[i];
		expect_used("a doorbell with other data");
	}
	offer();
	*word_at(DOORBELL) = 0;
	expect_used("a doorbell of 16 bits");
	offer();
	*byte_at(DOORBELL) = 0xff;
	expect_used("a doorbell of 8 bits");
}
