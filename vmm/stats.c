/* SPDX-License-Identifier: MIT
 *
 * --stats: where the exits went, panics, what disks did and where the boot's
 * time went, one table each, on stderr. Rows that were never used are left out.
 *
 * Threads: milestones and marks from any; disks on the loop; printing when all
 * vCPUs have ended.
 */
#include <time.h>

#include "vmm/log.h"
#include "vmm/stats.h"
#include "vmm/vm.h"

/* KVM's exit numbers, virt/kvm/api.rst; part of its ABI. */
static const char reason_names[STATS_REASONS][16] = {
	[0] = "unknown",
	[2] = "io",
	[4] = "debug",
	[5] = "hlt",
	[6] = "mmio",
	[7] = "irq window",
	[8] = "shutdown",
	[9] = "fail entry",
	[10] = "interrupted",
	[17] = "internal error",
	[24] = "system event",
	[26] = "ioapic eoi",
	[27] = "hyper-v",
	[29] = "rdmsr",
	[30] = "wrmsr",
	[STATS_REASONS - 1] = "other",
};

static const char port_names[][16] = {
	"(no row)",
#define PORT(row, ...) #row,
#define QUIET	       PORT
#include "devices/ports.def"
};
_Static_assert(ARRAY_SIZE(port_names) <= STATS_ROWS, "STATS_ROWS");

static const char window_names[][16] = {
	"(no row)",
#define WINDOW(row, ...) #row,
#define HOST		 WINDOW
#include "devices/windows.def"
};
_Static_assert(ARRAY_SIZE(window_names) <= STATS_ROWS, "STATS_ROWS");

static const char milestone_names[MILESTONES][32] = {
	[AT_START] = "mica starts",
	[AT_VM_CREATED] = "VM created",
	[AT_VCPUS] = "vCPUs created",
	[AT_LOADED] = "image loaded",
	[AT_FIRST_INSTRUCTION] = "first instruction",
	[AT_FIRST_BYTE] = "first byte on COM1",
	[AT_STOP] = "the guest ends",
};

uint64_t
stats_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void
stats_milestone(enum milestone milestone)
{
	uint64_t *at_ns = &vm.milestones.at_ns[milestone], none = 0;

	if (__atomic_load_n(at_ns, __ATOMIC_RELAXED) == 0)
		__atomic_compare_exchange_n(at_ns, &none, stats_now_ns(), false,
		    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

void
stats_mark(uint32_t number)
{
	struct milestones *m = &vm.milestones;

	if (m->mark_count == STATS_MARKS)
		return;
	m->marks[m->mark_count].number = number;
	m->marks[m->mark_count++].at_ns = stats_now_ns();
}

void
stats_count(struct stats_row *row, uint64_t ns)
{
	row->count++;
	row->ns += ns;
}

void
stats_count_disk(struct stats_disk *disk, const struct blk_io *io)
{
	disk->requests[io->op]++;
	if (io->op != BLK_FLUSH)
		disk->bytes[io->op] += io->bytes;
}

/* For "%llu.%u": n in units of `of`, to one decimal place. */
#define TENTHS(n, of)                                                          \
	(unsigned long long)((n) / (of)), (unsigned)((n) % (of)*10 / (of))

static void
print_row(const char *name, const struct stats_row *sum)
{
	if (sum->count != 0)
		warn("  %-20s %12llu %12llu.%u", name,
		    (unsigned long long)sum->count, TENTHS(sum->ns, 1000));
}

/* One table: `offset` finds its rows in each vCPU's struct stats. */
static void
print_table(const struct stats *all[], unsigned vcpus, size_t offset,
    const char (*names)[16], unsigned rows)
{
	for (unsigned i = 0; i < rows; i++) {
		struct stats_row sum = { 0, 0 };

		for (unsigned v = 0; v < vcpus; v++) {
			const struct stats_row *row =
			    (const struct stats_row *)((const uint8_t *)all[v] +
				offset) +
			    i;

			sum.count += row->count;
			sum.ns += row->ns;
		}
		print_row(names[i], &sum);
	}
}

static void
print_count(const char *name, uint32_t count)
{
	if (count != 0)
		warn("%-22s %12u", name, count);
}

static void
print_disk(unsigned disk, const struct stats_disk *d)
{
	static const char names[][16] = {
		[BLK_READ] = "read",
		[BLK_WRITE] = "write",
		[BLK_FLUSH] = "flush",
		[BLK_DISCARD] = "discard",
		[BLK_ZERO] = "write zeroes",
	};

	warn("disk %-17u %12s %14s", disk, "requests", "KiB");
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (d->requests[i] != 0)
			warn("  %-20s %12llu %12llu.%u", names[i],
			    (unsigned long long)d->requests[i],
			    TENTHS(d->bytes[i], KIB));
}

static void
print_boot(void)
{
	const struct milestones *m = &vm.milestones;
	uint64_t start_ns = m->at_ns[AT_START];

	warn("%-40s us since start", "milestone");
	for (unsigned i = 0; i < MILESTONES; i++)
		if (m->at_ns[i] != 0)
			warn("  %-38s %11llu.%u", milestone_names[i],
			    TENTHS(m->at_ns[i] - start_ns, 1000));
	for (unsigned i = 0; i < m->mark_count; i++)
		warn("  guest's mark %-25u %11llu.%u", m->marks[i].number,
		    TENTHS(m->marks[i].at_ns - start_ns, 1000));
	warn("  %-38s %11llu.%u", "this line",
	    TENTHS(stats_now_ns() - start_ns, 1000));
}

void
stats_print(const struct stats *all[], unsigned vcpus)
{
	warn("%-22s %12s %14s", "exits by reason", "count", "us in mica");
	print_table(all, vcpus, offsetof(struct stats, reasons), reason_names,
	    STATS_REASONS);
	warn("exits by port");
	print_table(all, vcpus, offsetof(struct stats, ports), port_names,
	    ARRAY_SIZE(port_names));
	warn("exits by window");
	print_table(all, vcpus, offsetof(struct stats, windows), window_names,
	    ARRAY_SIZE(window_names));
	print_count("guest's panics", vm.board.panic.panics);
	print_count("guest's crash dumps", vm.board.panic.dumps);
	for (unsigned i = 0; i < vm.config.disk_count; i++)
		print_disk(i, &vm.disk_stats[i]);
	print_boot();
}
