/* SPDX-License-Identifier: MIT
 *
 * Where a guest's memory is in an input: fuzz/board has 1 MiB. What devices
 * fetch keeps its order within its pages, and pages that follow each other still
 * do; what chains lead to and nobody looks at is anywhere in what is left.
 * Guests are taken to have less than 4 GiB. See cut.h.
 */
#include <linux/virtio_blk.h>
#include <linux/virtio_pci.h>
#include <linux/virtio_ring.h>
#include <stdlib.h>
#include <string.h>

#include "tools/fuzz/cut_input.h"

enum {
	PAGE = 4096,
	FIRST = 0x10,
	DATA = 0xa0,
	PAGES = DATA - FIRST,
	PAGES_MAX = 4096,
	LEN_MAX = 0x10000,
	SECTORS = 256, /* of fuzz/board's disks */
	RING_MAX = 256,
	DESCRIPTORS = 16 * RING_MAX, /* bytes */
	USED = 6 + 8 * RING_MAX
};

static uint32_t pages[PAGES_MAX]; /* the guest's, ascending */
static unsigned count;
static gpa_t device_area[PAGES_MAX];
static unsigned areas;
static uint32_t data_at;

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
settle(void)
{
	unsigned kept = 0;

	qsort(pages, count, sizeof(pages[0]), compare);
	for (unsigned i = 0; i < count; i++)
		if (kept == 0 || pages[kept - 1] != pages[i])
			pages[kept++] = pages[i];
	count = kept;
}

static void
want(gpa_t at, uint64_t len)
{
	if (count > PAGES_MAX / 2)
		settle();
	for (uint64_t n = at / PAGE; n <= (at + len - 1) / PAGE; n++)
		if (count < PAGES_MAX)
			pages[count++] = (uint32_t)n;
}

/* The index of its page, or -1. */
static int
find(gpa_t at)
{
	uint32_t n = (uint32_t)(at / PAGE);
	const uint32_t *page =
	    bsearch(&n, pages, count, sizeof(pages[0]), compare);

	return page == NULL ? -1 : (int)(page - pages);
}

/* The least shift that makes an address of what is in that register; -1: it has
 * none. */
static int
address_shift(const struct cut_event *e)
{
	enum cut_kind kind;

	if (!cut_is_access(e) || e->row >= FUZZ_REGIONS || e->did->size != 4)
		return -1;
	kind = cut_rows[e->row].kind;
	if (kind == CUT_IO && e->offset == VIRTIO_PCI_QUEUE_PFN)
		return 12;
	if (kind == CUT_COMMON &&
	    (e->offset == VIRTIO_PCI_COMMON_Q_DESCLO ||
		e->offset == VIRTIO_PCI_COMMON_Q_AVAILLO ||
		e->offset == VIRTIO_PCI_COMMON_Q_USEDLO))
		return 0;
	return -1;
}

/* A queue's address: room for the part that begins there. */
static void
want_ring(const struct cut_event *e)
{
	int shift = address_shift(e);
	gpa_t at = e->did->value << MAX(shift, 0);

	if (shift < 0 || cut_is_read(e) || at == 0)
		return;
	if (shift > 0) {
		struct virtq_layout l =
		    virtq_legacy_layout((uint32_t)e->did->value, RING_MAX);

		want(at, l.device + USED - at);
		device_area[areas++ % PAGES_MAX] = l.device;
	} else if (e->offset == VIRTIO_PCI_COMMON_Q_DESCLO) {
		want(at, DESCRIPTORS);
	} else {
		want(at, USED);
		if (e->offset == VIRTIO_PCI_COMMON_Q_USEDLO)
			device_area[areas++ % PAGES_MAX] = at;
	}
}

/* flags, idx, avail_event: what is there is the device's own. */
static bool
is_devices(const struct cut_record *fetch)
{
	if (fetch->value != FETCH_FIELD)
		return false;
	for (unsigned i = 0; i < MIN(areas, (unsigned)PAGES_MAX); i++) {
		gpa_t offset = fetch->at - device_area[i];
		gpa_t entries = (offset - 4) / 8;

		if (offset == 0 || offset == 2)
			return true;
		if (offset > 4 && offset % 8 == 4 && entries <= RING_MAX &&
		    (entries & (entries - 1)) == 0)
			return true;
	}
	return false;
}

