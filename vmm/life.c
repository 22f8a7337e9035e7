/* SPDX-License-Identifier: MIT
 *
 * See life.h; PR_SET_PDEATHSIG(2const), signalfd(2).
 */
#include "vmm/life.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "vmm/console_size.h"
#include "vmm/disk.h"
#include "vmm/kept.h"
#include "vmm/log.h"
#include "vmm/vm.h"

void
life_tie(void)
{
	struct pollfd there = { .fd = vm.life.word };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&there, 1, 0) > 0)
		_exit(1); /* it has gone already */
}

/* What the terminal's user does, it hears from its supervisor alone. */
void
life_begin(int word)
{
	sigset_t stop;

	vm.life.word = word;
	life_tie();
	setsid();
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP); /* ignored: nobody's shell waits for it */
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
}

bool
life_hears_size(const struct signalfd_siginfo *info, struct console_size *size)
{
	*size = console_size_of(info->ssi_int);
	return info->ssi_signo == (uint32_t)SIGRTMIN &&
	    info->ssi_code == SI_QUEUE;
}

/* Copied first: what the life before has had the host read into that memory may
 * come as late as it likes. */
void
life_recall(void)
{
	UNCLEARED struct kept kept;

	memcpy(&kept, vm.life.kept, sizeof(kept));
	kept_take(&kept);
}

/* Who reads our output, is connected, or wants a disk, need not wait until the
 * kernel is through with this process. */
static void
let_go(void)
{
	int *of[CLIENTS_MOST];

	for (unsigned n = life_clients(of); n-- > 0;)
		close(*of[n]);
	disk_end();
	for (int fd = 0; fd < vm.life.word; fd++)
		close(fd);
}

/* What stays for the next. */
static void
leave(struct last_word *word)
{
	int *of[CLIENTS_MOST];

	kept_leave(vm.life.kept);
	word->client_count = life_clients(of);
	for (unsigned i = 0; i < word->client_count; i++)
		word->clients[i] = *of[i];
}

void
life_end(int status, bool again)
{
	struct last_word word = { .status = status, .again = again };

	if (again)
		leave(&word);
	else
		let_go();
	/* Unheard, the status is the process's own. */
	if (!last_word_say(vm.life.word, &word) && again)
		die_errno("--on-reboot restart");
	_exit(again ? 1 : status);
}
