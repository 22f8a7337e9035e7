/* SPDX-License-Identifier: MIT
 *
 * The mapping as /proc and the kernel see it, and the door at its edges.
 */
#include "vmm/gmem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/unit.h"

static int pipe_fds[2];

/* Can the host read this byte? The kernel says EFAULT where we would die. */
static bool
readable(const uint8_t *at)
{
	char byte;

	if (write(pipe_fds[1], at, 1) < 0)
		return errno != EFAULT;
	return read(pipe_fds[0], &byte, 1) == 1;
}

/* The VmFlags of the host's mapping that begins at `at`; "" if none does. */
static const char *
flags_at(const uint8_t *at)
{
	static char line[512];
	FILE *smaps = fopen("/proc/self/smaps", "r");
	bool here = false;

	while (smaps != NULL && fgets(line, sizeof(line), smaps) != NULL) {
		char *rest;
		unsigned long first = strtoul(line, &rest, 16);

		if (*rest == '-')
			here = first == (unsigned long)at;
		else if (here && strncmp(line, "VmFlags:", 8) == 0)
			break;
		line[0] = '\0';
	}
	if (smaps != NULL)
		fclose(smaps);
	return line;
}

static void
test_sizes(void)
{
	struct gmem mem;

	unit_case("sizes: 0, odd ones and too large ones fail with errno");
	errno = 0;
	expect(!gmem_init(&mem, 0) && errno == EINVAL);
	errno = 0;
	expect(!gmem_init(&mem, 4095) && errno == EINVAL);
	errno = 0;
	expect(!gmem_init(&mem, -(uint64_t)4096) && errno == EINVAL);
	errno = 0;
	expect(!gmem_init(&mem, (uint64_t)1 << 60) && errno == ENOMEM);
}

static void
test_mapping(void)
{
	struct gmem mem;
	uint64_t size = 6 * MIB + 4096;

	unit_case("aligned, zero, guarded on both sides");
	expect(gmem_init(&mem, size));
	expect_eq(mem.low_size, size);
	expect_eq(mem.high_size, 0);
	expect_eq((uintptr_t)mem.host % (2 * MIB), 0);
	expect(readable(mem.host) && readable(mem.host + size - 1));
	for (uint64_t i = 1; i <= 64 * KIB; i += 1023) {
		expect(!readable(mem.host - i));
		expect(!readable(mem.host + size - 1 + i));
	}
	for (uint64_t i = 0; i < size; i += 4096)
		expect_eq(mem.host[i], 0);

	unit_case("huge pages from 4 MiB, nothing in core dumps or children");
	expect(strstr(flags_at(mem.host), " dd") != NULL);
	expect(strstr(flags_at(mem.host), " dc") != NULL);
	expect(strstr(flags_at(mem.host), " hg") == NULL);
	expect(strstr(flags_at(mem.host + 4 * MIB), " dd") != NULL);
	expect(strstr(flags_at(mem.host + 4 * MIB), " dc") != NULL);
	if (access("/sys/kernel/mm/transparent_hugepage", F_OK) == 0)
		expect(strstr(flags_at(mem.host + 4 * MIB), " hg") != NULL);
	gmem_huge(&mem, false);
	expect(strstr(flags_at(mem.host + 4 * MIB), " hg") == NULL);
	if (access("/sys/kernel/mm/transparent_hugepage", F_OK) == 0)
		expect(strstr(flags_at(mem.host + 4 * MIB), " nh") != NULL);
	gmem_huge(&mem, true);
	expect(strstr(flags_at(mem.host), " nh") == NULL);
	expect(strstr(flags_at(mem.host + 4 * MIB), " nh") == NULL);

	unit_case("cleared, RAM reads as zeros again");
	memset(mem.host, 0xa5, size);
	gmem_clear(&mem);
	for (uint64_t i = 0; i < size; i += 4095)
		expect_eq(mem.host[i], 0);
}

