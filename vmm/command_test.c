/* SPDX-License-Identifier: MIT
 *
 * The control socket's messages and answers.
 */
#include "vmm/command_fixture.h"

#define EXECUTE(name) "{\"execute\":\"" name "\"}"
#define EMPTY	      "{\"return\": {}}\r\n"

static void
test_greeting(void)
{
	begin("command: the greeting");
	out = (struct json_writer){ .text = answers, .room = sizeof(answers) };
	command_greet(&out);
	expect(strcmp(answers,
		   "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\""
		   ": 1, \"major\": 0}, \"package\": \"mica " MICA_VERSION
		   "\"}, \"capabilities\": []}}\r\n") == 0);
}

static void
test_negotiation(void)
{
	begin("command: nothing but qmp_capabilities at first, and once");
	client.negotiated = false;
	expect(fails(EXECUTE("query-status"), "CommandNotFound", "before"));
	expect(fails(EXECUTE("nonsense"), "CommandNotFound", "nonsense"));
	expect(fails("{\"execute\":\"qmp_capabilities\",\"arguments\":"
		     "{\"enable\":[\"oob\"]}}",
	    "GenericError", "capabilities"));
	expect(fails("{\"execute\":\"qmp_capabilities\",\"arguments\":"
		     "{\"enable\":null}}",
	    "GenericError", "enable is not an array"));
	expect(!client.negotiated);
	expect(answers_with("{\"execute\":\"qmp_capabilities\",\"arguments\":"
			    "{\"enable\":[]}}",
	    EMPTY));
	expect(client.negotiated);
	expect(fails(EXECUTE("qmp_capabilities"), "CommandNotFound", "done"));
	client.negotiated = false;
	expect(answers_with(EXECUTE("qmp_capabilities"), EMPTY));
}

static void
test_id(void)
{
	char message[COMMAND_ID + 64], answer[COMMAND_ID + 64];

	begin("command: an id comes back, any value");
	expect(answers_with("{\"id\": {\"a\":[1, -2.50e3,null,\"\\u00e9\xc3"
			    "\xa9\"]} ,\"execute\":\"cont\"}",
	    "{\"return\": {}, \"id\": {\"a\":[1, -2.50e3,null,\"\\u00e9"
	    "\\u00e9\"]}}\r\n"));
	expect(answers_with(EXECUTE("cont"), EMPTY)); /* not the old one */
	resumes = 0;
	expect(fails("{\"id\":\"x\"}", "GenericError", ", \"id\": \"x\"}\r\n"));
	expect(fails("{\"execute\":\"cont\",\"id\":7,\"x\":1}", "GenericError",
	    ", \"id\": 7}\r\n"));
	snprintf(message, sizeof(message), "{\"execute\":\"cont\",\"id\":%0*d}",
	    COMMAND_ID, 0);
	memset(strchr(message, '0'), '1', COMMAND_ID);
	snprintf(answer, sizeof(answer), "{\"return\": {}, \"id\": %.*s}\r\n",
	    COMMAND_ID, strchr(message, '1'));
	expect(answers_with(message, answer));
	resumes = 0;
	snprintf(message, sizeof(message), "{\"execute\":\"cont\",\"id\":1%s",
	    strchr(answer, '1'));
	expect(fails(message, "GenericError", "id is longer"));
	expect(strstr(answers, "\"id\":") == NULL);
}

static void
test_messages(void)
{
	begin("command: what is no message is refused");
	expect(fails("{}", "GenericError", "no execute"));
	expect(fails("{\"execute\":1}", "GenericError", "execute is not a"));
	expect(fails("{\"execute\":\"cont\",\"arguments\":[]}", "GenericError",
	    "arguments is not an object"));
	expect(fails("{\"exec-oob\":\"cont\"}", "GenericError", "exec-oob"));
	expect(fails("{\"execute\":\"cont\",\"\\\"\xc3\xa9\":1}",
	    "GenericError", "no member \\\"\\\"\\u00e9"));
	expect(fails("{\"execute\":}", "GenericError", "no JSON"));
	expect(fails("{\"execute\":\"cont\"} {", "GenericError", "no JSON"));
	expect(fails("{\"execute\":\"cont\",\"execute\":\"stop\"}",
	    "GenericError", "twice"));
	expect(fails("{\"execute\":\"con\"}", "CommandNotFound", "con"));
	expect(fails(
	    "{\"execute\":\"cont\\u0000\"}", "CommandNotFound", "no command"));
	expect(fails("{\"execute\":\"\"}", "CommandNotFound", "no command"));
	expect(fails("{\"execute\":\"cont\",\"arguments\":{\"cpu\":1}}",
	    "GenericError", "argument \\\"cpu\\\""));
	expect(fails("{\"execute\":\"cont\",\"arguments\":{\"\":1}}",
	    "GenericError", "cont has no argument"));
	expect(fails("{\"execute\":\"cont\",\"id\\u0000\":1}", "GenericError",
	    "no member"));
}

