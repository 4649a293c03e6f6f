#include "fixture.h"

#include "audit/entry.h"

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
	assert_string_equal(entry.id, ID);
	entry_fini(&entry);
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
		entry_fini(&entry);
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
	    cmocka_unit_test(writer_refuses_what_has_no_place),
	    cmocka_unit_test(reader_knows_all_types),
	    cmocka_unit_test(reader_refuses_other_spellings),
	    cmocka_unit_test(essence_leaves_the_stamp_out),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
