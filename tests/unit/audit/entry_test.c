#include "fixture.h"

#include "audit/entry.h"

#include <jansson.h>

#define ID "AAAAAAAAAAAAAAAAAAAAAA"
#define HASH_A                                                                 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B                                                                 \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HEAD(seq, type)                                                        \
	"{\"seq\":" seq ",\"id\":\"" ID                                        \
	"\",\"time\":\"2026-11-01T10:00:00.007Z\",\"type\":\"" type            \
	"\",\"node\":\"n/1\",\"version\":\"1.0\""
#define CHOICE(sub, act, granted, denied)                                      \
	HEAD("7", "choice")                                                    \
	sub ",\"act\":\"" act "\",\"granted\":" granted ",\"denied\":" denied  \
	    ",\"policy\":\"" HASH_A "\",\"notice\":\"" HASH_B                  \
	    "\",\"lang\":\"tr\",\"signal\":\"gpc\","                           \
	    "\"via\":\"preferences\",\"kid\":\"k1\"}"
#define SUB ",\"sub\":\"" ID "\""

static const struct entry_head head = {
    .seq = 7,
    .id = ID,
    .time = INT64_C(1793527200007),
    .node = "n/1",
    .version = "1.0",
};

static void
fill(struct record *r, enum record_action action)
{
	memset(r, 0, sizeof *r);
	memcpy(r->id, ID, sizeof ID);
	memcpy(r->sub, ID, sizeof ID);
	r->action = action;
	r->n_categories = 2;
	memcpy(r->categories[0].id, "analytics", 10);
	memcpy(r->categories[1].id, "marketing", 10);
	memcpy(r->policy, HASH_A, RECORD_HASH);
	memcpy(r->notice, HASH_B, RECORD_HASH);
	memcpy(r->lang, "tr", 3);
	if (action == RECORD_EMBED) {
		r->n_categories = 0;
		memcpy(r->embed, "video.example", 14);
	}
	r->gpc = true;
	r->via = RECORD_VIA_PREFERENCES;
}

/* An entry is spelled as a known writer of JSON spells it. */
static void
check_against_jansson(struct span line)
{
	json_t *root = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	char *text = json_dumps(root, JSON_COMPACT);

	assert_non_null(text);
	assert_true(span_equal(span_of(text), line));
	free(text);
	json_decref(root);
}

/* Writes a fact and compares the line, which must be readable, too. */
static void
expect(const struct entry_fact *fact, const char *line)
{
	struct entry entry;
	const char *why = NULL;
	struct buf out;

	buf_init(&out, LAYOUT_LINE);
	assert_int_equal(entry_write(&head, fact, &out), CONSENT_OK);
	assert_int_equal(out.p[out.n - 1], '\n');
	out.p[out.n - 1] = '\0';
	assert_string_equal(out.p, line);
	assert_int_equal(entry_read(span_of(line), &entry, &why), CONSENT_OK);
	assert_int_equal(entry.seq, 7);
	assert_int_equal(entry.type, fact->type);
	assert_true(entry.time == head.time);
	assert_true(span_equal(entry.id, SPAN(ID)));
	check_against_jansson(span_of(line));
	buf_fini(&out);
}

