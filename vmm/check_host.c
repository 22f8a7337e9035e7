/* SPDX-License-Identifier: MIT
 *
 * See check_host.h. Nothing here changes the process: what only a try can tell,
 * a child tries.
 */
#include "vmm/check_host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/landlock.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmm/log.h"
#include "vmm/text.h"
#include "vmm/util.h"

enum { GET_MDWE = 66 }; /* PR_GET_MDWE, of Linux 6.3 */

bool
check_row(bool needed, const char *what, bool there, const char *fmt, ...)
{
	char is[300];
	va_list args;

	va_start(args, fmt);
	text_putv(is, sizeof(is), fmt, args);
	va_end(args);
	print(is[0] == '\0' ? "%-4s%-8s%s%s\n" : "%-4s%-8s%-26s%s\n",
	    there ? "yes" : "NO", needed ? "needed" : "wanted", what, is);
	return there || !needed;
}

/* What is neither good nor bad. */
static void
told(const char *what, const char *is)
{
	print("%12s%-26s%s\n", "", what, is);
}

/* By a call's result: negative, and errno, if it is not there. */
static void
wanted(const char *what, long result)
{
	check_row(
	    false, what, result >= 0, "%s", result >= 0 ? "" : strerror(errno));
}

/* A file's first line: "" if it cannot be read. */
static const char *
line_of(int dir, const char *path, char line[256])
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, 255);

	line[MAX(n, 0)] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
	return line;
}

static void
check_io_uring(void)
{
	struct io_uring_params p = { .flags = 0 };
	int fd = (int)syscall(SYS_io_uring_setup, 1, &p);
	char line[256];

	if (fd >= 0 && !(p.features & IORING_FEAT_NATIVE_WORKERS))
		check_row(false, "io_uring", false, "older than Linux 5.12");
	else
		check_row(false, "io_uring", fd >= 0,
		    "%s; kernel.io_uring_disabled: %s",
		    fd >= 0 ? "allowed" : strerror(errno),
		    line_of(-1, "/proc/sys/kernel/io_uring_disabled", line));
	if (fd >= 0)
		close(fd);
}

/* A process of one thread alone may try, and would then be in them. A host may
 * allow a user's, and give no capability in it for the others. */
static void
check_namespaces(void)
{
	enum {
		ALL = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS |
		    CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
	};
	int status = 0;
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(unshare(ALL) < 0 ? errno : 0);
	if (pid > 0)
		waitpid((pid_t)pid, &status, 0);
	errno = pid < 0 ? errno : WEXITSTATUS(status);
	wanted("user and other namespaces", errno == 0 ? 0 : -1);
}

static void
check_confinement(void)
{
	const uint32_t kill = SECCOMP_RET_KILL_PROCESS;
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	wanted("seccomp, KILL_PROCESS",
	    syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &kill));
	check_namespaces();
	check_row(false, "Landlock", abi > 0, "ABI %ld", MAX(abi, 0));
	wanted(
	    "memory-deny-write-exec", syscall(SYS_prctl, GET_MDWE, 0, 0, 0, 0));
}

static void
check_memory(void)
{
	struct rlimit lock = { 0, 0 };
	const char *choice; /* always madvise [never] */
	char line[256];

	line_of(-1, "/sys/kernel/mm/transparent_hugepage/enabled", line);
	choice = strchr(line, '[');
	check_row(false, "huge pages",
	    choice != NULL && strcmp(choice, "[never]") != 0, "%s", line);
	getrlimit(RLIMIT_MEMLOCK, &lock);
	text_put(line, sizeof(line), "%llu KiB",
	    (unsigned long long)lock.rlim_cur / 1024);
	told("locked memory, at most",
	    lock.rlim_cur == RLIM_INFINITY ? "unlimited" : line);
}

/* userspace-api/spec_ctrl.rst: against the CPU's guesses, or not needed. */
static void
check_guard(const char *what, unsigned long which)
{
	long is = syscall(SYS_prctl, PR_GET_SPECULATION_CTRL, which, 0, 0, 0);

	check_row(false, what, is >= 0 && is != PR_SPEC_ENABLE, "%s",
	    is < 0		      ? strerror(errno)
		: is == 0	      ? "not affected"
		: is & PR_SPEC_PRCTL  ? "by request"
		: is & PR_SPEC_ENABLE ? "off, and none by request"
				      : "always");
}

static void
check_speculation(void)
{
	_Alignas(8) uint64_t cookie = 0;

	wanted("core scheduling",
	    syscall(
		SYS_prctl, PR_SCHED_CORE, PR_SCHED_CORE_GET, 0, 0, &cookie));
	check_guard("store bypass guard", PR_SPEC_STORE_BYPASS);
	check_guard("branch guard", PR_SPEC_INDIRECT_BRANCH);
}

/* In the kernel's words: a file for each. */
static void
check_vulnerabilities(void)
{
	struct entry { /* getdents64(2) */
		uint64_t inode, offset;
		uint16_t size;
		uint8_t type;
		char name[];
	};
	_Alignas(8) uint8_t entries[4096];
	char line[256];
	int dir = open("/sys/devices/system/cpu/vulnerabilities",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n = syscall(SYS_getdents64, dir, entries, sizeof(entries));

	for (long at = 0; at < n;) {
		const struct entry *e = (const void *)(entries + at);

		if (e->name[0] != '.')
			told(e->name, line_of(dir, e->name, line));
		at += e->size;
	}
	if (dir >= 0)
		close(dir);
}

int
check_host(const char *kvm)
{
	bool runs = kvm_check(kvm);

	check_io_uring();
	check_memory();
	check_confinement();
	check_speculation();
	check_vulnerabilities();
	print("A guest %s here.\n", runs ? "can run" : "cannot run");
	return !runs;
}
