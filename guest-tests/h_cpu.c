/* SPDX-License-Identifier: MIT
 *
 * Hostile: a CPU gone wrong, one way a run, by the command line. Most end in a
 * triple fault or in what KVM can't emulate, both the crash status; those that
 * a CPU can survive come back and PASS.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/irq.h"
#include "guest-tests/lib/words.h"

static const struct table no_idt;

static void
jump(uint64_t at)
{
	__asm__ volatile("jmp *%0" : : "r"(at));
}

static void
load_cr3(uint64_t at)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(at) : "memory");
}

static void
load_idt(uint64_t base)
{
	struct table table = { 0xfff, base };

	__asm__ volatile("lidt %0; ud2" : : "m"(table));
}

/* The handler returns to the instruction that faults. */
static void
ignore(struct frame *frame)
{
	(void)frame;
}

static void
skip_two(struct frame *frame)
{
	frame->rip += 2; /* rdmsr and wrmsr */
}

/* All but those that take the ground from under us: the APIC's base and mode,
 * EFER, the entry points and bases of segments. */
static void
try_msrs(void)
{
	static const uint32_t ranges[][2] = { { 0x0, 0x1a }, { 0x1c, 0x6df },
		{ 0xc0000000, 0xc0000080 }, { 0xc0010000, 0xc0010200 },
		{ 0x4b564d00, 0x4b564d10 }, { 0x40000000, 0x40000010 } };

	irq_handle(13, skip_two);
	irq_init();
	for (unsigned i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		for (uint32_t msr = ranges[i][0]; msr < ranges[i][1]; msr++) {
			rdmsr(msr);
			if (msr != 0x10 && i != 4)
				wrmsr(msr, rdmsr(msr) ^ 1u << random32() % 32);
		}
}

static void
loop_on_fault(void)
{
	irq_handle(6, ignore);
	irq_init();
	puts("ready\n");
	__asm__ volatile("ud2");
}

static void
halt(void)
{
	puts("ready\n");
	__asm__ volatile("cli; hlt");
}

static void
go_wrong(const char *way)
{
	if (take_word(&way, "jump"))
		jump(take_hex(&way));
	else if (take_word(&way, "cr3"))
		load_cr3(take_hex(&way));
	else if (take_word(&way, "idt"))
		load_idt(take_hex(&way));
	else if (take_word(&way, "msrs"))
		try_msrs();
	else if (take_word(&way, "loop"))
		loop_on_fault();
	else if (take_word(&way, "halt"))
		halt();
	else
		fail("the command line names a way");
}

void
main(void)
{
	__asm__ volatile("lidt %0" : : "m"(no_idt));
	go_wrong(cmdline());
}