static void
lines_are_as_documented(void **state)
{
	struct record r;
	struct entry_fact choice = {
	    .type = LAYOUT_CHOICE, .record = &r, .kid = "k1"};
	struct entry_fact policy = {.type = LAYOUT_POLICY, .hash = HASH_A};
	struct entry_fact notice = {.type = LAYOUT_NOTICE, .hash = HASH_B};
	struct entry_fact start = {.type = LAYOUT_START,
	    .what = "notary",
	    .why = "after \"x\" \xc3\xa9"};
	struct entry_fact key = {.type = LAYOUT_KEY,
	    .kid = "k1",
	    .alg = "HS256",
	    .what = "signs",
	    .why = "start"};

	(void)state;
	fill(&r, RECORD_CHOOSE);
	r.categories[1].granted = true;
	expect(&choice,
	    CHOICE(SUB, "choose", "[\"marketing\"]", "[\"analytics\"]"));
	fill(&r, RECORD_REJECT);
	expect(&choice,
	    CHOICE("", "reject", "[]", "[\"analytics\",\"marketing\"]"));
	fill(&r, RECORD_WITHDRAW);
	expect(&choice,
	    CHOICE(SUB, "withdraw", "[]", "[\"analytics\",\"marketing\"]"));
	fill(&r, RECORD_EMBED);
	expect(&choice,
	    CHOICE(SUB, "embed\",\"embed\":\"video.example", "[]", "[]"));
	r.sub[0] = '\0';
	expect(&choice,
	    CHOICE("", "embed\",\"embed\":\"video.example", "[]", "[]"));
	expect(&policy, HEAD("7", "policy") ",\"hash\":\"" HASH_A "\"}");
	expect(&notice, HEAD("7", "notice") ",\"hash\":\"" HASH_B "\"}");
	expect(&start, HEAD("7", "start") ",\"what\":\"notary\","
					  "\"why\":\"after \\\"x\\\" "
					  "\xc3\xa9\"}");
	expect(&key, HEAD("7", "key") ",\"kid\":\"k1\",\"alg\":\"HS256\","
				      "\"what\":\"signs\",\"why\":\"start\"}");
}

static void
erase_entries_are_as_documented(void **state)
{
	static const uint64_t some[] = {1, 4};
	static uint64_t most[LAYOUT_ERASES + 1];
	struct entry_fact fact = {.type = LAYOUT_ERASE,
	    .entries = some,
	    .n_entries = 2,
	    .why = "asked"};
	struct buf out;
	size_t i;

	(void)state;
	expect(
	    &fact, HEAD("7", "erase") ",\"entries\":[1,4],\"why\":\"asked\"}");
	buf_init(&out, 2 * LAYOUT_LINE);
	for (i = 0; i <= LAYOUT_ERASES; i++)
		most[i] = LAYOUT_SEQ_MAX - LAYOUT_ERASES + i;
	fact.entries = most;
	fact.n_entries = LAYOUT_ERASES;
	assert_int_equal(entry_write(&head, &fact, &out), CONSENT_OK);
	buf_clear(&out);
	fact.n_entries++;
	assert_int_equal(entry_write(&head, &fact, &out), CONSENT_EINVAL);
	fact.n_entries = 0;
	assert_int_equal(entry_write(&head, &fact, &out), CONSENT_EINVAL);
	buf_fini(&out);
}

static void
writer_refuses_what_has_no_place(void **state)
{
	struct record r;
	struct entry_fact fact = {
	    .type = LAYOUT_CHOICE, .record = &r, .kid = "k1"};
	struct entry_head bad = head;
	struct buf out;

	(void)state;
	buf_init(&out, LAYOUT_LINE);
	fill(&r, RECORD_CHOOSE);
	r.categories[0].granted = true;
	r.sub[0] = '\0';
	assert_int_equal(entry_write(&head, &fact, &out), CONSENT_EINVAL);
	fill(&r, RECORD_WITHDRAW);
	r.categories[0].granted = true;
	assert_int_equal(entry_write(&head, &fact, &out), CONSENT_EINVAL);
	fill(&r, RECORD_REJECT);
	memcpy(r.lang, "\xff", 2);
	assert_int_equal(entry_write(&head, &fact, &out), CONSENT_EINVAL);
	fill(&r, RECORD_REJECT);
	memcpy(r.categories[1].id, "analytics", 10);
	assert_int_equal(entry_write(&head, &fact, &out), CONSENT_EINVAL);
	fill(&r, RECORD_EMBED);
	r.n_categories = 2; /* what is shown once decides nothing */
	assert_int_equal(entry_write(&head, &fact, &out), CONSENT_EINVAL);
	fill(&r, RECORD_EMBED);
	r.embed[0] = '\0';
	assert_int_equal(entry_write(&head, &fact, &out), CONSENT_EINVAL);
	fill(&r, RECORD_EMBED);
	memcpy(r.embed, "video.example/watch", 20); /* nor what was seen */
	assert_int_equal(entry_write(&head, &fact, &out), CONSENT_EINVAL);
	fill(&r, RECORD_REJECT);
	bad.node = "a\"b";
	assert_int_equal(entry_write(&bad, &fact, &out), CONSENT_EINVAL);
	bad = head;
	bad.id = "short";
	assert_int_equal(entry_write(&bad, &fact, &out), CONSENT_EINVAL);
	fact.kid = NULL;
	assert_int_equal(entry_write(&head, &fact, &out), CONSENT_EINVAL);
	assert_int_equal(out.n, 0);
	buf_fini(&out);
}

