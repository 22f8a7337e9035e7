/* SPDX-License-Identifier: MIT
 *
 * The cursors of a chain, over parts laid out by hand: any piece read or
 * written, by copy or by iovec, is the same bytes (virtio 1.3, 2.7.4.1).
 */
#include <linux/uio.h>

#include "devices/virtq_fixture.h"
#include "tools/unit.h"

static struct chain c;

/* To read: 3 bytes, none, 5; to write: none, 4, 1, none, 6. One part is the
 * end of low RAM and one the start of high RAM. */
static void
lay(void)
{
	static const struct chain_part parts[] = {
		{ 0x100, 3 },
		{ ~(gpa_t)0, 0 },
		{ LOW_RAM - 5, 5 },
		{ 0, 0 },
		{ RAM_HIGH, 4 },
		{ 0x300, 1 },
		{ 0x301, 0 },
		{ 0x301, 6 },
	};

	memset(ram, 0, sizeof(ram));
	memset(&c, 0, sizeof(c));
	memcpy(c.part, parts, sizeof(parts));
	c.parts = ARRAY_SIZE(parts);
	c.readers = 3;
	c.readable = c.read.left = 8;
	c.writable = c.write.left = 11;
	c.write.part = 3;
	memcpy(at(0x100), "abc", 3);
	memcpy(at(LOW_RAM - 5), "defgh", 5);
}

static void
read_in_pieces(void)
{
	unit_case("2.7.4.1: read in pieces of any size");
	for (size_t piece = 1; piece < 12; piece++) {
		char got[16] = { 0 };
		size_t n, have = 0;

		lay();
		do {
			n = chain_read(&c, &mem, got + have, piece);
			expect_eq(n, MIN(piece, 8 - have));
			have += n;
			expect_eq(c.read.left, 8 - have);
		} while (n > 0);
		expect(strcmp(got, "abcdefgh") == 0);
		expect_eq(c.write.left, 11);
	}
}

static void
write_in_pieces(void)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	unit_case("2.7.4.1: write in pieces of any size");
	for (size_t piece = 1; piece < 14; piece++) {
		size_t n, have = 0;

		lay();
		do {
			n = chain_write(&c, &mem, &letters[have], piece);
			expect_eq(n, MIN(piece, 11 - have));
			have += n;
			expect_eq(chain_written(&c), have);
		} while (n > 0);
		expect(memcmp(at(RAM_HIGH), "ABCD\0", 5) == 0);
		expect(memcmp(at(0x300), "EFGHIJK\0", 8) == 0);
		expect(memcmp(at(0x100), "abc\0", 4) == 0);
	}
}

static void
by_iovec(void)
{
	struct iovec iov[4] = { 0 };

	unit_case("iovecs: one for each part that has bytes");
	lay();
	expect_eq(chain_read_iov(&c, &mem, iov, 4, ~(uint64_t)0), 2);
	expect(iov[0].iov_base == at(0x100) && iov[0].iov_len == 3);
	expect(iov[1].iov_base == at(LOW_RAM - 5) && iov[1].iov_len == 5);
	expect_eq(c.read.left, 0);
	expect_eq(chain_read_iov(&c, &mem, iov, 4, 1), 0);
	expect_eq(chain_write_iov(&c, &mem, iov, 4, 11), 3);
	expect(iov[0].iov_base == at(RAM_HIGH) && iov[0].iov_len == 4);
	expect(iov[1].iov_base == at(0x300) && iov[1].iov_len == 1);
	expect(iov[2].iov_base == at(0x301) && iov[2].iov_len == 6);
	expect_eq(chain_written(&c), 11);
}

static void
iovec_limits(void)
{
	struct iovec iov[4] = { 0 };

	unit_case("iovecs: no more than asked for, in number and bytes");
	lay();
	expect_eq(chain_write_iov(&c, &mem, iov, 0, 11), 0);
	expect_eq(chain_write_iov(&c, &mem, iov, 4, 0), 0);
	expect_eq(c.write.left, 11);
	expect_eq(chain_write_iov(&c, &mem, iov, 1, 11), 1);
	expect_eq(c.write.left, 7);
	expect_eq(chain_write_iov(&c, &mem, iov, 4, 3), 2);
	expect(iov[1].iov_base == at(0x301) && iov[1].iov_len == 2);
	expect_eq(chain_write(&c, &mem, "xyz", 3), 3);
	expect(memcmp(at(0x303), "xyz", 3) == 0);
	expect_eq(chain_read_iov(&c, &mem, iov, 1, 8), 1);
	expect_eq(chain_read_iov(&c, &mem, iov, 4, 2), 1);
	expect(iov[0].iov_base == at(LOW_RAM - 5) && iov[0].iov_len == 2);
	expect_eq(c.read.left, 3);
}

static void
where_next(void)
{
	unit_case("the address of the next byte to write");
	lay();
	expect_eq(chain_write_at(&c), RAM_HIGH);
	expect_eq(chain_write(&c, &mem, "1234", 4), 4);
	expect_eq(chain_write_at(&c), 0x300);
	expect_eq(chain_write(&c, &mem, "56", 2), 2);
	expect_eq(chain_write_at(&c), 0x302);
	expect_eq(c.write.left, 5);
}

static void
saturated(void)
{
	unit_case("2.7.8.2: what is written to 4 GiB saturates in 32 bits");
	lay();
	c.writable = (uint64_t)1 << 32;
	c.write.left = 0;
	expect_eq(chain_written(&c), UINT32_MAX);
	c.write.left = 1;
	expect_eq(chain_written(&c), UINT32_MAX);
	c.write.left = 2;
	expect_eq(chain_written(&c), UINT32_MAX - 1);
}

int
main(void)
{
	read_in_pieces();
	write_in_pieces();
	by_iovec();
	iovec_limits();
	where_next();
	saturated();
	return unit_done();
}
