#include "proxy/mode.h"
#include "proxy/mode_map.h"
#include "proxy/mode_wire.h"

#include <libconsent/loader.h>
#include <libconsent/settings.h>
#include <libconsent/status.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	HOUR = 3600 * 1000
};

static struct mode_map *map;
static struct modes *modes;
static struct policy *policy, *other;
static char text[MODE_ANSWER];

static struct policy *
policy_of(const char *version)
{
	const struct loader_options options = {NULL};
	struct settings *s = NULL;
	struct policy *p = NULL;
	struct findings f;
	char conf[512];

	(void)snprintf(conf, sizeof conf,
	    "version = \"%s\"; categories = ( { id = \"e\"; required = true; "
	    "}, "
	    "{ id = \"a\"; }, { id = \"r\"; mode = \"report\"; } ); "
	    "cookies = ( { name = \"x\"; category = \"a\"; } );",
	    version);
	findings_init(&f);
	assert_int_equal(settings_parse("p", span_of(conf), &f, &s), 0);
	assert_int_equal(policy_load(settings_root(s), &options, &f, &p), 0);
	settings_free(s);
	findings_fini(&f);
	return p;
}

static int
setup(void **state)
{
	(void)state;
	policy = policy_of("1");
	other = policy_of("2");
	map = mode_map_new();
	assert_non_null(map);
	modes = modes_new(map);
	assert_non_null(modes);
	modes_renew(modes, policy, "");
	mode_map_join(map, policy);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	mode_map_join(NULL, NULL);
	modes_free(modes);
	mode_map_free(map);
	policy_free(policy);
	policy_free(other);
	return 0;
}

/* The notary's part: takes a note and answers it. */
static void
log_note(const char *what, const char *why, int status)
{
	struct mode_report report;
	struct mode_note note;

	assert_int_equal(
	    recv(modes_notary_end(modes), &note, sizeof note, MSG_DONTWAIT),
	    sizeof note);
	assert_string_equal(note.what, what);
	assert_non_null(strstr(note.why, why));
	memset(&report, 0, sizeof report);
	report.magic = MODE_WIRE_REPORT;
	report.version = MODE_WIRE_VERSION;
	report.number = note.number;
	report.status = status;
	report.seq = 7;
	assert_int_equal(
	    send(modes_notary_end(modes), &report, sizeof report, 0),
	    sizeof report);
}

static void
assert_nothing_to_log(void)
{
	struct mode_note note;

	assert_true(recv(modes_notary_end(modes), &note, sizeof note,
			MSG_DONTWAIT) < 0);
}

/* Gives an order that is to be logged, and has it told to the notary. */
static void
order(const char *words, int64_t now)
{
	assert_false(modes_order(modes, span_of(words), text));
	assert_true(modes_waits(modes));
	assert_false(modes_tend(modes, now, text));
}

static void
refused(const char *words, const char *why)
{
	assert_true(modes_order(modes, span_of(words), text));
	if (strstr(text, why) == NULL)
		fail_msg("%s: %s", words, text);
	assert_false(modes_waits(modes));
}

static void
begin(const char *words, const char *what, int64_t now)
{
	order(words, now);
	log_note(what, "an operator asked for", CONSENT_OK);
	assert_true(modes_tend(modes, now, text));
	assert_non_null(strstr(text, "\"seq\":7"));
}

static void
assert_sets(category_set reporting, category_set enforcing)
{
	struct mode_sets sets = mode_map_read();

	assert_int_equal(sets.reporting, reporting);
	assert_int_equal(sets.enforcing, enforcing);
}

static void
it_begins_when_it_is_logged(void **state)
{
	struct mode_row rows[POLICY_CATEGORIES];

	(void)state;
	order("a report 3600000", 100);
	assert_sets(0, 0);
	assert_int_equal(modes_look(modes, rows), 0);
	log_note("mode of a: report", "3600 s, until 2", CONSENT_OK);
	assert_true(modes_tend(modes, 100, text));
	assert_sets(2, 0);
	assert_int_equal(modes_look(modes, rows), 1);
	assert_string_equal(rows[0].category, "a");
	assert_int_equal(rows[0].mode, POLICY_REPORT);
}

