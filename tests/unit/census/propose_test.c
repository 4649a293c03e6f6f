#include "census/propose.h"

#include "proxy/inventory.h"

#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

static struct policy *
load(const char *name, struct span text)
{
	struct policy *policy = NULL;
	struct settings *settings = NULL;
	struct findings findings;

	findings_init(&findings);
	if (settings_parse(name, text, &findings, &settings) != CONSENT_OK ||
	    policy_load(settings_root(settings), &(struct loader_options){NULL},
		&findings, &policy) != CONSENT_OK) {
		findings_print(&findings, stderr);
		print_error("%.*s\n", SPAN_ARG(text));
		fail();
	}
	settings_free(settings);
	findings_fini(&findings);
	return policy;
}

static const char known_text[] =
    "version = \"k\"; categories = ({ id = \"e\"; required = true; },"
    "{ id = \"o\"; }); vendors = ({ name = \"hotjar\"; category = \"o\"; },"
    "{ name = \"clarity\"; category = \"o\"; });";

static const char begin[] =
    "version = \"1\"; categories = ({ id = \"e\"; required = true; },"
    "{ id = \"ads\"; });\n";

/* As many bytes as are kept of a name. */
#define CUT                                                                    \
	"cut-off-behind-this-and-a-name-for-a-cookie-which-no-vendor-would-"   \
	"give-to-anything-at-all-ever"

_Static_assert(sizeof CUT == INVENTORY_NAME + 1, "as long as names are kept");

/* A row of what was seen. */
#define ROW(kind, name, more)                                                  \
	"{\"kind\": \"" kind "\", \"name\": \"" name                           \
	"\", \"count\": 2, \"first\": \"2026-11-01T10:00:00.000Z\", "          \
	"\"last\": \"2026-11-03T10:00:00.000Z\"" more "}"

/* What is proposed, as a policy that holds it; *text is to be freed. */
static struct policy *
propose(const char *rows, char **text)
{
	struct policy *known = load("known", span_of(known_text)), *made;
	const struct propose_options options = {known, "ads"};
	json_t *seen = json_pack("{s:o}", "rows", json_loads(rows, 0, NULL));
	struct buf out;

	assert_non_null(seen);
	buf_init(&out, PROPOSE_TEXT);
	assert_int_equal(buf_append(&out, span_of(begin)), CONSENT_OK);
	assert_int_equal(propose_write(seen, &options, &out), CONSENT_OK);
	made = load("proposal", buf_span(&out));
	buf_drain(&out, strlen(begin));
	*text = buf_take(&out);
	json_decref(seen);
	policy_free(known);
	return made;
}

static void
vendors_come_first_and_cover_theirs(void **state)
{
	char *text;
	struct policy *made =
	    propose("[" ROW("cookie", "_hjid", "") "," ROW("set-cookie", "mine",
			"") "," ROW("host", "script.hotjar.com",
			",\"path\": \"/a\"") "," ROW("inline",
			"0123abcd hj clarity.ms", "") "]",
		&text);

	(void)state;
	assert_int_equal(policy_facts(made)->n_vendors, 2);
	assert_non_null(policy_find_cookie(made, SPAN("mine")));
	assert_int_equal(policy_find_cookie(made, SPAN("_hjid"))->category, 1);
	assert_true(strstr(text, "vendors") < strstr(text, "cookies = ("));
	assert_null(strstr(text, "hotjar.com"));
	assert_null(strstr(text, "0123abcd"));
	assert_non_null(
	    strstr(text, "# seen 2 times, 2026-11-01 to 2026-11-03"));
	free(text);
	policy_free(made);
}

static void
hosts_and_cookies_are_grouped(void **state)
{
	char *text;
	struct policy *made = propose(
	    "[" ROW("host", "a.stats.example", ",\"path\": \"/x/*\"") "," ROW(
		"reported", "b.stats.example", "") "," ROW("host",
		"cdn.other.example", "") "," ROW("cookie", "visit_12",
		"") "," ROW("cookie", "visit_77", "") "," ROW("set-cookie",
		"visit_12", "") "," ROW("cookie", "alone_1",
		"") "," ROW("cookie", CUT "...", "") "," ROW("inline",
		"0123abcd track", ",\"path\": \"/x\"") "]",
	    &text);

	(void)state;
	assert_int_equal(policy_facts(made)->n_rules, 5);
	assert_non_null(strstr(text, "\"stats.example\""));
	assert_non_null(strstr(text, "seen 4 times, 2026-11-01 to 2026-11-03, "
				     "as on /x/*: a.stats.example, b.stats"));
	assert_non_null(strstr(text, "\"other.example\""));
	assert_non_null(policy_find_cookie(made, SPAN("visit_99")));
	assert_null(policy_find_cookie(made, SPAN("alone_2")));
	assert_non_null(policy_find_cookie(made, SPAN(CUT " off")));
	assert_non_null(strstr(text, "# inline \"0123abcd track\"  # seen 2"));
	free(text);
	policy_free(made);
}

