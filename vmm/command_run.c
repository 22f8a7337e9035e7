/* SPDX-License-Identifier: MIT
 *
 * What each command of commands.def does. Their effects and returned values
 * are those of QEMU's commands of the same names (its QMP reference).
 */
#include "vmm/command.h"
#include "vmm/disk.h"
#include "vmm/text.h"
#include "vmm/vm.h"

/* None is offered, so none can be enabled. */
void
run_capabilities(struct command_call *call)
{
	const struct json_node *list = call->arguments[0].node;

	if (list != NULL && json_first(call->json, list) != NULL)
		command_fail(call, "GenericError",
		    "there are no capabilities to enable");
	else
		call->client->negotiated = true;
}

void
run_query_commands(struct command_call *call)
{
	const char *comma = "", *at = command_names;

	json_put(&call->value, "[");
	for (; *at != '\0'; comma = ", ")
		json_put(&call->value, "%s{\"name\": \"%s\"}", comma,
		    text_next(&at));
	json_put(&call->value, "]");
}

/* Clients look for a member "qemu"; the package says whose numbers they are. */
static void
put_version(struct json_writer *out)
{
	uint64_t major, minor, micro;
	const char *dot = text_number(MICA_VERSION, 10, &major);

	dot = text_number(dot + 1, 10, &minor);
	text_number(dot + 1, 10, &micro);
	json_put(out,
	    "{\"qemu\": {\"micro\": %u, \"minor\": %u, \"major\": %u},"
	    " \"package\": \"mica " MICA_VERSION "\"}",
	    (unsigned)micro, (unsigned)minor, (unsigned)major);
}

void
run_query_version(struct command_call *call)
{
	put_version(&call->value);
}

void
command_greet(struct json_writer *out)
{
	json_put(out, "{\"QMP\": {\"version\": ");
	put_version(out);
	json_put(out, ", \"capabilities\": []}}\r\n");
}

void
run_query_status(struct command_call *call)
{
	bool ended = vm_stopping() && !vm_restarts(vm.stop);
	const char *status = ended ? "shutdown"
	    : !vm.pause.on	   ? "running"
	    : vm.pause.prelaunch   ? "prelaunch"
				   : "paused";

	json_put(&call->value, "{\"status\": \"%s\", \"running\": %s}", status,
	    ended || vm.pause.on ? "false" : "true");
}

/* Answered when no vCPU is in the guest, which may be now. */
void
run_stop(struct command_call *call)
{
	pause_begin();
	call->client->waits = !vm.pause.reached;
}

void
run_cont(struct command_call *call)
{
	(void)call;
	pause_end();
}

void
run_quit(struct command_call *call)
{
	(void)call;
	vm_stop(STOP_LEAVE, BY_COMMAND);
}

void
run_system_powerdown(struct command_call *call)
{
	(void)call;
	vm_power_button();
}

/* As the guest's own reset: --on-reboot says what comes of it. */
void
run_system_reset(struct command_call *call)
{
	(void)call;
	vm_stop(STOP_RESET, BY_COMMAND);
}

void
run_block_resize(struct command_call *call)
{
	const char *name = call->arguments[0].text, *wrong;
	int disk = disk_find(name);

	if (disk < 0)
		command_fail(call, "GenericError", "no disk \"%s\"", name);
	else if (!disk_resize(
		     (unsigned)disk, call->arguments[1].number, &wrong))
		command_fail(call, "GenericError", "%s: %s", name, wrong);
}
