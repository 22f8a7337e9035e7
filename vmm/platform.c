/* SPDX-License-Identifier: MIT
 *
 * See platform.h.
 */
#include "vmm/platform.h"

#include "devices/map.h"
#include "vmm/vm.h"
#include "vmm/zone.h"

static void
set_clock(void)
{
	const struct config_rtc *c = &vm.config.rtc;
	struct mc146818_setup setup = {
		.base_year = c->base_year,
		.slew = c->slew,
		.low_bytes = vm.mem.low_size,
		.high_bytes = vm.mem.high_size,
		.cpus = vm.config.cpus,
	};
	time_t now = (time_t)(loop_host_ns() / 1000000000);

	setup.seconds = c->base == RTC_DATETIME ? c->seconds : now;
	if (c->base == RTC_LOCALTIME)
		setup.seconds += zone_local_offset(vm.zone, now);
	mc146818_configure(&vm.board.rtc, &setup);
}

/* RAM as QEMU lists it: whole, for firmware to take its own from. */
static void
set_fw_cfg(void)
{
	const struct fw_cfg_setup setup = {
		.ram_bytes = vm.config.mem,
		.cpus = vm.config.cpus,
	};
	const struct {
		uint64_t base, size;
		uint32_t type; /* 1: RAM */
	} __attribute__((packed)) map[] = {
		{ 0, vm.mem.low_size, 1 },
		{ RAM_HIGH, vm.mem.high_size, 1 },
	};
	const uint64_t com1 = PORT_com1;
	size_t size = vm.mem.high_size ? sizeof(map) : sizeof(map[0]);

	fw_cfg_configure(&vm.board.fw_cfg, &setup);
	fw_cfg_add_file(&vm.board.fw_cfg, "etc/e820", map, size);
	if (vm.config.firmware) /* SeaBIOS: a screen and keys by COM1 */
		fw_cfg_add_file(
		    &vm.board.fw_cfg, "etc/sercon-port", &com1, sizeof(com1));
}

void
platform_configure(void)
{
	vm.board.pit.absent = vm.config.pit == PIT_NONE;
	set_clock();
	set_fw_cfg();
}
