/* SPDX-License-Identifier: MIT
 *
 * See listener.h; unix(7).
 */
#include "vmm/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "vmm/given.h"

enum { WAITING = 8 /* clients, besides the one that is heard */ };

static int
new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* One that is ending holds it a moment longer. No: with connect()'s errno,
 * ECONNREFUSED where it was left behind. */
static bool
somebody_listens(const struct sockaddr_un *at)
{
	for (unsigned i = 0; i < HELD_TRIES; i++) {
		int fd = new_socket();
		int wrong = fd < 0 ||
			connect(fd, (const struct sockaddr *)at, sizeof(*at)) <
			    0
		    ? errno
		    : 0;

		if (fd >= 0)
			close(fd);
		errno = wrong;
		if (wrong != 0 && wrong != EAGAIN)
			return false;
		poll(NULL, 0, HELD_MS);
	}
	return true;
}

/* Makes room, if what is there is a socket that its owner left behind. */
static const char *
remove_stale(const struct sockaddr_un *at)
{
	struct stat is;

	if (lstat(at->sun_path, &is) < 0)
		return errno == ENOENT ? NULL : strerror(errno);
	if (!S_ISSOCK(is.st_mode))
		return "there is a file of that name, not a socket"
		       " (remove it, or take another)";
	if (somebody_listens(at))
		return "in use by another process";
	if (errno != ECONNREFUSED || unlink(at->sun_path) < 0)
		return strerror(errno);
	return NULL;
}

static const char *
bind_to(int fd, const struct sockaddr_un *at)
{
	const struct sockaddr *address = (const struct sockaddr *)at;
	const char *wrong;

	if (bind(fd, address, sizeof(*at)) == 0)
		return NULL;
	if (errno != EADDRINUSE)
		return strerror(errno);
	wrong = remove_stale(at);
	if (wrong == NULL && bind(fd, address, sizeof(*at)) < 0)
		wrong = strerror(errno);
	return wrong;
}

static const char *
listen_at(int fd, struct listener_file *file, const char *path, mode_t mode)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const char *wrong;
	struct stat is;

	if (strlen(path) >= sizeof(at.sun_path))
		return "a socket's path has at most 107 bytes";
	memcpy(at.sun_path, path, strlen(path));
	/* Linux gives the file the descriptor's mode, less the umask. */
	if (fchmod(fd, mode) < 0)
		return strerror(errno);
	wrong = bind_to(fd, &at);
	if (wrong != NULL)
		return wrong;
	if (lstat(path, &is) < 0)
		return strerror(errno);
	*file = (struct listener_file){ is.st_dev, is.st_ino };
	return listen(fd, WAITING) < 0 ? strerror(errno) : NULL;
}

/* One that mica was started with. */
static const char *
adopt(int *fd, const char *name)
{
	int listens = 0;
	socklen_t size = sizeof(listens);

	*fd = given_open(name, O_RDWR);
	if (*fd < 0 && errno == EBADF)
		return strerror(errno);
	if (*fd >= 0 &&
	    getsockopt(*fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
	    listens && fcntl(*fd, F_SETFL, O_RDWR | O_NONBLOCK) == 0)
		return NULL;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return "no socket that listens";
}

const char *
listener_open(
    int *fd, struct listener_file *file, const char *path, mode_t mode)
{
	const char *wrong;

	*file = (struct listener_file){ .inode = 0 };
	if (given_is_fd(path))
		return adopt(fd, path);
	*fd = new_socket();
	if (*fd < 0)
		return strerror(errno);
	wrong = listen_at(*fd, file, path, mode);
	if (wrong == NULL)
		return NULL;
	listener_remove(file, path);
	close(*fd);
	*fd = -1;
	return wrong;
}

/* Of an address at which a host is, the place and the bytes, where all zeros
 * are any. With an IPv6 host is the interface of one that a link has alone. */
static size_t
host_of(struct sockaddr_storage *at, uint8_t **host)
{
	struct sockaddr_in *in = (struct sockaddr_in *)at;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)at;

	switch (at->ss_family) {
	case AF_INET:
		*host = (uint8_t *)&in->sin_addr;
		return sizeof(in->sin_addr);
	case AF_INET6:
		*host = (uint8_t *)&in6->sin6_addr;
		return sizeof(*in6) - offsetof(struct sockaddr_in6, sin6_addr);
	default:
		*host = NULL;
		return 0;
	}
}

static bool
same(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

enum listener_fit
listener_fits(int listener, int connection)
{
	struct sockaddr_storage at = { 0 }, name = { 0 }, peer, any = { 0 };
	socklen_t at_size = sizeof(at), size = sizeof(at), peer_size = size;
	uint8_t *host, *its;
	size_t bytes;

	if (getpeername(connection, (struct sockaddr *)&peer, &peer_size) < 0 ||
	    getsockname(connection, (struct sockaddr *)&name, &size) < 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &at_size) < 0 ||
	    at_size != size)
		return LISTENER_NOT;
	if (same(&at, &name))
		return LISTENER_OWN;
	bytes = host_of(&at, &host);
	if (bytes == 0 || host_of(&name, &its) != bytes ||
	    memcmp(host, &any, bytes) != 0)
		return LISTENER_NOT;
	memcpy(host, its, bytes);
	return same(&at, &name) ? LISTENER_ANY : LISTENER_NOT;
}

bool
listener_client_left(int connection)
{
	struct pollfd is = { .fd = connection };
	struct timespec now = { 0, 0 };

	return ppoll(&is, 1, &now, NULL) > 0;
}

void
listener_remove(const struct listener_file *file, const char *path)
{
	struct stat is;

	if (file->inode != 0 && lstat(path, &is) == 0 &&
	    is.st_dev == file->device && is.st_ino == file->inode)
		unlink(path);
}
