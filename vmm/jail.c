/* SPDX-License-Identifier: MIT
 *
 * See jail.h; namespaces(7), user_namespaces(7), pivot_root(2),
 * capabilities(7), landlock(7), PR_SET_MDWE(2const).
 */
#include "vmm/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "vmm/given.h"
#include "vmm/log.h"
#include "vmm/text.h"
#include "vmm/vm.h"

static bool
put_at(int dir, const char *path, const char *text)
{
	int fd = openat(dir, path, O_WRONLY | O_CLOEXEC);
	bool done =
	    fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

static bool
put(const char *path, const char *text)
{
	return put_at(AT_FDCWD, path, text);
}

/* A directory with a file of that name may be anything. */
static bool
join_cgroup(const char *cgroup)
{
	int dir = given_open(cgroup, O_PATH | O_DIRECTORY);
	struct statfs is;
	bool done = false;

	if (dir < 0 || fstatfs(dir, &is) < 0)
		return false;
	if (is.f_type == CGROUP2_SUPER_MAGIC)
		done = put_at(dir, "cgroup.procs", "0");
	else
		errno = EINVAL;
	close(dir);
	return done;
}

void
jail_join(void)
{
	const char *cgroup = vm.config.cgroup, *netns = vm.config.netns;
	int fd;

	if (vm.config.jail && geteuid() != 0)
		die("--jail-uid, --jail-gid: for root alone; leave them out");
	if (cgroup != NULL && !join_cgroup(cgroup))
		die_errno("--cgroup %s (wants a cgroup's directory, of version"
			  " 2, and the right to join it)",
		    cgroup);
	if (netns == NULL)
		return;
	fd = given_open(netns, O_RDONLY | O_NONBLOCK);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		die_errno("--netns %s (wants root, and what ip netns add"
			  " makes)",
		    netns);
	close(fd);
}

enum { KEEP = -1 }; /* an id as it is */

/* Of the one thread that there is: libc's calls, which have every thread of a
 * process change its ids, are 2 KiB with musl. */
static bool
set_gids(gid_t gid, gid_t effective)
{
	return syscall(SYS_setresgid, gid, effective, gid) == 0;
}

static bool
set_uids(uid_t uid, uid_t effective)
{
	return syscall(SYS_setresuid, uid, effective, uid) == 0;
}

static bool
drop_groups(void)
{
	return syscall(SYS_setgroups, 0L, NULL) == 0;
}

/* To files it is root all the same. The second call tells of the first. */
static bool
stay_root_to_files(void)
{
	syscall(SYS_setfsuid, 0L);
	return syscall(SYS_setfsuid, 0L) == 0;
}

/* root's effective ids alone change, and come back: they own what is made. */
static bool
act_as(gid_t gid, uid_t uid)
{
	if (uid == 0)
		return set_uids((uid_t)KEEP, uid) && set_gids((gid_t)KEEP, gid);
	return drop_groups() && set_gids((gid_t)KEEP, gid) &&
	    set_uids((uid_t)KEEP, uid) && stay_root_to_files();
}

/* Linux since 5.12 gives nobody else a namespace that knows the root. */
static bool
may_map_root(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct has[2];

	errno = EPERM;
	return syscall(SYS_capget, &head, has) == 0 &&
	    (has[0].effective & 1u << CAP_SETFCAP) != 0;
}

/* A root that may not be somebody else, as in a container whose user is the
 * only one, stays what it is; without capabilities it gets no namespaces. Nor
 * does a user's mica whose memory is not its user's to look into, as one with
 * a group of its own: it would have to be dumped for a moment, see
 * jail_be_somebody(), when he, who owns the namespace, may trace it whatever
 * its group. */
static bool
become_owner(void)
{
	if (geteuid() != 0) {
		errno = EPERM;
		return prctl(PR_GET_DUMPABLE) == 1;
	}
	if (act_as(vm.config.jail_gid, vm.config.jail_uid))
		return true;
	act_as(0, 0);
	return may_map_root();
}

/* Whoever has started us, and wants us to end with him, has said so by a signal
 * that other ids undo; he may have gone meanwhile. (One outside our PID namespace
 * has the number 0 before and after.) */
static void
stay_tied(int at_his_end, pid_t starter)
{
	prctl(PR_SET_PDEATHSIG, at_his_end);
	if (at_his_end != 0 && getppid() != starter)
		raise(at_his_end);
}

pid_t
jail_fork(void)
{
	enum {
		ALL = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS |
		    CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
	};
	unsigned long net = vm.config.netns == NULL ? CLONE_NEWNET : 0;
	bool root = geteuid() == 0;
	pid_t pid = -1, starter = getppid();
	int at_his_end = 0;

	/* Where jail_be_somebody() is to write. EACCES is for it to mend. */
	if (access("/proc/self/uid_map", W_OK) < 0 && errno != EACCES)
		return -1;
	prctl(PR_GET_PDEATHSIG, &at_his_end);
	if (become_owner()) {
		vm.life.uid = geteuid();
		vm.life.gid = getegid();
		/* As fork(), of which libc need know nothing: there is one
		 * thread. */
		pid =
		    (pid_t)syscall(SYS_clone, ALL | net | SIGCHLD, 0, 0, 0, 0);
	}
	if (root && pid != 0) {
		if (!act_as(0, 0))
			die_errno("seteuid");
		stay_tied(at_his_end, starter);
	}
	return pid;
}

static bool
map(const char *path, unsigned id)
{
	char text[32];

	text_put(text, sizeof(text), "%u %u 1", id, id);
	return put(path, text);
}

/* These files are a process's own while it can be dumped, and traced: a user's
 * by its user, who may do that to mica, too. Else they are root's: root's child
 * can't be dumped at any instant, or whoever has its ids might look into it,
 * and they are open to it for what act_as() left it. */
bool
jail_be_somebody(void)
{
	uid_t uid = vm.life.uid;
	gid_t gid = vm.life.gid;

	return put("/proc/self/setgroups", "deny") &&
	    map("/proc/self/uid_map", uid) && map("/proc/self/gid_map", gid) &&
	    set_gids(gid, gid) && set_uids(uid, uid);
}

/* Nothing is mounted any more but a file system without a file: the old root
 * goes, as pivot_root(2) says, from where the new one covers it. /proc serves
 * for a place. */
bool
jail_empty_root(void)
{
	const unsigned long flags =
	    MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY;

	return mount("none", "/proc", "tmpfs", flags,
		   "size=4k,nr_inodes=2,mode=0555") == 0 &&
	    chdir("/proc") == 0 && syscall(SYS_pivot_root, ".", ".") == 0 &&
	    umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
}

bool
jail_drop_ids(void)
{
	const struct config *c = &vm.config;

	return geteuid() != 0 ||
	    (drop_groups() && set_gids(c->jail_gid, c->jail_gid) &&
		set_uids(c->jail_uid, c->jail_uid));
}

bool
jail_drop_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	const struct __user_cap_data_struct none[2] = { { 0, 0, 0 } };

	return syscall(SYS_capset, &head, none) == 0;
}

