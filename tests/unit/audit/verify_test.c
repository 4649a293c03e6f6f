#include "fixture.h"

#define SEGMENT "log/entries/000000000000.jsonl"

/* The log as text, to be changed and written back. */
static char *
take(size_t *n)
{
	struct buf whole;

	fixture_read(SEGMENT, &whole);
	*n = whole.n;
	return buf_take(&whole);
}

static void
expect_fault(const char *file, uint64_t line, const char *why)
{
	struct verify_result result;

	assert_int_equal(verify_run("log", NULL, &result), CONSENT_EDENIED);
	assert_string_equal(result.fault.file, file);
	assert_int_equal(result.fault.line, line);
	assert_non_null(strstr(result.fault.why, why));
}

static void
whole_log_holds(void **state)
{
	struct verify_result result;

	(void)state;
	assert_int_equal(verify_run("log", NULL, &result), CONSENT_ENOENT);
	fixture_log("log", 5);
	assert_int_equal(verify_run("log", NULL, &result), CONSENT_OK);
	assert_int_equal(result.entries, 7);
	assert_int_equal(result.choices, 5);
	assert_int_equal(result.segments, 1);
	assert_string_equal(result.fault.file, "");
}

/*
 * Whether a change of that byte may go unseen without a signed tree: it lies
 * in a value of free choice (id, sub, time, node, version, lang, kid). All else
 * has one spelling or is tied to something.
 */
static bool
is_free(const char *text, size_t at)
{
	static const char *const names[] = {
	    "id", "sub", "time", "node", "version", "lang", "kid"};
	size_t i, from = at;

	while (from > 0 && text[from] != ':' && text[from] != '\n')
		from--;
	/* colons of a time stand inside its value */
	while (from > 2 && text[from] == ':' && text[from - 1] != '"')
		do
			from--;
		while (from > 0 && text[from] != ':');
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i]);

		if (from > n + 1 && text[from] == ':' &&
		    memcmp(text + from - n - 1, names[i], n) == 0 &&
		    text[from - n - 2] == '"')
			return true;
	}
	return false;
}

static void
every_tied_byte_is_watched(void **state)
{
	struct verify_result result;
	size_t n, i, unseen = 0;
	char *text;

	(void)state;
	fixture_log("log", 1);
	fixture_unpublish("log");
	text = take(&n);
	/* a bit that changes the letter, and one that changes its case */
	for (i = 0; i < n * 2; i++) {
		size_t at = i / 2;
		char old = text[at];
		int rc;

		text[at] = (char)(old ^ (i % 2 == 0 ? 1 : 0x20));
		fixture_write(SEGMENT, (struct span){text, n});
		rc = verify_run("log", NULL, &result);
		if (rc == CONSENT_OK && !is_free(text, at))
			fail_msg("byte %zu '%c' -> '%c' went unseen", at, old,
			    text[at]);
		if (rc == CONSENT_EDENIED)
			assert_true(result.fault.line > 0);
		unseen += rc == CONSENT_OK;
		text[at] = old;
	}
	/* the free ones are there, and are few */
	assert_in_range(unseen, 1, n / 2);
	free(text);
}

static void
missing_and_doubled_lines_are_named(void **state)
{
	size_t n, first, second;
	char *text, *more;

	(void)state;
	fixture_log("log", 3);
	text = take(&n);
	first = (size_t)(strchr(text, '\n') - text) + 1;
	second = (size_t)(strchr(text + first, '\n') - text) + 1;
	/* the first line gone */
	fixture_write(SEGMENT, (struct span){text + first, n - first});
	expect_fault("entries/000000000000.jsonl", 1, "does not follow");
	/* the second line twice */
	more = malloc(n + second);
	assert_non_null(more);
	memcpy(more, text, second);
	memcpy(more + second, text + first, n - first);
	fixture_write(SEGMENT, (struct span){more, second + n - first});
	expect_fault("entries/000000000000.jsonl", 3, "does not follow");
	/* the last newline gone */
	fixture_write(SEGMENT, (struct span){text, n - 1});
	expect_fault("entries/000000000000.jsonl", 5, "not complete");
	free(text);
	free(more);
}

