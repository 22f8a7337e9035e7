/* SPDX-License-Identifier: MIT
 *
 * See sandbox.h: the order of the steps, each of which says what it takes away.
 * What a host lacks is an error with --sandbox-strict, else a line, but for
 * PR_SET_MDWE.
 *
 * Left out on purpose: the capability bounding set, securebits and RLIMIT_NPROC.
 * Without execve() and clone() no program and no process is to be had from
 * them, and KVM and io_uring have the kernel start threads in our name.
 */
#include "vmm/sandbox.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmm/jail.h"
#include "vmm/log.h"
#include "vmm/text.h"
#include "vmm/vm.h"

/* What the host refused, for one line. */
struct lacks {
	char names[128];
	size_t length;
};

static void
step(struct lacks *lacks, bool done, const char *what)
{
	size_t room = sizeof(lacks->names) - lacks->length;

	if (done)
		return;
	if (vm.config.sandbox_strict)
		die_errno("--sandbox-strict: %s", what);
	lacks->length += MIN(room - 1,
	    text_put(lacks->names + lacks->length, room, "%s%s",
		lacks->length != 0 ? ", " : "", what));
}

/* A wish of the user's own is not a word in a line. */
static void
be_another(struct lacks *l, bool done)
{
	if (!done && vm.config.jail)
		die_errno("--jail-uid %u, --jail-gid %u (wants capabilities)",
		    vm.config.jail_uid, vm.config.jail_gid);
	step(l, done, "another user");
}

/* Never to more than there was. */
static bool
limit(int resource, rlim_t most)
{
	struct rlimit both;

	if (prlimit(0, resource, NULL, &both) < 0)
		return false;
	both.rlim_max = MIN(both.rlim_max, most);
	both.rlim_cur = MIN(both.rlim_cur, most);
	return prlimit(0, resource, &both, NULL) == 0;
}

static bool
may_grow(int fd)
{
	struct stat is;

	return fstat(fd, &is) < 0 || S_ISREG(is.st_mode);
}

/* No file gets longer than the longest disk. Linux knows but one limit for all
 * that a process has open: so there is none where a file is the guest's, or
 * mica's, to write to without an end, nor where the user may have a disk grow.
 * Block devices have an end that nobody moves. */
static bool
limit_files(void)
{
	const struct config *c = &vm.config;
	bool grows = may_grow(STDOUT_FILENO) || may_grow(STDERR_FILENO);
	uint64_t most = 0;

	for (unsigned i = 0; i < c->console_count; i++)
		grows |= c->consoles[i].kind == CONSOLE_FILE &&
		    may_grow(vm.consoles[i].fd);
	for (unsigned i = 0; i < c->disk_count; i++) {
		const struct blk_file *f = &vm.disks.disk[i].file;

		if (f->read_only || f->device)
			continue;
		grows |= c->control != NULL;
		most = MAX(most, f->bytes);
	}
	return grows || limit(RLIMIT_FSIZE, most);
}

/* jail_fork() has made them, and this process in them. */
static void
enter_namespaces(struct lacks *l)
{
	errno = vm.life.why;
	step(l, vm.life.namespaces, "namespaces");
	if (!vm.life.namespaces) {
		be_another(l, jail_drop_ids());
		return;
	}
	if (!jail_be_somebody())
		die_errno("--sandbox full: the user's namespace");
	errno = EPERM; /* jail_fork() was told */
	be_another(l, vm.life.uid != 0);
	step(l, jail_empty_root(), "an empty root");
}

/* A user's secrets are often there, and nobody here asks for any of it. */
static void
forget_environment(void)
{
	for (char **word = environ; *word != NULL; word++)
		memset(*word, 0, strlen(*word));
}

void
sandbox_enter(void)
{
	struct lacks l = { .length = 0 };

	if (vm.config.sandbox == SANDBOX_OFF)
		return;
	forget_environment();
	step(&l,
	    limit(RLIMIT_CORE, 0) && limit(RLIMIT_MSGQUEUE, 0) && limit_files(),
	    "rlimits");
	if (vm.config.sandbox == SANDBOX_FULL)
		enter_namespaces(&l);
	else
		be_another(&l, jail_drop_ids());
	life_tie();
	step(&l, jail_drop_capabilities(), "no capabilities");
	step(&l, prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "PR_SET_DUMPABLE");
	/* Not with a word: the programs need it. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		die_errno("--sandbox: PR_SET_NO_NEW_PRIVS");
	/* Linux since 6.3. The programs allow no such memory anyway: where it
	 * is older, that is not worth a line at each start. */
	step(&l, jail_forbid_new_code() || !vm.config.sandbox_strict,
	    "PR_SET_MDWE");
	step(&l, jail_forbid_paths(), "Landlock");
	if (l.length != 0)
		warn_first("the host lacks for its sandbox: %s", l.names);
}

/* What clients may still open. */
void
sandbox_close(void)
{
	int next = dup(0);

	if (next < 0)
		die_errno("dup");
	close(vm.kvm_fd);
	close(next);
	if (vm.config.sandbox != SANDBOX_OFF &&
	    !limit(RLIMIT_NOFILE, (rlim_t)next + CLIENTS_MOST))
		die_errno("--sandbox: RLIMIT_NOFILE");
}
