/* SPDX-License-Identifier: MIT
 *
 * Motorola MC146818A (datasheet ADI1080), as a PC has it.
 * Threads: see mc146818.h. Left out: daylight saving (DSE is kept and does
 * nothing), the square wave, which a PC connects to nothing.
 *
 * Nothing ticks. The divider chain is the machine's clock with a phase; whoever
 * touches the chip first brings the time registers, which are bytes of CMOS as
 * on the chip, and the flags up to date with it. A second begins where the
 * update cycle ends.
 *
 * When the host's time of day jumps, by whole seconds, so does the chip's, and
 * when the machine was paused it catches up; the chain and the periodic
 * interrupt do not notice.
 */
#include "devices/mc146818.h"

#include <string.h>

#include "devices/mc146818_time.h"
#include "devices/ticks.h"
#include "vmm/irq.h"
#include "vmm/loop.h"

#define NEVER (~(uint64_t)0)

/* Dividers that count at all, by DV: 4.194304 MHz, 1.048576 MHz, 32768 Hz. */
enum { DV_4MHZ = 0x00, DV_1MHZ = 0x10, DV_32KHZ = 0x20, DV_RESET = 0x60 };

/* The update cycle before the second, page 14: t_UC and t_BUC. */
enum { UPDATE_NS = 1984000, UPDATE_FAST_NS = 248000, BEFORE_NS = 244000 };

/* Of a second: a tick is half the shortest period. */
enum { TICKS = 65536, LOST_MAX = 1 << 20 };

static bool
divides(const struct mc146818 *rtc)
{
	return (rtc->cmos[REG_A] & A_DV) <= DV_32KHZ;
}

static bool
advances(const struct mc146818 *rtc)
{
	return divides(rtc) && !(rtc->cmos[REG_B] & B_SET);
}

static uint64_t
chain_ns(const struct mc146818 *rtc)
{
	return loop_now_ns() + rtc->phase_ns;
}

/* log2 of the period's ticks, table 3 on page 15; or -1. */
static int
period_shift(const struct mc146818 *rtc)
{
	int rs = rtc->cmos[REG_A] & A_RS;

	if (rs == 0 || !divides(rtc))
		return -1;
	if (rs <= 2 && (rtc->cmos[REG_A] & A_DV) == DV_32KHZ)
		return rs + 7;
	return rs;
}

/*
 * Bringing it up to date.
 */

/* By how many whole seconds, to the nearest, has the host's time jumped? By none
 * if it is half a one off, or it would be as far to the other side. */
static int64_t
host_jump(struct mc146818 *rtc)
{
	int64_t second = SECOND_NS, half = SECOND_NS / 2;
	int64_t ahead_ns =
	    (int64_t)(loop_host_ns() - loop_now_ns() - (uint64_t)rtc->host_ns);
	int64_t jump = ahead_ns / second, rest = ahead_ns % second;

	jump += (rest > half) - (rest < -half);
	rtc->host_ns =
	    (int64_t)((uint64_t)rtc->host_ns + (uint64_t)jump * SECOND_NS);
	return jump;
}

/* The chain's seconds are ends of update cycles, whatever the host does. */
static void
advance_time(struct mc146818 *rtc, uint64_t chain)
{
	uint64_t passed = chain / SECOND_NS - rtc->second;
	int64_t go = (int64_t)(passed + (uint64_t)host_jump(rtc));
	int64_t time;

	rtc->second += passed;
	if (!advances(rtc))
		return;
	if (passed > 0)
		rtc->cmos[REG_C] |= B_UIE;
	if (go == 0)
		return;
	time = mc146818_time(rtc);
	if (mc146818_alarm_within(rtc, time, go))
		rtc->cmos[REG_C] |= B_AIE;
	mc146818_advance(rtc, time, (int64_t)((uint64_t)time + (uint64_t)go));
}

