/* SPDX-License-Identifier: MIT
 *
 * See last_word.h; unix(7) on SCM_RIGHTS.
 */
#include "vmm/last_word.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* The bytes of it. */
struct text {
	int32_t status;
	uint32_t again;
};

union rights {
	char room[CMSG_SPACE(CLIENTS_MOST * sizeof(int))];
	struct cmsghdr head;
};

/* Room for so many, and no more: CMSG_SPACE() rounds up, and the kernel would
 * install one that nobody knows of. */
static struct msghdr
message(struct iovec *iov, union rights *rights, unsigned clients)
{
	return (struct msghdr){ .msg_iov = iov,
		.msg_iovlen = 1,
		.msg_control = clients != 0 ? rights->room : NULL,
		.msg_controllen =
		    clients != 0 ? CMSG_LEN(clients * sizeof(int)) : 0 };
}

bool
last_word_say(int socket, const struct last_word *word)
{
	const size_t bytes = word->client_count * sizeof(int);
	struct text text = { word->status, word->again };
	struct iovec iov = { &text, sizeof(text) };
	union rights rights = { .room = { 0 } };
	struct msghdr m = message(&iov, &rights, word->client_count);

	rights.head.cmsg_level = SOL_SOCKET;
	rights.head.cmsg_type = SCM_RIGHTS;
	rights.head.cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(&rights.head), word->clients, bytes);
	return sendmsg(socket, &m, 0) >= 0;
}

static void
take_clients(struct msghdr *m, struct last_word *word)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(m);
	size_t bytes;

	word->client_count = 0;
	if (c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_RIGHTS)
		return;
	bytes = MIN(c->cmsg_len - CMSG_LEN(0), sizeof(word->clients));
	memcpy(word->clients, CMSG_DATA(c), bytes);
	word->client_count = (unsigned)(bytes / sizeof(int));
}

int
last_word_hear(int socket, struct last_word *word)
{
	struct text text = { 0, 0 };
	struct iovec iov = { &text, sizeof(text) };
	union rights rights;
	struct msghdr m = message(&iov, &rights, CLIENTS_MOST);
	ssize_t n;

	do
		n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	take_clients(&m, word);
	word->status = text.status;
	word->again = text.again != 0;
	return n == sizeof(text);
}
