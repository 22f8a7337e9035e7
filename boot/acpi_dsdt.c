/* SPDX-License-Identifier: MIT
 *
 * The DSDT, the namespace of the machine's devices: processors, the PCI bus,
 * chips at their ports, and S5. ACPI 6.5 (sections below), PCI Firmware
 * Specification 3.3. Ports, windows and lines come from the tables of
 * devices/.
 *
 * Left out on purpose: sleep states but S5, _OSC (the bus has no PCI Express
 * feature to hand over), _STA (without it a device is there and works, 6.3.7),
 * and all else that needs a method: the notifications of vmgenid and vmclock,
 * which come by a GPE, have nothing to tell before there are snapshots.
 */
#include "boot/acpi_dsdt.h"

#include <string.h>

#include "boot/generation.h"
#include "devices/map.h"
#include "devices/pci.h"
#include "devices/power.h"
#include "devices/virtio_pci.h"
#include "vmm/irq.h"

/* 8.4: each processor is a device; _UID is what the MADT has for it. */
static void
put_processor_devices(struct aml *out, unsigned cpus)
{
	static const char hex[] = "0123456789ABCDEF";

	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		const char name[] = { 'C', hex[cpu >> 8 & 15],
			hex[cpu >> 4 & 15], hex[cpu & 15] };
		size_t device = aml_device(out, name);

		aml_name_string(out, "_HID", "ACPI0007");
		aml_name_int(out, "_UID", cpu);
		aml_end(out, device);
	}
}

/* 6.2.13: INTA of each device number, wired to a fixed line. */
static void
put_prt(struct aml *out)
{
	size_t prt;

	aml_name(out, "_PRT");
	prt = aml_package(out, PCI_DEVICES - 1);
	for (unsigned device = 1; device < PCI_DEVICES; device++) {
		size_t row = aml_package(out, 4);

		aml_int(out, device << 16 | 0xffff); /* any function */
		aml_int(out, 0);		     /* INTA */
		aml_int(out, 0);		     /* no link device */
		aml_int(out, pci_intx_line(device));
		aml_end(out, row);
	}
	aml_end(out, prt);
}

/* The BARs of a device, and not a byte more: when Linux scans the bus anew it
 * assigns them by lowest fit, which then is the place that they can't leave. */
static void
pass_bars(struct aml *out, const struct virtio_setup *setup, unsigned device)
{
	uint32_t memory = VIRTIO_MEMORY(device), ports = VIRTIO_PORTS(device);

	if (!setup->present)
		return;
	aml_pass(out, AML_MEMORY, memory + (setup->modern ? 0 : VIRTIO_MSIX),
	    memory + VIRTIO_MSIX + MSIX_BAR_SIZE - 1);
	if (setup->legacy)
		aml_pass(out, AML_PORTS, ports, ports + VIRTIO_IO_SIZE - 1);
}

static void
put_pci_host(struct aml *out, const struct virtio_bus_setup *devices)
{
	size_t device = aml_device(out, "PCI0");
	size_t crs;

	aml_name_eisaid(out, "_HID", "PNP0A08");
	aml_name_eisaid(out, "_CID", "PNP0A03");
	aml_name_int(out, "_UID", 0);
	aml_name_int(out, "_SEG", 0);
	aml_name_int(out, "_BBN", 0);
	crs = aml_crs(out);
	aml_pass(out, AML_BUSES, 0, 0);
	aml_use_ports(out, PORT_pci_address, PORT_LAST_pci_data);
#define BRIDGE(...)
#define VIRTIO(row, device, type) pass_bars(out, &devices->row, device);
#include "devices/slots.def"
	aml_crs_end(out, crs);
	put_prt(out);
	aml_end(out, device);
}

/* PCI Firmware Specification 3.3, 4.1.2: the MCFG's range is reserved by a
 * motherboard device, not by the bridge. */
