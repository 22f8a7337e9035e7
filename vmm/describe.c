/* SPDX-License-Identifier: MIT
 *
 * --describe: the machine as its tables have it, on stdout.
 */
#include "devices/board.h"
#include "devices/virtio_pci.h"
#include "vmm/log.h"
#include "vmm/stats.h"
#include "vmm/text.h"

/* A range that a chip answers, in accesses of so many bytes; or, with widths 0,
 * that none does. */
struct range {
	uint32_t first, last;
	uint8_t widths, value;
};

static const struct range ports[] = {
#define PORT(row, first, last, widths, ...) { first, last, widths, 0 },
#define QUIET(row, first, last, value, ...) { first, last, 0, value },
#include "devices/ports.def"
};

static const struct range windows[] = {
#define WINDOW(row, first, last, widths, ...) { first, last, widths, 0 },
#define HOST(row, first, last, ...)	      { first, last, 0, 0 },
#include "devices/windows.def"
};

/* Each one's name, and its chip or the reason; one behind the other. */
static const char port_words[] =
#define PORT(row, first, last, widths, member, type, reg)                      \
#row "\0" #type "." #member "\0"
#define QUIET(row, first, last, value, reason) #row "\0" reason "\0"
#include "devices/ports.def"
    ;

static const char window_words[] =
#define WINDOW(row, first, last, widths, member, type)                         \
#row "\0" #type "." #member "\0"
#define HOST(row, first, last, reason) #row "\0" reason "\0"
#include "devices/windows.def"
    ;

static void
describe_chip(const struct range *r, const char *chip)
{
	print("%s%s%s%s\n", chip, r->widths & 1 ? " 8" : "",
	    r->widths & 2 ? " 16" : "", r->widths & 4 ? " 32" : "");
}

static void
describe_ports(void)
{
	const char *at = port_words;

	print("I/O ports (devices/ports.def); chip.name, access sizes in"
	      " bits\n");
	for (unsigned i = 0; i < ARRAY_SIZE(ports); i++) {
		const struct range *r = &ports[i];

		print("  %04x-%04x  %-14s ", r->first, r->last, text_next(&at));
		if (r->widths == 0)
			print("quiet, %02x: ", r->value);
		describe_chip(r, text_next(&at));
	}
}

static void
describe_windows(void)
{
	const char *at = window_words;

	print("\nPhysical addresses (devices/windows.def); RAM from 0 to at"
	      " most bfffffff\nand from 100000000\n");
	for (unsigned i = 0; i < ARRAY_SIZE(windows); i++) {
		const struct range *r = &windows[i];

		print("  %08x-%08x  %-11s ", r->first, r->last, text_next(&at));
		describe_chip(r, text_next(&at));
	}
}

static void
describe_slots(void)
{
	print("\nPCI bus 0 (devices/slots.def)\n");
#define BRIDGE(row, device, vendor, id, class, revision)                       \
	print("  00:%02x.0  %-14s %04x:%04x class %06x revision %02x\n",       \
	    (device), #row, (vendor), (id), (class), (revision));
#define VIRTIO(row, device, type)                                              \
	print("  00:%02x.0  %-14s %s: virtio %u, memory %08x, ports %04x,"     \
	      " INTA# to line %u\n",                                           \
	    (device), #row, #type, type##_type.id, VIRTIO_MEMORY(device),      \
	    VIRTIO_PORTS(device), pci_intx_line(device));
#include "devices/slots.def"
}

void
describe(void)
{
	describe_ports();
	describe_windows();
	describe_slots();
}
