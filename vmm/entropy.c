/* SPDX-License-Identifier: MIT
 *
 * Random numbers for the guest are the host kernel's, which are ready long
 * before anybody starts a guest.
 */
#include "vmm/entropy.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "vmm/log.h"

size_t
entropy_read(void *to, size_t len)
{
	ssize_t got = getrandom(to, len, GRND_NONBLOCK);

	if (got >= 0)
		return (size_t)got;
	warn_once("getrandom: %s", strerror(errno));
	return 0;
}