static void
want_targets(const struct cut_event *e)
{
	for (unsigned i = 0; i < e->withins; i++) {
		const struct cut_record *fetch = &e->within[i];
		struct vring_desc desc;

		if (fetch->what != TRACE_FETCH ||
		    fetch->value != FETCH_DESCRIPTOR || fetch->size != 16)
			continue;
		memcpy(&desc, fetch->bytes, sizeof(desc));
		if (desc.len > 0 && desc.len <= LEN_MAX &&
		    (find(desc.addr) >= 0 ||
			find(desc.addr + desc.len - 1) >= 0))
			want(desc.addr, desc.len);
	}
}

bool
cut_memory_plan(const struct cut_event **events, unsigned n)
{
	count = areas = 0;
	data_at = 0;
	for (unsigned i = 0; i < n; i++)
		want_ring(events[i]);
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < events[i]->withins; k++) {
			const struct cut_record *fetch = &events[i]->within[k];

			if (fetch->what == TRACE_FETCH && !is_devices(fetch))
				want(fetch->at, fetch->size);
		}
	settle();
	for (unsigned i = 0; i < n && count < PAGES_MAX; i++) {
		unsigned before = count;

		want_targets(events[i]);
		if (count != before)
			settle();
	}
	return count <= PAGES;
}

gpa_t
cut_memory_at(gpa_t at, uint32_t *len)
{
	int first = find(at), last = first;
	uint32_t offset = at % PAGE;
	gpa_t to;

	*len = MIN(*len, (uint32_t)LEN_MAX);
	if (first < 0) {
		if (data_at + offset + *len > FUZZ_LOW - DATA * PAGE)
			data_at = 0;
		to = DATA * PAGE + data_at + offset;
		data_at += ALIGN_UP(offset + *len, PAGE);
		return to;
	}
	while (last + 1 < (int)count && pages[last + 1] == pages[last] + 1)
		last++;
	*len = MIN(*len, (uint32_t)(last + 1 - first) * PAGE - offset);
	return (gpa_t)(FIRST + first) * PAGE + offset;
}

/* Page numbers that a balloon is given; a disk's sectors. */
static void
change_data(const struct cut_event *e, uint8_t *to, uint64_t size)
{
	const struct fuzz_device *balloon = &fuzz_devices[FUZZ_ROW_balloon];
	unsigned row = fuzz_row(e->subject);
	struct virtio_blk_outhdr head;
	uint32_t number;

	if (e->subject == balloon->device && e->did->value < 2)
		for (uint64_t i = 0; i + 4 <= size; i += 4) {
			memcpy(&number, to + i, sizeof(number));
			number = DATA + number % (FUZZ_LOW / PAGE - DATA);
			memcpy(to + i, &number, sizeof(number));
		}
	if (size == sizeof(head) && row < FUZZ_ROWS &&
	    fuzz_devices[row].type == &virtio_blk_type) {
		memcpy(&head, to, sizeof(head));
		if (head.type <= VIRTIO_BLK_T_OUT && head.sector >= SECTORS)
			head.sector %= SECTORS / 2;
		memcpy(to, &head, sizeof(head));
	}
}

bool
cut_memory_bytes(
    const struct cut_event *e, const struct cut_record *fetch, uint8_t *to)
{
	struct vring_desc desc;

	if (is_devices(fetch))
		return false;
	memcpy(to, fetch->bytes, fetch->size);
	if (fetch->value == FETCH_DATA)
		change_data(e, to, fetch->size);
	if (fetch->value != FETCH_DESCRIPTOR || fetch->size != sizeof(desc))
		return true;
	memcpy(&desc, to, sizeof(desc));
	desc.addr = cut_memory_at(desc.addr, &desc.len);
	memcpy(to, &desc, sizeof(desc));
	return true;
}

uint64_t
cut_memory_value(const struct cut_event *e)
{
	int shift = address_shift(e);
	uint64_t value = e->did->value;
	uint32_t len = 1;

	if (shift < 0 || value == 0 || find(value << shift) < 0)
		return value;
	return cut_memory_at(value << shift, &len) >> shift;
}