static void
put_ecam(struct aml *out)
{
	size_t device = aml_device(out, "ECAM");
	size_t crs;

	aml_name_eisaid(out, "_HID", "PNP0C02");
	crs = aml_crs(out);
	aml_use_memory(out, WINDOW_ecam, WINDOW_LAST_ecam);
	aml_crs_end(out, crs);
	aml_end(out, device);
}

/* Chips at their ports. For pvpanic QEMU's own table has methods, too; Linux
 * goes by the ports. */
static const struct chip {
	const char *name, *hid;
	uint16_t first, last;
	unsigned irq; /* 0, the PIT's: none */
} chips[] = {
	{ "COM1", "PNP0501", PORT_com1, PORT_LAST_com1, IRQ_COM1 },
	{ "RTC_", "PNP0B00", PORT_rtc, PORT_LAST_rtc, IRQ_RTC },
	{ "PEVT", "QEMU0001", PORT_pvpanic, PORT_LAST_pvpanic, 0 },
	{ "FWCF", "QEMU0002", PORT_fw_cfg, PORT_LAST_fw_cfg, 0 },
};

/* 6.1.5: an EISA id has seven characters, an ACPI id eight. */
static void
put_hid(struct aml *out, const char *hid)
{
	if (strlen(hid) == 7)
		aml_name_eisaid(out, "_HID", hid);
	else
		aml_name_string(out, "_HID", hid);
}

static void
put_chip(struct aml *out, const struct chip *chip)
{
	size_t device = aml_device(out, chip->name);
	size_t crs;

	put_hid(out, chip->hid);
	aml_name_int(out, "_UID", 1);
	crs = aml_crs(out);
	aml_use_ports(out, chip->first, chip->last);
	if (chip->irq != 0)
		aml_use_irq(out, chip->irq);
	aml_crs_end(out, crs);
	aml_end(out, device);
}

/* Microsoft, "Virtual Machine Generation ID": drivers find it by _CID; the
 * address is a package of its low and its high half. */
static void
put_vmgenid(struct aml *out)
{
	size_t device = aml_device(out, "VGEN");
	size_t addr;

	aml_name_string(out, "_HID", "MICA0001");
	aml_name_string(out, "_CID", "VM_Gen_Counter");
	aml_name_string(out, "_DDN", "VM_Gen_Counter");
	aml_name(out, "ADDR");
	addr = aml_package(out, 2);
	aml_int(out, LOW_vmgenid);
	aml_int(out, 0);
	aml_end(out, addr);
	aml_end(out, device);
}

/* The ids by which Linux knows it. */
static void
put_vmclock(struct aml *out)
{
	size_t device = aml_device(out, "VCLK");
	size_t crs;

	aml_name_string(out, "_HID", "AMZNC10C");
	aml_name_string(out, "_CID", "VMCLOCK");
	aml_name_string(out, "_DDN", "VMCLOCK");
	crs = aml_crs(out);
	aml_use_memory(out, LOW_vmclock, LOW_LAST_vmclock);
	aml_crs_end(out, crs);
	aml_end(out, device);
}

/* 7.4.2: SLP_TYP of PM1a, of PM1b, reserved. */
static void
put_s5(struct aml *out)
{
	size_t s5;

	aml_name(out, "_S5_");
	s5 = aml_package(out, 4);
	aml_int(out, POWER_SLP_TYP_S5);
	aml_int(out, 0);
	aml_int(out, 0);
	aml_int(out, 0);
	aml_end(out, s5);
}

void
dsdt_put(struct aml *out, const struct boot *boot)
{
	size_t scope = aml_scope(out, "\\_SB_");

	put_processor_devices(out, boot->cpus);
	put_pci_host(out, &boot->devices);
	put_ecam(out);
	for (size_t i = 0; i < ARRAY_SIZE(chips); i++)
		put_chip(out, &chips[i]);
	if (generation_known(boot))
		put_vmgenid(out);
	put_vmclock(out);
	aml_end(out, scope);
	put_s5(out);
}
