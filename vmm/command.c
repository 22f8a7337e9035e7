/* SPDX-License-Identifier: MIT
 *
 * See command.h. A message is judged as a whole before its command does
 * anything.
 */
#include <string.h>

#include "vmm/command.h"
#include "vmm/text.h"

enum need { OPTIONAL, REQUIRED };

struct argument {
	char name[12];
	uint8_t type, need;
};

/* Each command's name, one behind the other; "" at the end. */
const char command_names[] =
#define COMMAND(name, ...) name "\0"
#include "vmm/commands.def"
    ;

enum {
#define COMMAND(name, handler, ...) ROW_##handler,
#include "vmm/commands.def"
};

static const struct argument arguments[][COMMAND_ARGUMENTS] = {
#define ARGUMENT(name, type, need)                                             \
	{                                                                      \
		name, type, need                                               \
	}
#define COMMAND(name, handler, ...) { __VA_ARGS__ },
#include "vmm/commands.def"
};

/* A row of commands.def. */
struct command {
	const char *name;
	unsigned row;
};

static const char type_names[][12] = {
	[JSON_NULL] = "null",
	[JSON_FALSE] = "false",
	[JSON_TRUE] = "true",
	[JSON_NUMBER] = "a number",
	[JSON_STRING] = "a string",
	[JSON_ARRAY] = "an array",
	[JSON_OBJECT] = "an object",
};

void
command_fail(
    struct command_call *call, const char *error, const char *format, ...)
{
	va_list args;

	call->error = error;
	va_start(args, format);
	text_putv(call->why, sizeof(call->why), format, args);
	va_end(args);
}

/* A member's name, as far as an error's text has room for it. */
static const char *
name_of(const struct json *j, const struct json_node *key, char name[32])
{
	json_string(j, key, name, 32);
	return name;
}

static bool
check_type(struct command_call *call, const char *name, unsigned type,
    const struct json_node *node)
{
	if (node->type != type)
		command_fail(call, "GenericError", "%s is not %s", name,
		    type_names[type]);
	return node->type == type;
}

static void
take_argument(struct command_call *call, unsigned i, const struct argument *a,
    const struct json_node *node)
{
	call->arguments[i].node = node;
	if (!check_type(call, a->name, a->type, node))
		return;
	if (a->type == JSON_NUMBER &&
	    !json_uint64(call->json, node, &call->arguments[i].number))
		command_fail(call, "GenericError",
		    "%s is not a whole number from 0 to 2^64 - 1", a->name);
	else if (a->type == JSON_STRING &&
	    !json_string(call->json, node, call->arguments[i].text,
		sizeof(call->arguments[i].text)))
		command_fail(call, "GenericError",
		    "%s is longer than %u bytes, or has a U+0000", a->name,
		    COMMAND_TEXT - 1);
}

/* One member of "arguments". */
static void
judge_argument(struct command_call *call, const struct command *command,
    const struct json_node *key)
{
	char name[32];

	for (unsigned i = 0; i < COMMAND_ARGUMENTS; i++) {
		const struct argument *a = &arguments[command->row][i];

		if (a->name[0] != '\0' && json_is(call->json, key, a->name)) {
			take_argument(call, i, a, key + 1);
			return;
		}
	}
	command_fail(call, "GenericError", "%s has no argument \"%s\"",
	    command->name, name_of(call->json, key, name));
}

static void
judge_arguments(struct command_call *call, const struct command *command,
    const struct json_node *given)
{
	const struct json_node *key = NULL;

	if (given != NULL)
		key = json_first(call->json, given);
	while (key != NULL && call->error == NULL) {
		judge_argument(call, command, key);
		key = json_next(call->json, given, key + 1);
	}
	for (unsigned i = 0; i < COMMAND_ARGUMENTS; i++) {
		const struct argument *a = &arguments[command->row][i];

		if (a->need == REQUIRED && call->arguments[i].node == NULL &&
		    call->error == NULL)
			command_fail(call, "GenericError", "%s needs %s",
			    command->name, a->name);
	}
}

static bool
find(
    const struct json *j, const struct json_node *name, struct command *command)
{
	const char *at = command_names;

	for (command->row = 0; *at != '\0'; command->row++) {
		command->name = text_next(&at);
		if (json_is(j, name, command->name))
			return true;
	}
	return false;
}

