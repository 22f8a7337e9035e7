/* SPDX-License-Identifier: MIT
 *
 * Writes seeds for fuzz/board into a directory, one for each kind of mistake
 * that was found in other virtual machine monitors, and one for each device at
 * its ordinary work, which the fuzzer then varies.
 *
 *	fuzz/seeds DIRECTORY
 */
#include <linux/pci_regs.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_console.h>
#include <linux/virtio_pci.h>
#include <stdio.h>
#include <string.h>

#include "tools/fuzz/board_input.h"
#include "tools/fuzz/board_regions.h"

enum { BYTE, WORD, LONG, QUAD }; /* widths */
enum { PACKED = 1 << 24, LARGEST = 11, LATE = FUZZ_LATE };
enum { TRANSITIONAL, MODERN, LEGACY, ODD }; /* machines */

#define OPERATION(name, ...)                                                   \
	{                                                                      \
		.code = FUZZ_OP_##name, __VA_ARGS__                            \
	}
#define READ(where, at, log)                                                   \
	OPERATION(read, .row = FUZZ_##where, .offset = (at), .width = (log))
#define WRITE(where, at, log, what)                                            \
	OPERATION(write, .row = FUZZ_##where, .offset = (at), .width = (log),  \
	    .value = (what))
#define WRITE_AT(where, at, log, base)                                         \
	OPERATION(write, .row = FUZZ_##where, .offset = (at), .width = (log),  \
	    .kind = (base))
#define POKE(base, at, log, what)                                              \
	OPERATION(poke, .kind = (base), .offset = (at), .width = (log),        \
	    .value = (what))
#define SETUP(device, how, size, features)                                     \
	OPERATION(setup, .row = FUZZ_ROW_##device, .width = (how),             \
	    .offset = (size), .value = (features))
/* `parts`, of which `readers` to read; words 1 and 2 of the first. */
#define CHAIN(device, queue, readers, parts, word, second)                     \
	OPERATION(chain, .row = FUZZ_ROW_##device,                             \
	    .offset = (queue) | (uint32_t)(second) << 8, .width = (parts)-1,   \
	    .kind = (readers) << 4, .value = (word))
#define BELOW(device, queue, readers, parts, word, second) /* ... negative */  \
	OPERATION(chain, .row = FUZZ_ROW_##device,                             \
	    .offset = (queue) | (uint32_t)(second) << 8, .width = (parts)-1,   \
	    .kind = (readers) << 4 | 8, .value = (word))
#define TABLE(device, queue, readers, parts, word, second)                     \
	OPERATION(chain, .row = FUZZ_ROW_##device,                             \
	    .offset = (queue) | (uint32_t)(second) << 8, .width = (parts)-1,   \
	    .kind = (readers) << 4 | 1, .value = (word))
#define KICK(device, queue, way)                                               \
	OPERATION(                                                             \
	    kick, .row = FUZZ_ROW_##device, .offset = (queue), .width = (way))
#define RESET(device, way)                                                     \
	OPERATION(reset, .row = FUZZ_ROW_##device, .width = (way))
#define HOST(event, at, how, what)                                             \
	OPERATION(host, .row = FUZZ_EVENT_##event, .offset = (at),             \
	    .width = (how), .value = (what))
#define TIME(amount, unit) OPERATION(time, .value = (amount), .kind = (unit))
#define CONFIG(device, at, log, what)                                          \
	OPERATION(config, .row = FUZZ_ROW_##device, .offset = (at),            \
	    .width = (log), .value = (what))
#define MESSAGE(device, how, masked, vector)                                   \
	OPERATION(message, .row = FUZZ_ROW_##device, .width = (how),           \
	    .value = (masked), .offset = (vector))
#define QUEUE(device, index, how, size)                                        \
	OPERATION(queue, .row = FUZZ_ROW_##device,                             \
	    .offset = (index) << 8 | (size), .width = (how))
#define ACK	  OPERATION(ack, .width = 0)
#define EOI(what) OPERATION(ack, .width = 1, .value = (what))
#define RESTART	  OPERATION(restart, .row = 0)
#define NEW_LIFE  OPERATION(restart, .width = 1)
#define LOOP(n)	  OPERATION(loop, .width = (n))

#define OPS(...)                                                               \
	.op = (const struct fuzz_op[]){ __VA_ARGS__ },                         \
	.ops = sizeof((const struct fuzz_op[]){ __VA_ARGS__ }) /               \
	    sizeof(struct fuzz_op)
#define STREAM(text) .stream = (text), .stream_len = sizeof(text) - 1

struct seed {
	const char *name;
	uint8_t flags, machine;
	const struct fuzz_op *op;
	size_t ops;
	const char *stream;
	size_t stream_len;
};

enum { AT_DATA = 27, AT_RANGE = 0x4008 }; /* base, offset */

/* Common configuration. */
enum {
	SELECT = VIRTIO_PCI_COMMON_Q_SELECT,
	SIZE = VIRTIO_PCI_COMMON_Q_SIZE,
	VECTOR = VIRTIO_PCI_COMMON_Q_MSIX,
	ENABLE = VIRTIO_PCI_COMMON_Q_ENABLE,
	DESC = VIRTIO_PCI_COMMON_Q_DESCLO,
	STATUS = VIRTIO_PCI_COMMON_STATUS
};

/* What the stream says of parts: place, length, what is odd. */
#define HEADER	"\x01\x00\x00" /* 16 bytes */
#define SECTOR	"\x02\x02\x00" /* 512 */
#define PAGES	"\x10\x08\x00" /* 4096 */
#define BYTE_1	"\x08\x01\x00" /* one */
#define NOTHING "\x04\x03\x00" /* none */
#define RANGE	"\x20\x00\x00" /* 16 bytes, the last 8 at AT_RANGE */
#define ID_20	"\x09\x06\x00" /* 20 */
#define REQUEST HEADER SECTOR BYTE_1
#define ONES_8	"\xff\xff\xff\xff\xff\xff\xff\xff"
#define ONES_32 ONES_8 ONES_8 ONES_8 ONES_8
#define CMOS	ONES_32 ONES_32 ONES_32 ONES_32 /* of mc146818_kept */
#define MIB_1	"\x8c\x0a\x00"			/* all of low RAM */
#define MIB_4	MIB_1 MIB_1 MIB_1 MIB_1
#define MIB_8	MIB_4 MIB_4

static const struct seed seeds[] = {
#include "tools/fuzz/seeds.def"
};

static bool
write_seed(const char *directory, const struct seed *s)
{
	struct fuzz_head head = { s->flags, s->machine, (uint16_t)s->ops };
	char path[1024];
	FILE *file;
	bool ok;

	snprintf(path, sizeof(path), "%s/seed_%s", directory, s->name);
	file = fopen(path, "wb");
	if (file == NULL)
		return false;
	ok = fwrite(&head, sizeof(head), 1, file) == 1 &&
	    fwrite(s->op, sizeof(s->op[0]), s->ops, file) == s->ops &&
	    (s->stream_len == 0 ||
		fwrite(s->stream, s->stream_len, 1, file) == 1);
	return fclose(file) == 0 && ok;
}

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(seeds); i++)
		if (!write_seed(argv[1], &seeds[i])) {
			perror(argv[1]);
			return 1;
		}
	if (argc != 2)
		fputs("usage: seeds DIRECTORY\n", stderr);
	return argc != 2;
}
