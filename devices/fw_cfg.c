/* SPDX-License-Identifier: MIT
 *
 * See fw_cfg.h. An item is a run of bytes that a program reads one by one;
 * behind its end, and where no item is, there are zeros. Left out: the DMA
 * interface, which the ID says is not there, and writing.
 */
#include "devices/fw_cfg.h"

#include <string.h>

/* An upper bit of the key, to write the item, which is ignored. */
enum { KEY_WRITE = 0x4000 };

/* As the directory has it, big-endian. */
struct file {
	uint8_t size[4], select[2], reserved[2];
	char name[FW_CFG_NAME];
};

static void
put_big(uint8_t *to, unsigned bytes, uint32_t value)
{
	while (bytes-- > 0) {
		to[bytes] = (uint8_t)value;
		value >>= 8;
	}
}

static struct fw_cfg_item *
add(struct fw_cfg *f, uint16_t key, const void *bytes, size_t length)
{
	struct fw_cfg_item *item = &f->items[f->count];

	check(f->count < FW_CFG_ITEMS && length <= sizeof(f->bytes) - f->used);
	*item = (struct fw_cfg_item){
		.key = key,
		.at = f->used,
		.length = (uint16_t)length,
	};
	memcpy(f->bytes + f->used, bytes, length);
	f->used += (uint16_t)length;
	f->count++;
	return item;
}

void
fw_cfg_add_file(
    struct fw_cfg *f, const char *name, const void *bytes, size_t length)
{
	uint16_t key = (uint16_t)(FW_CFG_FILE_FIRST + f->count);
	struct fw_cfg_item *item = add(f, key, bytes, length);

	check(strlen(name) < sizeof(item->name));
	memcpy(item->name, name, strlen(name));
}

void
fw_cfg_configure(struct fw_cfg *f, const struct fw_cfg_setup *setup)
{
	uint16_t cpus = (uint16_t)setup->cpus;
	uint32_t id = 1; /* the interface by ports alone */
	uint16_t menu = 1;
	uint8_t override = 1; /* the PIT is on the IOAPIC's pin 2 */

	memset(f, 0, sizeof(*f));
	add(f, FW_CFG_SIGNATURE, "QEMU", 4);
	add(f, FW_CFG_ID, &id, sizeof(id));
	add(f, FW_CFG_RAM_SIZE, &setup->ram_bytes, sizeof(setup->ram_bytes));
	add(f, FW_CFG_NB_CPUS, &cpus, sizeof(cpus));
	add(f, FW_CFG_BOOT_MENU, &menu, sizeof(menu));
	add(f, FW_CFG_MAX_CPUS, &cpus, sizeof(cpus));
	add(f, FW_CFG_IRQ0_OVERRIDE, &override, sizeof(override));
}

/* The directory: how many files, and the form of each. */
static uint8_t
directory_byte(const struct fw_cfg *f, uint32_t offset)
{
	uint8_t count[4];
	unsigned files = 0, wanted;
	struct file file = { .reserved = { 0 } };

	for (unsigned i = 0; i < f->count; i++)
		files += f->items[i].name[0] != '\0';
	put_big(count, sizeof(count), files);
	if (offset < sizeof(count))
		return count[offset];
	offset -= sizeof(count);
	wanted = f->count - files + offset / sizeof(file);
	if (wanted >= f->count)
		return 0;
	put_big(file.size, sizeof(file.size), f->items[wanted].length);
	put_big(file.select, sizeof(file.select), f->items[wanted].key);
	memcpy(file.name, f->items[wanted].name, sizeof(file.name));
	return ((const uint8_t *)&file)[offset % sizeof(file)];
}

static uint8_t
byte_at(const struct fw_cfg *f, uint32_t offset)
{
	if (f->key == FW_CFG_FILE_DIR)
		return directory_byte(f, offset);
	for (unsigned i = 0; i < f->count; i++) {
		const struct fw_cfg_item *item = &f->items[i];

		if (item->key == f->key && offset < item->length)
			return f->bytes[item->at + offset];
	}
	return 0;
}

uint32_t
fw_cfg_read(struct fw_cfg *f, unsigned reg, unsigned size)
{
	uint8_t byte;

	(void)reg;
	if (size != 1)
		return 0;
	byte = byte_at(f, f->offset);
	if (f->offset != UINT32_MAX)
		f->offset++;
	return byte;
}

void
fw_cfg_write(struct fw_cfg *f, unsigned reg, unsigned size, uint32_t value)
{
	if (reg != 0 || size != 2)
		return;
	f->key = (uint16_t)(value & ~KEY_WRITE);
	f->offset = 0;
}

void
fw_cfg_reset(struct fw_cfg *f)
{
	f->key = FW_CFG_SIGNATURE;
	f->offset = 0;
}
