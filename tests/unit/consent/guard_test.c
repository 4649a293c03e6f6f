#include "consent/script.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "fixture.h"

#include <libconsent/guard.h>

#define RULES(rules)                                                           \
	"version = \"1\"; unknown_cookie = \"analytics\";\n"                   \
	"categories = ( { id = \"essential\"; required = true; },\n"           \
	" { id = \"analytics\"; }, { id = \"marketing\"; } );\n" rules

static struct policy *policy;
static struct guard *guard;
static struct buf out;

static int
setup(void **state)
{
	(void)state;
	buf_init(&out, GUARD_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	guard_free(guard);
	policy_free(policy);
	guard = NULL;
	policy = NULL;
	fixture_end();
	buf_fini(&out);
	return 0;
}

/* The element for a visitor who granted these, under a policy's text. */
static struct span
element(const char *text, category_set granted)
{
	struct gate gate;

	policy_free(policy);
	guard_free(guard);
	policy = fixture_policy(text);
	assert_int_equal(guard_new(policy, &guard), CONSENT_OK);
	gate_open(&gate, &(struct gate_options){.policy = policy});
	gate.granted |= granted;
	buf_clear(&out);
	assert_int_equal(
	    guard_write(guard, &gate, GUARD_HTML, &out), CONSENT_OK);
	return buf_span(&out);
}

static void
assert_rules(struct span element, const char *rules)
{
	struct span end = SPAN("</script>");

	assert_true(span_ends(element, end));
	element = span_sub(element, 0, element.n - end.n);
	if (!span_ends(element, span_of(rules)))
		fail_msg("wanted %s behind %.*s", rules, SPAN_ARG(element));
}

static void
r01_addresses_stand_with_the_most_specific_first(void **state)
{
	(void)state;
	assert_rules(
	    element(
		RULES("resources = ( { host = \"b.example\"; "
		      "category = \"analytics\"; },\n"
		      " { host = \"long.b.example\"; "
		      "category = \"marketing\"; },\n"
		      " { path = \"/collect*\"; category = \"analytics\"; },\n"
		      " { host = \"b.example\"; path = \"/ok/*\"; "
		      "category = \"essential\"; },\n"
		      " { host = \"b.example\"; path = \"/ok/no.js\"; "
		      "category = \"marketing\"; } );"),
		0),
	    "([[1,\"~/collect*\"],[2,\".long.b.example/* "
	    ".b.example/ok/no.js\"],[0,\".b.example/ok/*\"],[1,\".b.example/"
	    "*\"]],[[1,\"*\"]],[])");
}

static void
exceptions_from_nothing_are_left_out(void **state)
{
	(void)state;
	assert_rules(
	    element(
		RULES(
		    "resources = ( { host = \"a.example\"; "
		    "category = \"essential\"; },\n"
		    " { path = \"/ok\"; category = \"essential\"; },\n"
		    " { host = \"b.example\"; category = \"analytics\"; },\n"
		    " { host = \"c.b.example\"; category = \"essential\"; },\n"
		    " { host = \"ab.example\"; category = \"essential\"; } "
		    ");"),
		0),
	    "([[0,\".c.b.example/*\"],[1,\".b.example/*\"]],[[1,\"*\"]],[])");
}

#define COOKIE(name, category)                                                 \
	"{ name = \"" name "\"; category = \"" category "\";"                  \
	" ground = \"requested\"; purpose = \"x\"; }"

static void
cookies_end_with_those_that_nobody_names(void **state)
{
	(void)state;
	assert_rules(
	    element(RULES("cookies = (" COOKIE("a", "analytics") "," COOKIE(
			"s", "essential") "," COOKIE("b_*",
			"essential") "," COOKIE("b_1",
			"analytics") "," COOKIE("m", "marketing") ");"),
		0),
	    "([],[[0,\"s\"],[1,\"b_1\"],[2,\"m\"],[0,\"b_*\"],[1,\"*\"]],[])");
}

/* A name cannot end the string, the script or the element. */
static void
names_stay_in_their_string(void **state)
{
	(void)state;
	assert_rules(element(RULES("cookies = (" COOKIE("a\\\"</script",
				 "marketing") "," COOKIE("b\\\\",
				 "marketing") "," COOKIE("c d\xc3\xa9",
				 "marketing") ");"),
			 0),
	    "([],[[2,\"a\\x22\\x3c/script b\\x5c c*d**\"],[1,\"*\"]],[])");
}

static void
storage_is_a_vendors(void **state)
{
	struct span text =
	    element(RULES("vendors = ( \"clarity\" ); cookies = (" COOKIE(
			"s", "essential") ");"),
		0);

	(void)state;
	assert_true(span_ends(text, SPAN(",[[1,\"_cltk\"]])</script>")));
}

static void
the_text_is_the_same_for_everyone(void **state)
{
	const char *rules = RULES(
	    "resources = ( { host = \"b.example\"; category = \"marketing\"; } "
	    ");");
	unsigned char digest[DIGEST_BYTES];
	struct buf hash;
	struct span text;

	(void)state;
	assert_true(span_starts(
	    element(rules, 0), SPAN("<script data-consent=\"1\">(")));
	text = element(rules, ANALYTICS);
	assert_true(span_starts(text, SPAN("<script data-consent=\"3\">(")));
	assert_int_equal(element(rules, ANALYTICS | MARKETING).n, 0);

	text = element(rules, 0);
	text = span_sub(text, 25, text.n - 25 - 9);
	assert_int_equal(digest_sha256(text, digest), CONSENT_OK);
	buf_init(&hash, CSP_HASH);
	assert_int_equal(
	    digest_base64url(
		(struct span){(char *)digest, sizeof digest}, &hash),
	    CONSENT_OK);
	assert_int_equal(strlen(guard_hash(guard)), 7 + 44);
	assert_memory_equal(guard_hash(guard), "sha256-", 7);
	assert_int_equal(strcspn(guard_hash(guard), "-"), 6);
	assert_null(strchr(guard_hash(guard), '_'));
	assert_int_equal(guard_hash(guard)[7 + 43], '=');
	buf_fini(&hash);
}

static void
in_xml_its_text_is_the_same(void **state)
{
	struct gate gate;
	size_t html =
	    element(RULES("cookies = (" COOKIE("s]]>", "marketing") ");"), 0).n;
	struct span xml, end = SPAN("]]></script>");

	(void)state;
	gate_open(&gate, &(struct gate_options){.policy = policy});
	buf_clear(&out);
	assert_int_equal(
	    guard_write(guard, &gate, GUARD_XML, &out), CONSENT_OK);
	xml = buf_span(&out);
	assert_int_equal(xml.n, html + 12);
	assert_true(
	    span_starts(xml, SPAN("<script data-consent=\"1\"><![CDATA[(")));
	assert_int_equal(span_search(xml, SPAN("]]>")), xml.n - end.n);
}

static void
what_is_only_reported_may_pass(void **state)
{
	(void)state;
	assert_true(span_starts(
	    element("version = \"1\"; categories = ( { id = \"e\"; "
		    "required = true; }, { id = \"r\"; mode = \"report\"; }, "
		    "{ id = \"m\"; } ); resources = ( { host = \"b.example\"; "
		    "category = \"m\"; } );",
		0),
	    SPAN("<script data-consent=\"3\">")));
}

/* Each bit that the attribute has then, and each row, as the page reads it. */
static void
modes_of_rules_are_told(void **state)
{
	static const char text[] =
	    "version = \"1\"; categories = ( { id = \"e\"; required = true; }, "
	    "{ id = \"m\"; }, { id = \"r\"; mode = \"report\"; } ); "
	    "resources = ( { host = \"a.example\"; category = \"m\"; }, "
	    "{ host = \"b.a.example\"; category = \"m\"; mode = \"report\"; "
	    "}, { host = \"c.example\"; category = \"r\"; mode = \"enforce\"; "
	    "} ); cookies = ( { name = \"x\"; category = \"m\"; mode = "
	    "\"report\"; } );";
	struct span it = element(text, 0);

	(void)state;
	assert_rules(it, "([[0,\".b.a.example/*\"],[1,\".a.example/*\"],"
			 "[18,\".c.example/*\"]],[[0,\"x\"],[1,\"*\"]],[])");
	assert_true(span_starts(it, SPAN("<script data-consent=\"5\">")));
	it = element(text, 4);
	assert_true(span_starts(it, SPAN("<script data-consent=\"262149\">")));
}

static void
a_policy_may_want_none(void **state)
{
	(void)state;
	assert_int_equal(
	    element(RULES("guard = false; resources = ( { host = \"b.example\";"
			  " category = \"marketing\"; } );"),
		0)
		.n,
	    0);
	assert_int_equal(guard_write(NULL, NULL, GUARD_HTML, &out), CONSENT_OK);
}

/* 16 KiB of a list and no more, whatever its length; exceptions all. */
static void
a_list_has_room_for_so_much(void **state)
{
	enum {
		HOSTS = 50000
	};
	static char text[HOSTS * 32 + 4096];
	size_t n, i, plain, few, many;

	(void)state;
	plain = element(RULES("resources = ( { host = \"o.example\"; "
			      "category = \"analytics\"; } );"),
	    0)
		    .n;
	few = element(RULES("resources = ( { host = \"o.example\"; "
			    "category = \"analytics\"; }, { category = "
			    "\"analytics\"; hosts = [ \"a.example\", "
			    "\"b.example/x*\" ]; } );"),
	    0)
		  .n;
	assert_int_equal(few - plain, strlen(" .a.example/* .b.example/x*"));
	assert_int_equal(guard_left(guard), 0);
	n = (size_t)snprintf(text, sizeof text,
	    RULES("resources = ( { host = \"ok.h40000.example\"; category = "
		  "\"essential\"; }, { category = \"analytics\"; hosts = ["));
	for (i = 0; i < HOSTS; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
		    "%s\"h%zu.example\"", i == 0 ? "" : ",", i);
	(void)snprintf(text + n, sizeof text - n, "]; } );");
	many = element(text, 0).n;
	assert_in_range(many - plain, GUARD_LISTED - 64, GUARD_LISTED + 64);
	assert_in_range(guard_left(guard), HOSTS - 2000, HOSTS - 500);
	assert_true(
	    span_search(buf_span(&out), SPAN(".ok.h40000.example/*")) < out.n);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r01_addresses_stand_with_the_most_specific_first),
	    TEST(exceptions_from_nothing_are_left_out),
	    TEST(cookies_end_with_those_that_nobody_names),
	    TEST(names_stay_in_their_string),
	    TEST(storage_is_a_vendors),
	    TEST(the_text_is_the_same_for_everyone),
	    TEST(in_xml_its_text_is_the_same),
	    TEST(what_is_only_reported_may_pass),
	    TEST(modes_of_rules_are_told),
	    TEST(a_policy_may_want_none),
	    TEST(a_list_has_room_for_so_much),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
