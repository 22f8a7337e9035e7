/* SPDX-License-Identifier: MIT
 *
 * See output.h; proc_pid_fd(5).
 */
#include "vmm/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmm/text.h"

enum { GUARDED_WRITE = 512 };

/* A regular file never blocks, and the given one's offset is everybody's. What
 * can't be opened anew, as a socket, or a pipe without /proc, is guarded. */
int
output_open(int fd, bool *guarded)
{
	struct stat is;
	char path[32];
	int own = -1;

	*guarded = false;
	if (fstat(fd, &is) < 0 || S_ISREG(is.st_mode))
		return fd;
	text_put(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (S_ISFIFO(is.st_mode) || S_ISCHR(is.st_mode))
		own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	*guarded = own < 0;
	return own < 0 ? fd : own;
}

ssize_t
output_write(int fd, bool guarded, const void *from, size_t length)
{
	struct pollfd out = { .fd = fd, .events = POLLOUT };
	struct timespec now = { 0, 0 };
	int ready;

	if (guarded) {
		ready = ppoll(&out, 1, &now, NULL);
		if (ready == 0)
			errno = EAGAIN;
		if (ready <= 0)
			return -1;
		length = MIN(length, GUARDED_WRITE);
	}
	return write(fd, from, length);
}
