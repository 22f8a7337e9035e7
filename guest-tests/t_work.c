/* SPDX-License-Identifier: MIT
 *
 * Honest work for each device that the command line names, one after another,
 * often enough for a host that fails in between.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/virtio_work.h"

enum { TIMES = 4 };

void
main(void)
{
	const char *text = cmdline();

	while (*text != '\0') {
		const struct work *w = take_work(&text);
		struct virtio v;
		struct virtq q;

		virtio_find(&v, w->type, false);
		virtio_begin(&v, 0, &q, w->queue);
		for (unsigned i = 0; i < TIMES; i++)
			w->work(&q);
	}
}