static void
texts_must_be_there_and_match(void **state)
{
	char policy[DIGEST_HEX], path[128];
	struct verify_result result;

	(void)state;
	fixture_log("log", 1);
	assert_int_equal(digest_sha256_hex(POLICY_TEXT, policy), CONSENT_OK);
	(void)snprintf(path, sizeof path, "log/policies/%s.json", policy);
	fixture_write(path, SPAN("{\"version\":\"2\"}"));
	expect_fault(SEGMENT + 4, 1, "SHA-256");
	assert_int_equal(unlink(path), 0);
	expect_fault(SEGMENT + 4, 1, "not there");
	fixture_write(path, POLICY_TEXT);
	assert_int_equal(verify_run("log", NULL, &result), CONSENT_OK);
}

static void
repeated_ids_are_named(void **state)
{
	size_t n;
	char *text, *first, *second;

	(void)state;
	fixture_log("log", 2);
	text = take(&n);
	first = strstr(text, "\"id\":\"");
	assert_non_null(first);
	second = strstr(first + 1, "\"id\":\"");
	assert_non_null(second);
	memcpy(second, first, 28);
	fixture_write(SEGMENT, (struct span){text, n});
	expect_fault("entries/000000000000.jsonl", 2, "used before");
	free(text);
}

static void
choices_before_their_policy_are_named(void **state)
{
	size_t n;
	char *text, *at;

	(void)state;
	fixture_log("log", 1);
	text = take(&n);
	/* the policy's entry becomes a notice's of the same hash */
	at = strstr(text, "\"type\":\"policy\"");
	assert_non_null(at);
	memcpy(at, "\"type\":\"notice\"", 15);
	fixture_write(SEGMENT, (struct span){text, n});
	at = strstr(text, "\"hash\":\"");
	assert_non_null(at);
	{
		char path[128];

		(void)snprintf(
		    path, sizeof path, "log/notices/%.64s.json", at + 8);
		fixture_write(path, POLICY_TEXT);
	}
	expect_fault(
	    "entries/000000000000.jsonl", 3, "policy that was not logged");
	free(text);
}

/* Replaces the first a by b in the one segment. */
static void
tamper(const char *a, const char *b)
{
	size_t n, at;
	char *text = take(&n);
	struct buf out;

	at = span_search((struct span){text, n}, span_of(a));
	assert_true(at < n);
	buf_init(&out, n + 256);
	assert_int_equal(buf_append(&out, (struct span){text, at}), CONSENT_OK);
	assert_int_equal(buf_append(&out, span_of(b)), CONSENT_OK);
	assert_int_equal(buf_append(&out, span_sub((struct span){text, n},
					      at + strlen(a), n)),
	    CONSENT_OK);
	fixture_write(SEGMENT, buf_span(&out));
	buf_fini(&out);
	free(text);
}

/* A choice must decide about each category of its policy, in its order. */
static void
other_categories_than_the_policys_are_named(void **state)
{
	static const char choice[] =
	    "\"granted\":[\"analytics\"],\"denied\":[\"marketing\"]";
	static const char *const bad[] = {
	    "\"granted\":[\"analytics\"],\"denied\":[]",
	    "\"granted\":[],\"denied\":[\"marketing\"]",
	    "\"granted\":[\"analytics\"],\"denied\":[\"adverts\"]",
	    "\"granted\":[\"analytics\",\"essential\"],\"denied\":"
	    "[\"marketing\"]",
	    "\"granted\":[\"marketing\",\"analytics\"],\"denied\":[]"};
	struct verify_result result;
	size_t i;

	(void)state;
	fixture_log("log", 1);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		tamper(choice, bad[i]);
		expect_fault("entries/000000000000.jsonl", 3,
		    "not the categories of its policy");
		tamper(bad[i], choice);
	}
	assert_int_equal(verify_run("log", NULL, &result), CONSENT_OK);
	tamper("\"choose\"", "\"accept\"");
	expect_fault(
	    "entries/000000000000.jsonl", 3, "an acceptance that denies");
}

