/* SPDX-License-Identifier: MIT
 *
 * Power-on, function level reset and sleep of a virtio function: what of it is
 * PCI's and what is the device's (PCI PM 1.2, PCI Express 4.0, 6.6.2).
 */
#include "devices/virtio_fixture.h"

enum {
	LINE = 0x3c,
	WINDOW = 0x84,
	MSIX_CONTROL = 0x98,
	PM_STATUS = 0xa8,
	EXP_CONTROL = 0xb4
};

static uint32_t
config(unsigned reg)
{
	return virtio_pci_config_read(v, &toy_type, reg);
}

static void
dirty(void)
{
	expect(negotiate(F_VERSION_1));
	config_out(MSIX_CONTROL, 0x80000000, 0xffffffff);
	config_out(LINE, 3, 0xff);
	config_out(WINDOW + 8, 0x1000, 0xffffffff);
	out(0x4000, 4, 0xfee00000);
	out(Q_ENABLE, 2, 1); /* at 0, which is RAM */
	toy.number = 9;
	toy.resets = 0;
}

static void
expect_clean(uint16_t command)
{
	expect_eq(toy.resets, 1);
	expect_eq(toy.number, 0);
	expect_eq(toy.v.status, 0);
	expect_eq(config(COMMAND) & 0xffff, command);
	expect_eq(config(LINE), 0x100 | pci_intx_line(TOY));
	expect_eq(config(MSIX_CONTROL) >> 16, 3);
	expect_eq(msix_read(&toy.v.function.msix, 0), 0);
	expect_eq(config(WINDOW + 8), 0);
	expect(!fake.kick[TOY][0].enabled);
}

static void
test_resets(void)
{
	begin("power-on is what firmware leaves: BARs decode, no DMA", true,
	    true);
	virtio_pci_reset(v, &toy_type, false);
	expect_eq(config(COMMAND) & 0xffff, 3);
	dirty();
	virtio_pci_reset(v, &toy_type, false);
	expect_clean(3);

	begin("function level reset: all of it, and nothing decodes", true,
	    false);
	dirty();
	config_out(EXP_CONTROL, 0x8000, 0x00ff); /* not that byte */
	config_out(EXP_CONTROL, 0x7fff, 0xffff);
	expect_eq(toy.resets, 0);
	config_out(EXP_CONTROL, 0x8000, 0xffff);
	expect_clean(0);
	expect_eq(config(EXP_CONTROL), 0);
	begin("... which a conventional function has not", true, true);
	dirty();
	config_out(EXP_CONTROL, 0x8000, 0xffff);
	expect_eq(toy.resets, 0);
}

static void
test_sleep(void)
{
	begin("D3hot: no BAR, no interrupt, no DMA; all is there in D0 again",
	    true, false);
	expect(negotiate(F_VERSION_1));
	out(Q_ENABLE, 2, 1);
	out(STATUS, 1, DRIVER_OK);
	virtio_config_changed(v);
	fake.kicks = 0;
	config_out(PM_STATUS, 3, 0xffff);
	expect_eq(config(PM_STATUS) & 3, 3);
	expect_eq(in(STATUS, 1), 0xff);
	expect(!fake.line[pci_intx_line(TOY)]);
	virtio_kick(v, &toy_type, 0);
	expect_eq(toy.kicks[0], 0);
	config_out(PM_STATUS, 1, 0xffff); /* D1, D2: there is none */
	config_out(PM_STATUS, 2, 0xffff);
	config_out(PM_STATUS, 0, 0xff00); /* not that byte */
	expect_eq(config(PM_STATUS) & 3, 3);
	config_out(PM_STATUS, 0, 0xffff);
	expect_eq(in(STATUS, 1), 0xf);
	expect(fake.line[pci_intx_line(TOY)]);
	expect_eq(fake.kicks, 1); /* it may have missed one */
	begin("... which a conventional function has not", true, true);
	config_out(PM_STATUS, 3, 0xffff);
	expect_eq(in(STATUS, 1), 0);
}

int
main(void)
{
	test_resets();
	test_sleep();
	return unit_done();
}
