/* SPDX-License-Identifier: MIT
 *
 * Honest work for each device that the command line names, one after another,
 * often enough for a host that fails in between; with "forever" first, again
 * and again, "round" after each.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/virtio_work.h"
#include "guest-tests/lib/words.h"

enum { TIMES = 4 };

/* 5.5.5: how many pages it has; then none again. */
static void
tell_actual(const struct virtio *v)
{
	enum { ACTUAL = 4 };

	poke(v->config + ACTUAL, 4, 1);
	poke(v->config + ACTUAL, 4, 0);
}

static void
work_all(const char *text)
{
	while (*text != '\0') {
		const struct work *w = take_work(&text);
		struct virtio v;
		struct virtq q;

		virtio_find(&v, w->type, false);
		virtio_begin(&v, 0, &q, w->queue);
		for (unsigned i = 0; i < TIMES; i++)
			w->work(&q);
		if (w->type == VIRTIO_BALLOON)
			tell_actual(&v);
	}
}

void
main(void)
{
	const char *text = cmdline();

	if (!take_word(&text, "forever")) {
		work_all(text);
		return;
	}
	for (;;) {
		work_all(text);
		puts("round\n");
	}
}
