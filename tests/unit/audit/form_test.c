#include "fixture.h"

#include "audit/form.h"

#define ROW(rule, count)                                                       \
	"{\"rule\":\"" rule "\",\"category\":\"a\",\"state\":\"denied\","      \
	"\"count\":" count "}"

struct sums {
	struct span removed;
};

/* What a list of sums is read as: NULL, or what is wrong with it. */
static const char *
read_sums(const char *text, struct sums *out)
{
	static const struct form_member members[] = {
	    FORM_MEMBER("removed", FORM_SUMS, struct sums, removed),
	    {.name = NULL}};
	struct span rest = span_of(text);
	const char *why = form_take(&rest, '{', members, out);

	return why == NULL && !span_equal(rest, SPAN("}")) ? "more" : why;
}

static void
rows_are_walked(void **state)
{
	struct sums sums;
	struct form_sum row;
	char rule[LAYOUT_NAME];

	(void)state;
	assert_null(read_sums("{\"removed\":[]}", &sums));
	assert_false(form_next_sum(&sums.removed, &row));
	assert_null(read_sums("{\"removed\":[" ROW("inline \\\"x\\\\",
				  "3") "," ROW("_ga*", "4") "]}",
	    &sums));
	assert_true(form_next_sum(&sums.removed, &row));
	assert_int_equal(form_plain(row.rule, rule), 10);
	assert_string_equal(rule, "inline \"x\\");
	assert_true(span_equal(row.category, SPAN("a")));
	assert_true(span_equal(row.state, SPAN("denied")));
	assert_int_equal(row.count, 3);
	assert_true(form_next_sum(&sums.removed, &row));
	assert_int_equal(row.count, 4);
	assert_false(form_next_sum(&sums.removed, &row));
}

static void
bad_rows_are_told(void **state)
{
	static const char *const bad[][2] = {
	    {"{\"removed\":{}}", "not a list of sums"},
	    {"{\"removed\":[" ROW("a", "-1") "]}", "not a count"},
	    {"{\"removed\":[" ROW("a", "1") ","
					    "]}",
		"members are missing, foreign or out of order"},
	    {"{\"removed\":[" ROW("a", "1,\"x\":1") "]}",
		"a member that does not belong there"},
	    {"{\"removed\":[{\"rule\":\"a\",\"category\":\"a\",\"state\":"
	     "\"asked\",\"count\":1}]}",
		"not a state of consent"},
	    {"{\"removed\":[{\"rule\":\"a\",\"category\":\"A\",\"state\":"
	     "\"denied\",\"count\":1}]}",
		"not a category"},
	    {"{\"removed\":[" ROW("a", "1") ROW("a", "1") "]}",
		"not spelled as the writer spells it"},
	};
	struct sums sums;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_string_equal(read_sums(bad[i][0], &sums), bad[i][1]);
}

static void
rows_have_a_limit(void **state)
{
	struct sums sums;
	struct buf text;
	unsigned n, i;

	(void)state;
	buf_init(&text, 1 << 20);
	for (n = 512; n < 514; n++) {
		buf_clear(&text);
		for (i = 0; i < n; i++)
			assert_int_equal(buf_printf(&text, "%s" ROW("a", "1"),
					     i == 0 ? "{\"removed\":[" : ","),
			    CONSENT_OK);
		assert_int_equal(buf_append(&text, SPAN("]}\0")), CONSENT_OK);
		if (n == 512)
			assert_null(read_sums(text.p, &sums));
		else
			assert_string_equal(
			    read_sums(text.p, &sums), "not a list of sums");
	}
	buf_fini(&text);
}

static void
members_are_walked_as_they_stand(void **state)
{
	static const char *const wanted[][2] = {{"seq", "7"},
	    {"why", "\"a\\\",}\""}, {"removed", "[" ROW("]", "1") "]"},
	    {"entries", "[1,2]"}, {"last", "\"\""}};
	struct span line =
	    SPAN("{\"seq\":7,\"why\":\"a\\\",}\",\"removed\":[" ROW(
		"]", "1") "],\"entries\":[1,2],\"last\":\"\"}");
	struct form_value value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		assert_true(form_next_member(&line, &value));
		assert_true(span_equal(value.name, span_of(wanted[i][0])));
		assert_true(span_equal(value.raw, span_of(wanted[i][1])));
		assert_int_equal(value.is_text, wanted[i][1][0] == '"');
	}
	assert_false(form_next_member(&line, &value));
	assert_true(span_equal(line, SPAN("}")));
}

static void
numbers_and_categories_are_walked(void **state)
{
	struct span seqs = SPAN("1,23"), ids = SPAN("\"a\",\"bc\""), id;
	uint64_t seq = 0;

	(void)state;
	assert_true(form_next_seq(&seqs, &seq));
	assert_int_equal(seq, 1);
	assert_true(form_next_seq(&seqs, &seq));
	assert_int_equal(seq, 23);
	assert_false(form_next_seq(&seqs, &seq));
	assert_true(form_next_category(&ids, &id));
	assert_true(span_equal(id, SPAN("a")));
	assert_true(form_next_category(&ids, &id));
	assert_true(span_equal(id, SPAN("bc")));
	assert_false(form_next_category(&ids, &id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_walked),
	    cmocka_unit_test(bad_rows_are_told),
	    cmocka_unit_test(rows_have_a_limit),
	    cmocka_unit_test(members_are_walked_as_they_stand),
	    cmocka_unit_test(numbers_and_categories_are_walked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
