/* SPDX-License-Identifier: MIT
 *
 * --disk path=FILE[,ro][,id=TEXT][,queues=N][,aio=io_uring|threads]
 *	[,sync=flush|always|never] and virtio_word()'s words
 */
#include <string.h>

#include "vmm/config_words.h"

static bool
take(struct config_disk *d, const char *word)
{
	const char *value;
	int which;
	uint64_t n;

	if (strcmp(word, "ro") == 0) {
		d->read_only = true;
		return true;
	}
	if ((value = value_of(word, "path")) != NULL) {
		d->path = value;
		return *value != '\0';
	}
	if ((value = value_of(word, "id")) != NULL) {
		d->id = value;
		return strlen(value) <= VIRTIO_BLK_ID_SIZE;
	}
	if ((value = value_of(word, "queues")) != NULL) {
		if (!number(value, 1, VIRTIO_BLK_QUEUES, &n))
			return false;
		d->setup.queues = (uint16_t)n;
		return true;
	}
	if ((value = value_of(word, "aio")) != NULL) {
		which = choose(value, "any", "io_uring", "threads");
		d->aio = (enum blk_aio)which;
		return which >= 0;
	}
	if ((value = value_of(word, "sync")) != NULL) {
		which = choose(value, "flush", "always", "never");
		d->sync = (enum blk_sync)which;
		return which >= 0;
	}
	return virtio_word(&d->setup, word);
}

const char *
opt_disk(struct config *c, const char *text)
{
	struct config_disk d = { .id = "", .setup = VIRTIO_TRANSITIONAL };

	d.setup.queues = 1;
	if (c->disk_count == DISKS_MAX)
		return "at most 8 disks";
	do {
		const char *word = cut_word(c, &text);

		if (word == NULL)
			return "shorter paths";
		if (!take(&d, word))
			return "path=FILE[,ro][,id=TEXT][,queues=1..8]"
			       "[,aio=any|io_uring|threads]"
			       "[,sync=flush|always|never]"
			       "[,modern=on|off][,legacy=on|off]"
			       "[,vectors=1..64], with at most 20 characters of"
			       " id";
	} while (*text != '\0');
	if (d.path == NULL)
		return "path=FILE";
	c->disks[c->disk_count] = d;
	c->disk_count += virtio_wrong(&d.setup) == NULL;
	return virtio_wrong(&d.setup);
}
