/* SPDX-License-Identifier: MIT
 *
 * A port's far end against real files, pipes, sockets and epoll.
 */
#include "vmm/console_port.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/unit.h"
#include "vmm/text.h"

static struct console_port p = { .listener = -1, .fd = -1 };
static int client = -1, epoll;

static int
dial(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	memcpy(at.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Does what the port waits for come, as the loop would see it? */
static bool
event(void)
{
	int fd = p.fd < 0 ? p.listener : p.fd;
	struct epoll_event e = { .events = console_port_events(&p) };

	if (e.events == 0)
		return false;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) < 0)
		epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &e);
	return epoll_wait(epoll, &e, 1, 0) == 1;
}

static void
begin(const char *name)
{
	unit_case(name);
	console_port_close(&p);
	close(client);
	unlink("s");
}

/* A port with somebody there. */
static void
begin_client(const char *name)
{
	begin(name);
	expect(console_port_listen(&p, "s") == NULL);
	expect(!event());
	client = dial("s");
	expect(client >= 0 && event());
	expect(console_port_accept(&p));
	expect(!event());
}

/* What the client hears next. */
static bool
hears(const char *text)
{
	char got[64] = "";
	ssize_t n = read(client, got, sizeof(got));

	return n == (ssize_t)strlen(text) && memcmp(got, text, (size_t)n) == 0;
}

static bool
reads(const char *text)
{
	char got[64];
	size_t n = console_port_read(&p, got, sizeof(got));

	return n == strlen(text) && memcmp(got, text, n) == 0;
}

/* The loop's turn after an event, when the guest reads what there is. */
static bool
left_after(const char *text)
{
	expect(event());
	p.wants = 0;
	expect(*text == '\0' || reads(text));
	expect(reads(""));
	return console_port_left(&p);
}

static void
test_nobody(void)
{
	begin("nobody there");
	expect(console_port_listen(&p, "s") == NULL);
	expect_eq(console_port_write(&p, "lost", 4), 4);
	expect(reads(""));
	expect(!event());
	expect(!console_port_accept(&p));
	expect(!event());
}

static void
test_client(void)
{
	begin_client("a client, both ways, and another after it");
	expect_eq(console_port_write(&p, "out", 3), 3);
	expect(hears("out"));
	expect(write(client, "in", 2) == 2);
	expect(!left_after("in"));
	expect(!event());
	close(client);
	client = -1;
	expect(left_after(""));
	expect(p.fd < 0 && !event());
	expect_eq(console_port_write(&p, "lost", 4), 4);
	client = dial("s");
	expect(event() && console_port_accept(&p));
	expect_eq(console_port_write(&p, "new", 3), 3);
	expect(hears("new"));
}

static void
test_full(void)
{
	static uint8_t much[1 << 20], back[1 << 20];
	size_t sent = 0, seen = 0;

	begin_client("a client that does not read for a while");
	for (size_t i = 0; i < sizeof(much); i++)
		much[i] = (uint8_t)(i * 7 + i / 256);
	while (seen < sizeof(much)) {
		ssize_t n;

		p.wants = 0;
		sent +=
		    console_port_write(&p, much + sent, sizeof(much) - sent);
		expect_eq(p.wants, sent < sizeof(much) ? EPOLLOUT : 0);
		expect(!event());
		while ((n = read(client, back + seen, sizeof(back) - seen)) > 0)
			seen += (size_t)n;
		expect_eq(event(), p.wants != 0);
	}
	expect(memcmp(much, back, sizeof(much)) == 0);
}

static void
test_last_bytes(void)
{
	uint8_t byte = 0;

	begin_client("a client's last bytes, though it has left");
	expect(write(client, "last", 4) == 4);
	close(client);
	client = -1;
	expect(event());
	p.wants = 0; /* the guest does not read */
	expect(!console_port_left(&p));
	expect(!event());
	expect_eq(console_port_write(&p, "lost", 4), 4); /* EPIPE */
	expect(reads("last"));
	expect(reads(""));
	expect(left_after(""));

	begin_client("bytes that wait come in their order, into any room");
	expect(write(client, "abc", 3) == 3);
	expect(event());
	p.wants = 0;
	expect(!console_port_left(&p) && !console_port_left(&p));
	expect_eq(console_port_read(&p, &byte, 0), 0);
	expect_eq(console_port_read(&p, &byte, 1), 1);
	expect_eq(byte, 'a');
	expect(reads("bc"));
	expect(reads(""));
	expect_eq(p.wants, EPOLLIN);

	begin_client("one that leaves without a word, to a guest that is deaf");
	close(client);
	client = -1;
	expect(event());
	p.wants = 0;
	errno = EAGAIN; /* some call's before */
	expect(console_port_left(&p));
}

static void
test_half(void)
{
	begin_client("a client that has said all, and listens");
	expect(write(client, "all", 3) == 3);
	shutdown(client, SHUT_WR);
	expect(!left_after("all"));
	for (unsigned i = 0; i < 3; i++) {
		expect(!event());
		expect_eq(console_port_write(&p, "more", 4), 4);
		expect(hears("more"));
		expect(!console_port_left(&p));
	}
	close(client);
	client = -1;
	expect(left_after(""));
}