/* Ticks that pass while PF is still up, the program does not get to see. */
static void
advance_ticks(struct mc146818 *rtc, uint64_t chain)
{
	uint64_t tick = ticks_of(chain, TICKS), passed = 0;
	int shift = period_shift(rtc);

	if (shift >= 0)
		passed = (tick >> shift) - (rtc->tick >> shift);
	rtc->tick = tick;
	if (passed == 0)
		return;
	if (rtc->setup.slew && rtc->cmos[REG_B] & B_PIE) {
		passed -= !(rtc->cmos[REG_C] & B_PIE);
		rtc->lost = (uint32_t)MIN(rtc->lost + passed, LOST_MAX);
	}
	rtc->cmos[REG_C] |= B_PIE;
}

static void
settle(struct mc146818 *rtc)
{
	uint64_t chain = chain_ns(rtc);

	advance_time(rtc, chain);
	advance_ticks(rtc, chain);
}

/* A lost tick goes between two that come by themselves: one in each period, from
 * its middle on, as soon as the program has seen the tick before. By the clock
 * and not by when it looks, or who looks often would never get one. */
static void
give_lost(struct mc146818 *rtc)
{
	int shift = period_shift(rtc);

	if (rtc->lost == 0 || shift < 0 || rtc->cmos[REG_C] & B_PIE ||
	    rtc->given >> shift == rtc->tick >> shift ||
	    !(rtc->tick >> (shift - 1) & 1))
		return;
	rtc->given = rtc->tick;
	rtc->cmos[REG_C] |= B_PIE;
	rtc->lost--;
}

/* When the next tick interrupts, or the next lost one. While PF is up neither
 * does: up to 32768 times a second the host would wake for one who sleeps. */
static uint64_t
next_tick_ns(const struct mc146818 *rtc)
{
	int shift = period_shift(rtc);
	uint64_t period;

	if (shift < 0 || (rtc->cmos[REG_B] & ~rtc->cmos[REG_C] & B_PIE) == 0)
		return NEVER;
	period = rtc->tick >> shift;
	if (rtc->lost > 0 && rtc->given >> shift != period)
		return ns_of_ticks((2 * period + 1) << (shift - 1), TICKS);
	return ns_of_ticks((period + 1) << shift, TICKS);
}

/* The line, and when to look again: at the next tick if it interrupts, at the
 * next second if its end or an alarm would. */
static void
show(struct mc146818 *rtc)
{
	uint8_t enables = rtc->cmos[REG_B] & C_FLAGS;
	uint64_t at;
	bool raised;

	give_lost(rtc);
	raised = (rtc->cmos[REG_C] & enables) != 0;
	at = next_tick_ns(rtc);
	rtc->cmos[REG_C] = (rtc->cmos[REG_C] & C_FLAGS) | (raised ? C_IRQF : 0);
	irq_set(IRQ_RTC, raised);
	if (advances(rtc) && (enables & (B_AIE | B_UIE)) != 0)
		at = MIN(at, (rtc->second + 1) * SECOND_NS);
	loop_timer(TIMER_rtc, at == NEVER ? TIMER_OFF : at - rtc->phase_ns);
}

void
mc146818_fire(struct mc146818 *rtc, uint64_t now_ns)
{
	(void)now_ns;
	settle(rtc);
	show(rtc);
}

/*
 * The registers.
 */

/* Does the update cycle touch the time registers, or will it soon? */
static bool
update_in_progress(const struct mc146818 *rtc)
{
	uint64_t left = SECOND_NS - chain_ns(rtc) % SECOND_NS;
	bool slow = (rtc->cmos[REG_A] & A_DV) == DV_32KHZ;

	return advances(rtc) &&
	    left <= BEFORE_NS + (slow ? UPDATE_NS : UPDATE_FAST_NS);
}

/* Page 14: out of reset the first update comes half a second later. */
static void
write_a(struct mc146818 *rtc, uint8_t value)
{
	bool stood = (rtc->cmos[REG_A] & A_DV) >= DV_RESET;
	uint64_t chain = chain_ns(rtc);

	rtc->cmos[REG_A] = value & (A_DV | A_RS);
	if (stood && divides(rtc)) {
		rtc->phase_ns += SECOND_NS + SECOND_NS / 2 - chain % SECOND_NS;
		rtc->phase_ns %= SECOND_NS;
		rtc->second = chain_ns(rtc) / SECOND_NS;
		rtc->tick = ticks_of(chain_ns(rtc), TICKS);
	}
	if (period_shift(rtc) < 0)
		rtc->lost = 0;
}