/* Names of strangers are bytes of theirs: they stay inside of the quotes. */
static void
hostile_names_stay_names(void **state)
{
	char *text;
	struct policy *made = propose(
	    "[" ROW("cookie", "a\\\"; }); sensitive = (\\\"", "") "," ROW(
		"cookie", "\\\\x5c", "") "," ROW("host", "x\\\"y",
		"") "," ROW("host", "...long.example", "") "," ROW("inline",
		"00000000 a\\nb */ \\u00e7", "") "]",
	    &text);

	(void)state;
	assert_int_equal(policy_facts(made)->n_rules, 1);
	assert_false(policy_is_sensitive(made, SPAN("/")));
	assert_non_null(policy_find_cookie(made, SPAN("\\")));
	free(text);
	policy_free(made);
}

/* A rule names what was seen: not its spelling, nor more, nor what it cannot.
 */
static void
names_come_back_as_they_were(void **state)
{
	char *text;
	struct policy *made = propose(
	    "[" ROW("cookie", "a\\\\x22b", "") "," ROW("cookie", "a\\\\x22c",
		"") "," ROW("cookie", "n\\\\xc3\\\\xa9", "") "," ROW("cookie",
		"bad\\\\xe9",
		"") "," ROW("cookie", "tab\\\\x09", "") "," ROW("cookie",
		"c1\\\\xc2\\\\x9b", "") "," ROW("cookie", "del\\\\x7f",
		"") "," ROW("cookie", "*", "") "," ROW("set-cookie", "wide*",
		"") "," ROW("cookie", "whole...", "") "]",
	    &text);

	(void)state;
	assert_int_equal(policy_facts(made)->n_rules, 4);
	assert_non_null(policy_find_cookie(made, SPAN("a\"b")));
	assert_non_null(policy_find_cookie(made, SPAN("a\"c")));
	assert_null(policy_find_cookie(made, SPAN("a\"d")));
	assert_non_null(policy_find_cookie(made, SPAN("n\xc3\xa9")));
	assert_non_null(policy_find_cookie(made, SPAN("whole...")));
	assert_null(policy_find_cookie(made, SPAN("whole.")));
	assert_null(policy_find_cookie(made, SPAN("wider")));
	assert_non_null(strstr(text, "# cookie \"*\""));
	assert_non_null(strstr(text, "# cookie \"bad\\xe9\""));
	free(text);
	policy_free(made);
}

/* Browsers tell of any host: one above many sites is no rule. */
static void
no_rule_is_made_of_a_suffix(void **state)
{
	char *text;
	struct policy *made =
	    propose("[" ROW("reported", "com", "") "," ROW("reported", "co.uk",
			"") "," ROW("host", "a..b", "") "," ROW("host",
			"192.0.2.7", "") "," ROW("host", "x.y.co.uk", "") "]",
		&text);

	(void)state;
	assert_int_equal(policy_facts(made)->n_rules, 2);
	assert_non_null(strstr(text, "{ host = \"192.0.2.7\";"));
	assert_non_null(strstr(text, "{ host = \"y.co.uk\";"));
	assert_non_null(strstr(text, "# reported \"com\""));
	free(text);
	policy_free(made);
}

/* A clock that was wrong leaves no time. */
static void
a_time_may_be_unknown(void **state)
{
	char *text;
	struct policy *made = propose("[" ROW("host", "a.late.example",
					  "") ",{\"kind\": \"host\", "
					      "\"name\": \"b.late.example\", "
					      "\"count\": 1, \"first\": null}]",
	    &text);

	(void)state;
	assert_non_null(strstr(text, "seen 3 times, 2026-11-01 to 2026-11-03"));
	free(text);
	policy_free(made);
}

static void
what_is_no_answer_is_refused(void **state)
{
	struct policy *known = load("known", span_of(known_text));
	const struct propose_options options = {known, "ads"};
	struct buf out;
	json_t *seen = json_pack("{s:s}", "rows", "x");

	(void)state;
	buf_init(&out, 100);
	assert_int_equal(propose_write(seen, &options, &out), CONSENT_EINVAL);
	json_decref(seen);
	seen = json_loads("{\"rows\": [1, {}, {\"kind\": 1}]}", 0, NULL);
	assert_int_equal(propose_write(seen, &options, &out), CONSENT_OK);
	assert_int_equal(propose_write(seen, &options, &out), CONSENT_OK);
	assert_int_equal(propose_write(seen, &options, &out), CONSENT_ELIMIT);
	buf_fini(&out);
	json_decref(seen);
	policy_free(known);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vendors_come_first_and_cover_theirs),
	    cmocka_unit_test(hosts_and_cookies_are_grouped),
	    cmocka_unit_test(hostile_names_stay_names),
	    cmocka_unit_test(names_come_back_as_they_were),
	    cmocka_unit_test(no_rule_is_made_of_a_suffix),
	    cmocka_unit_test(a_time_may_be_unknown),
	    cmocka_unit_test(what_is_no_answer_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
