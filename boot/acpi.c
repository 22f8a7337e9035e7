/* SPDX-License-Identifier: MIT
 *
 * The machine described to the guest's ACPI: RSDP, FACS, DSDT, FADT, MADT,
 * MCFG and XSDT, in this order, so that each is written when the addresses in
 * it are known. ACPI 6.5 (sections below), PCI Firmware Specification 3.3.
 * Ports, windows and lines come from the tables of devices/.
 *
 * Left out on purpose: the RSDT, GPEs, C-states. What the DSDT holds is
 * acpi_dsdt.c's.
 */
#include "boot/acpi.h"

#include <string.h>

#include "boot/acpi_dsdt.h"
#include "boot/aml.h"
#include "boot/generation.h"
#include "devices/map.h"
#include "devices/pci.h"
#include "devices/power.h"
#include "vmm/irq.h"

#define PORT_LEN(row) (PORT_LAST_##row - PORT_##row + 1)

/* The least id that needs the x2APIC's structures: in the others it names
 * every processor. (5.2.12.12) */
enum { X2APIC_ID_MIN = 255 };

/* A sum of bytes that makes the whole come to zero. */
static uint8_t
checksum(const void *table, size_t len)
{
	const uint8_t *byte = table;
	uint8_t sum = 0;

	while (len-- > 0)
		sum -= *byte++;
	return sum;
}

/* A table starts with its header, and is done when its length is known. */
static size_t
table_begin(struct aml *out, const char *signature, uint8_t revision)
{
	struct acpi_header header = {
		.revision = revision,
		.oem_revision = 1,
		.creator_revision = 1,
	};
	size_t at;

	memcpy(header.signature, signature, sizeof(header.signature));
	memcpy(header.oemid, "MICA  ", sizeof(header.oemid));
	memcpy(header.oem_table_id, "MICA    ", sizeof(header.oem_table_id));
	memcpy(header.creator_id, "MICA", sizeof(header.creator_id));
	aml_align(out, 16);
	at = out->used;
	aml_put(out, &header, sizeof(header));
	return at;
}

static uint32_t
table_end(struct aml *out, size_t at)
{
	struct acpi_header header;

	if (!aml_fits(out))
		return 0;
	memcpy(&header, out->bytes + at, sizeof(header));
	header.length = (uint32_t)(out->used - at);
	memcpy(out->bytes + at, &header, sizeof(header));
	header.checksum = checksum(out->bytes + at, header.length);
	memcpy(out->bytes + at, &header, sizeof(header));
	return LOW_acpi + (uint32_t)at;
}

static uint32_t
put_facs(struct aml *out)
{
	struct acpi_facs facs = { .length = sizeof(facs), .version = 2 };
	size_t at;

	memcpy(facs.signature, "FACS", sizeof(facs.signature));
	aml_align(out, 64); /* 5.2.10 */
	at = out->used;
	aml_put(out, &facs, sizeof(facs));
	return LOW_acpi + (uint32_t)at;
}

enum { /* 5.2.9, table 5.10 */
	WBINVD = 1 << 0,
	PROC_C1 = 1 << 2,
	SLP_BUTTON = 1 << 5, /* no sleep button; the power button is fixed */
	TMR_VAL_EXT = 1 << 8,
	RESET_REG_SUP = 1 << 10
};

enum { /* 5.2.9.3, table 5.11; no 8042: that of ours is a reset line */
	LEGACY_DEVICES = 1 << 0,
	VGA_NOT_PRESENT = 1 << 2
};

/* I/O ports; size 1: bytes, 2: words, 3: dwords. */
#define GAS(row, size)                                                         \
	{                                                                      \
		1, 8 * PORT_LEN(row), 0, (size), PORT_##row                    \
	}

static const struct acpi_fadt fadt_constant = {
	.sci_int = IRQ_SCI,
	/* smi_cmd 0: the machine is always in ACPI mode, SCI_EN reads as 1 */
	.pm1a_evt_blk = PORT_pm1_event,
	.pm1a_cnt_blk = PORT_pm1_control,
	.pm_tmr_blk = PORT_pm_timer,
	.pm1_evt_len = PORT_LEN(pm1_event),
	.pm1_cnt_len = PORT_LEN(pm1_control),
	.pm_tmr_len = PORT_LEN(pm_timer),
	.p_lvl2_lat = 101,  /* above 100: no C2 */
	.p_lvl3_lat = 1001, /* above 1000: no C3 */
	.century = 0x32,
	.iapc_boot_arch = LEGACY_DEVICES | VGA_NOT_PRESENT,
	.flags = WBINVD | PROC_C1 | SLP_BUTTON | TMR_VAL_EXT | RESET_REG_SUP,
	.reset_reg = GAS(reset_control, 1),
	.reset_value = POWER_RESET_VALUE,
	.fadt_minor_version = 5,
	.x_pm1a_evt_blk = GAS(pm1_event, 2),
	.x_pm1a_cnt_blk = GAS(pm1_control, 2),
	.x_pm_tmr_blk = GAS(pm_timer, 3),
	.hypervisor_vendor_identity = "mica",
};

