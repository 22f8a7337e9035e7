/* SPDX-License-Identifier: MIT
 *
 * See chain.h. The sections are virtio's (1.3).
 */
#include "devices/chain.h"

#include <linux/uio.h>

/* Passes over the next bytes as far as they lie in one part, at most `max`:
 * how many, 0 at the end of the chain, and where. While `left` is not 0 a part
 * that has bytes follows. 2.7.4.1: however they are arranged. */
static uint32_t
next_run(const struct chain *c, struct chain_cursor *k, uint64_t max, gpa_t *at)
{
	uint64_t len = MIN(max, k->left);

	if (len == 0)
		return 0;
	while (k->offset == c->part[k->part].len) {
		k->part++;
		k->offset = 0;
	}
	*at = c->part[k->part].at + k->offset;
	len = MIN(len, c->part[k->part].len - k->offset);
	k->offset += (uint32_t)len;
	k->left -= len;
	return (uint32_t)len;
}

static bool
next_iov(const struct chain *c, struct chain_cursor *k, const struct gmem *mem,
    struct iovec *iov, uint64_t max)
{
	gpa_t at = 0;

	iov->iov_len = next_run(c, k, max, &at);
	iov->iov_base = gmem_ptr(mem, at, iov->iov_len);
	check(iov->iov_base != NULL);
	return iov->iov_len > 0;
}

size_t
chain_read(struct chain *c, const struct gmem *mem, void *to, size_t len)
{
	uint8_t *bytes = to;
	size_t done = 0;
	uint32_t run;
	gpa_t at;

	while ((run = next_run(c, &c->read, len - done, &at)) > 0) {
		check(gmem_read(mem, at, bytes + done, run));
		done += run;
	}
	return done;
}

/* 2.7.5.1, 2.8.15: nowhere but in parts to write. */
size_t
chain_write(
    struct chain *c, const struct gmem *mem, const void *from, size_t len)
{
	const uint8_t *bytes = from;
	size_t done = 0;
	uint32_t run;
	gpa_t at;

	while ((run = next_run(c, &c->write, len - done, &at)) > 0) {
		check(gmem_write(mem, at, bytes + done, run));
		done += run;
	}
	return done;
}

unsigned
chain_read_iov(struct chain *c, const struct gmem *mem, struct iovec *iov,
    unsigned max, uint64_t bytes)
{
	unsigned n = 0;

	while (n < max && next_iov(c, &c->read, mem, &iov[n], bytes))
		bytes -= iov[n++].iov_len;
	return n;
}

unsigned
chain_write_iov(struct chain *c, const struct gmem *mem, struct iovec *iov,
    unsigned max, uint64_t bytes)
{
	unsigned n = 0;

	while (n < max && next_iov(c, &c->write, mem, &iov[n], bytes))
		bytes -= iov[n++].iov_len;
	return n;
}

gpa_t
chain_write_at(const struct chain *c)
{
	struct chain_cursor cursor = c->write;
	gpa_t at = 0;

	check(next_run(c, &cursor, 1, &at) == 1);
	return at;
}

/* 2.7.8.2 */
uint32_t
chain_written(const struct chain *c)
{
	return (uint32_t)MIN(c->writable - c->write.left, UINT32_MAX);
}
