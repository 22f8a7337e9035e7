/* SPDX-License-Identifier: MIT
 *
 * The commands about the balloon. `balloon` and `query-balloon` are QEMU's; the
 * others, which QEMU has as properties of its device or not at all, are mica's,
 * with QEMU's names for what they return.
 */
#include <linux/virtio_balloon.h>

#include "vmm/balloon.h"
#include "vmm/command.h"
#include "vmm/vm.h"

static struct virtio_balloon *
device(void)
{
	return &vm.board.pci.virtio.balloon;
}

static bool
has_balloon(struct command_call *call)
{
	if (!vm.config.devices.balloon.present)
		command_fail(call, "DeviceNotActive", "there is no --balloon");
	return vm.config.devices.balloon.present;
}

/* The value is what the guest keeps, in bytes, and at most all it has. */
void
run_balloon(struct command_call *call)
{
	uint64_t bytes = call->arguments[0].number;

	if (!has_balloon(call))
		return;
	if (bytes == 0)
		command_fail(call, "GenericError", "value is 0");
	else
		balloon_set_left(MIN(bytes, vm.config.mem));
}

void
run_query_balloon(struct command_call *call)
{
	if (has_balloon(call))
		json_put(&call->value, "{\"actual\": %llu}",
		    (unsigned long long)balloon_left());
}

/* What the guest told last, and how long ago: its word for it. */
void
run_query_balloon_stats(struct command_call *call)
{
	static const char names[][24] = VIRTIO_BALLOON_S_NAMES;
	struct virtio_balloon_stats stats;
	const char *comma = "";

	if (!has_balloon(call))
		return;
	if (!virtio_balloon_stats(device(), &stats)) {
		command_fail(call, "GenericError",
		    "the guest has not told any: see --balloon stats=SECONDS");
		return;
	}
	json_put(&call->value, "{\"age\": %llu, \"stats\": {",
	    (unsigned long long)(loop_now_ns() - stats.at_ns) / 1000000000);
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		if ((stats.known >> i & 1) == 0)
			continue;
		json_put(&call->value, "%s\"stat-%s\": %llu", comma, names[i],
		    (unsigned long long)stats.value[i]);
		comma = ", ";
	}
	json_put(&call->value, "}}");
}

/* Has the guest hint at all of its free pages, once. */
void
run_balloon_hint(struct command_call *call)
{
	if (has_balloon(call) && !virtio_balloon_hint_start(device()))
		command_fail(call, "GenericError",
		    "no driver that hints: see --balloon free-page-hinting");
}

void
run_balloon_hint_stop(struct command_call *call)
{
	if (has_balloon(call))
		virtio_balloon_hint_stop(device());
}

void
run_query_balloon_hint(struct command_call *call)
{
	struct virtio_balloon_hints hints = virtio_balloon_hints(device());

	if (has_balloon(call))
		json_put(&call->value, "{\"running\": %s, \"bytes\": %llu}",
		    hints.running ? "true" : "false",
		    (unsigned long long)hints.bytes);
}
