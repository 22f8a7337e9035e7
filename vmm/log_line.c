/* SPDX-License-Identifier: MIT
 *
 * See log_line.h.
 */
#include "vmm/log_line.h"

#include "vmm/text.h"

size_t
log_line(char line[LOG_LINE], const char *fmt, va_list args, const char *tail)
{
	enum { ROOM = LOG_LINE - 2 };
	size_t n = text_put(line, ROOM, "mica: ");

	n += text_putv(line + n, ROOM - n, fmt, args);
	n = MIN(n, ROOM - 1);
	n += text_put(line + n, ROOM - n, "%s", tail);
	n = MIN(n, ROOM - 1);
	for (char *at = line; *at != '\0'; at++)
		if ((uint8_t)*at < 0x20 || *at == 0x7f)
			*at = '?';
	return n;
}
