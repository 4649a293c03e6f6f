#include "proxy/state.h"

#include "fixture.h"

#include <jansson.h>

#define UNDECIDED                                                              \
	"{\"decided\":false,\"granted\":[\"essential\"],"                      \
	"\"denied\":[\"analytics\"],\"policy\":\"2026-11-01\","                \
	"\"signal\":\"none\",\"expires\":null}"

#define PAGE_UNDECIDED                                                         \
	"{\"decided\":false,\"granted\":[\"essential\"],"                      \
	"\"denied\":[\"analytics\"],\"policy\":\"2026-11-01\"}"

static struct fixture f;

static int
setup(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

/* What is written for a visitor with this record, with a NUL. */
static const char *
written(const struct record *record, bool gpc)
{
	struct gate_options options = {.policy = f.policy,
	    .record = record,
	    .sites = f.setup.site_urls,
	    .n_sites = 1,
	    .path = SPAN("/"),
	    .gpc = gpc};
	struct gate gate;

	gate_open(&gate, &options);
	buf_clear(&f.text);
	assert_int_equal(state_write(&gate, record, &f.text), CONSENT_OK);
	assert_int_equal(buf_append_byte(&f.text, '\0'), CONSENT_OK);
	return f.text.p;
}

static struct record
decided(category_set granted)
{
	struct record record = {
	    .action = RECORD_CHOOSE, .expires = 1793527200007};

	record_decide(&record, f.policy, granted);
	return record;
}

static void
r02_who_did_not_answer_is_undecided(void **state)
{
	(void)state;
	assert_string_equal(written(NULL, false), UNDECIDED);
}

static void
a_grant_is_told_with_its_end(void **state)
{
	struct record record = decided(2);

	(void)state;
	assert_string_equal(written(&record, false),
	    "{\"decided\":true,\"granted\":[\"essential\",\"analytics\"],"
	    "\"denied\":[],\"policy\":\"2026-11-01\",\"signal\":\"none\","
	    "\"expires\":\"2026-11-01T10:00:00.007Z\"}");
}

static void
a_refusal_is_a_decision_too(void **state)
{
	struct record record = decided(0);

	(void)state;
	assert_string_equal(written(&record, false),
	    "{\"decided\":true,\"granted\":[\"essential\"],"
	    "\"denied\":[\"analytics\"],\"policy\":\"2026-11-01\","
	    "\"signal\":\"none\",\"expires\":\"2026-11-01T10:00:00.007Z\"}");
}

static void
r30_a_signal_is_told_and_denies(void **state)
{
	struct record record = decided(2);

	(void)state;
	assert_string_equal(written(NULL, true),
	    "{\"decided\":false,\"granted\":[\"essential\"],"
	    "\"denied\":[\"analytics\"],\"policy\":\"2026-11-01\","
	    "\"signal\":\"gpc\",\"expires\":null}");
	/* a yes that did not know of it yields; one that did stands */
	assert_string_equal(written(&record, true),
	    "{\"decided\":false,\"granted\":[\"essential\"],"
	    "\"denied\":[\"analytics\"],\"policy\":\"2026-11-01\","
	    "\"signal\":\"gpc\",\"expires\":\"2026-11-01T10:00:00.007Z\"}");
	record.gpc = true;
	assert_non_null(strstr(written(&record, true),
	    "\"granted\":[\"essential\",\"analytics\"],\"denied\":[]"));
}

static void
r13_a_changed_category_is_undecided_again(void **state)
{
	struct record record = decided(2);

	(void)state;
	record.categories[0].rev[0] ^= 1;
	assert_non_null(strstr(written(&record, false),
	    "{\"decided\":false,\"granted\":[\"essential\"],"
	    "\"denied\":[\"analytics\"]"));
}

static void
it_is_json_and_is_appended_whole_or_not(void **state)
{
	json_t *object = json_loads(written(NULL, false), 0, NULL);
	struct gate gate = f.visit.gate;
	struct buf small;

	(void)state;
	assert_int_equal(json_object_size(object), 6);
	json_decref(object);
	buf_init(&small, strlen(UNDECIDED));
	assert_int_equal(buf_append_byte(&small, '>'), CONSENT_OK);
	assert_int_equal(state_write(&gate, NULL, &small), CONSENT_ELIMIT);
	assert_true(span_equal(buf_span(&small), SPAN(">")));
	buf_clear(&small);
	assert_int_equal(state_write(&gate, NULL, &small), CONSENT_OK);
	buf_fini(&small);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* What a page is told for a visitor on a path, with a NUL. */
static const char *
written_for_page(const char *path, const struct record *record)
{
	fixture_gate(&f, path, record);
	buf_clear(&f.text);
	assert_int_equal(state_write_page(&f.visit.gate, &f.text), CONSENT_OK);
	assert_int_equal(buf_append_byte(&f.text, '\0'), CONSENT_OK);
	return f.text.p;
}

/* Two visitors of one variant get one page: nothing is told that is theirs. */
static void
r41_a_page_is_told_what_its_variant_says(void **state)
{
	struct record record = decided(2), other = decided(2);

	(void)state;
	assert_string_equal(written_for_page("/", NULL), PAGE_UNDECIDED);
	f.visit.gate.gpc = true;
	buf_clear(&f.text);
	assert_int_equal(state_write_page(&f.visit.gate, &f.text), CONSENT_OK);
	assert_true(span_equal(buf_span(&f.text), SPAN(PAGE_UNDECIDED)));
	other.expires++;
	assert_string_equal(written_for_page("/", &record),
	    "{\"decided\":true,\"granted\":[\"essential\",\"analytics\"],"
	    "\"denied\":[],\"policy\":\"2026-11-01\"}");
	assert_non_null(
	    strstr(written_for_page("/", &other), "\"decided\":true,"));
}

/* What is held back there for its path was agreed to all the same. */
static void
a_sensitive_page_is_told_what_was_agreed(void **state)
{
	struct record record = decided(2);

	(void)state;
	assert_non_null(strstr(written_for_page("/account", &record),
	    "\"granted\":[\"essential\",\"analytics\"]"));
	assert_int_equal(f.visit.gate.granted, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r02_who_did_not_answer_is_undecided),
	    TEST(a_grant_is_told_with_its_end),
	    TEST(a_refusal_is_a_decision_too),
	    TEST(r30_a_signal_is_told_and_denies),
	    TEST(r13_a_changed_category_is_undecided_again),
	    TEST(it_is_json_and_is_appended_whole_or_not),
	    TEST(r41_a_page_is_told_what_its_variant_says),
	    TEST(a_sensitive_page_is_told_what_was_agreed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
