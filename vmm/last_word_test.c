/* SPDX-License-Identifier: MIT
 *
 * The word as it is meant, and whatever a guest that has taken a life over
 * might say instead.
 */
#include "vmm/last_word.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/unit.h"

enum { FDS_MOST = 20 };

static int pair[2];

static void
open_pair(void)
{
	check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
}

static void
close_pair(void)
{
	close(pair[0]);
	close(pair[1]);
}

/* How many descriptors are open. */
static unsigned
count_open(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
close_clients(const struct last_word *word)
{
	for (unsigned i = 0; i < word->client_count; i++)
		close(word->clients[i]);
}

static void
test_word(void)
{
	struct last_word said = { .status = -1, .again = true }, heard;
	unsigned before;

	unit_case("last word: status, another life, clients of any number");
	open_pair();
	before = count_open();
	for (unsigned n = 0; n <= CLIENTS_MOST; n++) {
		said.client_count = n;
		for (unsigned i = 0; i < n; i++)
			said.clients[i] = pair[i % 2];
		expect(last_word_say(pair[1], &said));
		memset(&heard, 0xff, sizeof(heard));
		expect_eq(last_word_hear(pair[0], &heard), 1);
		expect_eq(heard.status, -1);
		expect(heard.again);
		expect_eq(heard.client_count, n);
		expect_eq(count_open(), before + n);
		for (unsigned i = 0; i < n; i++)
			expect_eq(fcntl(heard.clients[i], F_GETFD), FD_CLOEXEC);
		close_clients(&heard);
	}
	said = (struct last_word){ .status = 42 };
	expect(last_word_say(pair[1], &said));
	expect_eq(last_word_hear(pair[0], &heard), 1);
	expect(heard.status == 42 && !heard.again && heard.client_count == 0);
	close_pair();
}

static void
test_nobody(void)
{
	struct last_word word = { .status = 1 };

	unit_case("last word: who has gone says none, and hears none");
	signal(SIGPIPE, SIG_IGN);
	open_pair();
	close(pair[1]);
	expect_eq(last_word_hear(pair[0], &word), 0);
	expect_eq(word.client_count, 0);
	expect(!last_word_say(pair[0], &word));
	close(pair[0]);
	expect_eq(last_word_hear(pair[0], &word), -1);
}

/* So many bytes, all ones, with so many descriptors. */
static void
say_bytes(size_t bytes, unsigned fds)
{
	union {
		char room[CMSG_SPACE(FDS_MOST * sizeof(int))];
		struct cmsghdr head;
	} rights = { .room = { 0 } };
	char text[64];
	struct iovec iov = { text, bytes };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	memset(text, 0xff, sizeof(text));
	rights.head.cmsg_level = SOL_SOCKET;
	rights.head.cmsg_type = SCM_RIGHTS;
	rights.head.cmsg_len = CMSG_LEN(fds * sizeof(int));
	for (unsigned i = 0; i < fds; i++)
		memcpy(CMSG_DATA(&rights.head) + i * sizeof(int), &pair[1],
		    sizeof(int));
	if (fds != 0) {
		m.msg_control = rights.room;
		m.msg_controllen = rights.head.cmsg_len;
	}
	check(sendmsg(pair[1], &m, 0) == (ssize_t)bytes);
}

static void
test_hostile(void)
{
	struct last_word word;
	unsigned before;

	unit_case("last word: of a wrong size, with more descriptors than may");
	open_pair();
	before = count_open();
	for (size_t bytes = 1; bytes <= 64; bytes++)
		for (unsigned fds = 0; fds <= FDS_MOST; fds++) {
			say_bytes(bytes, fds);
			expect_eq(last_word_hear(pair[0], &word), bytes >= 8);
			expect_eq(word.client_count,
			    MIN(fds, (unsigned)CLIENTS_MOST));
			expect_eq(count_open(), before + word.client_count);
			close_clients(&word);
		}
	close_pair();
}

int
main(void)
{
	test_word();
	test_nobody();
	test_hostile();
	return unit_done();
}
