/* SPDX-License-Identifier: MIT
 *
 * For acpi.c: what the DSDT holds.
 */
#ifndef BOOT_ACPI_DSDT_H
#define BOOT_ACPI_DSDT_H

#include "boot/aml.h"
#include "boot/boot.h"

/* Writes all that follows the table's header: the devices of a machine with
 * `boot->cpus`, `boot->devices` and, if it is known, `boot->generation`. */
void dsdt_put(struct aml *out, const struct boot *boot);

#endif
