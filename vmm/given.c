/* SPDX-License-Identifier: MIT
 *
 * See given.h; fcntl(2).
 */
#include "vmm/given.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/text.h"

bool
given_is_fd(const char *name)
{
	return strncmp(name, "fd=", 3) == 0;
}

/* N, or -1: no number, and no descriptor's. */
static int
number_of(const char *name)
{
	uint64_t n;
	const char *end = text_number(name + 3, 10, &n);

	return end != NULL && *end == '\0' && n <= INT32_MAX ? (int)n : -1;
}

/* What may be read and written, one of which is wanted, is opened anew for that
 * alone, so that code which breaks out of the guest can't do the other. */
static int
open_anew(int n, int flags)
{
	char path[32];
	int fd;

	text_put(path, sizeof(path), "/proc/self/fd/%d", n);
	fd = open(path, (flags & ~O_CREAT) | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		errno = EACCES; /* not ENOENT of what is there */
	return fd;
}

/* It has no way to be opened; what is read of it, its peer has sent to us. */
static bool
is_socket(int fd)
{
	struct stat is;

	return fstat(fd, &is) == 0 && S_ISSOCK(is.st_mode);
}

int
given_open(const char *name, int flags)
{
	int n, wanted = flags & O_ACCMODE, has;

	if (!given_is_fd(name))
		return open(name, flags | O_CLOEXEC | O_NOCTTY, 0600);
	n = number_of(name);
	has = fcntl(n, F_GETFL);
	if (has < 0)
		return -1;
	has &= O_ACCMODE;
	if (has == wanted ||
	    (has == O_RDWR && wanted == O_WRONLY && is_socket(n)))
		return fcntl(n, F_DUPFD_CLOEXEC, 3);
	if (has == O_RDWR)
		return open_anew(n, flags);
	errno = EACCES;
	return -1;
}

bool
given_close_rest(void)
{
	int end = fcntl(0, F_DUPFD_CLOEXEC, 0); /* all ours are below */

	if (end < 0)
		return false;
	for (int fd = 3; fd < end; fd++)
		if (fcntl(fd, F_GETFD) == 0)
			close(fd);
	return syscall(SYS_close_range, end, ~0u, 0) == 0;
}
