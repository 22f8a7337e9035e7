/* SPDX-License-Identifier: MIT
 *
 * Connects stdin and stdout with a Unix socket, until the other side ends; the
 * end of stdin is passed on. For hosts whose busybox cannot.
 * usage: dial PATH	status 1: nobody listens there
 */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* One read, written in full; false at the end. */
static int
pass(int from, int to)
{
	char bytes[4096];
	ssize_t n = read(from, bytes, sizeof(bytes)), done = 0, w;

	while (
	    done < n && (w = write(to, bytes + done, (size_t)(n - done))) > 0)
		done += w;
	return n > 0 && done == n;
}

int
main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct pollfd fds[2] = { { .fd = 0, .events = POLLIN },
		{ .fd = socket(AF_UNIX, SOCK_STREAM, 0), .events = POLLIN } };
	int end = fds[1].fd;

	if (argc != 2 || strlen(argv[1]) >= sizeof(at.sun_path))
		return 2;
	memcpy(at.sun_path, argv[1], strlen(argv[1]));
	if (connect(end, (struct sockaddr *)&at, sizeof(at)) < 0)
		return 1;
	while (poll(fds, 2, -1) > 0) {
		if (fds[1].revents != 0 && !pass(end, 1))
			return 0;
		if (fds[0].revents != 0 && !pass(0, end)) {
			fds[0].fd = -1;
			shutdown(end, SHUT_WR);
		}
	}
	return 1;
}