static uint32_t
put_fadt(struct aml *out, uint32_t facs, uint32_t dsdt)
{
	size_t at = table_begin(out, "FACP", 6);
	struct acpi_fadt fadt = fadt_constant;

	fadt.firmware_ctrl = facs; /* or x_firmware_ctrl, not both */
	fadt.dsdt = dsdt;
	fadt.x_dsdt = dsdt;
	aml_put(out, &fadt, sizeof(fadt));
	return table_end(out, at);
}

enum { PCAT_COMPAT = 1 << 0, ENABLED = 1 << 0 };
enum { ISA_BUS = 0, ISA_LINES = 16, PIT_PIN = 2 };
enum { AS_THE_BUS = 0x0, LEVEL_HIGH = 0xd }; /* 5.2.12.5, MPS INTI flags */

static void
put_processor(struct aml *out, uint32_t id)
{
	struct acpi_lapic lapic = { 0, sizeof(lapic), (uint8_t)id, (uint8_t)id,
		ENABLED };
	struct acpi_x2apic x2apic = { 9, sizeof(x2apic), { 0 }, id, ENABLED,
		id };

	if (id < X2APIC_ID_MIN)
		aml_put(out, &lapic, sizeof(lapic));
	else
		aml_put(out, &x2apic, sizeof(x2apic));
}

static void
put_override(struct aml *out, unsigned line, uint32_t gsi, uint16_t flags)
{
	struct acpi_override override = { 2, sizeof(override), ISA_BUS,
		(uint8_t)line, gsi, flags };

	aml_put(out, &override, sizeof(override));
}

static bool
is_pci_line(unsigned line)
{
	for (unsigned device = 1; device < PCI_DEVICES; device++)
		if (pci_intx_line(device) == line)
			return true;
	return false;
}

static uint32_t
put_madt(struct aml *out, unsigned cpus)
{
	static const struct acpi_madt madt = { WINDOW_lapic, PCAT_COMPAT };
	static const struct acpi_ioapic ioapic = { 1, sizeof(ioapic), 0, 0,
		WINDOW_ioapic, 0 };
	static const struct acpi_lapic_nmi nmi = { 4, sizeof(nmi), 0xff,
		AS_THE_BUS, 1 };
	static const struct acpi_x2apic_nmi x2nmi = { 10, sizeof(x2nmi),
		AS_THE_BUS, 0xffffffff, 1, { 0 } };
	size_t at = table_begin(out, "APIC", 6);

	aml_put(out, &madt, sizeof(madt));
	for (unsigned id = 0; id < cpus; id++)
		put_processor(out, id);
	aml_put(out, &ioapic, sizeof(ioapic));
	put_override(out, IRQ_PIT, PIT_PIN, AS_THE_BUS);
	for (unsigned line = 0; line < ISA_LINES; line++)
		if (line == IRQ_SCI || is_pci_line(line))
			put_override(out, line, line, LEVEL_HIGH);
	aml_put(out, &nmi, sizeof(nmi));
	if (cpus > X2APIC_ID_MIN)
		aml_put(out, &x2nmi, sizeof(x2nmi));
	return table_end(out, at);
}

static uint32_t
put_mcfg(struct aml *out)
{
	static const struct acpi_mcfg mcfg = { .base_address = WINDOW_ecam };
	size_t at = table_begin(out, "MCFG", 1);

	aml_put(out, &mcfg, sizeof(mcfg));
	return table_end(out, at);
}

static uint32_t
put_dsdt(struct aml *out, const struct boot *boot)
{
	size_t at = table_begin(out, "DSDT", 2);

	dsdt_put(out, boot);
	return table_end(out, at);
}

static void
put_rsdp(uint8_t *to, uint32_t xsdt)
{
	struct acpi_rsdp rsdp = {
		.revision = 2,
		.length = sizeof(rsdp),
		.xsdt_address = xsdt,
	};

	memcpy(rsdp.signature, "RSD PTR ", sizeof(rsdp.signature));
	memcpy(rsdp.oemid, "MICA  ", sizeof(rsdp.oemid));
	rsdp.checksum = checksum(&rsdp, 20);
	rsdp.extended_checksum = checksum(&rsdp, sizeof(rsdp));
	memcpy(to, &rsdp, sizeof(rsdp));
}

gpa_t
acpi_build(struct boot *boot)
{
	struct aml out = { .size = LOW_SIZE(acpi),
		.used = sizeof(struct acpi_rsdp) };
	uint64_t tables[3];
	uint32_t facs, dsdt;
	size_t xsdt;

	out.bytes = gmem_ptr(boot->mem, LOW_acpi, out.size);
	if (out.bytes == NULL || !generation_put(boot))
		return boot_error(boot, "no RAM for the ACPI tables");
	facs = put_facs(&out);
	dsdt = put_dsdt(&out, boot);
	tables[0] = put_fadt(&out, facs, dsdt);
	tables[1] = put_madt(&out, boot->cpus);
	tables[2] = put_mcfg(&out);
	xsdt = table_begin(&out, "XSDT", 1);
	aml_put(&out, tables, sizeof(tables));
	put_rsdp(out.bytes, table_end(&out, xsdt));
	if (!aml_fits(&out))
		return boot_error(boot, "%u CPUs: ACPI tables past %zu bytes",
		    boot->cpus, out.size);
	return LOW_acpi;
}
