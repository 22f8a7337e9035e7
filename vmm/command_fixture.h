/* SPDX-License-Identifier: MIT
 *
 * A client of the control socket for the tests, and stand-ins for what the
 * commands move: the machine that pauses, its balloon, its disks.
 */
#ifndef VMM_COMMAND_FIXTURE_H
#define VMM_COMMAND_FIXTURE_H

#include <string.h>

#include "tools/unit.h"
#include "vmm/balloon.h"
#include "vmm/command.h"
#include "vmm/disk.h"
#include "vmm/vm.h"

struct vm vm;

static struct command_client client;
static char answers[COMMAND_ANSWER];
static struct json_writer out;
static unsigned pauses, resumes, buttons;
static uint64_t left, resized;

void
pause_begin(void)
{
	pauses++;
	vm.pause.on = true;
}

void
pause_end(void)
{
	resumes++;
	vm.pause.on = vm.pause.reached = false;
}

void
vm_power_button(void)
{
	buttons++;
}

void
balloon_set_left(uint64_t bytes)
{
	left = bytes;
}

uint64_t
balloon_left(void)
{
	return left + 4096;
}

int
disk_find(const char *name)
{
	return strcmp(name, "blk3") == 0 ? 3 : -1;
}

bool
disk_resize(unsigned disk, uint64_t bytes, const char **wrong)
{
	*wrong = "of no whole sectors";
	if (disk != 3 || bytes % 512 != 0)
		return false;
	resized = bytes;
	return true;
}

static void
begin(const char *name)
{
	unit_case(name);
	memset(&vm, 0, sizeof(vm));
	client = (struct command_client){ .negotiated = true };
	pauses = resumes = buttons = 0;
	left = resized = 0;
}

/* The answer to a message. */
static const char *
say(const char *text)
{
	memset(answers, '#', sizeof(answers));
	out = (struct json_writer){ .text = answers, .room = sizeof(answers) };
	answers[0] = '\0';
	command_message(&client, text, strlen(text), &out);
	return answers;
}

static bool
answers_with(const char *text, const char *answer)
{
	if (strcmp(say(text), answer) == 0)
		return true;
	printf("# %s: %s\n", text, answers);
	return false;
}

/* An error of that class whose text has that word, and nothing done. */
static bool
fails(const char *text, const char *class, const char *word)
{
	char start[64];

	snprintf(
	    start, sizeof(start), "{\"error\": {\"class\": \"%s\", ", class);
	if (strncmp(say(text), start, strlen(start)) == 0 &&
	    strstr(answers, word) != NULL &&
	    strcmp(strchr(answers, '\0') - 3, "}\r\n") == 0 &&
	    pauses + resumes + buttons == 0 && fake.stop == STOP_NOT)
		return true;
	printf("# %s: %s\n", text, answers);
	return false;
}

#endif