static void
reader_knows_all_types(void **state)
{
	static const struct {
		enum layout_type type;
		const char *line;
	} good[] = {
	    {LAYOUT_ENFORCEMENT,
		HEAD("7", "enforcement") ",\"since\":\"2026-11-01T09:00:00."
					 "000Z\",\"until\":\"2026-11-01T10:00:"
					 "00.000Z\",\"screened\":9,"
					 "\"removed\":[{\"rule\":\"_ga\","
					 "\"category\":\"analytics\","
					 "\"state\":\"denied\",\"count\":3}],"
					 "\"confirmed\":1,"
					 "\"unconfirmed\":0}"},
	    {LAYOUT_INCIDENT,
		HEAD("7", "incident") ",\"what\":\"cut\","
				      "\"since\":\"2026-11-01T09:00:00.000Z\","
				      "\"count\":2}"},
	    {LAYOUT_ERASE,
		HEAD("7", "erase") ",\"entries\":[1,4],\"why\":\"asked\"}"},
	    {LAYOUT_ERASED, "{\"seq\":7,\"erased\":\"" HASH_A "\",\"by\":9}"},
	    {LAYOUT_STOP, HEAD("7", "stop") ",\"what\":\"a\",\"why\":\"\"}"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct span line = span_of(good[i].line);
		struct entry entry;
		struct entry_peek peek;
		const char *why = NULL;
		int rc = entry_read(line, &entry, &why);

		if (rc != CONSENT_OK)
			print_message("%s: %s\n", good[i].line, why);
		assert_int_equal(rc, CONSENT_OK);
		assert_int_equal(entry.type, good[i].type);
		check_against_jansson(line);
		assert_true(entry_peek(line, &peek));
		assert_int_equal(peek.type, good[i].type);
		assert_int_equal(peek.seq, 7);
	}
}

static void
reader_refuses_other_spellings(void **state)
{
	static const char *const bad[] = {
	    "",
	    "{}",
	    "[]",
	    "null",
	    "{\"seq\":7}",
	    /* blanks, escapes, numbers, order, doubles, strangers */
	    HEAD("7", "policy") ", \"hash\":\"" HASH_A "\"}",
	    HEAD("7", "policy") ",\"hash\":\"" HASH_A "\"} ",
	    HEAD("7", "policy") ",\"h\\u0061sh\":\"" HASH_A "\"}",
	    HEAD("7.0", "policy") ",\"hash\":\"" HASH_A "\"}",
	    HEAD("07", "policy") ",\"hash\":\"" HASH_A "\"}",
	    HEAD("-0", "policy") ",\"hash\":\"" HASH_A "\"}",
	    HEAD("1000000000000", "policy") ",\"hash\":\"" HASH_A "\"}",
	    HEAD("7", "policy") ",\"hash\":\"" HASH_A "\",\"x\":1}",
	    HEAD("7", "policy") ",\"hash\":\"" HASH_A "\",\"hash\":\"" HASH_A
				"\"}",
	    HEAD("7", "policy") ",\"hash\":\"A" HASH_A "\"}",
	    HEAD("7", "policy") "}",
	    HEAD("7", "erased") "}",
	    HEAD("7", "other") "}",
	    HEAD("7", "start") ",\"why\":\"a\",\"what\":\"b\"}",
	    HEAD("7", "start") ",\"what\":\"a\\nb\",\"why\":\"b\"}",
	    HEAD("7", "start") ",\"what\":\"\xff\",\"why\":\"b\"}",
	    HEAD("7", "start") ",\"what\":\"\xc2\x9b\",\"why\":\"b\"}",
	    HEAD("7", "erase") ",\"entries\":[4,1],\"why\":\"asked\"}",
	    HEAD("7", "erase") ",\"entries\":[],\"why\":\"asked\"}",
	    "{\"seq\":7,\"erased\":\"" HASH_A "\",\"by\":7}",
	    "{\"seq\":7,\"erased\":\"" HASH_A "\",\"by\":9,\"id\":1}",
	    CHOICE("", "choose", "[\"a\"]", "[]"),
	    CHOICE(SUB, "choose", "[\"a\"]", "[\"a\"]"),
	    CHOICE(SUB, "choose", "[\"a\",\"a\"]", "[]"),
	    CHOICE(SUB, "choose", "[\"A\"]", "[]"),
	    CHOICE(SUB, "reject", "[]", "[\"a\"]"),
	    CHOICE(SUB, "withdraw", "[\"a\"]", "[]"),
	    CHOICE(SUB, "embed", "[]", "[]"),
	    CHOICE(SUB, "embed\",\"embed\":\"video.example", "[\"a\"]", "[]"),
	    CHOICE(SUB, "embed\",\"embed\":\"video.example", "[]", "[\"a\"]"),
	    CHOICE(SUB, "embed\",\"embed\":\"Video.example", "[]", "[]"),
	    CHOICE(SUB, "choose\",\"embed\":\"video.example", "[\"a\"]", "[]"),
	    CHOICE(SUB, "agree", "[\"a\"]", "[]"),
	    CHOICE(SUB, "accept", "[\"a\"]", "[\"b\"]"),
	    CHOICE(SUB, "choose", "[\"a\",]", "[]"),
	    CHOICE(SUB, "choose", "[\"a\" ]", "[]"),
	    CHOICE(SUB, "choose", "[\"a\"", "[]"),
	    CHOICE(SUB, "choose", "[\"a\"\"b\"]", "[]"),
	    CHOICE(SUB, "choose", "[1]", "[]"),
	    CHOICE(SUB, "choose", "{}", "[]"),
	    CHOICE(
		",\"sub\":\"AAAAAAAAAAAAAAAAAAAAAB\"", "withdraw", "[]", "[]"),
	    CHOICE(
		",\"sub\":\"AAAAAAAAAAAAAAAAAAAAAAA\"", "withdraw", "[]", "[]"),
	    CHOICE(
		",\"sub\":\"AAAAAAAAAA+AAAAAAAAAAA\"", "withdraw", "[]", "[]"),
	    /* escapes that are none, or not closed */
	    HEAD("7", "start") ",\"what\":\"a\\/b\",\"why\":\"b\"}",
	    HEAD("7", "start") ",\"what\":\"\\u0041\",\"why\":\"b\"}",
	    HEAD("7", "start") ",\"what\":\"a\",\"why\":\"b\\\"}",
	    HEAD("7", "start") ",\"what\":\"a\",\"why\":\"b",
	    HEAD("7", "start") ",\"what\":\"a\",\"why\":b}",
	    HEAD("7", "start") ",\"what\":\"a\tb\",\"why\":\"b\"}",
	    HEAD("7", "start") ",\"what\":\"a\x7f\",\"why\":\"b\"}",
	    HEAD("7", "start") ",\"what\":\"\xed\xa0\x80\",\"why\":\"b\"}",
	    HEAD("7", "start") ",\"what\":\"\xc0\xa2\",\"why\":\"b\"}",
	    HEAD("7", "start") ",\"what\":\"a\",\"why\":\"\xc3\"}",
	    HEAD("7", "key") ",\"kid\":\"\",\"alg\":\"a\",\"what\":\"b\","
			     "\"why\":\"c\"}",
	    HEAD("7", "key") ",\"kid\":\"\xc3\xa9\",\"alg\":\"a\","
			     "\"what\":\"b\",\"why\":\"c\"}",
	    HEAD("7", "key") ",\"kid\":\"a\\\\b\",\"alg\":\"a\","
			     "\"what\":\"b\",\"why\":\"c\"}",
	    HEAD("7", "erase") ",\"entries\":[1,],\"why\":\"asked\"}",
	    HEAD("7", "erase") ",\"entries\":[1,1],\"why\":\"asked\"}",
	    HEAD("7", "erase") ",\"entries\":[01],\"why\":\"asked\"}",
	    HEAD("7", "erase") ",\"entries\":[\"1\"],\"why\":\"asked\"}",
	    HEAD("7", "incident") ",\"what\":\"cut\",\"since\":"
				  "\"2026-11-01T09:00:00Z\",\"count\":2}",
	    HEAD("7", "incident") ",\"what\":\"cut\",\"since\":"
				  "\"2026-11-31T09:00:00.000Z\",\"count\":2}",
	    HEAD("7", "incident") ",\"what\":\"cut\",\"since\":"
				  "\"2026-11-01T09:00:00.000Z\",\"count\":}",
	    "{\"seq\":7,\"erased\":\"" HASH_A "\",\"by\":9} ",
	    "{\"seq\":7,\"erased\":\"aa\",\"by\":9}",
	};
	struct entry entry;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *why = NULL;
		int rc = entry_read(span_of(bad[i]), &entry, &why);

		if (rc == CONSENT_OK)
			print_message("accepted: %s\n", bad[i]);
		assert_int_equal(rc, CONSENT_EINVAL);
		assert_non_null(why);
	}
}