static void
it_ends_by_itself(void **state)
{
	(void)state;
	begin("a report 3600000", "mode of a: report", 100);
	begin("r enforce 7200000", "mode of r: enforce", 100);
	assert_sets(2, 4);
	assert_false(modes_tend(modes, 100 + HOUR - 1, text));
	assert_sets(2, 4);
	assert_false(modes_tend(modes, 100 + HOUR, text));
	assert_sets(0, 4);
	log_note("mode of a: report", "its time is over", CONSENT_OK);
	assert_false(modes_tend(modes, 100 + 2 * HOUR, text));
	assert_sets(0, 0);
	log_note("mode of r: enforce", "its time is over", CONSENT_OK);
	assert_false(modes_tend(modes, 100 + 2 * HOUR, text));
	assert_nothing_to_log();
}

static void
an_operator_ends_it_at_once(void **state)
{
	(void)state;
	begin("a report 3600000", "mode of a: report", 0);
	order("a end", 5);
	assert_sets(0, 0);
	log_note("mode of a: report", "an operator ended it", CONSENT_OK);
	assert_true(modes_tend(modes, 6, text));
	assert_string_equal(
	    text, "{\"category\":\"a\",\"ended\":true,\"seq\":7}");
}

static void
what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	refused("x report 1000", "no such category");
	refused("e report 1000", "required");
	refused("a enforce 1000", "already");
	refused("r report 1000", "already");
	refused("a end", "no mode but");
	refused("a", "1 second to 7 days");
	refused("a report", "1 second to 7 days");
	refused("a report 999", "1 second to 7 days");
	refused("a report 604800001", "1 second to 7 days");
	refused("a report 99999999999999999999", "1 second to 7 days");
	refused("a report 1000 more", "1 second to 7 days");
	refused("a end now", "1 second to 7 days");
	refused("", "no such category");
	modes_renew(modes, NULL, "consentd stops");
	refused("a report 1000", "consentd stops");
}

static void
another_order_takes_its_place(void **state)
{
	(void)state;
	begin("a report 3600000", "mode of a: report", 0);
	order("a report 7200000", 10);
	assert_sets(0, 0);
	log_note("mode of a: report", "another order", CONSENT_OK);
	assert_false(modes_tend(modes, 10, text));
	log_note("mode of a: report", "7200 s", CONSENT_OK);
	assert_true(modes_tend(modes, 10, text));
	assert_sets(2, 0);
	assert_false(modes_tend(modes, HOUR + 1, text));
	assert_sets(2, 0);
}

static void
a_log_that_fails_begins_nothing_and_gets_each_end(void **state)
{
	(void)state;
	order("a report 3600000", 0);
	log_note("mode of a: report", "", CONSENT_EIO);
	assert_true(modes_tend(modes, 0, text));
	assert_non_null(strstr(text, "cannot be written"));
	assert_sets(0, 0);
	begin("a report 3600000", "mode of a: report", 0);
	order("a end", 10);
	log_note("mode of a: report", "ended", CONSENT_EIO);
	assert_true(modes_tend(modes, 10, text));
	assert_non_null(strstr(text, "it has ended; the log"));
	assert_sets(0, 0);
	refused("a report 1000", "the log cannot be written");
	assert_false(modes_tend(modes, 900, text));
	assert_nothing_to_log();
	assert_false(modes_tend(modes, 1010, text));
	log_note("mode of a: report", "ended", CONSENT_OK);
	assert_false(modes_tend(modes, 1010, text));
	assert_nothing_to_log();
	begin("a report 1000", "mode of a: report", 2000);
}

/* Orders behind an end that cannot be logged do not wait for the disk. */
static void
a_log_that_fails_keeps_no_order_waiting(void **state)
{
	(void)state;
	begin("a report 1000", "mode of a: report", 0);
	begin("r enforce 3600000", "mode of r: enforce", 0);
	assert_false(modes_tend(modes, 1000, text));
	log_note("mode of a: report", "its time is over", CONSENT_EIO);
	assert_false(modes_tend(modes, 1000, text));
	assert_sets(0, 4);
	/* an end holds at once, and its entry follows the other */
	order("r end", 1500);
	assert_sets(0, 0);
	assert_false(modes_tend(modes, 2000, text));
	log_note("mode of a: report", "its time is over", CONSENT_EIO);
	assert_true(modes_tend(modes, 2000, text));
	assert_non_null(strstr(text, "it has ended; the log"));
	assert_false(modes_waits(modes));
	assert_false(modes_tend(modes, 3000, text));
	log_note("mode of a: report", "its time is over", CONSENT_OK);
	assert_false(modes_tend(modes, 3000, text));
	log_note("mode of r: enforce", "ended", CONSENT_OK);
	assert_false(modes_tend(modes, 3000, text));
	assert_nothing_to_log();
}

