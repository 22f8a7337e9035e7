/* SPDX-License-Identifier: MIT
 *
 * Sockets at paths that are free, left behind, in use, another's by now.
 */
#include "vmm/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/unit.h"
#include "vmm/text.h"

static struct listener_file file;
static int fd;

static const char *
begin(const char *name)
{
	unit_case(name);
	unlink("s");
	return listener_open(&fd, &file, "s", 0600);
}

static bool
is_there(const char *path)
{
	struct stat is;

	return lstat(path, &is) == 0;
}

/* It listens nowhere, and has no file. */
static bool
refused(const char *wrong, const char *says)
{
	return wrong != NULL && strstr(wrong, says) != NULL && fd == -1 &&
	    file.inode == 0;
}

static void
test_path(void)
{
	struct stat is;

	umask(0);
	expect(begin("a file of its own, while it is there") == NULL);
	expect(stat("s", &is) == 0 && S_ISSOCK(is.st_mode));
	expect_eq(is.st_mode & 0777, 0600);
	expect_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	expect(accept(fd, NULL, NULL) < 0); /* without a wait */
	close(fd);
	listener_remove(&file, "s");
	expect(!is_there("s"));
	listener_remove(&file, "s");
}

static void
test_stale(void)
{
	struct listener_file stale;

	expect(begin("what a crash has left makes room") == NULL);
	stale = file;
	close(fd);
	expect(listener_open(&fd, &file, "s", 0600) == NULL);
	expect(is_there("s"));

	unit_case("what is another's stays");
	close(fd);
	fd = open("s2", O_CREAT | O_WRONLY, 0600);
	close(fd);
	expect(rename("s2", "s") == 0);
	listener_remove(&stale, "s");
	listener_remove(&file, "s");
	expect(is_there("s"));
	unlink("s");
	expect(symlink("s2", "s") == 0);
	expect(listener_open(&fd, &file, "s2", 0600) == NULL);
	listener_remove(&file, "s");
	expect(is_there("s"));
	listener_remove(&file, "s2");
	expect(!is_there("s2"));
	close(fd);
}

static void
test_refused(void)
{
	struct sockaddr_un other = { .sun_family = AF_UNIX,
		.sun_path = "other" };
	struct listener_file mine_file;
	int mine;
	char path[200];

	expect(begin("where none may be, and nothing is left") == NULL);
	mine = fd;
	mine_file = file;
	expect(refused(listener_open(&fd, &file, "s", 0600), "in use"));
	expect(is_there("s"));
	close(mine);
	listener_remove(&mine_file, "s");
	mine = socket(AF_UNIX, SOCK_DGRAM, 0); /* of another kind */
	check(bind(mine, (struct sockaddr *)&other, sizeof(other)) == 0);
	expect(listener_open(&fd, &file, "other", 0600) != NULL);
	expect(is_there("other"));
	unlink("other");
	close(mine);
	close(open("plain", O_CREAT | O_WRONLY, 0600));
	expect(refused(listener_open(&fd, &file, "plain", 0600), "not a so"));
	expect(is_there("plain"));
	unlink("plain");
	expect(refused(listener_open(&fd, &file, "no/s", 0600), "No such"));
	memset(path, 'x', sizeof(path));
	path[108] = '\0';
	expect(refused(listener_open(&fd, &file, path, 0600), "107"));
	path[107] = '\0';
	expect(listener_open(&fd, &file, path, 0600) == NULL);
	listener_remove(&file, path);
	expect(!is_there(path));
	close(fd);
}

static void
test_given(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "given" };
	int mine = socket(AF_UNIX, SOCK_STREAM, 0);
	char name[16];

	unit_case("one that was given: if it listens, and its file stays");
	text_put(name, sizeof(name), "fd=%d", mine);
	check(bind(mine, (struct sockaddr *)&at, sizeof(at)) == 0);
	expect(refused(listener_open(&fd, &file, name, 0600), "listens"));
	check(listen(mine, 1) == 0);
	expect(listener_open(&fd, &file, name, 0600) == NULL);
	expect(fd > 2 && fd != mine);
	expect(accept(fd, NULL, NULL) < 0);
	listener_remove(&file, "given");
	expect(is_there("given"));
	unlink("given");
	close(fd);
	close(mine);
}

/* One that listens there, and the end that it accepts of a connection to
 * `to`. */
