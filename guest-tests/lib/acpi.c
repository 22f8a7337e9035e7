/* SPDX-License-Identifier: MIT
 *
 * ACPI tables, found as any OS finds them: RSDP, XSDT, signature. (ACPI 6.5,
 * 5.2) They are taken for well-formed; check_rsdp() is who looks.
 */
#include "guest-tests/lib/acpi.h"
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"

enum { RSDP_XSDT = 24, HEADER_LENGTH = 4, HEADER_BYTES = 36 };

const uint8_t *
acpi_table(uint64_t rsdp, const char signature[4])
{
	const uint8_t *xsdt =
	    (const void *)get64((const uint8_t *)rsdp + RSDP_XSDT);
	const uint8_t *end = xsdt + get32(xsdt + HEADER_LENGTH);

	for (const uint8_t *at = xsdt + HEADER_BYTES; at < end; at += 8) {
		const uint8_t *table = (const void *)get64(at);

		if (memcmp(table, signature, 4) == 0)
			return table;
	}
	return NULL;
}

static const uint8_t *
must_have(const char *signature)
{
	const uint8_t *table = acpi_table(start_info()->rsdp, signature);

	if (table == NULL)
		fail(signature);
	return table;
}

const uint8_t *
fadt(void)
{
	return must_have("FACP");
}

const uint8_t *
madt(void)
{
	return must_have("APIC");
}
