/* SPDX-License-Identifier: MIT
 *
 * fw_cfg as a program reads it.
 */
#include "devices/fw_cfg.h"

#include <string.h>

#include "tools/unit.h"

static struct fw_cfg fw;

static void
begin(const char *name)
{
	unit_case(name);
	fw_cfg_configure(
	    &fw, &(struct fw_cfg_setup){ .ram_bytes = 5 * GIB, .cpus = 3 });
	fw_cfg_reset(&fw);
}

static void
choose(uint16_t key)
{
	fw_cfg_write(&fw, 0, 2, key);
}

static uint8_t
next(void)
{
	return (uint8_t)fw_cfg_read(&fw, 1, 1);
}

static uint64_t
little(unsigned bytes)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n |= (uint64_t)next() << (8 * i);
	return n;
}

static uint32_t
big(unsigned bytes)
{
	uint32_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | next();
	return n;
}

static bool
says(const char *text)
{
	while (*text != '\0')
		if (next() != (uint8_t)*text++)
			return false;
	return true;
}

static void
test_items(void)
{
	begin("the items that every machine has");
	expect(says("QEMU")); /* selected after a reset */
	expect_eq(next(), 0);
	choose(FW_CFG_ID);
	expect_eq(little(4), 1);
	choose(FW_CFG_RAM_SIZE);
	expect_eq(little(8), 5 * GIB);
	choose(FW_CFG_NB_CPUS);
	expect_eq(little(2), 3);
	expect_eq(little(8), 0);
	choose(FW_CFG_MAX_CPUS | 0x4000);
	expect_eq(little(2), 3);
	choose(FW_CFG_BOOT_MENU);
	expect_eq(little(2), 1);
	choose(FW_CFG_IRQ0_OVERRIDE);
	expect_eq(little(2), 1);
	choose(0x7777);
	expect_eq(little(8), 0);
	choose(0x8000 | FW_CFG_NB_CPUS);
	expect_eq(little(2), 0);

	begin("other accesses are none");
	next();
	fw_cfg_write(&fw, 1, 1, 5);
	fw_cfg_write(&fw, 0, 1, 5);
	expect_eq(fw_cfg_read(&fw, 0, 2), 0);
	expect(says("EMU"));
	fw.offset = UINT32_MAX;
	expect_eq(next(), 0);
	expect_eq(next(), 0);
	fw_cfg_reset(&fw);
	expect(says("QEMU"));
}

static void
test_files(void)
{
	begin("files: the directory and their bytes");
	choose(FW_CFG_FILE_DIR);
	expect_eq(big(4), 0);
	fw_cfg_add_file(&fw, "etc/one", "1234567", 7);
	fw_cfg_add_file(&fw, "etc/second", "", 0);
	choose(FW_CFG_FILE_DIR);
	expect_eq(big(4), 2);
	expect_eq(big(4), 7);
	expect_eq(big(2), 0x27);
	expect_eq(big(2), 0);
	expect(says("etc/one"));
	for (unsigned i = 7; i < FW_CFG_NAME; i++)
		expect_eq(next(), 0);
	expect_eq(big(4), 0);
	expect_eq(big(2), 0x28);
	expect_eq(big(2), 0);
	expect(says("etc/second"));
	for (unsigned i = 10; i < FW_CFG_NAME + 64 * FW_CFG_ITEMS; i++)
		expect_eq(next(), 0);
	fw.offset = UINT32_MAX - 1;
	expect_eq(next(), 0);
	choose(0x27);
	expect(says("1234567"));
	expect_eq(next(), 0);
	choose(0x28);
	expect_eq(next(), 0);
}

int
main(void)
{
	test_items();
	test_files();
	return unit_done();
}