static void
test_rom(void)
{
	enum { SIZE = 64 << 10 };
	struct gmem mem;

	unit_case("a ROM: zero, guarded on both sides");
	expect(gmem_init_rom(&mem, SIZE));
	expect_eq(mem.rom_size, SIZE);
	expect_eq(mem.rom[0] | mem.rom[SIZE - 1], 0);
	mem.rom[0] = mem.rom[SIZE - 1] = 1;
	for (unsigned off = 1; off <= SIZE; off += 4095) {
		expect(!readable(mem.rom - off));
		expect(!readable(mem.rom + SIZE - 1 + off));
	}
}

/* How many of the `pages` from `at` the host holds. */
static unsigned
resident(const struct gmem *mem, gpa_t at, unsigned pages)
{
	static unsigned char held[1024];
	unsigned n = 0;

	expect(
	    mincore(gmem_ptr(mem, at, pages * 4096), pages * 4096, held) == 0);
	for (unsigned i = 0; i < pages; i++)
		n += held[i] & 1;
	return n;
}

/* Is RAM all 0xa5 but for the `pages` pages from `at`, and are those zeros? */
static bool
only_discarded(const struct gmem *mem, gpa_t at, unsigned pages)
{
	for (gpa_t i = 0; i < mem->low_size; i += 64)
		if (mem->host[i] != (i / 4096 - at / 4096 < pages ? 0 : 0xa5))
			return false;
	return true;
}

static void
test_discard(void)
{
	struct gmem mem;

	unit_case("discarded pages are zeros, and the host has them back");
	expect(gmem_init(&mem, 3 * MIB));
	memset(mem.host, 0xa5, 3 * MIB);
	expect_eq(resident(&mem, 0, 768), 768);
	expect(gmem_discard(&mem, 0x10000, 0x8000));
	expect_eq(resident(&mem, 0, 768), 760);
	expect_eq(resident(&mem, 0x10000, 8), 0);
	expect(only_discarded(&mem, 0x10000, 8));
	expect_eq(resident(&mem, 0, 768), 760 + 8); /* read: zero pages */
	mem.host[0x10000] = 1;
	expect_eq(mem.host[0x10000], 1);

	unit_case("... whole pages alone");
	memset(mem.host, 0xa5, 3 * MIB);
	expect(gmem_discard(&mem, 0x1001, 0x1ffe));
	expect(gmem_discard(&mem, 0x1001, 0x1ffe));
	expect(gmem_discard(&mem, 0x1fff, 1));
	expect(gmem_discard(&mem, 0x1000, 0xfff));
	expect(gmem_discard(&mem, 0x1000, 0));
	expect(only_discarded(&mem, 0, 0));
	expect(gmem_discard(&mem, 0x1001, 0x1fff));
	expect(only_discarded(&mem, 0x2000, 1));
	memset(mem.host, 0xa5, 3 * MIB);
	expect(gmem_discard(&mem, 0x1fff, 0x2fff));
	expect(only_discarded(&mem, 0x2000, 2));

	unit_case("... and nothing if it is not all RAM");
	memset(mem.host, 0xa5, 3 * MIB);
	expect(!gmem_discard(&mem, 3 * MIB - 0x1000, 0x1001));
	expect(!gmem_discard(&mem, 3 * MIB, 1));
	expect(!gmem_discard(&mem, UINT64_MAX, 1));
	expect(!gmem_discard(&mem, 0, UINT64_MAX));
	expect(!gmem_discard(&mem, 0x1000, -(uint64_t)0x1000));
	expect(!gmem_discard(&mem, RAM_HIGH, 0x1000));
	expect(only_discarded(&mem, 0, 0));
	expect(gmem_discard(&mem, 3 * MIB - 0x1000, 0x1000));
	expect(only_discarded(&mem, 3 * MIB - 0x1000, 1));
}

