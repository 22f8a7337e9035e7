/* SPDX-License-Identifier: MIT
 *
 * The JSON reader against RFC 8259's grammar: what is JSON, what is not, each
 * beginning of what is, and random bytes.
 */
#include <string.h>

#include "tools/unit.h"
#include "vmm/json.h"

static struct json json;

/* From the heap's end, so that the sanitizer sees a byte too far. */
static const char *
read_bytes(const char *text, size_t length)
{
	static char *copy;

	__builtin_free(copy);
	copy = __builtin_malloc(length ? length : 1);
	memcpy(copy, text, length);
	return json_read(&json, copy, length);
}

static const char *
read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static const char good[][96] = {
	"null",
	"true",
	"false",
	" \t\r\n0 ",
	"-0",
	"10",
	"-12.50e+10",
	"1E-7",
	"0.0",
	"\"\"",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"",
	"\"\\ud834\\udd1e\\uD834\\uDD1E\"",
	"\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\"",
	"\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"",
	"[]",
	"[ ]",
	"{}",
	"{ }",
	"[1,[2,[3]],{}]",
	"{\"a\":{\"a\":1},\"b\":[{\"a\":2}]}",
	" { \"execute\" : \"stop\" , \"id\" : [ null , 1 ] } ",
	"[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]",
	"[[],{},[0],[],[],[],[],[],[],[],[],[],[],[],[],[],[],{},{},{}]",
};

static const struct {
	char text[64];
	char what[32]; /* part of what is said */
} bad[] = {
	{ "", "no value" },
	{ " ", "no value" },
	{ "nul", "no value" },
	{ "nulll", "behind" },
	{ "True", "no value" },
	{ "'a'", "no value" },
	{ "\xef\xbb\xbf{}", "no value" }, /* 8.1: a byte order mark */
	{ "// c\n1", "no value" },
	{ "+1", "no value" },
	{ ".5", "no value" },
	{ "NaN", "no value" },
	{ "01", "behind" },
	{ "-", "without digits" },
	{ "-a", "without digits" },
	{ "1.", "point" },
	{ "1.e5", "point" },
	{ "1e", "exponent" },
	{ "1e+", "exponent" },
	{ "0x10", "behind" },
	{ "1 2", "behind" },
	{ "\"", "without its end" },
	{ "\"a", "without its end" },
	{ "\"\\", "escape" },
	{ "\"\\\"", "without its end" },
	{ "\"\\a\"", "escape" },
	{ "\"\\'\"", "escape" },
	{ "\"\\u12\"", "escape" },
	{ "\"\\u12g4\"", "escape" },
	{ "\"\\u 123\"", "escape" },
	{ "\"\\u-123\"", "escape" },
	{ "\"\\ud800\"", "escape" },
	{ "\"\\ud800x\"", "escape" },
	{ "\"\\ud800\\n\"", "escape" },
	{ "\"\\ud800\\ud800\"", "escape" },
	{ "\"\\udc00\"", "escape" },
	{ "\"\\udc00\\ud800\"", "escape" },
	{ "\"\\udc00\\udc00\"", "escape" },
	{ "\"\t\"", "control" },
	{ "\"\n\"", "control" },
	{ "\"\x1f\"", "control" },
	{ "\"\x80\"", "UTF-8" },
	{ "\"\xbf\"", "UTF-8" },
	{ "\"\xc0\x80\"", "UTF-8" }, /* longer than need be */
	{ "\"\xc1\xbf\"", "UTF-8" },
	{ "\"\xe0\x9f\xbf\"", "UTF-8" },
	{ "\"\xf0\x8f\xbf\xbf\"", "UTF-8" },
	{ "\"\xed\xa0\x80\"", "UTF-8" }, /* a surrogate */
	{ "\"\xed\xbf\xbf\"", "UTF-8" },
	{ "\"\xf4\x90\x80\x80\"", "UTF-8" }, /* beyond U+10FFFF */
	{ "\"\xf8\x88\x80\x80\x80\"", "UTF-8" },
	{ "\"\xff\"", "UTF-8" },
	{ "\"\xc2\"", "UTF-8" }, /* cut short */
	{ "\"\xe1\x80\"", "UTF-8" },
	{ "\"\xf1\x80\x80\"", "UTF-8" },
	{ "\"\xc2\xc2\"", "UTF-8" },
	{ "[", "no value" },
	{ "[1", "neither" },
	{ "[1,", "no value" },
	{ "[1,]", "no value" },
	{ "[,1]", "no value" },
	{ "[1 2]", "neither" },
	{ "[1}", "neither" },
	{ "{", "no string" },
	{ "{\"a\"}", "colon" },
	{ "{\"a\":}", "no value" },
	{ "{\"a\":1", "neither" },
	{ "{\"a\":1,}", "no string" },
	{ "{\"a\":1]", "neither" },
	{ "{a:1}", "no string" },
	{ "{1:1}", "no string" },
	{ "{\"a\":1,\"a\":2}", "twice" },
	{ "{\"a\":[1],\"b\":{},\"a\":2}", "twice" },
	{ "{\"a\":1,\"\\u0061\":2}", "twice" },
	{ "[{\"\xc3\xa9\":1,\"\\u00e9\":2}]", "twice" },
	{ "[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]", "within each other" },
	{ "{}}", "behind" },
	{ "{}\x01", "behind" },
};

static void
test_good(void)
{
	unit_case("json: what is JSON is taken");
	for (unsigned i = 0; i < ARRAY_SIZE(good); i++)
		if (!expect(read_text(good[i]) == NULL))
			printf("# %s\n", good[i]);
}

