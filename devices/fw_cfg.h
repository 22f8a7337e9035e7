/* SPDX-License-Identifier: MIT
 *
 * Where firmware and test suites read what machine this is, after QEMU's
 * specification "QEMU Firmware Configuration (fw_cfg) Device".
 *
 * Threads: vCPUs, with the board's lock held.
 */
#ifndef DEVICES_FW_CFG_H
#define DEVICES_FW_CFG_H

#include "vmm/util.h"

enum { FW_CFG_ITEMS = 16, FW_CFG_NAME = 56, FW_CFG_BYTES = 4096 };

struct fw_cfg {
	/* Set up once; a reset keeps them. */
	struct fw_cfg_item {
		uint16_t key;
		uint16_t at, length;	/* in bytes[] */
		char name[FW_CFG_NAME]; /* of a file, or empty */
	} items[FW_CFG_ITEMS];
	uint16_t count, used;
	uint8_t bytes[FW_CFG_BYTES];

	uint16_t key;	 /* selected */
	uint32_t offset; /* the next byte to read */
};

/* The keys that are no files. */
enum {
	FW_CFG_SIGNATURE = 0x00,
	FW_CFG_ID = 0x01,
	FW_CFG_RAM_SIZE = 0x03,
	FW_CFG_NB_CPUS = 0x05,
	FW_CFG_BOOT_MENU = 0x0e,
	FW_CFG_MAX_CPUS = 0x0f,
	FW_CFG_FILE_DIR = 0x19,
	FW_CFG_FILE_FIRST = 0x20,
	FW_CFG_IRQ0_OVERRIDE = 0x8002 /* of the PC's own */
};

/* What the user's machine is; before the first reset. */
struct fw_cfg_setup {
	uint64_t ram_bytes;
	unsigned cpus;
};
void fw_cfg_configure(struct fw_cfg *f, const struct fw_cfg_setup *setup);

/* A file after fw_cfg_configure(). There must be room: of the items above two
 * thirds are free for files, and most of the bytes. */
void fw_cfg_add_file(
    struct fw_cfg *f, const char *name, const void *bytes, size_t length);

void fw_cfg_reset(struct fw_cfg *f);

/* `reg` 0, a word, is the key; a byte anywhere is the next byte of its item. */
uint32_t fw_cfg_read(struct fw_cfg *f, unsigned reg, unsigned size);
void fw_cfg_write(
    struct fw_cfg *f, unsigned reg, unsigned size, uint32_t value);

#endif
