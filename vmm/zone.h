/* SPDX-License-Identifier: MIT
 *
 * The host's local time from its own file: what libc's localtime() would say,
 * for a seventh of mica's size.
 */
#ifndef VMM_ZONE_H
#define VMM_ZONE_H

#include "vmm/util.h"

/* Seconds to add to UTC at a time, since 1970, by the zone in a TZif file's
 * bytes (RFC 8536). False when they are no such file. */
bool zone_offset(
    const uint8_t *file, size_t size, int64_t time, int64_t *offset);

/* Opens /etc/localtime, of which nothing is read yet. Or -1. */
int zone_open(void);

/* By that; 0 where there is none. */
int64_t zone_local_offset(int fd, int64_t time);

#endif
