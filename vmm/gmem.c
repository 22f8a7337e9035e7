/* SPDX-License-Identifier: MIT
 *
 * See gmem.h. One reservation without access holds guard, RAM, guard; only
 * the RAM in its middle is opened, so a host bug that runs off either end
 * faults; a ROM has its own. Four system calls, because this is on the way to
 * the guest's first instruction: the reservation serves as the guards, and
 * nothing is trimmed.
 *
 * Huge pages start at 4 MiB: they save a Linux guest 28,000 nested page
 * faults, but a small guest, which lives below, would wait for 2 MiB of zeros
 * at its first store.
 */
#include "vmm/gmem.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE	   (4 * KIB)
#define HUGE_PAGE  (2 * MIB)
#define GUARD_SIZE HUGE_PAGE /* at least 64 KiB, and keeps RAM aligned */
#define SMALL_SIZE (4 * MIB)

bool
gmem_init(struct gmem *mem, uint64_t size)
{
	uint8_t *reserved;
	uint64_t whole;

	/* one huge page more to align within */
	if (size == 0 || size % PAGE != 0 ||
	    __builtin_add_overflow(size, 2 * GUARD_SIZE + HUGE_PAGE, &whole)) {
		errno = EINVAL;
		return false;
	}
	reserved = mmap(NULL, whole, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (reserved == MAP_FAILED)
		return false;
	mem->host = reserved + GUARD_SIZE;
	mem->host += -(uintptr_t)mem->host % HUGE_PAGE;
	mem->low_size = MIN(size, RAM_LOW_MAX);
	mem->high_size = size - mem->low_size;

	/* What a core dump must not hold is the guest's secrets; not fatal. */
	madvise(reserved, whole, MADV_DONTDUMP);
	madvise(reserved, whole, MADV_DONTFORK);
	if (mprotect(mem->host, size, PROT_READ | PROT_WRITE) < 0) {
		int error = errno;

		munmap(reserved, whole);
		errno = error;
		return false;
	}
	gmem_huge(mem, true);
	return true;
}

/* Fails where the host has no huge pages; slower, not wrong. */
void
gmem_huge(const struct gmem *mem, bool may)
{
	uint64_t size = mem->low_size + mem->high_size;

	if (size > SMALL_SIZE)
		madvise(mem->host + SMALL_SIZE, size - SMALL_SIZE,
		    may ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

bool
gmem_init_rom(struct gmem *mem, uint64_t size)
{
	uint8_t *rom = mmap(NULL, size + 2 * GUARD_SIZE, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (rom == MAP_FAILED ||
	    mprotect(rom + GUARD_SIZE, size, PROT_READ | PROT_WRITE) < 0)
		return false;
	mem->rom = rom + GUARD_SIZE;
	mem->rom_size = size;
	return true;
}

void
gmem_clear(struct gmem *mem)
{
	uint64_t size = mem->low_size + mem->high_size;

	/* The host refuses for pages locked into memory. */
	if (madvise(mem->host, size, MADV_DONTNEED) < 0)
		memset(mem->host, 0, size);
}

/* Of a huge page that loses some of its small ones the host keeps the rest. */
bool
gmem_discard(const struct gmem *mem, gpa_t at, uint64_t len)
{
	uint8_t *from = gmem_ptr(mem, at, len);
	uint64_t before = -at % PAGE;

	if (from == NULL)
		return false;
	if (len < before + PAGE)
		return true;
	len = ALIGN_DOWN(len - before, PAGE);
	return madvise(from + before, len, MADV_DONTNEED) == 0;
}

void *
gmem_ptr(const struct gmem *mem, gpa_t at, uint64_t len)
{
	if (range_within(at, len, mem->low_size))
		return mem->host + at;
	/* below RAM_HIGH the difference wraps, and exceeds every size */
	if (range_within(at - RAM_HIGH, len, mem->high_size))
		return mem->host + mem->low_size + (at - RAM_HIGH);
	return NULL;
}

bool
gmem_read(const struct gmem *mem, gpa_t at, void *to, uint64_t len)
{
	const void *from = gmem_ptr(mem, at, len);

	if (from == NULL)
		return false;
	memcpy(to, from, len);
	return true;
}

bool
gmem_write(const struct gmem *mem, gpa_t at, const void *from, uint64_t len)
{
	void *to = gmem_ptr(mem, at, len);

	if (to == NULL)
		return false;
	memcpy(to, from, len);
	return true;
}
