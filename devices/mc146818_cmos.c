/* SPDX-License-Identifier: MIT
 *
 * What firmware reads of the machine in CMOS, where the BIOSes of IBM, Phoenix
 * and Bochs have kept it. To the chip these bytes mean nothing.
 */
#include <string.h>

#include "devices/mc146818_time.h"

void
mc146818_tell_firmware(struct mc146818 *rtc)
{
	const struct mc146818_setup *s = &rtc->setup;
	uint64_t above_1m = s->low_bytes - MIN(s->low_bytes, MIB);
	uint64_t above_16m = s->low_bytes - MIN(s->low_bytes, 16 * MIB);
	const struct {
		uint8_t at, bytes;
		uint64_t value;
	} words[] = {
		{ 0x14, 1, 0x06 }, /* equipment: a coprocessor, no display */
		{ 0x15, 2, 640 },  /* KiB of base memory */
		{ 0x17, 2, MIN(above_1m / KIB, 0xffff) },
		{ 0x30, 2, MIN(above_1m / KIB, 0xffff) },
		{ 0x34, 2, MIN(above_16m / (64 * KIB), 0xffff) },
		{ 0x38, 1, 0x20 }, /* boot order: the third, none; then */
		{ 0x3d, 1, 0x32 }, /* the second, CD; the first, disk */
		{ 0x5b, 3, MIN(s->high_bytes / (64 * KIB), 0xffffff) },
		{ 0x5f, 1, s->cpus - 1 },
	};
	unsigned sum = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		memcpy(rtc->cmos + words[i].at, &words[i].value,
		    words[i].bytes); /* little-endian, as the host */
	for (unsigned at = 0x10; at < 0x2e; at++)
		sum += rtc->cmos[at];
	rtc->cmos[0x2e] = (uint8_t)(sum >> 8);
	rtc->cmos[0x2f] = (uint8_t)sum;
}