bool
jail_forbid_new_code(void)
{
	enum { SET_MDWE = 65, REFUSE_EXEC_GAIN = 1 }; /* <linux/prctl.h> */

	return prctl(SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) == 0;
}

/* <linux/landlock.h> as it is today; a kernel that knows less is given less. */
struct ruleset {
	uint64_t fs, net, scoped;
};

/* What each version of it added to that. */
static const struct {
	uint8_t fs, net, scoped; /* so many bits, from the lowest on */
	uint8_t bytes;
} versions[] = {
	{ 13, 0, 0, 8 },  /* 1, Linux 5.13 */
	{ 14, 0, 0, 8 },  /* 2: to link and rename across directories */
	{ 15, 0, 0, 8 },  /* 3: to truncate */
	{ 15, 2, 0, 16 }, /* 4: TCP, to bind and connect */
	{ 16, 2, 0, 16 }, /* 5: devices' ioctls */
	{ 16, 2, 2, 24 }, /* 6: abstract sockets, signals */
};

bool
jail_forbid_paths(void)
{
	enum { VERSION = 1 }; /* a flag: tell it */
	long version =
	    syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, VERSION);
	const size_t known = ARRAY_SIZE(versions);
	struct ruleset all;
	size_t i;
	int fd;
	bool done;

	if (version < 1)
		return false;
	i = MIN((size_t)version, known) - 1;
	all.fs = ((uint64_t)1 << versions[i].fs) - 1;
	all.net = ((uint64_t)1 << versions[i].net) - 1;
	all.scoped = ((uint64_t)1 << versions[i].scoped) - 1;
	fd = (int)syscall(
	    SYS_landlock_create_ruleset, &all, (size_t)versions[i].bytes, 0);
	done = fd >= 0 && syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	if (fd >= 0)
		close(fd);
	return done;
}
