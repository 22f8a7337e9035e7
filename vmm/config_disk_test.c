/* SPDX-License-Identifier: MIT
 *
 * --disk's text.
 */
#include <string.h>

#include "tools/unit.h"
#include "vmm/config.h"

static struct config c;

static bool
takes(const char *text)
{
	return opt_disk(&c, text) == NULL;
}

static bool
alone(const char *text)
{
	memset(&c, 0, sizeof(c));
	return takes(text) && c.disk_count == 1;
}

static void
test_right(void)
{
	const struct config_disk *d = c.disks;

	unit_case("what may be said");
	expect(alone("path=a"));
	expect(strcmp(d->path, "a") == 0 && strcmp(d->id, "") == 0);
	expect(!d->read_only && d->setup.modern && d->setup.legacy);
	expect_eq(d->setup.queues, 1);
	expect(alone("ro,path=/x/y=z,id=12345678901234567890,queues=8"));
	expect(strcmp(d->path, "/x/y=z") == 0 && d->read_only);
	expect(strcmp(d->id, "12345678901234567890") == 0);
	expect_eq(d->setup.queues, 8);
	expect(alone("path=a,modern=off"));
	expect(!d->setup.modern && d->setup.legacy);
	expect(alone("path=a,legacy=off,modern=on"));
	expect(d->setup.modern && !d->setup.legacy);
	expect(d->aio == BLK_AIO_ANY && d->sync == BLK_SYNC_FLUSH);
	expect(alone("aio=io_uring,path=a,sync=always"));
	expect(d->aio == BLK_AIO_URING && d->sync == BLK_SYNC_ALWAYS);
	expect(alone("path=a,aio=threads,sync=never"));
	expect(d->aio == BLK_AIO_THREADS && d->sync == BLK_SYNC_NEVER);
	expect(alone("path=a,aio=any,sync=flush"));
	expect(d->aio == BLK_AIO_ANY && d->sync == BLK_SYNC_FLUSH);
	expect_eq(d->setup.vectors, 0);
	expect(alone("path=a,queues=8,vectors=2"));
	expect_eq(d->setup.vectors, 2);
	expect(alone("path=a,,b,,,ro"));
	expect(strcmp(d->path, "a,b,") == 0 && d->read_only);
	expect(alone("path=a,"));
}

static void
test_wrong(void)
{
	static const char *const wrong[] = { "", "a", "path=", "path", "ro",
		"path=a,rw", "path=a,ro=on", "path=a,aio=", "path=a,aio=uring",
		"path=a,aio=threads4", "path=a,sync=", "path=a,sync=on",
		"path=a,sync", "path=a,queues=", "path=a,queues=0",
		"path=a,queues=9", "path=a,queues=11", "path=a,queues=-",
		"path=a,vectors=0", "path=a,vectors=65", "path=a,vectors",
		"path=a,modern=", "path=a,modern=yes",
		"path=a,modern=off,legacy=off",
		"path=a,id=123456789012345678901", "xpath=a", ",path=a" };

	unit_case("what may not");
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
		expect(!alone(wrong[i]));
}

static void
test_many(void)
{
	static char text[8192] = "path=";

	unit_case("eight disks, and no more");
	memset(&c, 0, sizeof(c));
	for (unsigned i = 0; i < 8; i++)
		expect(takes("path=a,ro"));
	expect(!takes("path=a"));
	expect_eq(c.disk_count, 8);

	unit_case("more text than there is room for");
	for (size_t n = 4000; n < sizeof(text); n++) {
		memset(text + 5, 'a', n - 5);
		expect_eq(alone(text), n < sizeof(c.text));
		expect(c.text_used <= sizeof(c.text));
	}
}

int
main(void)
{
	test_right();
	test_wrong();
	test_many();
	return unit_done();
}