static void
write_b(struct mc146818 *rtc, uint8_t value)
{
	if (value & B_SET)
		value &= (uint8_t)~B_UIE;
	if (!(value & B_PIE))
		rtc->lost = 0;
	rtc->cmos[REG_B] = value;
}

static uint8_t
read_data(struct mc146818 *rtc)
{
	unsigned at = rtc->index % CMOS_SIZE;
	uint8_t value;

	settle(rtc);
	value = rtc->cmos[at];
	if (at == REG_A && update_in_progress(rtc))
		value |= A_UIP;
	if (at == REG_C) {
		rtc->cmos[REG_C] = 0;
		irq_set(IRQ_RTC, false); /* it may rise again at once */
	}
	show(rtc);
	return value;
}

static void
write_data(struct mc146818 *rtc, uint8_t value)
{
	unsigned at = rtc->index % CMOS_SIZE;

	settle(rtc);
	switch (at) {
	case REG_SECONDS: /* its bit 7 cannot be written */
		rtc->cmos[REG_SECONDS] = value & 0x7f;
		break;
	case REG_A:
		write_a(rtc, value);
		break;
	case REG_B:
		write_b(rtc, value);
		break;
	case REG_C:
	case REG_D: /* read-only; what is due now comes all the same */
		break;
	default:
		rtc->cmos[at] = value;
	}
	show(rtc);
}

uint32_t
mc146818_read(struct mc146818 *rtc, unsigned reg, unsigned size)
{
	(void)size;
	return reg == 0 ? 0xff : read_data(rtc); /* the index is write-only */
}

void
mc146818_write(
    struct mc146818 *rtc, unsigned reg, unsigned size, uint32_t value)
{
	(void)size;
	if (reg == 0)
		rtc->index = (uint8_t)value;
	else
		write_data(rtc, (uint8_t)value);
}

/*
 * Power.
 */

/* The chain is in step with the host's second. */
void
mc146818_configure(struct mc146818 *rtc, const struct mc146818_setup *setup)
{
	memset(rtc, 0, sizeof(*rtc));
	rtc->setup = *setup;
	mc146818_tell_firmware(rtc);
	rtc->cmos[REG_A] = DV_32KHZ | 6; /* 1024 Hz, as a BIOS leaves it */
	rtc->cmos[REG_B] = B_24;
	rtc->cmos[REG_D] = D_VRT;
	rtc->phase_ns =
	    loop_host_ns() % SECOND_NS + SECOND_NS - loop_now_ns() % SECOND_NS;
	rtc->phase_ns %= SECOND_NS;
	rtc->host_ns = (int64_t)(loop_host_ns() - loop_now_ns());
	rtc->second = chain_ns(rtc) / SECOND_NS;
	rtc->tick = ticks_of(chain_ns(rtc), TICKS);
	mc146818_set_time(rtc, setup->seconds);
}

void
mc146818_keep(struct mc146818 *rtc, struct mc146818_kept *to)
{
	settle(rtc);
	memcpy(to->cmos, rtc->cmos, CMOS_SIZE);
	to->phase_ns = rtc->phase_ns;
	to->second = rtc->second;
	to->host_ns = rtc->host_ns;
}

/* The reset clears what a tick would say. */
void
mc146818_recall(struct mc146818 *rtc, const struct mc146818_kept *from)
{
	memcpy(rtc->cmos, from->cmos, CMOS_SIZE);
	rtc->cmos[REG_SECONDS] &= 0x7f;
	rtc->cmos[REG_A] &= A_DV | A_RS;
	rtc->cmos[REG_D] = D_VRT;
	rtc->phase_ns = from->phase_ns % SECOND_NS;
	rtc->second = MIN(from->second, chain_ns(rtc) / SECOND_NS);
	rtc->host_ns = from->host_ns;
}

void
mc146818_reset(struct mc146818 *rtc)
{
	settle(rtc);
	rtc->cmos[REG_B] &= (uint8_t) ~(C_FLAGS | B_SQWE);
	rtc->cmos[REG_C] = 0;
	rtc->lost = 0;
	show(rtc);
}