static int
listen_at(const void *at, socklen_t size)
{
	const struct sockaddr *address = at;
	int listens = socket(address->sa_family, SOCK_STREAM, 0), on = 1;

	setsockopt(listens, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	check(bind(listens, address, size) == 0 && listen(listens, 8) == 0);
	return listens;
}

static int
connection(int listens, const void *to, socklen_t size)
{
	const struct sockaddr *address = to;
	int client = socket(address->sa_family, SOCK_STREAM, 0), end;

	check(connect(client, address, size) == 0);
	end = accept(listens, NULL, NULL);
	check(end >= 0);
	close(client);
	return end;
}

static void
test_unix_fits(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int listens[3], ends[3], pair[2];

	unit_case("a connection to a path, to a name of a certain length");
	for (unsigned i = 0; i < 3; i++) { /* a; NUL, x; NUL, x, NUL */
		socklen_t size = offsetof(struct sockaddr_un, sun_path) + 1 + i;

		memcpy(at.sun_path, i == 0 ? "a" : "\0x", 2);
		listens[i] = listen_at(&at, size);
		ends[i] = connection(listens[i], &at, size);
	}
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned j = 0; j < 3; j++)
			expect_eq(listener_fits(listens[i], ends[j]),
			    i == j ? LISTENER_OWN : LISTENER_NOT);
		expect_eq(listener_fits(listens[i], listens[i]), LISTENER_NOT);
		expect_eq(listener_fits(listens[i], pair[0]), LISTENER_NOT);
		expect_eq(listener_fits(listens[i], 1000), LISTENER_NOT);
	}
	for (unsigned i = 0; i < 3; i++) {
		close(listens[i]);
		close(ends[i]);
	}
	close(pair[0]);
	close(pair[1]);
	unlink("a");
}

/* Listeners at one port: of any host's address, of two of them; and another
 * port. */
static void
test_ip_fits(sa_family_t family)
{
	struct sockaddr_in6 at6[4] = {
		{ .sin6_addr = IN6ADDR_ANY_INIT },
		{ .sin6_addr = IN6ADDR_LOOPBACK_INIT },
		{ .sin6_addr = { .s6_addr = { [10] = 0xff,
				     0xff,
				     127,
				     [15] = 1 } } },
		{ .sin6_addr = IN6ADDR_LOOPBACK_INIT },
	};
	struct sockaddr_in at4[4] = { { .sin_addr.s_addr = 0 },
		{ .sin_addr.s_addr = htonl(0x7f000001) },
		{ .sin_addr.s_addr = htonl(0x7f000002) },
		{ .sin_addr.s_addr = htonl(0x7f000001) } };
	int listens[4], ends[4];

	for (unsigned i = 0; i < 4; i++) {
		void *at = &at4[i];
		socklen_t size = sizeof(at4[i]);

		at4[i].sin_family = AF_INET;
		at6[i].sin6_family = AF_INET6;
		if (family == AF_INET6) {
			at = &at6[i];
			size = sizeof(at6[i]);
		}
		listens[i] = listen_at(at, size);
		check(getsockname(listens[i], at, &size) == 0);
		if (i == 0) {
			at4[1].sin_port = at4[2].sin_port = at4[0].sin_port;
			at6[1].sin6_port = at6[2].sin6_port = at6[0].sin6_port;
		} else {
			ends[i] = connection(listens[i], at, size);
		}
	}
	for (unsigned i = 1; i < 4; i++) {
		for (unsigned j = 1; j < 4; j++)
			expect_eq(listener_fits(listens[i], ends[j]),
			    i == j ? LISTENER_OWN : LISTENER_NOT);
		expect_eq(listener_fits(listens[0], ends[i]),
		    i == 3 ? LISTENER_NOT : LISTENER_ANY);
		close(ends[i]);
	}
	for (unsigned i = 0; i < 4; i++)
		close(listens[i]);
}

static void
test_fits(void)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int has = socket(AF_INET6, SOCK_STREAM, 0);

	test_unix_fits();
	unit_case("a connection to a port, at any of the host's addresses");
	test_ip_fits(AF_INET);
	if (bind(has, (struct sockaddr *)&at, sizeof(at)) == 0)
		test_ip_fits(AF_INET6);
	else
		printf("# no IPv6 here\n");
	close(has);
}

int
main(void)
{
	char directory[] = "/tmp/listener_test.XXXXXX";

	check(mkdtemp(directory) != NULL && chdir(directory) == 0);
	test_path();
	test_stale();
	test_refused();
	test_given();
	test_fits();
	unlink("s");
	rmdir(directory);
	return unit_done();
}
