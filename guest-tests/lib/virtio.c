/* SPDX-License-Identifier: MIT
 *
 * See virtio.h.
 */
#include "guest-tests/lib/virtio.h"
#include "guest-tests/lib/acpi.h"
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/clock.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"

enum { VENDOR = 0x1af4, MODERN_ID = 0x1040 };
enum { ID = 0, BAR0 = 0x10, SUBSYSTEM = 0x2e };
enum { CAPABILITIES = 0x34, CAPABILITIES_MAX = 48 };
enum { CAP_MSIX = 0x11, CAP_VENDOR = 9 };
enum { CFG_COMMON = 1, CFG_NOTIFY, CFG_ISR, CFG_DEVICE, CFG_PCI };

bool
within(uint32_t us, bool (*is)(void *of), void *of)
{
	uint32_t since = pm_timer();

	do {
		for (unsigned i = 0; i < 20; i++)
			if (is(of))
				return true;
	} while (pm_timer_us(since) < us);
	return is(of);
}

void
pass(uint32_t us)
{
	uint32_t since = pm_timer();

	while (pm_timer_us(since) < us)
		pause();
}

/* 4.1.2.1: by its own ID, or by the subsystem's if it is transitional. */
static bool
is_of_type(uint64_t pci, unsigned type)
{
	uint32_t id = (uint32_t)peek(pci + ID, 4);

	if ((id & 0xffff) != VENDOR)
		return false;
	if (id >> 16 >= MODERN_ID)
		return id >> 16 == MODERN_ID + type;
	return peek(pci + SUBSYSTEM, 2) == type;
}

static uint64_t
bar(uint64_t pci, unsigned number)
{
	uint64_t low = peek(pci + BAR0 + 4 * number, 4);

	if (low & 1)
		return low & ~3ull;
	if ((low & 6) == 4)
		low |= peek(pci + BAR0 + 4 * number + 4, 4) << 32;
	return low & ~15ull;
}

/* 4.1.4 */
static void
take_capability(struct virtio *v, uint64_t cap)
{
	unsigned number = (unsigned)peek(cap + 4, 1);
	uint64_t at = number < 6 ? bar(v->pci, number) : 0;

	at += peek(cap + 8, 4);
	switch (peek(cap + 3, 1)) {
	case CFG_COMMON:
		v->common = at;
		break;
	case CFG_NOTIFY:
		v->notify = at;
		v->notify_multiplier = (uint32_t)peek(cap + 16, 4);
		break;
	case CFG_ISR:
		v->isr = at;
		break;
	case CFG_DEVICE:
		v->config = at;
		break;
	case CFG_PCI:
		v->window = cap;
		break;
	}
}

static void
take_msix(struct virtio *v, uint64_t cap)
{
	uint32_t table = (uint32_t)peek(cap + 4, 4);
	uint32_t pending = (uint32_t)peek(cap + 8, 4);

	v->msix = cap;
	v->table = bar(v->pci, table & 7) + (table & ~7u);
	v->pending = bar(v->pci, pending & 7) + (pending & ~7u);
}

static void
take_capabilities(struct virtio *v)
{
	uint64_t at = peek(v->pci + CAPABILITIES, 1);

	for (unsigned i = 0; at != 0 && i < CAPABILITIES_MAX; i++) {
		uint64_t cap = v->pci + at;

		if (peek(cap, 1) == CAP_VENDOR)
			take_capability(v, cap);
		if (peek(cap, 1) == CAP_MSIX)
			take_msix(v, cap);
		at = peek(cap + 1, 1);
	}
}

uint64_t
virtio_capability(const struct virtio *v, unsigned id)
{
	uint64_t at = peek(v->pci + CAPABILITIES, 1);

	for (unsigned i = 0; at != 0 && i < CAPABILITIES_MAX; i++) {
		if (peek(v->pci + at, 1) == id)
			return v->pci + at;
		at = peek(v->pci + at + 1, 1);
	}
	return 0;
}

