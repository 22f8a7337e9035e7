/* SPDX-License-Identifier: MIT
 *
 * --sandbox, and what belongs to it.
 */
#include "vmm/config_words.h"

const char *
opt_sandbox(struct config *c, const char *text)
{
	int n = choose(text, "full", "lite", "off");

	if (n < 0)
		return "full, lite or off";
	c->sandbox = (enum sandbox)n;
	return NULL;
}

const char *
opt_sandbox_strict(struct config *c, const char *text)
{
	(void)text;
	c->sandbox_strict = true;
	return NULL;
}

static const char *
take_id(struct config *c, const char *text, uint32_t *id)
{
	uint64_t n;

	if (!number(text, 1, UINT32_MAX - 1, &n))
		return "a number that is not root's";
	*id = (uint32_t)n;
	c->jail = true;
	return NULL;
}

const char *
opt_jail_uid(struct config *c, const char *text)
{
	return take_id(c, text, &c->jail_uid);
}

const char *
opt_jail_gid(struct config *c, const char *text)
{
	return take_id(c, text, &c->jail_gid);
}

static const char *
take_path(const char *text, const char **path)
{
	*path = text;
	return *text == '\0' ? "a path" : NULL;
}

const char *
opt_netns(struct config *c, const char *text)
{
	return take_path(text, &c->netns);
}

const char *
opt_cgroup(struct config *c, const char *text)
{
	return take_path(text, &c->cgroup);
}

const char *
opt_kvm(struct config *c, const char *text)
{
	return take_path(text, &c->kvm);
}