static void
test_discard_high(void)
{
	struct gmem mem;
	uint8_t *high;

	unit_case("discarding goes by guest addresses, low and high");
	expect(gmem_init(&mem, 3 * GIB + 2 * MIB));
	high = gmem_ptr(&mem, 4 * GIB, 2 * MIB);
	memset(high - 0x2000, 0xa5, 0x6000);
	expect(!gmem_discard(&mem, 3 * GIB - 0x1000, 0x2000));
	expect(!gmem_discard(&mem, 3 * GIB, 0x1000));
	expect(!gmem_discard(&mem, 4 * GIB - 0x1000, 0x2000));
	expect(gmem_discard(&mem, 4 * GIB + 0x1000, 0x1000));
	expect(gmem_discard(&mem, 3 * GIB - 0x1000, 0x1000));
	for (int page = -2; page < 4; page++)
		expect_eq(
		    high[page * 0x1000], page == -1 || page == 1 ? 0 : 0xa5);
}

static void
test_hole(void)
{
	struct gmem mem;
	uint8_t *high;

	unit_case("beyond 3 GiB RAM goes on at 4 GiB, without a hole inside");
	expect(gmem_init(&mem, 3 * GIB + 2 * MIB));
	expect_eq(mem.low_size, 3 * GIB);
	expect_eq(mem.high_size, 2 * MIB);
	high = gmem_ptr(&mem, 4 * GIB, 2 * MIB);
	expect(high == mem.host + 3 * GIB);
	expect(gmem_ptr(&mem, 3 * GIB - 1, 1) == high - 1);
	expect(gmem_ptr(&mem, 3 * GIB - 1, 2) == NULL);
	expect(gmem_ptr(&mem, 3 * GIB, 1) == NULL);
	expect(gmem_ptr(&mem, 4 * GIB - 1, 2) == NULL);
	expect(gmem_ptr(&mem, 4 * GIB + 2 * MIB - 1, 1) == high + 2 * MIB - 1);
	expect(gmem_ptr(&mem, 4 * GIB + 2 * MIB - 1, 2) == NULL);
	expect(readable(high + 2 * MIB - 1));
	expect(!readable(high + 2 * MIB));
}

static void
test_door(void)
{
	static uint8_t low[0x3000];
	struct gmem mem = {
		.host = low, .low_size = 0x2000, .high_size = 0x1000
	};
	char to[4] = "xyz";

	unit_case("no address and no length reaches past RAM");
	expect(gmem_ptr(&mem, 0, 0x2000) == low);
	expect(gmem_ptr(&mem, 0, 0x2001) == NULL);
	expect(gmem_ptr(&mem, 1, 0x2000) == NULL);
	expect(gmem_ptr(&mem, 1, UINT64_MAX) == NULL);
	expect(gmem_ptr(&mem, UINT64_MAX, 1) == NULL);
	expect(gmem_ptr(&mem, UINT64_MAX, 2) == NULL);
	expect(gmem_ptr(&mem, RAM_HIGH, UINT64_MAX) == NULL);
	expect(gmem_ptr(&mem, RAM_HIGH + 1, UINT64_MAX) == NULL);
	expect(gmem_ptr(&mem, RAM_HIGH, 0x1000) == low + 0x2000);
	expect(gmem_ptr(&mem, RAM_HIGH, 0x1001) == NULL);
	expect(gmem_ptr(&mem, 0x2000, 0) == low + 0x2000);
	expect(gmem_ptr(&mem, 0x2001, 0) == NULL);

	unit_case("copies are whole, or nothing");
	expect(gmem_write(&mem, 0x1ffd, "abc", 3));
	expect(gmem_write(&mem, RAM_HIGH, "d", 1));
	expect(memcmp(low + 0x1ffd, "abcd", 4) == 0);
	expect(!gmem_write(&mem, 0x1ffe, "123", 3));
	expect(memcmp(low + 0x1ffd, "abcd", 4) == 0);
	expect(gmem_read(&mem, 0x1ffe, to, 2) && memcmp(to, "bcz", 4) == 0);
	expect(!gmem_read(&mem, 0x1ffe, to, 3) && memcmp(to, "bcz", 4) == 0);
	expect(gmem_read(&mem, 0, to, 0));
}

int
main(void)
{
	if (pipe(pipe_fds) < 0)
		return 1;
	test_sizes();
	test_mapping();
	test_rom();
	test_discard();
	test_discard_high();
	test_hole();
	test_door();
	return unit_done();
}