/* A good line in which one value is put in the place of another. */
static void
expect_refusal(const char *old, const char *value, const char *why)
{
	static const char good[] =
	    CHOICE(SUB, "embed\",\"embed\":\"video.example", "[]", "[]");
	struct span at = SPAN(good), rest;
	struct buf line;
	struct entry entry;
	const char *said = NULL;

	rest = span_sub(at, span_search(at, span_of(old)), at.n);
	assert_true(rest.n > 0);
	buf_init(&line, 4 * (size_t)LAYOUT_LINE);
	assert_int_equal(
	    buf_append(&line, span_sub(at, 0, at.n - rest.n)), CONSENT_OK);
	assert_int_equal(buf_append(&line, span_of(value)), CONSENT_OK);
	assert_int_equal(
	    buf_append(&line, span_sub(rest, strlen(old), rest.n)), CONSENT_OK);
	assert_int_equal(
	    entry_read(buf_span(&line), &entry, &said), CONSENT_EINVAL);
	assert_string_equal(said, why);
	buf_fini(&line);
}

static void
values_out_of_place_are_told(void **state)
{
	static char line[LAYOUT_LINE + 2];
	char long_name[LAYOUT_NAME + 1];

	(void)state;
	memset(long_name, 'n', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	memset(line, 'n', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	expect_refusal("tr", "t_r", "not a language tag");
	expect_refusal("\"tr\"", "\"\"", "not a language tag");
	expect_refusal("tr", long_name, "not a language tag");
	expect_refusal("gpc", "dnt", "not a signal");
	expect_refusal("preferences", "mail", "not a way of choosing");
	expect_refusal("video.example", "video_example/x", "not a host");
	expect_refusal("video.example", "", "not a host");
	expect_refusal("video.example", long_name, "not a host");
	expect_refusal("n/1", "", "a name that is empty or too long");
	expect_refusal("n/1", long_name, "a name that is empty or too long");
	expect_refusal("n/1", "\xff", "a name with a strange character");
	expect_refusal("n/1", line, "longer than a line may be");
	expect_refusal(HASH_A, HASH_A "a", "not a SHA-256 in hex");
	expect_refusal("aaaa", "aaag", "not a SHA-256 in hex");
	expect_refusal("\"choice\"", "\"erased\"", "an unknown type of entry");
	expect_refusal(":7,", ":,", "not an entry's number");
	expect_refusal(
	    ":7,", ":99999999999999999999999,", "not an entry's number");
	expect_refusal("10:00:00.007Z", "10:00:00,007Z",
	    "not a time in UTC with milliseconds");
}

/* The most that a list may hold, and one more. */
static void
lists_have_limits(void **state)
{
	struct entry entry;
	const char *why = NULL;
	struct buf line;
	unsigned n, i;

	(void)state;
	buf_init(&line, LAYOUT_LINE);
	for (n = 4096; n < 4098; n++) {
		buf_clear(&line);
		assert_int_equal(
		    buf_append(&line, SPAN(HEAD("7", "erase"))), CONSENT_OK);
		for (i = 0; i < n; i++)
			assert_int_equal(
			    buf_printf(&line, "%s%u",
				i == 0 ? ",\"entries\":[" : ",", i),
			    CONSENT_OK);
		assert_int_equal(
		    buf_append(&line, SPAN("],\"why\":\"\"}")), CONSENT_OK);
		assert_int_equal(entry_read(buf_span(&line), &entry, &why),
		    n == 4096 ? CONSENT_OK : CONSENT_EINVAL);
	}
	assert_string_equal(why, "not a list of entries");
	for (n = POLICY_CATEGORIES; n < POLICY_CATEGORIES + 2; n++) {
		buf_clear(&line);
		assert_int_equal(
		    buf_append(&line, SPAN(HEAD("7", "choice") SUB
					  ",\"act\":\"accept\",\"granted\":[")),
		    CONSENT_OK);
		for (i = 0; i < n; i++)
			assert_int_equal(buf_printf(&line, "%s\"c%u\"",
					     i == 0 ? "" : ",", i),
			    CONSENT_OK);
		assert_int_equal(
		    buf_append(&line,
			SPAN("],\"denied\":[],\"policy\":\"" HASH_A
			     "\",\"notice\":\"" HASH_B "\",\"lang\":\"tr\","
			     "\"signal\":\"gpc\",\"via\":\"api\","
			     "\"kid\":\"k1\"}")),
		    CONSENT_OK);
		assert_int_equal(entry_read(buf_span(&line), &entry, &why),
		    n == POLICY_CATEGORIES ? CONSENT_OK : CONSENT_EINVAL);
	}
	assert_string_equal(why, "not a list of categories");
	buf_fini(&line);
}

static void
essence_leaves_the_stamp_out(void **state)
{
	struct span line = SPAN(CHOICE(SUB, "choose", "[\"a\"]", "[]"));
	struct span essence = entry_essence(line);

	(void)state;
	assert_true(span_starts(essence, SPAN("\"sub\":\"" ID "\"")));
	assert_true(span_ends(essence, SPAN("\"via\":\"preferences")));
	assert_int_equal(
	    entry_essence(SPAN(HEAD("7", "policy") ",\"hash\":\"\"}")).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_are_as_documented),
	    cmocka_unit_test(erase_entries_are_as_documented),
	    cmocka_unit_test(writer_refuses_what_has_no_place),
	    cmocka_unit_test(reader_knows_all_types),
	    cmocka_unit_test(reader_refuses_other_spellings),
	    cmocka_unit_test(values_out_of_place_are_told),
	    cmocka_unit_test(lists_have_limits),
	    cmocka_unit_test(essence_leaves_the_stamp_out),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