static void
test_second(void)
{
	int second;

	begin_client("a second client waits for the first one to leave");
	second = dial("s");
	expect(second >= 0 && !event());
	expect(write(second, "2", 1) == 1);
	close(client);
	expect(left_after(""));
	client = second;
	expect(event() && console_port_accept(&p));
	expect(!left_after("2"));
}

static void
test_file(void)
{
	char text[16] = "";
	struct stat is;
	int fd;

	begin("a file is appended to");
	umask(0);
	for (unsigned i = 0; i < 2; i++) {
		expect(console_port_append(&p, "log") == NULL);
		expect_eq(console_port_write(&p, "line\n", 5), 5);
		expect(reads("") && !event() && !console_port_left(&p));
		close(p.fd);
	}
	expect(stat("log", &is) == 0 && (is.st_mode & 0777) == 0600);
	fd = open("log", O_RDONLY);
	expect(read(fd, text, sizeof(text)) == 10);
	expect(memcmp(text, "line\nline\n", 10) == 0);
	close(fd);
	expect(console_port_append(&p, "nowhere/log") != NULL);
	expect_eq(p.fd, -1);

	begin("a file by its number: it is not read, and appended to");
	fd = open("log", O_RDWR);
	text_put(text, sizeof(text), "fd=%d", fd);
	expect(console_port_append(&p, text) == NULL);
	expect_eq(console_port_write(&p, "more\n", 5), 5);
	expect_eq(lseek(fd, 0, SEEK_CUR), 0);
	expect_eq(lseek(fd, 0, SEEK_END), 15);
	expect(lseek(p.fd, 0, SEEK_SET) == 0 && read(p.fd, text, 1) < 0);
	close(fd);
	close(p.fd);
	fd = open("log", O_RDONLY);
	text_put(text, sizeof(text), "fd=%d", fd);
	expect(console_port_append(&p, text) != NULL);
	expect_eq(p.fd, -1);
	close(fd);

	begin("a full device: one line, no wait");
	expect(console_port_append(&p, "/dev/full") == NULL);
	for (unsigned i = 0; i < 3; i++)
		expect_eq(console_port_write(&p, "lost", 4), 4);
	expect_eq(p.wants, 0);
	expect_eq(fake.warnings, 1);
}

static void
test_fifo(void)
{
	static uint8_t much[1 << 18];
	size_t sent;
	int fd;

	begin("a FIFO: nobody reads, somebody reads slowly");
	expect(mkfifo("fifo", 0600) == 0);
	expect(console_port_append(&p, "fifo") != NULL);
	fd = open("fifo", O_RDONLY | O_NONBLOCK);
	expect(console_port_append(&p, "fifo") == NULL);
	sent = console_port_write(&p, much, sizeof(much));
	expect(sent > 0 && sent < sizeof(much));
	expect_eq(p.wants, EPOLLOUT);
	expect(!event());
	expect(read(fd, much, sizeof(much)) > 0);
	expect(event());
	close(fd);
}

/* It fills, without a wait and with nothing of it changed. */
static void
fills(int fd)
{
	static const uint8_t much[1 << 20];
	int flags = fcntl(fd, F_GETFL);
	char name[16];
	size_t sent;

	text_put(name, sizeof(name), "fd=%d", fd);
	expect(console_port_append(&p, name) == NULL);
	sent = console_port_write(&p, much, sizeof(much));
	expect(sent > 0 && sent < sizeof(much));
	expect_eq(p.wants, EPOLLOUT);
	expect(!event());
	expect_eq(fcntl(fd, F_GETFL), flags);
}

static void
test_shared(void)
{
	char text[16] = "";
	int fds[2];

	begin("what the user's shell has open stays as it was");
	check(pipe(fds) == 0);
	fills(fds[1]);
	console_port_close(&p);
	close(fds[1]);
	close(fds[0]);
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	fills(fds[1]);
	close(fds[0]);
	close(fds[1]);

	begin("a file's offset is everybody's");
	fds[1] = open("log", O_WRONLY | O_TRUNC);
	text_put(text, sizeof(text), "fd=%d", fds[1]);
	check(write(fds[1], "before ", 7) == 7);
	expect(console_port_append(&p, text) == NULL);
	expect_eq(console_port_write(&p, "guest ", 6), 6);
	check(write(fds[1], "x", 1) == 1);
	close(fds[1]);
	fds[0] = open("log", O_RDONLY);
	expect_eq(read(fds[0], text, sizeof(text)), 14);
	expect(memcmp(text, "before guest x", 14) == 0);
	close(fds[0]);
}

int
main(void)
{
	char directory[] = "/tmp/console_port_test.XXXXXX";

	signal(SIGPIPE, SIG_IGN);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	check(mkdtemp(directory) != NULL && chdir(directory) == 0);
	test_nobody();
	test_client();
	test_full();
	test_last_bytes();
	test_half();
	test_second();
	test_file();
	test_fifo();
	test_shared();
	unlink("s");
	unlink("log");
	unlink("fifo");
	rmdir(directory);
	return unit_done();
}
