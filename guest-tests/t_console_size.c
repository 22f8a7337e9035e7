/* SPDX-License-Identifier: MIT
 *
 * The console's configuration: the size of the terminal that mica is on, again
 * when it changes (SIGWINCH), and the emergency write, which works without any
 * driver. (virtio 1.3, 5.3.4, 5.3.5.1)
 */
#include "guest-tests/lib/cpu.h"
#include "guest-tests/lib/guest.h"

enum { PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc, DEVICE = 10 };
enum { ID = 0, COMMAND = 4, BAR4 = 0x20, CONFIG = 0x2000 };

static uint32_t
select(unsigned reg)
{
	outl(PCI_ADDRESS, 1u << 31 | DEVICE << 11 | reg);
	return inl(PCI_DATA);
}

static void
put_size(uint32_t size)
{
	puts("size ");
	put_dec(size & 0xffff);
	puts(" ");
	put_dec(size >> 16);
	puts("\n");
}

void
main(void)
{
	static const char word[] = "emergency\n";
	volatile uint32_t *config;
	uint32_t size;

	expect_eq(select(ID), 0x10431af4, "a modern console");
	select(COMMAND);
	outl(PCI_DATA, 2);
	config = phys((select(BAR4) & ~15u) + CONFIG);
	size = config[0];
	put_size(size);
	for (unsigned i = 0; i < sizeof(word) - 1; i++)
		config[2] = (uint8_t)word[i];
	puts("ready\n");
	while (config[0] == size)
		;
	put_size(config[0]);
}
