/* SPDX-License-Identifier: MIT
 *
 * --balloon [on|off][,target=SIZE][,deflate-on-oom][,stats=SECONDS]
 * [,free-page-reporting][,free-page-hinting][,modern=on|off][,legacy=on|off].
 */
#include <string.h>

#include "vmm/config_words.h"

static bool
take_target(struct config_balloon *b, const char *value)
{
	return parse_size(value, &b->target) && b->target != 0 &&
	    b->target % VIRTIO_BALLOON_PAGE == 0;
}

static bool
take_stats(struct config_balloon *b, const char *value)
{
	uint64_t seconds;

	if (!number(value, 1, UINT32_MAX, &seconds))
		return false;
	b->stats_s = (uint32_t)seconds;
	return true;
}

static bool
take(struct config_balloon *b, struct virtio_balloon_offer *offer,
    const char *word)
{
	const char *value;

	if ((value = value_of(word, "target")) != NULL)
		return take_target(b, value);
	if ((value = value_of(word, "stats")) != NULL)
		return offer->stats = take_stats(b, value);
	if (strcmp(word, "deflate-on-oom") == 0)
		return offer->deflate_on_oom = true;
	if (strcmp(word, "free-page-reporting") == 0)
		return offer->reporting = true;
	if (strcmp(word, "free-page-hinting") == 0)
		return offer->hinting = true;
	return false;
}

/* Whether `target` exceeds --mem is known when all options are. */
const char *
opt_balloon(struct config *c, const char *text)
{
	struct virtio_balloon_offer offer = { .stats = false };
	struct virtio_setup *setup = &c->devices.balloon;

	*setup = (struct virtio_setup)VIRTIO_TRANSITIONAL;
	c->balloon = (struct config_balloon){ .target = 0 };
	do {
		const char *word = cut_word(c, &text);

		if (word == NULL)
			return "shorter text";
		if (!on_off(word, &setup->present) &&
		    !virtio_word(setup, word) &&
		    !take(&c->balloon, &offer, word))
			return "on or off, target=SIZE (a multiple of 4K),"
			       " deflate-on-oom, stats=SECONDS,"
			       " free-page-reporting, free-page-hinting,"
			       " modern=on|off, legacy=on|off";
	} while (*text != '\0');
	virtio_balloon_offer(setup, &offer);
	return virtio_wrong(setup);
}