/* Nor one to begin, which is not told to the notary any more. */
static void
a_log_that_fails_begins_nothing_behind_an_end(void **state)
{
	(void)state;
	begin("r enforce 1000", "mode of r: enforce", 0);
	assert_false(modes_tend(modes, 1000, text));
	order("a report 3600000", 1000);
	log_note("mode of r: enforce", "its time is over", CONSENT_EIO);
	assert_true(modes_tend(modes, 1000, text));
	assert_string_equal(text, "{\"error\":\"the log cannot be written\"}");
	assert_false(modes_tend(modes, 2000, text));
	log_note("mode of r: enforce", "its time is over", CONSENT_OK);
	assert_false(modes_tend(modes, 2000, text));
	assert_nothing_to_log();
	assert_sets(0, 0);
}

static void
a_reload_ends_what_holds_and_what_is_asked_for(void **state)
{
	(void)state;
	begin("r enforce 3600000", "mode of r: enforce", 0);
	order("a report 3600000", 0);
	modes_renew(modes, other, "reloaded");
	assert_sets(0, 0);
	log_note("mode of a: report", "asked", CONSENT_OK);
	assert_true(modes_tend(modes, 0, text));
	assert_string_equal(text, "{\"error\":\"reloaded\"}");
	assert_sets(0, 0);
	log_note("mode of r: enforce", "reloaded", CONSENT_OK);
	assert_false(modes_tend(modes, 0, text));
	log_note("mode of a: report", "it did not begin: reloaded", CONSENT_OK);
	assert_false(modes_tend(modes, 0, text));
	assert_nothing_to_log();
	/* under the policy of now, which this worker has not */
	begin("a report 3600000", "mode of a: report", 0);
	assert_sets(0, 0);
	mode_map_join(map, other);
	assert_sets(2, 0);
}

static void
a_notary_that_dies_is_told_again(void **state)
{
	struct mode_note note;

	(void)state;
	/* before it has read it: the next one does */
	order("a report 3600000", 0);
	modes_lose(modes);
	assert_false(modes_tend(modes, 0, text));
	log_note("mode of a: report", "asked", CONSENT_OK);
	assert_true(modes_tend(modes, 0, text));
	assert_sets(2, 0);
	/* an end is told until it is logged */
	order("a end", 0);
	assert_true(recv(modes_notary_end(modes), &note, sizeof note,
			MSG_DONTWAIT) > 0);
	modes_lose(modes);
	assert_false(modes_tend(modes, 0, text));
	log_note("mode of a: report", "ended", CONSENT_OK);
	assert_true(modes_tend(modes, 0, text));
	/* a begin that may be in the log did not begin, and that is logged */
	order("a report 3600000", 0);
	assert_true(recv(modes_notary_end(modes), &note, sizeof note,
			MSG_DONTWAIT) > 0);
	modes_lose(modes);
	assert_true(modes_tend(modes, 0, text));
	assert_non_null(strstr(text, "ask again"));
	assert_sets(0, 0);
	log_note("mode of a: report", "it did not begin", CONSENT_OK);
	assert_false(modes_tend(modes, 0, text));
	assert_nothing_to_log();
}

static void
what_is_no_report_counts_for_nothing(void **state)
{
	struct mode_report report = {.magic = 1};

	(void)state;
	order("a report 3600000", 0);
	assert_true(
	    send(modes_notary_end(modes), &report, sizeof report, 0) > 0);
	assert_true(send(modes_notary_end(modes), "x", 1, 0) > 0);
	assert_false(modes_tend(modes, 0, text));
	assert_sets(0, 0);
	log_note("mode of a: report", "asked", CONSENT_OK);
	assert_true(modes_tend(modes, 0, text));
	assert_sets(2, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(it_begins_when_it_is_logged),
	    TEST(it_ends_by_itself),
	    TEST(an_operator_ends_it_at_once),
	    TEST(what_makes_no_sense_is_refused),
	    TEST(another_order_takes_its_place),
	    TEST(a_log_that_fails_begins_nothing_and_gets_each_end),
	    TEST(a_log_that_fails_keeps_no_order_waiting),
	    TEST(a_log_that_fails_begins_nothing_behind_an_end),
	    TEST(a_reload_ends_what_holds_and_what_is_asked_for),
	    TEST(a_notary_that_dies_is_told_again),
	    TEST(what_is_no_report_counts_for_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
