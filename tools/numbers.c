/* SPDX-License-Identifier: MIT
 *
 * See numbers.h.
 */
#include "tools/numbers.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, SECTORS = 16, BATCH = 4, DISK = 1 << 20 }; /* t_numbers */

void
numbers_make(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, DISK) < 0) {
		perror(path);
		exit(2);
	}
	close(fd);
}

/* The numbers that the disk must have, or later ones. */
static unsigned
read_kept(const char *said, uint64_t kept[SECTORS])
{
	static const char word[] = "kept ";
	unsigned batches = 0;
	char *end;

	for (said = strstr(said, word); said != NULL;
	     said = strstr(end, word)) {
		uint64_t last = strtoull(said + sizeof(word) - 1, &end, 16);

		if (*end != '\n')
			break;
		batches++;
		for (uint64_t i = 0; i < BATCH && i <= last; i++)
			kept[(last - i) % SECTORS] = last - i;
	}
	return batches;
}

const char *
numbers_lost(
    const char *path, const char *said, unsigned *batches, char why[128])
{
	uint64_t kept[SECTORS] = { 0 }, sector[SECTOR / 8];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	*batches = read_kept(said, kept);
	for (unsigned i = 0; i < SECTORS; i++) {
		uint64_t first, last;

		if (pread(fd, sector, SECTOR, (off_t)i * SECTOR) != SECTOR) {
			perror(path);
			exit(2);
		}
		first = sector[0];
		last = sector[SECTOR / 8 - 1];
		if (first >= kept[i] && last >= kept[i])
			continue;
		snprintf(why, 128,
		    "sector %u has 0x%llx and 0x%llx, and 0x%llx was kept", i,
		    (unsigned long long)first, (unsigned long long)last,
		    (unsigned long long)kept[i]);
		close(fd);
		return why;
	}
	close(fd);
	return NULL;
}
