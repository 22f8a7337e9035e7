/* SPDX-License-Identifier: MIT
 *
 * --describe: the machine as its tables have it, on stdout.
 */
#include "devices/board.h"
#include "devices/virtio_pci.h"
#include "vmm/log.h"
#include "vmm/stats.h"

static void
describe_ports(void)
{
	print("I/O ports (devices/ports.def); chip.name, access sizes in"
	      " bits\n");
#define PORT(row, first, last, widths, member, type, reg)                      \
	print("  %04x-%04x  %-14s %s.%s%s%s%s\n", (first), (last), #row,       \
	    #type, #member, (widths)&1 ? " 8" : "", (widths)&2 ? " 16" : "",   \
	    (widths)&4 ? " 32" : "");
#define QUIET(row, first, last, value, reason)                                 \
	print("  %04x-%04x  %-14s quiet, %02x: %s\n", (first), (last), #row,   \
	    (value), reason);
#include "devices/ports.def"
}

static void
describe_windows(void)
{
	print("\nPhysical addresses (devices/windows.def); RAM from 0 to at"
	      " most bfffffff\nand from 100000000\n");
#define WINDOW(row, first, last, widths, member, type)                         \
	print("  %08x-%08x  %-11s %s.%s%s%s%s\n", (first), (last), #row,       \
	    #type, #member, (widths)&1 ? " 8" : "", (widths)&2 ? " 16" : "",   \
	    (widths)&4 ? " 32" : "");
#define HOST(row, first, last, reason)                                         \
	print("  %08x-%08x  %-11s %s\n", (first), (last), #row, reason);
#include "devices/windows.def"
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
