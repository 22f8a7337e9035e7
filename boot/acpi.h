/* SPDX-License-Identifier: MIT
 *
 * The layouts of the ACPI tables that acpi.c writes, field by field as ACPI
 * 6.5 names them. FADT, MADT and MCFG stand without the header that they
 * begin with. Little-endian, as the host.
 */
#ifndef BOOT_ACPI_H
#define BOOT_ACPI_H

#include "vmm/util.h"

#define PACKED __attribute__((packed))

struct acpi_rsdp { /* 5.2.5.3 */
	char signature[8];
	uint8_t checksum; /* of the first 20 bytes */
	char oemid[6];
	uint8_t revision;
	uint32_t rsdt_address, length;
	uint64_t xsdt_address;
	uint8_t extended_checksum, reserved[3];
} PACKED;

struct acpi_header { /* 5.2.6 */
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oemid[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} PACKED;

struct acpi_gas { /* 5.2.3.2, Generic Address Structure */
	uint8_t address_space_id, register_bit_width, register_bit_offset;
	uint8_t access_size; /* 1: byte, 2: word, 3: dword */
	uint64_t address;
} PACKED;

struct acpi_fadt { /* 5.2.9 */
	uint32_t firmware_ctrl, dsdt;
	uint8_t reserved, preferred_pm_profile;
	uint16_t sci_int;
	uint32_t smi_cmd;
	uint8_t acpi_enable, acpi_disable, s4bios_req, pstate_cnt;
	uint32_t pm1a_evt_blk, pm1b_evt_blk, pm1a_cnt_blk, pm1b_cnt_blk;
	uint32_t pm2_cnt_blk, pm_tmr_blk, gpe0_blk, gpe1_blk;
	uint8_t pm1_evt_len, pm1_cnt_len, pm2_cnt_len, pm_tmr_len;
	uint8_t gpe0_blk_len, gpe1_blk_len, gpe1_base, cst_cnt;
	uint16_t p_lvl2_lat, p_lvl3_lat, flush_size, flush_stride;
	uint8_t duty_offset, duty_width, day_alrm, mon_alrm, century;
	uint16_t iapc_boot_arch;
	uint8_t reserved2;
	uint32_t flags;
	struct acpi_gas reset_reg;
	uint8_t reset_value;
	uint16_t arm_boot_arch;
	uint8_t fadt_minor_version;
	uint64_t x_firmware_ctrl, x_dsdt;
	struct acpi_gas x_pm1a_evt_blk, x_pm1b_evt_blk;
	struct acpi_gas x_pm1a_cnt_blk, x_pm1b_cnt_blk, x_pm2_cnt_blk;
	struct acpi_gas x_pm_tmr_blk, x_gpe0_blk, x_gpe1_blk;
	struct acpi_gas sleep_control_reg, sleep_status_reg;
	char hypervisor_vendor_identity[8];
} PACKED;
_Static_assert(sizeof(struct acpi_header) + sizeof(struct acpi_fadt) == 276,
    "ACPI 6.5, table 5.9");

struct acpi_facs { /* 5.2.10 */
	char signature[4];
	uint32_t length, hardware_signature, firmware_waking_vector;
	uint32_t global_lock, flags;
	uint64_t x_firmware_waking_vector;
	uint8_t version, reserved[3];
	uint32_t ospm_flags;
	uint8_t reserved2[24];
} PACKED;

struct acpi_madt { /* 5.2.12; the structures below follow */
	uint32_t local_interrupt_controller_address, flags;
} PACKED;
struct acpi_lapic { /* 5.2.12.2, type 0 */
	uint8_t type, length, processor_uid, apic_id;
	uint32_t flags;
} PACKED;
struct acpi_ioapic { /* 5.2.12.3, type 1 */
	uint8_t type, length, io_apic_id, reserved;
	uint32_t io_apic_address, global_system_interrupt_base;
} PACKED;
struct acpi_override { /* 5.2.12.5, type 2 */
	uint8_t type, length, bus, source;
	uint32_t global_system_interrupt;
	uint16_t flags;
} PACKED;
struct acpi_lapic_nmi { /* 5.2.12.7, type 4 */
	uint8_t type, length, processor_uid;
	uint16_t flags;
	uint8_t local_apic_lint;
} PACKED;
struct acpi_x2apic { /* 5.2.12.12, type 9 */
	uint8_t type, length, reserved[2];
	uint32_t x2apic_id, flags, processor_uid;
} PACKED;
struct acpi_x2apic_nmi { /* 5.2.12.13, type 10 */
	uint8_t type, length;
	uint16_t flags;
	uint32_t processor_uid;
	uint8_t local_x2apic_lint, reserved[3];
} PACKED;

struct acpi_mcfg { /* PCI Firmware Specification 3.3, 4.1.2, one segment */
	uint8_t reserved[8];
	uint64_t base_address;
	uint16_t pci_segment_group;
	uint8_t start_bus, end_bus, reserved2[4];
} PACKED;

#endif
