/* SPDX-License-Identifier: MIT
 *
 * A writer of bytes that keeps to its bounds, and on it the words of ACPI's
 * machine language and the resource descriptors that boot/acpi_dsdt.c needs.
 * ACPI 6.5: 20.2 is the encoding, 6.4 the resources.
 *
 * No call fails: what does not fit is left out and aml_fits() says so at the
 * end. Knows only how to write; no variables, methods or operators.
 */
#ifndef BOOT_AML_H
#define BOOT_AML_H

#include "vmm/util.h"

struct aml {
	uint8_t *bytes; /* not owned */
	size_t size;
	size_t used; /* past `size` when something did not fit */
};

bool aml_fits(const struct aml *aml);
void aml_put(struct aml *aml, const void *bytes, size_t len);

/* Zeros up to a multiple of `to`, a power of two, from the beginning. */
void aml_align(struct aml *aml, size_t to);

/* An object that holds what is written up to aml_end() with the mark that its
 * beginning returned. A name is four characters, padded with '_'; that of a
 * scope is absolute. A package says how many elements will follow. */
size_t aml_scope(struct aml *aml, const char *path);
size_t aml_device(struct aml *aml, const char *name);
size_t aml_package(struct aml *aml, uint8_t elements);
void aml_end(struct aml *aml, size_t mark);

/* Name(name, value). An EISA id is given as text, "PNP0A08". */
void aml_name(struct aml *aml, const char *name); /* value: written next */
void aml_name_int(struct aml *aml, const char *name, uint32_t value);
void aml_name_string(struct aml *aml, const char *name, const char *value);
void aml_name_eisaid(struct aml *aml, const char *name, const char *value);

/* An element of a package. */
void aml_int(struct aml *aml, uint32_t value);

/* Name(_CRS, a buffer of what the calls below write). */
size_t aml_crs(struct aml *aml);
void aml_crs_end(struct aml *aml, size_t mark);

/* What a device uses: ports, memory, an edge-triggered ISA interrupt. */
void aml_use_ports(struct aml *aml, uint16_t first, uint16_t last);
void aml_use_memory(struct aml *aml, uint32_t first, uint32_t last);
void aml_use_irq(struct aml *aml, unsigned line);

/* What a bridge passes on to its secondary side. (6.4.3.5, table 6.43) */
enum aml_range { AML_MEMORY = 0, AML_PORTS = 1, AML_BUSES = 2 };
void aml_pass(
    struct aml *aml, enum aml_range range, uint32_t first, uint32_t last);

#endif