static void
test_status(void)
{
	begin("command: query-status");
	expect(answers_with(EXECUTE("query-status"),
	    "{\"return\": {\"status\": \"running\", \"running\": true}}\r\n"));
	vm.pause.on = vm.pause.prelaunch = true;
	expect(strstr(say(EXECUTE("query-status")), "prelaunch") != NULL);
	expect(strstr(answers, "false") != NULL);
	vm.pause.prelaunch = false;
	expect(strstr(say(EXECUTE("query-status")), "paused") != NULL);
	expect(strstr(answers, "false") != NULL);
	vm.stop = STOP_RESET;
	vm.config.restart = true;
	expect(strstr(say(EXECUTE("query-status")), "paused") != NULL);
	vm.stop = STOP_OFF;
	expect(strstr(say(EXECUTE("query-status")), "shutdown") != NULL);
	expect(strstr(answers, "false") != NULL);
}

static void
test_stop(void)
{
	begin("command: stop is answered when the machine has come to rest");
	expect(answers_with("{\"execute\":\"stop\",\"id\":5}", ""));
	expect(client.waits && pauses == 1);
	command_stopped(&client, &out);
	expect(strcmp(answers, "{\"return\": {}, \"id\": 5}\r\n") == 0);
	out.used = 0;
	command_stopped(&client, &out);
	expect(out.used == 0 && !client.waits);
	vm.pause.reached = true;
	expect(answers_with(EXECUTE("stop"), EMPTY));
	expect(!client.waits && resumes == 0);
	expect(answers_with(EXECUTE("cont"), EMPTY));
	expect_eq(resumes, 1);
}

static void
test_ends(void)
{
	begin("command: quit, system_reset, system_powerdown");
	expect(answers_with(EXECUTE("system_powerdown"), EMPTY));
	expect(buttons == 1 && fake.stop == STOP_NOT);
	expect(answers_with(EXECUTE("system_reset"), EMPTY));
	expect(fake.stop == STOP_RESET && fake.stop_status == BY_COMMAND);
	fake.stop = STOP_NOT;
	expect(answers_with(EXECUTE("quit"), EMPTY));
	expect(fake.stop == STOP_LEAVE && fake.stop_status == BY_COMMAND);
}

#define WITH(name, arguments)                                                  \
	"{\"execute\":\"" name "\",\"arguments\":{" arguments "}}"

static void
test_balloon(void)
{
	begin("command: balloon, query-balloon");
	expect(fails(
	    WITH("balloon", "\"value\":4096"), "DeviceNotActive", "--balloon"));
	expect(fails(EXECUTE("query-balloon"), "DeviceNotActive", "--balloon"));
	vm.config.devices.balloon.present = true;
	vm.config.mem = 64 * MIB;
	expect(answers_with(WITH("balloon", "\"value\":4096"), EMPTY));
	expect_eq(left, 4096);
	expect(answers_with(
	    EXECUTE("query-balloon"), "{\"return\": {\"actual\": 8192}}\r\n"));
	expect(answers_with(
	    WITH("balloon", "\"value\":18446744073709551615"), EMPTY));
	expect_eq(left, 64 * MIB);
	left = 1;
	expect(fails(EXECUTE("balloon"), "GenericError", "needs value"));
	expect(fails(WITH("balloon", "\"value\":0"), "GenericError", "is 0"));
	expect(fails(WITH("balloon", "\"value\":-1"), "GenericError", "whole"));
	expect(fails(WITH("balloon", "\"value\":\"1\""), "GenericError",
	    "value is not a number"));
	expect(fails(WITH("balloon", "\"value\":18446744073709551616"),
	    "GenericError", "2^64"));
	expect_eq(left, 1);
}

