/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: what a client of the control socket sends, up to what a command
 * moves.
 * Reaches: vmm/commands.def vmm/command.c vmm/command_run.c
 * Reaches: vmm/command_balloon.c vmm/json_stream.c vmm/json.c vmm/json_utf8.c
 * Reaches: vmm/json_write.c
 *
 * Input: a byte of what the machine is like (enum below), then the client's
 * bytes; all of them are also read as one JSON text.
 */
#include "devices/balloon.h"
#include "tools/fuzz/parsers.h"
#include "tools/unit.h"
#include "vmm/balloon.h"
#include "vmm/command.h"
#include "vmm/disk.h"
#include "vmm/json_stream.h"
#include "vmm/vm.h"

enum { NEGOTIATED = 1, BALLOON = 2, PRELAUNCH = 4, SLOW = 8, TOLD = 16 };

struct vm vm;

static bool slow;     /* a pause takes its time */
static uint64_t done; /* sum of what the commands moved */

/* The machine, instead of vmm/'s. */
void
pause_begin(void)
{
	vm.pause.on = true;
	vm.pause.reached = !slow;
	done = sum_of(done, "stop", 4);
}

void
pause_end(void)
{
	vm.pause.on = vm.pause.reached = vm.pause.prelaunch = false;
	done = sum_of(done, "cont", 4);
}

void
vm_power_button(void)
{
	done = sum_of(done, "button", 6);
}

void
balloon_set_left(uint64_t bytes)
{
	must(bytes > 0 && bytes <= vm.config.mem);
	done = sum_of(done, &bytes, sizeof(bytes));
}

uint64_t
balloon_left(void)
{
	return UINT64_MAX;
}

int
disk_find(const char *name)
{
	return name[0] == 'b' ? 3 : -1;
}

bool
disk_resize(unsigned disk, uint64_t bytes, const char **wrong)
{
	must(disk == 3);
	*wrong = "of no whole sectors";
	done = sum_of(done, &bytes, sizeof(bytes));
	return bytes % 512 == 0;
}

static void
set_up(unsigned flags, struct command_client *client)
{
	struct virtio_balloon *balloon = &vm.board.pci.virtio.balloon;

	client->negotiated = (flags & NEGOTIATED) != 0;
	vm.config.mem = 128 * MIB;
	vm.config.devices.balloon.present = (flags & BALLOON) != 0;
	vm.pause.on = vm.pause.prelaunch = (flags & PRELAUNCH) != 0;
	vm.pause.reached = false;
	vm.stop = STOP_NOT;
	fake.stop = STOP_NOT;
	slow = (flags & SLOW) != 0;
	balloon->stats.at_ns = (flags & TOLD) != 0;
	balloon->stats.known = (1 << VIRTIO_BALLOON_TAGS) - 1;
	for (unsigned i = 0; i < VIRTIO_BALLOON_TAGS; i++)
		balloon->stats.value[i] = UINT64_MAX;
	done = 0;
}

/* A line of ASCII, which as JSON is an object with a result, and an id if the
 * message had one, with the message's own blanks in it. */
static void
judge_answer(const struct command_client *client, const struct json_writer *out)
{
	static struct json j;
	size_t length = out->used;

	must(!out->full && length > 2);
	must(memcmp(out->text + length - 2, "\r\n", 2) == 0);
	length -= 2;
	for (size_t i = 0; i < length; i++)
		must((out->text[i] >= 0x20 && out->text[i] < 0x7f) ||
		    out->text[i] == '\t' || out->text[i] == '\r');
	must(json_read(&j, out->text, length) == NULL);
	must(j.nodes->type == JSON_OBJECT);
	must((json_member(&j, j.nodes, "return") != NULL) !=
	    (json_member(&j, j.nodes, "error") != NULL));
	if (client != NULL)
		must((json_member(&j, j.nodes, "id") != NULL) ==
		    (client->id_length != 0));
}

static const char *
refusal(enum json_found found)
{
	return found == JSON_STRAY     ? "a message is an object"
	    : found == JSON_UNFINISHED ? "the line ends within an object"
				       : "a message has at most 4096 bytes";
}

static uint64_t
answer(struct command_client *client, const struct json_stream *stream,
    enum json_found found)
{
	static char text[COMMAND_ANSWER];
	struct json_writer out = { .text = text, .room = sizeof(text) };

	text[0] = '\0';
	if (found == JSON_WHOLE) {
		client->id_length = 0;
		command_message(client, stream->text, stream->length, &out);
		command_stopped(client, &out);
		must(!client->waits);
	} else {
		command_refuse(refusal(found), &out);
	}
	judge_answer(found == JSON_WHOLE ? client : NULL, &out);
	return sum_of(0, text, out.used);
}

static uint64_t
converse(unsigned flags, const uint8_t *data, size_t size)
{
	static struct json_stream stream;
	struct command_client client = { .id_length = 0 };
	uint64_t sum = 0;

	stream.length = stream.depth = 0;
	stream.quoted = stream.escaped = stream.skipping = false;
	set_up(flags, &client);
	for (size_t i = 0; i < size; i++) {
		enum json_found found = json_stream_put(&stream, (char)data[i]);

		must(stream.length <= JSON_TEXT);
		if (found != JSON_NOTHING)
			sum = sum * 31 + answer(&client, &stream, found);
	}
	return sum + done + fake.stop;
}

/* Nodes lie within each other, in the text's order. */
static void
judge_nodes(const struct json *j)
{
	must(j->count > 0 && j->count <= JSON_NODES);
	must(j->nodes[0].next == j->count);
	for (unsigned i = 0; i < j->count; i++) {
		const struct json_node *n = &j->nodes[i];

		must(n->at < n->end && n->end <= j->length);
		must(n->next > i && n->next <= j->count);
		if (n->next > i + 1)
			must(n->type == JSON_ARRAY || n->type == JSON_OBJECT);
		for (unsigned k = i + 1; k < n->next; k++)
			must(j->nodes[k].at > n->at &&
			    j->nodes[k].end < n->end &&
			    j->nodes[k].next <= n->next);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct json j;

	if (size == 0)
		return 0;
	must(converse(data[0], data + 1, size - 1) ==
	    converse(data[0], data + 1, size - 1));
	if (json_read(&j, (const char *)data + 1, size - 1) == NULL)
		judge_nodes(&j);
	must(j.at <= j.length);
	return 0;
}
