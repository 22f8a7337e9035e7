/* SPDX-License-Identifier: MIT
 *
 * The far ends of the console's ports: nobody is there.
 */
#include "devices/console.h"

size_t
console_write(unsigned port, const void *from, size_t len)
{
	(void)port, (void)from;
	return len;
}

size_t
console_read(unsigned port, void *to, size_t len)
{
	(void)port, (void)to, (void)len;
	return 0;
}
