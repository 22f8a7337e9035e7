/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: a zone file, as /etc/localtime is. Reaches: vmm/zone.c
 *
 * Input: a time (8 bytes), then the file.
 */
#include "vmm/zone.h"
#include "tools/fuzz/parsers.h"

/* --rtc's years are 0 to 9999, and the host's clock is not far off. */
#define TIME_MAX ((int64_t)1 << 39)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t time, offset = 0, again = 0;
	bool known;

	if (size < sizeof(time))
		return 0;
	memcpy(&time, data, sizeof(time));
	time %= TIME_MAX;
	data += sizeof(time);
	size -= sizeof(time);
	known = zone_offset(data, size, time, &offset);
	must(zone_offset(data, size, time, &again) == known);
	must(offset == again || !known);
	must(!known || (offset >= INT32_MIN && offset <= INT32_MAX));
	return 0;
}
