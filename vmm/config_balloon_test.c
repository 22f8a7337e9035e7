/* SPDX-License-Identifier: MIT
 *
 * --balloon's text.
 */
#include <string.h>

#include "tools/unit.h"
#include "vmm/config.h"

static struct config c;
static const struct virtio_setup *const setup = &c.devices.balloon;

static bool
takes(const char *text)
{
	memset(&c, 0, sizeof(c));
	return opt_balloon(&c, text) == NULL;
}

/* Feature bits 0 to 5 that are offered (virtio 1.3, 5.5.3). */
static unsigned
offered(const char *text)
{
	return takes(text) ? (unsigned)~setup->withheld & 0x3f : 0xffff;
}

static void
test_right(void)
{
	unit_case("what may be said");
	expect(takes("on") && takes("on,"));
	expect(setup->present && setup->modern && setup->legacy);
	expect(c.balloon.target == 0 && c.balloon.stats_s == 0);
	expect(takes("off") && !setup->present);
	expect(takes("target=64M,off") && !setup->present);
	expect(takes("target=64M"));
	expect(setup->present && c.balloon.target == 64 * MIB);
	expect(takes("target=0x1000") && c.balloon.target == 4096);
	expect(takes("stats=1") && c.balloon.stats_s == 1);
	expect(takes("stats=4294967295") && c.balloon.stats_s == UINT32_MAX);
	expect(takes("on,modern=off,legacy=on,target=4K"));
	expect(!setup->modern && setup->legacy && c.balloon.target == 4096);

	unit_case("what is offered");
	expect_eq(offered("on"), 1);
	expect_eq(setup->queues, 2);
	expect_eq(offered("stats=5"), 1 | 2);
	expect_eq(setup->queues, 3);
	expect_eq(offered("deflate-on-oom"), 1 | 4);
	expect_eq(offered("free-page-hinting"), 1 | 8 | 16);
	expect_eq(offered("on,free-page-reporting"), 1 | 16 | 32);
	expect_eq(offered("stats=1,deflate-on-oom,free-page-reporting,"
			  "free-page-hinting,target=1G"),
	    0x3f);
	expect_eq(setup->queues, 5);

	unit_case("said twice: the last counts");
	expect(takes("target=64M,stats=3") && opt_balloon(&c, "on") == NULL);
	expect(c.balloon.target == 0 && c.balloon.stats_s == 0);
	expect(setup->withheld & 2);
}

static void
test_wrong(void)
{
	static const char *const wrong[] = { "", "yes", ",on", "target",
		"target=", "target=0", "target=4095", "target=64Q", "target=-1",
		"stats", "stats=", "stats=0", "stats=-1", "stats=4294967296",
		"stats=1s", "deflate-on-oom=on", "free-page-reporting=off",
		"hinting", "modern=maybe", "modern=off,legacy=off",
		"xtarget=4K" };

	unit_case("what may not");
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
		expect_eq(takes(wrong[i]) ? i : ~0u, ~0u);
}

int
main(void)
{
	test_right();
	test_wrong();
	return unit_done();
}