/* In negotiation mode there is one command, and later not that one. */
static void
judge_name(struct command_call *call, const struct json_node *node,
    struct command *command)
{
	bool found = find(call->json, node, command);
	bool negotiates = command->row == ROW_capabilities;
	char name[32];

	if (!found)
		command_fail(call, "CommandNotFound",
		    "no command \"%s\" (see query-commands)",
		    name_of(call->json, node, name));
	else if (!call->client->negotiated && !negotiates)
		command_fail(
		    call, "CommandNotFound", "not before qmp_capabilities");
	else if (call->client->negotiated && negotiates)
		command_fail(call, "CommandNotFound",
		    "qmp_capabilities is done already");
}

static void
run_row(unsigned row, struct command_call *call)
{
	switch (row) {
#define COMMAND(name, handler, ...)                                            \
	case ROW_##handler:                                                    \
		run_##handler(call);                                           \
		break;
#include "vmm/commands.def"
	}
}

/* The members of a message but for its id. */
static void
judge_members(struct command_call *call)
{
	const struct json *j = call->json;
	const struct json_node *key = json_first(j, j->nodes);

	for (; key != NULL; key = json_next(j, j->nodes, key + 1)) {
		char name[32];

		if (json_is(j, key, "id"))
			continue;
		if (json_is(j, key, "execute"))
			check_type(call, "execute", JSON_STRING, key + 1);
		else if (json_is(j, key, "arguments"))
			check_type(call, "arguments", JSON_OBJECT, key + 1);
		else
			command_fail(call, "GenericError",
			    "a message has no member \"%s\"",
			    name_of(j, key, name));
	}
}

static void
take_id(struct command_call *call)
{
	const struct json_node *id =
	    json_member(call->json, call->json->nodes, "id");
	struct command_client *client = call->client;

	client->id_length = 0;
	if (id == NULL)
		return;
	if (id->end - id->at > COMMAND_ID) {
		command_fail(call, "GenericError", "id is longer than %u bytes",
		    COMMAND_ID);
		return;
	}
	client->id_length = id->end - id->at;
	memcpy(client->id, call->json->text + id->at, client->id_length);
}

static void
run(struct command_call *call)
{
	const struct json *j = call->json;
	const struct json_node *name = json_member(j, j->nodes, "execute");
	struct command command = { .name = "" };

	take_id(call);
	if (call->error == NULL)
		judge_members(call);
	if (call->error == NULL && name == NULL)
		command_fail(call, "GenericError", "no execute");
	if (call->error == NULL)
		judge_name(call, name, &command);
	if (call->error == NULL)
		judge_arguments(
		    call, &command, json_member(j, j->nodes, "arguments"));
	if (call->error == NULL)
		run_row(command.row, call);
}

static void
put_end(const struct command_client *client, struct json_writer *out)
{
	if (client->id_length != 0) {
		json_put(out, ", \"id\": ");
		json_put_json(out, client->id, client->id_length);
	}
	json_put(out, "}\r\n");
}

static void
put_error(const char *error, const char *why, struct json_writer *out)
{
	json_put(out, "{\"error\": {\"class\": \"%s\", \"desc\": ", error);
	json_put_string(out, why);
	json_put(out, "}");
}

void
command_message(struct command_client *client, const char *text, size_t length,
    struct json_writer *out)
{
	char value[COMMAND_ANSWER / 2] = "{}";
	struct json json;
	struct command_call call = { .client = client,
		.json = &json,
		.value = { .text = value, .room = sizeof(value) } };
	const char *wrong = json_read(&json, text, length);

	if (wrong != NULL) {
		text_put(call.why, sizeof(call.why), "no JSON: %s, at byte %u",
		    wrong, json.at);
		command_refuse(call.why, out);
		return;
	}
	run(&call);
	if (client->waits)
		return;
	check(!call.value.full);
	if (call.error != NULL)
		put_error(call.error, call.why, out);
	else
		json_put(out, "{\"return\": %s", value);
	put_end(client, out);
}

void
command_refuse(const char *why, struct json_writer *out)
{
	put_error("GenericError", why, out);
	json_put(out, "}\r\n");
}

void
command_stopped(struct command_client *client, struct json_writer *out)
{
	if (!client->waits)
		return;
	client->waits = false;
	json_put(out, "{\"return\": {}");
	put_end(client, out);
}
