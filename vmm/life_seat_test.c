/* SPDX-License-Identifier: MIT
 *
 * Who sits down where: clients of the control socket and of consoles, in
 * whatever order and number a life has handed them on.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/unit.h"
#include "vmm/vm.h"

enum { NAMES = 3 }; /* the control socket's, two consoles' */

struct vm vm;

static int listeners[NAMES];

/* Of names that are no files, this process's own. */
static struct sockaddr_un
name_of(unsigned n)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1,
	    "life_seat_test.%d.%u", (int)getpid(), n);
	return at;
}

static int
client_of(unsigned n)
{
	struct sockaddr_un at = name_of(n);
	int client = socket(AF_UNIX, SOCK_STREAM, 0), end;

	check(connect(client, (struct sockaddr *)&at, sizeof(at)) == 0);
	end = accept(listeners[n], NULL, NULL);
	check(end >= 0);
	close(client);
	return end;
}

static void
hand_on(int client)
{
	vm.life.before.clients[vm.life.before.client_count++] = client;
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void
begin(const char *name)
{
	unit_case(name);
	vm.life.before.client_count = 0;
	vm.control.listener = listeners[0];
	vm.control.fd = 0;
	for (unsigned i = 0; i < CONSOLES_MAX; i++)
		vm.consoles[i] =
		    (struct console_port){ .listener = -1, .fd = -1 };
	vm.consoles[0].fd = 77; /* a file's */
	vm.consoles[1].listener = listeners[1];
	vm.consoles[4].listener = listeners[2];
}

static void
test_each(void)
{
	int control, first, second, *of[CLIENTS_MOST];

	begin("each at the socket that it came to");
	expect_eq(life_clients(of), 0);
	hand_on(second = client_of(2));
	hand_on(control = client_of(0));
	hand_on(first = client_of(1));
	life_seat();
	expect_eq(vm.control.fd, control);
	expect_eq(vm.consoles[1].fd, first);
	expect_eq(vm.consoles[4].fd, second);
	expect_eq(vm.consoles[0].fd, 77);
	expect_eq(life_clients(of), 3);
	expect(of[0] == &vm.control.fd && of[1] == &vm.consoles[1].fd &&
	    of[2] == &vm.consoles[4].fd);
	close(control);
	close(first);
	close(second);
}

static void
test_strangers(void)
{
	int first, again, pair[2], file;

	begin("a second one, an end of no listener's, a file: closed");
	hand_on(first = client_of(1));
	hand_on(again = client_of(1));
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	hand_on(pair[0]);
	hand_on(file = open("/dev/null", O_RDONLY));
	life_seat();
	expect_eq(vm.control.fd, 0);
	expect_eq(vm.consoles[1].fd, first);
	expect_eq(vm.consoles[4].fd, -1);
	expect(is_open(first) && !is_open(again));
	expect(!is_open(pair[0]) && !is_open(file));
	close(first);
	close(pair[1]);
}

static void
test_shared(void)
{
	int one, two, three;

	begin("two ports of one listener: a client each");
	vm.consoles[5].listener = listeners[1];
	hand_on(one = client_of(1));
	hand_on(two = client_of(1));
	hand_on(three = client_of(1));
	life_seat();
	expect_eq(vm.consoles[1].fd, one);
	expect_eq(vm.consoles[5].fd, two);
	expect(is_open(two) && !is_open(three));
	close(one);
	close(two);
}

/* Consoles at an address, the control socket at all others of the host's. */
static void
test_any(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int listens[2], ends[2], client, on = 1;
	socklen_t size = sizeof(at);

	begin("a client of one address's is not one of any address's");
	for (unsigned i = 0; i < 2; i++) {
		listens[i] = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(
		    listens[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
		check(bind(listens[i], (struct sockaddr *)&at, size) == 0);
		check(listen(listens[i], 8) == 0);
		check(getsockname(listens[i], (struct sockaddr *)&at, &size) ==
		    0);
		at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	for (unsigned i = 0; i < 2; i++) {
		client = socket(AF_INET, SOCK_STREAM, 0);
		check(connect(client, (struct sockaddr *)&at, size) == 0);
		ends[i] = accept(listens[1], NULL, NULL);
		check(ends[i] >= 0);
		close(client);
		hand_on(ends[i]);
	}
	vm.control.listener = listens[0];
	vm.consoles[1].listener = listens[1];
	life_seat();
	expect_eq(vm.control.fd, 0);
	expect_eq(vm.consoles[1].fd, ends[0]);
	expect(!is_open(ends[1]));
	close(listens[0]);
	close(listens[1]);
	close(ends[0]);
}

int
main(void)
{
	for (unsigned i = 0; i < NAMES; i++) {
		struct sockaddr_un at = name_of(i);

		listeners[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		check(bind(listeners[i], (struct sockaddr *)&at, sizeof(at)) ==
			0 &&
		    listen(listeners[i], 8) == 0);
	}
	test_each();
	test_strangers();
	test_shared();
	test_any();
	return unit_done();
}