static void
test_bad(void)
{
	unit_case("json: what is none is refused, and why");
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *wrong = read_text(bad[i].text);

		if (!expect(wrong != NULL && strstr(wrong, bad[i].what)))
			printf("# %s: %s\n", bad[i].text, wrong ? wrong : "");
	}
	expect(read_bytes("1\0", 2) != NULL);
	expect(read_bytes("\"\0\"", 3) != NULL);
}

static void
test_truncated(void)
{
	static const char whole[] = "{\"execute\":\"a\\u00e9\\ud834\\udd1e\xe2"
				    "\x82\xac\",\"id\":[-1.5e3,true,null,{}]}";

	unit_case("json: every beginning of an object is refused");
	expect(read_text(whole) == NULL);
	for (size_t n = 0; n < sizeof(whole) - 1; n++)
		expect(read_bytes(whole, n) != NULL);
}

static void
test_limits(void)
{
	char text[JSON_TEXT + 2];

	unit_case("json: a text too long, too many values");
	memset(text, ' ', sizeof(text));
	text[0] = '1';
	expect(read_bytes(text, JSON_TEXT) == NULL);
	expect(strstr(read_bytes(text, JSON_TEXT + 1), "too long"));
	for (unsigned i = 0; i < 2 * JSON_NODES; i += 2)
		memcpy(&text[i], i ? ",1" : " [", 2);
	text[2] = ' ';
	text[2 * JSON_NODES] = ']'; /* the array and 255 in it */
	expect(read_bytes(text, 2 * JSON_NODES + 1) == NULL);
	memcpy(&text[2 * JSON_NODES], ",1]", 3);
	expect(strstr(read_bytes(text, 2 * JSON_NODES + 3), "too many"));
	memset(text, '[', JSON_TEXT);
	expect(strstr(read_bytes(text, JSON_TEXT), "within each other"));
}

static void
test_members(void)
{
	const struct json_node *node, *list;

	unit_case("json: members and elements are found");
	expect(
	    read_text("{\"a\":{\"b\":1},\"\\u0062\":[1,[2],3],\"c\":\"x\"}") ==
	    NULL);
	expect_eq(json_member(&json, json.nodes, "a")->type, JSON_OBJECT);
	list = json_member(&json, json.nodes, "b");
	expect(list->type == JSON_ARRAY);
	expect(json_member(&json, json.nodes, "d") == NULL);
	expect(json_member(&json, json.nodes, "") == NULL);
	expect(json_is(&json, json_member(&json, json.nodes, "c"), "x"));
	expect(!json_is(&json, json_member(&json, json.nodes, "c"), "xx"));
	node = json_first(&json, list);
	expect_eq(node->type, JSON_NUMBER);
	node = json_next(&json, list, node);
	expect_eq(node->type, JSON_ARRAY);
	expect_eq(json_first(&json, node)->type, JSON_NUMBER);
	node = json_next(&json, list, node);
	expect(json.text[node->at] == '3' && node->end == node->at + 1);
	expect(json_next(&json, list, node) == NULL);
	expect(read_text("[]") == NULL);
	expect(json_first(&json, json.nodes) == NULL);
}

static void
test_strings(void)
{
	char text[16];

	unit_case("json: strings as UTF-8, and what does not fit");
	expect(
	    read_text("\"\\\"\\/\\n\\u20ac\\ud834\\udd1e\xc3\xa9\"") == NULL);
	expect(json_string(&json, json.nodes, text, sizeof(text)));
	expect(strcmp(text, "\"/\n\xe2\x82\xac\xf0\x9d\x84\x9e\xc3\xa9") == 0);
	expect(json_string(&json, json.nodes, text, 13));
	expect(!json_string(&json, json.nodes, text, 12));
	expect(strcmp(text, "\"/\n\xe2\x82\xac\xf0\x9d\x84\x9e") == 0);
	expect(!json_string(&json, json.nodes, text, 1) && text[0] == '\0');
	expect(read_text("\"a\\u0000b\"") == NULL);
	expect(!json_string(&json, json.nodes, text, sizeof(text)));
	expect(!json_is(&json, json.nodes, "a"));
}

static void
test_numbers(void)
{
	static const char none[][24] = { "-1", "-0", "1.0", "1e3",
		"18446744073709551616", "99999999999999999999" };
	uint64_t value;

	unit_case("json: whole numbers are exact to 64 bits");
	expect(read_text("18446744073709551615") == NULL);
	expect(json_uint64(&json, json.nodes, &value));
	expect_eq(value, UINT64_MAX);
	expect(read_text(" 9007199254740993 ") == NULL);
	expect(json_uint64(&json, json.nodes, &value));
	expect_eq(value, 9007199254740993);
	for (unsigned i = 0; i < ARRAY_SIZE(none); i++) {
		expect(read_text(none[i]) == NULL);
		expect(!json_uint64(&json, json.nodes, &value));
	}
}

/* Of what JSON is made, so that some of it is. */
static void
test_random(void)
{
	static const char of[] = "{}[]\":,\\u0dD8 e.-1tnfaul\x80\xc3\xa9\n";
	uint64_t seed = 8259;
	unsigned taken = 0;
	char text[24];

	unit_case("json: random bytes are judged within their bounds");
	for (unsigned i = 0; i < 300000; i++) {
		size_t length = unit_random(&seed) % sizeof(text);

		for (size_t n = 0; n < length; n++)
			text[n] = of[unit_random(&seed) % sizeof(of)];
		if (read_bytes(text, length) != NULL)
			continue;
		taken++;
		expect_eq(json.nodes[0].next, json.count);
		expect(json.nodes[0].end <= length);
	}
	expect(taken > 100);
}

int
main(void)
{
	test_good();
	test_bad();
	test_truncated();
	test_limits();
	test_members();
	test_strings();
	test_numbers();
	test_random();
	return unit_done();
}