/* What is shown once decides about no category, and needs none. */
static void
an_embed_stands_beside_the_choices(void **state)
{
	static const char choice[] =
	    "\"act\":\"choose\",\"granted\":[\"analytics\"],\"denied\":"
	    "[\"marketing\"]";
	static const char embed[] =
	    "\"act\":\"embed\",\"embed\":\"video.example\",\"granted\":[],"
	    "\"denied\":[]";
	struct verify_result result;

	(void)state;
	fixture_log("log", 1);
	fixture_unpublish("log");
	tamper(choice, embed);
	assert_int_equal(verify_run("log", NULL, &result), CONSENT_OK);
	assert_int_equal(result.choices, 1);
	tamper("\"denied\":[]", "\"denied\":[\"marketing\"]");
	expect_fault("entries/000000000000.jsonl", 3,
	    "an embed that decides about categories");
}

static void
strangers_and_gaps_among_segments_are_named(void **state)
{
	(void)state;
	fixture_log("log", 1);
	fixture_write("log/entries/notes.txt", SPAN("x"));
	expect_fault("entries/notes.txt", 0, "not a segment");
	assert_int_equal(unlink("log/entries/notes.txt"), 0);
	fixture_write("log/entries/000000000009.jsonl", SPAN(""));
	expect_fault("entries/000000000009.jsonl", 0, "does not follow");
}

#define HEAD(seq, id, type)                                                    \
	"{\"seq\":" seq ",\"id\":\"" id                                        \
	"AAAAAAAAAAAAAAAAAAAAA\",\"time\":\"2026-11-01T10:00:00.000Z\","       \
	"\"type\":\"" type "\",\"node\":\"n\",\"version\":\"1\""
#define STONE(seq, by)                                                         \
	"{\"seq\":" seq                                                        \
	",\"erased\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"   \
	"aaaaaaaaaaaa\",\"by\":" by "}\n"
#define ERASE(seq, list)                                                       \
	HEAD(seq, "E", "erase") ",\"entries\":" list ",\"why\":\"asked\"}\n"
#define START(seq)                                                             \
	HEAD(seq, "S", "start") ",\"what\":\"notary\",\"why\":\"x\"}\n"

static void
erased_entries_need_their_reason(void **state)
{
	struct verify_result result;

	(void)state;
	fixture_log("log", 0);
	fixture_unpublish("log");
	fixture_write(
	    SEGMENT, SPAN(STONE("0", "2") START("1") ERASE("2", "[0]")));
	assert_int_equal(verify_run("log", NULL, &result), CONSENT_OK);
	assert_int_equal(result.erased, 1);
	fixture_write(SEGMENT, SPAN(STONE("0", "2") START("1")));
	expect_fault("entries", 0, "no entry explains");
	fixture_write(SEGMENT, SPAN(START("0") ERASE("1", "[0]")));
	expect_fault("entries/000000000000.jsonl", 2, "still there");
}

static void
live_writer_may_be_in_a_line(void **state)
{
	struct verify_result result;
	struct ledger *l = NULL;
	size_t n;
	char *text;

	(void)state;
	fixture_log("log", 2);
	text = take(&n);
	assert_int_equal(ledger_open("log", &fixture_options, &l), CONSENT_OK);
	fixture_unpublish("log");
	fixture_write(SEGMENT, (struct span){text, n - 9});
	assert_int_equal(verify_run("log", NULL, &result), CONSENT_OK);
	assert_int_equal(result.entries, 3);
	assert_true(result.unfinished > 0);
	ledger_close(l);
	expect_fault("entries/000000000000.jsonl", 4, "not complete");
	free(text);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(whole_log_holds),
	    TEST(every_tied_byte_is_watched),
	    TEST(missing_and_doubled_lines_are_named),
	    TEST(texts_must_be_there_and_match),
	    TEST(repeated_ids_are_named),
	    TEST(choices_before_their_policy_are_named),
	    TEST(other_categories_than_the_policys_are_named),
	    TEST(an_embed_stands_beside_the_choices),
	    TEST(strangers_and_gaps_among_segments_are_named),
	    TEST(erased_entries_need_their_reason),
	    TEST(live_writer_may_be_in_a_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