void
virtio_find(struct virtio *v, unsigned type, bool legacy)
{
	const uint8_t *mcfg = acpi_table(start_info()->rsdp, "MCFG");
	uint64_t pci = get64(mcfg + MCFG_BASE), end = pci + (32 << 15);

	while (!is_of_type(pci, type)) {
		pci += 1 << 15;
		if (pci == end)
			fail("the device is on the bus");
	}
	memset(v, 0, sizeof(*v));
	v->legacy = legacy;
	v->pci = pci;
	if (peek(pci + BAR0, 4) & 1)
		v->ports = (uint16_t)bar(pci, 0);
	take_capabilities(v);
	poke(pci + PCI_COMMAND, 2, PCI_IO | PCI_MEMORY | PCI_MASTER);
	if (legacy ? v->ports == 0 : v->common == 0)
		fail("the device has this interface");
}

/*
 * Registers.
 */

uint64_t
common_read(const struct virtio *v, unsigned reg, unsigned size)
{
	return peek(v->common + reg, size);
}

/* 4.1.3.1: 64-bit fields by halves. */
void
common_write(
    const struct virtio *v, unsigned reg, unsigned size, uint64_t value)
{
	poke(v->common + reg, size == 8 ? 4 : size, value);
	if (size == 8)
		poke(v->common + reg + 4, 4, value >> 32);
}

uint8_t
virtio_status(const struct virtio *v)
{
	return v->legacy ? inb(v->ports + L_STATUS)
			 : (uint8_t)common_read(v, C_STATUS, 1);
}

uint8_t
virtio_isr(const struct virtio *v)
{
	return v->legacy ? inb(v->ports + L_ISR) : (uint8_t)peek(v->isr, 1);
}

void
virtio_set_status(const struct virtio *v, uint8_t status)
{
	if (v->legacy)
		outb(v->ports + L_STATUS, status);
	else
		common_write(v, C_STATUS, 1, status);
}

uint64_t
virtio_offered(const struct virtio *v)
{
	uint64_t low;

	if (v->legacy)
		return inl(v->ports + L_DEVICE_FEATURES);
	common_write(v, C_DEVICE_FEATURE_SELECT, 4, 0);
	low = common_read(v, C_DEVICE_FEATURE, 4);
	common_write(v, C_DEVICE_FEATURE_SELECT, 4, 1);
	return common_read(v, C_DEVICE_FEATURE, 4) << 32 | low;
}

void
virtio_accept(const struct virtio *v, uint64_t features)
{
	if (v->legacy) {
		outl(v->ports + L_DRIVER_FEATURES, (uint32_t)features);
		return;
	}
	for (unsigned half = 0; half < 2; half++) {
		common_write(v, C_DRIVER_FEATURE_SELECT, 4, half);
		common_write(v, C_DRIVER_FEATURE, 4, features >> 32 * half);
	}
}

/* 4.1.5.2; the offset is the queue's index, as with every device known. */
void
virtio_notify(const struct virtio *v, unsigned queue)
{
	if (v->legacy)
		outw(v->ports + L_QUEUE_NOTIFY, (uint16_t)queue);
	else
		poke(v->notify + queue * v->notify_multiplier, 2, queue);
}

uint64_t
virtio_config(const struct virtio *v, unsigned at, unsigned size)
{
	uint64_t value = 0;

	if (!v->legacy)
		return peek(v->config + at, size);
	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)inb((uint16_t)(v->ports + L_CONFIG + at + i))
		    << 8 * i;
	return value;
}

/*
 * Initialization.
 */

static bool
status_is_0(void *v)
{
	return virtio_status(v) == 0;
}

void
virtio_reset(const struct virtio *v)
{
	struct virtio copy = *v;

	virtio_set_status(v, 0);
	if (!within(SOON, status_is_0, &copy))
		fail("a reset ends");
}

void
virtio_negotiate(struct virtio *v, uint64_t features)
{
	virtio_set_status(v, ACKNOWLEDGE);
	virtio_set_status(v, ACKNOWLEDGE | DRIVER);
	if (!v->legacy)
		features |= F_VERSION_1;
	if (features & ~virtio_offered(v))
		fail("the features are offered");
	v->features = features;
	virtio_accept(v, features);
	if (v->legacy)
		return;
	virtio_set_status(v, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	if ((virtio_status(v) & FEATURES_OK) == 0)
		fail("FEATURES_OK");
}

void
virtio_start(const struct virtio *v)
{
	virtio_set_status(v,
	    ACKNOWLEDGE | DRIVER | DRIVER_OK | (v->legacy ? 0 : FEATURES_OK));
}
