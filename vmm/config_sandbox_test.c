/* SPDX-License-Identifier: MIT
 *
 * Unit tests of config_sandbox.c.
 */
#include <string.h>

#include "tools/unit.h"
#include "vmm/config.h"

static void
test_levels(void)
{
	struct config c = { .sandbox = SANDBOX_FULL };

	unit_case("levels of the sandbox");
	expect(opt_sandbox(&c, "lite") == NULL && c.sandbox == SANDBOX_LITE);
	expect(opt_sandbox(&c, "off") == NULL && c.sandbox == SANDBOX_OFF);
	expect(opt_sandbox(&c, "") != NULL && opt_sandbox(&c, "on") != NULL);
	expect(opt_sandbox(&c, "fully") != NULL && c.sandbox == SANDBOX_OFF);
	expect(opt_sandbox(&c, "full") == NULL && c.sandbox == SANDBOX_FULL);
	expect(opt_sandbox_strict(&c, NULL) == NULL && c.sandbox_strict);
}

static void
test_ids(void)
{
	static const char *const wrong[] = { "0", "", "root", "-1",
		"4294967295", "4294967296", "1x" };
	struct config c = { .jail_uid = 7 };

	unit_case("ids that are not root's");
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
		expect(opt_jail_uid(&c, wrong[i]) != NULL &&
		    opt_jail_gid(&c, wrong[i]) != NULL);
	expect_eq(c.jail_uid, 7);
	expect(opt_jail_uid(&c, "1000") == NULL && c.jail_uid == 1000);
	expect(
	    opt_jail_gid(&c, "4294967294") == NULL && c.jail_gid == 4294967294);
}

static void
test_paths(void)
{
	struct config c = { .kvm = NULL };

	unit_case("paths");
	expect(opt_kvm(&c, "fd=3") == NULL && strcmp(c.kvm, "fd=3") == 0);
	expect(opt_netns(&c, "/n") == NULL && strcmp(c.netns, "/n") == 0);
	expect(opt_cgroup(&c, "/c") == NULL && strcmp(c.cgroup, "/c") == 0);
	expect(opt_kvm(&c, "") != NULL && opt_cgroup(&c, "") != NULL);
}

int
main(void)
{
	test_levels();
	test_ids();
	test_paths();
	return unit_done();
}
