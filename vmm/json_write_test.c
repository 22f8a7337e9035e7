/* SPDX-License-Identifier: MIT
 *
 * What the JSON writer makes, read back; and a buffer that is full.
 */
#include <string.h>

#include "tools/unit.h"
#include "vmm/json.h"
#include "vmm/json_write.h"

static struct json json;

static void
test_written(void)
{
	char text[96], back[32];
	struct json_writer w = { .text = text, .room = sizeof(text) };

	unit_case("json_write: what is written is ASCII and reads back");
	json_put_string(&w, "\"\\\n\x7f\xc3\xa9\xf0\x9d\x84\x9e");
	expect(!w.full);
	expect(strcmp(text,
		   "\"\\\"\\\\\\u000a\\u007f\\u00e9\\ud834\\udd1e\"") == 0);
	expect(json_read(&json, text, w.used) == NULL);
	expect(json_string(&json, json.nodes, back, sizeof(back)));
	expect(strcmp(back, "\"\\\n\x7f\xc3\xa9\xf0\x9d\x84\x9e") == 0);
	w.used = 0;
	json_put_string(&w, "a\xff\xc3(");
	expect(strcmp(text, "\"a\\ufffd\\ufffd(\"") == 0);
	w.used = 0;
	json_put_json(&w, "[1, \"\\u0041\xc3\xa9\"]", 15);
	expect(strcmp(text, "[1, \"\\u0041\\u00e9\"]") == 0);
}

static void
test_full(void)
{
	char text[8] = "", *edge = text + sizeof(text);
	struct json_writer w = { .text = text, .room = 7 };

	unit_case("json_write: a full writer says so and writes no further");
	edge[-1] = '!';
	json_put(&w, "%s", "123456");
	expect(!w.full && w.used == 6);
	json_put(&w, "7");
	expect(w.full && w.used == 6 && edge[-1] == '!');
	w = (struct json_writer){ .text = text, .room = 7 };
	json_put_string(&w, "12345");
	expect(w.full && edge[-1] == '!');
}

int
main(void)
{
	test_written();
	test_full();
	return unit_done();
}
