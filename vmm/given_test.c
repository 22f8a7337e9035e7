/* SPDX-License-Identifier: MIT
 *
 * Descriptors by number: each for what it is to be used for, and no more.
 */
#include "vmm/given.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/unit.h"
#include "vmm/text.h"

/* fd=N, of such a number. */
static const char *
named(int fd)
{
	static char name[32];

	text_put(name, sizeof(name), "fd=%d", fd);
	return name;
}

/* How what comes of it may be used, or -errno. */
static int
mode_of(int given, int flags)
{
	int fd = given_open(named(given), flags), mode;

	if (fd < 0)
		return -errno;
	expect(fd > 2 && fd != given);
	expect_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	mode = fcntl(fd, F_GETFL) & O_ACCMODE;
	close(fd);
	return mode;
}

static void
test_names(void)
{
	static const char *const paths[] = { "", "fd", "FD=1", " fd=1",
		"./fd=1" };
	static const char *const wrong[] = { "fd=", "fd=-1", "fd=1x", "fd=x",
		"fd= 1", "fd=2147483647", "fd=2147483648", "fd=4294967296",
		"fd=18446744073709551616" };

	unit_case("given: fd=N, no number of one, and what is a path");
	expect(given_is_fd("fd=0") && given_is_fd("fd=2147483647"));
	for (unsigned i = 0; i < ARRAY_SIZE(paths); i++)
		expect(!given_is_fd(paths[i]));
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		expect(given_is_fd(wrong[i]));
		errno = 0;
		expect(given_open(wrong[i], O_WRONLY | O_CREAT) < 0);
		expect_eq(errno, EBADF);
	}
}

static void
test_modes(void)
{
	int both = memfd_create("image", 0), read_only, write_only;
	char byte;

	unit_case("given: no more than was asked for, of what is there");
	check(write(both, "ab", 2) == 2);
	read_only = given_open(named(both), O_RDONLY);
	expect(read_only > 2);
	expect_eq(mode_of(both, O_RDWR), O_RDWR);
	expect_eq(mode_of(both, O_WRONLY), O_WRONLY);
	expect_eq(mode_of(both, O_WRONLY | O_APPEND | O_CREAT), O_WRONLY);
	expect_eq(mode_of(both, O_RDONLY), O_RDONLY);
	expect_eq(mode_of(both, O_RDONLY | O_NONBLOCK), O_RDONLY);
	expect_eq(mode_of(read_only, O_RDONLY), O_RDONLY);
	expect_eq(mode_of(read_only, O_RDWR), -EACCES);
	expect_eq(mode_of(read_only, O_WRONLY), -EACCES);
	check(read(read_only, &byte, 1) == 1); /* from the beginning */
	expect_eq(byte, 'a');
	expect(write(read_only, "x", 1) < 0);
	write_only = open("/dev/null", O_WRONLY | O_CLOEXEC);
	expect_eq(mode_of(write_only, O_WRONLY), O_WRONLY);
	expect_eq(mode_of(write_only, O_RDONLY), -EACCES);
	expect_eq(mode_of(write_only, O_RDWR), -EACCES);
	close(read_only);
	close(write_only);
	close(both);
}

static void
test_socket(void)
{
	int pair[2];

	unit_case("given: what cannot be opened anew, as a socket");
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	expect_eq(mode_of(pair[0], O_RDONLY), -EACCES);
	expect_eq(mode_of(pair[0], O_RDWR), O_RDWR);
	expect_eq(mode_of(pair[0], O_WRONLY), O_RDWR);
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	test_names();
	test_modes();
	test_socket();
	return unit_done();
}