/* As a driver that negotiated both would leave the device. */
static void
test_balloon_guest(void)
{
	static const char *const commands[] = { EXECUTE("query-balloon-stats"),
		EXECUTE("balloon-hint"), EXECUTE("balloon-hint-stop"),
		EXECUTE("query-balloon-hint") };
	struct virtio_balloon *d = &vm.board.pci.virtio.balloon;

	begin("command: what the guest tells of its memory");
	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++)
		expect(fails(commands[i], "DeviceNotActive", "--balloon"));
	vm.config.devices.balloon.present = true;
	expect(fails(EXECUTE("query-balloon-stats"), "GenericError", "stats="));
	expect(fails(EXECUTE("balloon-hint"), "GenericError", "hinting"));
	d->stats = (struct virtio_balloon_stats){ .at_ns = 1,
		.known = 1 << 4 | 1 << 9 | 1 << 12,
		.value = { [4] = ~0ull, [9] = 7, [12] = 8 } };
	fake.now_ns = 3000000001;
	expect(answers_with(EXECUTE("query-balloon-stats"),
	    "{\"return\": {\"age\": 3, \"stats\": {\"stat-free-memory\":"
	    " 18446744073709551615, \"stat-hugetlb-failures\": 7}}}\r\n"));
	d->hinted = 4096;
	expect(answers_with(EXECUTE("query-balloon-hint"),
	    "{\"return\": {\"running\": false, \"bytes\": 4096}}\r\n"));
	expect(answers_with(EXECUTE("balloon-hint-stop"), EMPTY));
}

static void
test_block_resize(void)
{
	char message[160];

	begin("command: block_resize");
	expect(answers_with(
	    WITH("block_resize", "\"size\":1024,\"device\":\"blk3\""), EMPTY));
	expect_eq(resized, 1024);
	expect(fails(WITH("block_resize", "\"size\":513,\"device\":\"blk3\""),
	    "GenericError", "blk3: of no whole sectors"));
	expect(fails(WITH("block_resize", "\"size\":1,\"device\":\"sda\\\"\""),
	    "GenericError", "no disk \\\"sda\\\"\\\""));
	expect(fails(WITH("block_resize", "\"size\":1024"), "GenericError",
	    "needs device"));
	expect(fails(WITH("block_resize", "\"device\":\"blk3\""),
	    "GenericError", "needs size"));
	snprintf(message, sizeof(message), "%s%0*d\"}}",
	    "{\"execute\":\"block_resize\",\"arguments\":{\"device\":\"",
	    COMMAND_TEXT, 0);
	expect(fails(message, "GenericError", "longer than 63 bytes"));
	expect_eq(resized, 1024);
}

static void
test_commands(void)
{
	static const char names[][24] = {
#define COMMAND(name, ...) name,
#include "vmm/commands.def"
	};

	begin("command: query-commands has the table");
	say(EXECUTE("query-commands"));
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		char row[48];

		snprintf(row, sizeof(row), "{\"name\": \"%s\"}", names[i]);
		expect(strstr(answers, row) != NULL);
	}
	expect(strncmp(answers, "{\"return\": [{", 13) == 0);
	expect(strcmp(strchr(answers, '\0') - 6, "\"}]}\r\n") == 0);
	expect(strstr(say(EXECUTE("query-version")), "\"qemu\": {") != NULL);
}

/* What is made of commands: no answer, or one object in one line. */
static void
test_random(void)
{
	static const char pieces[][24] = { "{", "}", "\"execute\"", ":", ",",
		"\"stop\"", "\"cont\"", "\"quit\"", "\"id\"", "1", "[", "]",
		"\"arguments\"", "\"qmp_capabilities\"", "\"enable\"", " ",
		"\"query-status\"", "\"\xc3\xa9\"", "\"\\ud834\\udd1e\"" };
	static struct json json;
	uint64_t seed = 7;
	char text[512];
	unsigned done = 0;

	begin("command: random messages are answered in one line each");
	for (unsigned i = 0; i < 60000; i++) {
		char *at = stpcpy(text, "{\"execute\":");

		for (unsigned n = unit_random(&seed) % 8; n != 0; n--)
			at = stpcpy(at,
			    pieces[unit_random(&seed) % ARRAY_SIZE(pieces)]);
		stpcpy(at, "}");
		client.waits = false;
		say(text);
		done += answers[2] == 'r';
		if (client.waits)
			continue;
		expect(json_read(&json, answers, out.used) == NULL);
		expect(strchr(answers, '\n') == answers + out.used - 1);
	}
	expect(done > 20);
}

int
main(void)
{
	test_greeting();
	test_negotiation();
	test_id();
	test_messages();
	test_status();
	test_stop();
	test_ends();
	test_balloon();
	test_balloon_guest();
	test_block_resize();
	test_commands();
	test_random();
	return unit_done();
}
