/* SPDX-License-Identifier: MIT
 *
 * ACPI's fixed hardware (ACPI 6.5, chapter 4.8: PM1 and the PM timer), the
 * reset register of Intel's chip sets, and the exits that test guests use:
 * QEMU's isa-debug-exit, Bochs' shutdown port, and two of mica's own, a plain
 * exit status and a mark.
 *
 * Threads: vCPUs and the loop, with the board's lock held.
 *
 * Left out: legacy mode (FADT's SMI_CMD is 0, so SCI_EN is always set), every
 * sleep but S5, general-purpose events, the global lock's GBL_STS.
 */
#include "devices/power.h"
#include "devices/ticks.h"
#include "vmm/irq.h"
#include "vmm/loop.h"
#include "vmm/stop.h"

enum {
	/* PM1 status and enable, 4.8.3.1 */
	TMR = 1 << 0,
	GBL = 1 << 5,
	PWRBTN = 1 << 8,
	SLPBTN = 1 << 9,
	RTC = 1 << 10,
	ENABLE_BITS = TMR | GBL | PWRBTN | SLPBTN | RTC,

	/* PM1 control, 4.8.3.2 */
	SCI_EN = 1 << 0,
	BM_RLD = 1 << 1,
	SLP_TYP_SHIFT = 10,
	SLP_TYP = 7 << SLP_TYP_SHIFT,
	SLP_EN = 1 << 13,

	/* RST_CNT: PIIX, ICH and their heirs, I/O port 0xcf9 */
	SYS_RST = 1 << 1,
	RST_CPU = 1 << 2,
	FULL_RST = 1 << 3
};

#define PM_TIMER_HZ ((uint64_t)3579545)

/* Bring TMR_STS and the SCI up to date. The host is woken for the timer only
 * while the guest waits for it. */
static void
update(struct power *p, uint64_t now_ns)
{
	uint64_t toggles = ticks_of(now_ns, PM_TIMER_HZ) >> 31;
	bool waits;

	if (p->toggles != toggles)
		p->status |= TMR;
	p->toggles = toggles;
	irq_set(IRQ_SCI, (p->status & p->enable) != 0);
	waits = (p->enable & ~p->status & TMR) != 0;
	loop_timer(TIMER_pm_timer,
	    waits ? ns_of_ticks((toggles + 1) << 31, PM_TIMER_HZ) : TIMER_OFF);
}

static void
write_status(struct power *p, uint16_t value)
{
	update(p, loop_now_ns()); /* what happened before is cleared too */
	p->status &= ~value;
}

static void
write_control(struct power *p, uint16_t value)
{
	p->control = value & (BM_RLD | SLP_TYP);
	if ((value & SLP_EN) != 0 &&
	    (value & SLP_TYP) >> SLP_TYP_SHIFT == POWER_SLP_TYP_S5)
		vm_stop(STOP_OFF, 0);
}

/* RST_CPU starts the reset as it rises; the other bits tell which kind. */
static void
write_reset(struct power *p, uint8_t value)
{
	if ((value & ~p->reset_control & RST_CPU) != 0)
		vm_stop(STOP_RESET, 0);
	p->reset_control = value & (SYS_RST | RST_CPU | FULL_RST);
}

static void
write_shutdown(struct power *p, uint8_t byte)
{
	static const uint8_t word[8] = "Shutdown";

	if (byte != word[p->shutdown_bytes])
		p->shutdown_bytes = 0;
	if (byte == word[p->shutdown_bytes])
		p->shutdown_bytes++;
	if (p->shutdown_bytes == sizeof(word)) {
		p->shutdown_bytes = 0;
		vm_stop(STOP_OFF, 0);
	}
}

uint32_t
power_read(struct power *p, unsigned reg, unsigned size)
{
	(void)size;
	switch (reg) {
	case POWER_PM1_STATUS:
		update(p, loop_now_ns());
		return p->status;
	case POWER_PM1_ENABLE:
		return p->enable;
	case POWER_PM1_CONTROL:
		return p->control | SCI_EN;
	case POWER_PM_TIMER:
		return (uint32_t)ticks_of(loop_now_ns(), PM_TIMER_HZ);
	case POWER_RESET:
		return p->reset_control;
	default: /* the exits */
		return 0;
	}
}

void
power_write(struct power *p, unsigned reg, unsigned size, uint32_t value)
{
	(void)size;
	switch (reg) {
	case POWER_PM1_STATUS:
		write_status(p, (uint16_t)value);
		break;
	case POWER_PM1_ENABLE:
		p->enable = value & ENABLE_BITS;
		break;
	case POWER_PM1_CONTROL:
		write_control(p, (uint16_t)value);
		return;
	case POWER_RESET:
		write_reset(p, (uint8_t)value);
		return;
	case POWER_SHUTDOWN:
		write_shutdown(p, (uint8_t)value);
		return;
	case POWER_DEBUG_EXIT ... POWER_DEBUG_EXIT + 3:
		vm_stop(STOP_STATUS, (value << 1 | 1) & 0xff);
		return;
	case POWER_EXIT_STATUS ... POWER_EXIT_STATUS + 3:
		vm_stop(STOP_STATUS, value & 0xff);
		return;
	case POWER_MARK ... POWER_MARK + 3:
		vm_mark(value);
		return;
	default: /* the PM timer is read-only */
		return;
	}
	update(p, loop_now_ns());
}

void
power_fire(struct power *p, uint64_t now_ns)
{
	update(p, now_ns);
}

void
power_button(struct power *p)
{
	p->status |= PWRBTN;
	update(p, loop_now_ns());
}

/* Set with every rise of the line, so it may be up for long: 4.8.3.1.1 */
void
power_clock(struct power *p)
{
	if (p->status & RTC)
		return;
	p->status |= RTC;
	update(p, loop_now_ns());
}

void
power_reset(struct power *p)
{
	uint64_t now_ns = loop_now_ns();

	*p = (struct power){ .toggles = ticks_of(now_ns, PM_TIMER_HZ) >> 31 };
	update(p, now_ns);
}
