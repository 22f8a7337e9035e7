/* SPDX-License-Identifier: MIT
 *
 * Sockets at paths that are free, left behind, in use, another's by now.
 */
#include "vmm/listener.h"

#include <fcntl.h>
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

int
main(void)
{
	char directory[] = "/tmp/listener_test.XXXXXX";

	check(mkdtemp(directory) != NULL && chdir(directory) == 0);
	test_path();
	test_stale();
	test_refused();
	test_given();
	unlink("s");
	rmdir(directory);
	return unit_done();
}
