/* SPDX-License-Identifier: MIT
 *
 * See given.h; unix(7), fcntl(2).
 */
#include "vmm/given.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/text.h"

/* N, or -1. */
static int
number_of(const char *name)
{
	const char *end = NULL;
	uint64_t n = 0;

	if (strncmp(name, "fd=", 3) == 0)
		end = text_number(name + 3, 10, &n);
	return end != NULL && *end == '\0' && n <= INT32_MAX ? (int)n : -1;
}

bool
given_is_fd(const char *name)
{
	return number_of(name) >= 0;
}

static bool
may(int fd, int flags)
{
	int has = fcntl(fd, F_GETFL) & O_ACCMODE;

	errno = EACCES;
	return has == O_RDWR || has == (flags & O_ACCMODE);
}

int
given_open(const char *name, int flags)
{
	int n = number_of(name), fd;

	if (n < 0)
		return open(name, flags | O_CLOEXEC | O_NOCTTY, 0600);
	fd = fcntl(n, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0 && !may(fd, flags)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int
given_listener(const char *name)
{
	int fd = given_open(name, O_RDWR), listens = 0;
	socklen_t size = sizeof(listens);

	if (fd >= 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
	    listens && fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) == 0)
		return fd;
	if (fd >= 0) {
		close(fd);
		errno = ENOTSOCK;
	}
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
