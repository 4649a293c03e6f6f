#include "bodies.h"

#include "consent/site_script.h"
#include "proxy/memo.h"
#include "proxy/memo_body.h"
#include "proxy/memo_entry.h"
#include "proxy/metrics.h"

#include <libconsent/guard.h>

/*
 * A page with and without the memo: the same bytes and the same counters,
 * whatever was remembered, however the bytes come and wherever they end.
 */

enum {
	ROOM = 4 << 20, /* of the memo */
	ROUNDS = 900,
	MANY = 20, /* of each way through the memo */
	BASES = 2, /* pages that the rounds begin with */
	PAGE_MAX = 1 << 17
};

static struct memo *memo;
static struct guard *guard;
static struct site_script *script;
static struct inventory *inventory;
static struct metrics *metrics;
static struct inventory_sum sum;
static struct head response;
static const struct head *request;

/* How bytes come and end. */
struct coming {
	struct span in;
	uint32_t chance; /* of cuts and pauses */
	bool aborts;	 /* no end is told */
};

/* What came of a page. */
struct outcome {
	int rc;
	struct collected got;
	bool has_counts;
	struct page_counts counts;
	uint64_t names; /* notes of the inventory */
	char charset[MEMO_LABEL];
};

static uint64_t
count_names(void)
{
	static const enum inventory_kind kinds[] = {
	    INVENTORY_HOST, INVENTORY_INLINE};
	uint64_t n = 0;
	size_t k, i;

	for (k = 0; k < 2; k++) {
		inventory_add_up(inventory, kinds[k], &sum);
		n += sum.forgotten << 32;
		for (i = 0; i < sum.n; i++)
			n += sum.rows[i].count;
	}
	return n;
}

static void
visit_as(const char *line, const char *fields)
{
	request = stage_admit(&s, line, fields);
	s.f.visit.guard = guard;
	s.f.visit.script = script;
}

static int
memo_setup(void **state)
{
	(void)setup(state);
	assert_int_equal(memo_new(ROOM, &memo), CONSENT_OK);
	assert_int_equal(guard_new(s.f.policy, &guard), CONSENT_OK);
	assert_int_equal(site_script_new("/.consent", &script), CONSENT_OK);
	metrics = metrics_map();
	assert_non_null(metrics);
	metrics_join(metrics, 0);
	inventory = inventory_map();
	assert_non_null(inventory);
	inventory_begin(inventory, s.f.policy);
	response = (struct head){.status = 200};
	visit_as("GET /page", "");
	return 0;
}

static int
memo_teardown(void **state)
{
	metrics_join(NULL, 0);
	metrics_unmap(metrics);
	inventory_join(NULL, 0, NULL);
	inventory_unmap(inventory);
	memo_free(memo);
	guard_free(guard);
	site_script_free(script);
	return teardown(state);
}

#define MEMO_TEST(name)                                                        \
	cmocka_unit_test_setup_teardown(name, memo_setup, memo_teardown)

static void
outcome_init(struct outcome *o)
{
	memset(o, 0, sizeof *o);
	buf_init(&o->got.bytes, OUT_MAX);
}

static void
outcome_fini(struct outcome *o)
{
	buf_fini(&o->got.bytes);
}

/* ---- with and without ------------------------------------------------- */

static struct memo_body *
open_body(struct memo *with, struct outcome *o)
{
	const struct memo_body_options options = {.plan = &plan,
	    .visit = &s.f.visit,
	    .memo = with,
	    .heads = {request, &response}};
	struct memo_body *body = NULL;

	assert_int_equal(
	    memo_body_new(&options, (struct sink){on_out, &o->got}, &body),
	    CONSENT_OK);
	return body;
}

/* Writes what comes; pauses where chance will have it. */
static int
write_coming(struct memo_body *body, const struct coming *coming)
{
	uint32_t chance = coming->chance;
	struct span in = coming->in;
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && in.n > 0) {
		chance = chance * 1664525 + 1013904223;
		size_t n = (chance >> 8) % (chance >> 30 ? 9000 : 40) + 1;
		struct span piece = span_sub(in, 0, n);

		in = span_sub(in, piece.n, in.n);
		rc = memo_body_write(body, piece, SINK_FLUSH);
		if (rc == CONSENT_OK && memo_body_lags(body) &&
		    (chance >> 20) % 8 == 0)
			rc = memo_body_pause(body);
	}
	if (rc == CONSENT_OK && !coming->aborts)
		rc = memo_body_write(body, SPAN(""), SINK_LAST);
	return rc;
}

static void
play(struct memo *with, const struct coming *coming, struct outcome *o)
{
	uint64_t before = count_names();
	struct memo_body *body;
	const struct page_counts *counts;
	enum mime_form form = MIME_HTML;

	outcome_init(o);
	body = open_body(with, o);
	o->rc = write_coming(body, coming);
	(void)snprintf(o->charset, sizeof o->charset, "%.*s",
	    SPAN_ARG(memo_body_charset(body, &form)));
	counts = memo_body_counts(body);
	o->has_counts = counts != NULL;
	if (counts != NULL)
		o->counts = *counts;
	memo_body_free(body);
	assert_null(s.f.visit.on_note);
	o->names = count_names() - before;
}

/* The plain bytes of what came out. */
static void
undo_coding(struct outcome *o)
{
	if (plan.codings.n == 0 || o->got.ends == 0)
		return;
	buf_fini(&got.bytes);
	got = o->got;
	decode_got(coding_stack_outer(&plan.codings));
	o->got = got;
	memset(&got, 0, sizeof got);
	buf_init(&got.bytes, OUT_MAX);
}

static void
expect_same(struct outcome *with, struct outcome *without, bool aborts)
{
	assert_int_equal(with->rc, without->rc);
	assert_int_equal(with->got.ends, without->got.ends);
	assert_string_equal(with->charset, without->charset);
	assert_int_equal(with->has_counts, without->has_counts);
	assert_memory_equal(
	    &with->counts, &without->counts, sizeof with->counts);
	assert_int_equal(with->names, without->names);
	undo_coding(with);
	undo_coding(without);
	if (with->rc == CONSENT_OK && !aborts)
		assert_int_equal(with->got.bytes.n, without->got.bytes.n);
	/* what was broken off may be behind */
	assert_true(
	    with->got.bytes.n <= without->got.bytes.n || plan.codings.n > 0);
	if (plan.codings.n == 0 || !aborts)
		assert_memory_equal(
		    with->got.bytes.p, without->got.bytes.p, with->got.bytes.n);
}

static void
compare(const struct coming *coming)
{
	struct outcome with, without;

	play(memo, coming, &with);
	play(NULL, coming, &without);
	expect_same(&with, &without, coming->aborts || with.rc != CONSENT_OK);
	outcome_fini(&with);
	outcome_fini(&without);
}

/* ---- pages ------------------------------------------------------------ */

static uint32_t
next(uint32_t *chance)
{
	*chance = *chance * 1664525 + 1013904223;
	return *chance >> 8;
}

/* Some markup that is judged, and some that is not. */
static void
write_page(uint32_t chance, struct buf *page)
{
	/* a digit stands between the two */
	static const char *const parts[][2] = {{TRACKER, ""},
	    {"<script>plain(", ")</script>"},
	    {"<p>Words &amp; more of them: ", ".</p>"},
	    {"<img src=\"https://unnamed", ".example/a.png\">"},
	    {"<iframe src=\"https://video.example/", "\"></iframe>"},
	    {"<script>fetch('https://tracker.example/'+", ")</script>"},
	    {"<a href='?", "'>here</a><consent-cookies></consent-cookies>"}};
	size_t n = next(&chance) % 400, i;

	assert_int_equal(buf_append(page, SPAN(TOP "<body>")), CONSENT_OK);
	for (i = 0; i < n; i++) {
		const char *const *part = parts[next(&chance) % 7];

		assert_int_equal(buf_printf(page, "%s%u%s", part[0],
				     (unsigned)(next(&chance) % 10), part[1]),
		    CONSENT_OK);
	}
	assert_int_equal(buf_append(page, SPAN(REST)), CONSENT_OK);
}

/* Changes, drops or adds bytes somewhere, or none. */
static void
edit(uint32_t *chance, struct buf *page)
{
	size_t at = next(chance) % page->n;

	switch (next(chance) % 32) {
	case 0:
		page->p[at] ^= (char)(next(chance) % 31 + 1);
		break;
	case 1:
		page->n = at + 1;
		break;
	case 2:
		assert_int_equal(
		    buf_append(page, SPAN("<p>One more</p>")), CONSENT_OK);
		break;
	case 3:
		memmove(page->p + at, page->p + at + 1, page->n - at - 1);
		page->n--;
		break;
	default:
		break;
	}
}

/* Most visitors have not answered; each page has a path. */
static void
visit_by(uint32_t chance, uint32_t base)
{
	static const char *const fields[] = {"", "Sec-GPC: 1\r\n",
	    "Sec-Fetch-Dest: iframe\r\n", "Authorization: Basic eDp5\r\n"};
	const char *method = next(&chance) % 16 == 0 ? "POST" : "GET";
	const char *folder = next(&chance) % 16 == 0 ? "account" : "page";
	char line[64];
	struct buf cookie;

	(void)snprintf(line, sizeof line, "%s /%s/%u", method, folder, base);
	buf_init(&cookie, 4096);
	if (next(&chance) % 4 == 0)
		stage_cookie(&s, 1 + next(&chance) % 2, &cookie);
	if (next(&chance) % 4 == 0)
		assert_int_equal(
		    buf_append(&cookie, span_of(fields[next(&chance) % 4])),
		    CONSENT_OK);
	assert_int_equal(buf_append_byte(&cookie, '\0'), CONSENT_OK);
	visit_as(line, cookie.p);
	buf_fini(&cookie);
}

static void
pages_are_the_same_with_and_without_the_memo(void **state)
{
	static const enum coding codings[] = {
	    CODING_IDENTITY, CODING_GZIP, CODING_BR, CODING_ZSTD};
	uint32_t chance = 5, i;
	struct buf page, coded;

	(void)state;
	buf_init(&page, PAGE_MAX);
	buf_init(&coded, PAGE_MAX);
	for (i = 0; i < ROUNDS; i++) {
		enum coding coding = codings[next(&chance) % 4];
		struct coming coming = {
		    .chance = next(&chance), .aborts = next(&chance) % 8 == 0};
		uint32_t base = next(&chance) % BASES;

		buf_clear(&page);
		buf_clear(&coded);
		write_page(base, &page);
		edit(&chance, &page);
		plan.codings.n = coding == CODING_IDENTITY ? 0 : 1;
		plan.codings.of[0] = coding;
		coming.in = buf_span(&page);
		if (plan.codings.n > 0) {
			encode(coding, buf_span(&page), &coded);
			coming.in = buf_span(&coded);
		}
		visit_by(next(&chance), base);
		plan.charset = SPAN("utf-8");
		compare(&coming);
	}
	/* all of it has happened, and often */
	for (i = 0; i < NAMES_MEMOS; i++)
		assert_true(metrics_sum(metrics, METRIC_MEMO + i) >= MANY);
	buf_fini(&page);
	buf_fini(&coded);
}

/* ---- one page --------------------------------------------------------- */

#define PAGE TOP "<body>" TRACKER "<img src=\"https://unnamed.example/\">" REST

/* Lets a page be seen, and remembered the second time. */
static void
remember(const char *text)
{
	const struct coming coming = {.in = span_of(text), .chance = 1};
	int i;

	for (i = 0; i < 2; i++) {
		struct outcome o;

		play(memo, &coming, &o);
		assert_int_equal(o.rc, CONSENT_OK);
		outcome_fini(&o);
	}
}

/* Whether the memo would answer the visitor's page. */
static bool
is_known(void)
{
	struct memo_key key;
	struct memo_entry *e;

	assert_int_equal(
	    memo_key_of(&plan, &s.f.visit, memo_hasher(memo), &key),
	    CONSENT_OK);
	e = memo_find(memo, &key);
	memo_release(memo, e);
	return e != NULL;
}

static void
a_page_is_known_from_the_second_time(void **state)
{
	const struct coming coming = {.in = SPAN(PAGE), .chance = 1};
	struct outcome o;

	(void)state;
	play(memo, &coming, &o);
	outcome_fini(&o);
	assert_false(is_known());
	play(memo, &coming, &o);
	outcome_fini(&o);
	assert_true(is_known());
	compare(&coming);
	assert_true(is_known());
}

/* The true path is not even opened. */
static void
a_hit_sends_the_output_in_one_piece(void **state)
{
	struct outcome o;
	struct memo_body *body;

	(void)state;
	remember(PAGE);
	outcome_init(&o);
	body = open_body(memo, &o);
	assert_int_equal(
	    memo_body_write(body, SPAN(PAGE), SINK_FLUSH), CONSENT_OK);
	assert_int_equal(o.got.bytes.n, 0);
	assert_true(memo_body_lags(body));
	assert_int_equal(
	    memo_body_write(body, SPAN(""), SINK_LAST), CONSENT_OK);
	assert_false(memo_body_lags(body));
	assert_int_equal(o.got.ends, 1);
	assert_int_equal(memo_body_counts(body)->withheld, 1);
	memo_body_free(body);
	outcome_fini(&o);
}

static void
an_early_end_is_never_made_up(void **state)
{
	struct coming coming = {.in = SPAN(PAGE), .chance = 3};

	(void)state;
	remember(PAGE);
	for (coming.in.n = 0; coming.in.n < sizeof PAGE; coming.in.n++) {
		coming.aborts = coming.in.n % 2 == 0;
		compare(&coming);
	}
}

static void
what_must_not_be_remembered_is_not(void **state)
{
	(void)state;
	visit_as("GET /account", "");
	remember(PAGE);
	assert_false(is_known());
	visit_as("POST /page", "");
	remember(PAGE);
	assert_false(is_known());
	visit_as("GET /page", "Authorization: Basic eDp5\r\n");
	remember(PAGE);
	assert_false(is_known());
	visit_as("GET /page", "");
	response.status = 404;
	remember(PAGE);
	assert_false(is_known());
	response.status = 200;
	remember(PAGE);
	assert_true(is_known());
}

/* Each of them makes another key, though not always another page. */
static void
what_a_page_hangs_on_is_in_the_key(void **state)
{
	struct visit *v = &s.f.visit;
	bool *const flags[] = {&v->names_site, &v->wants_notice, &v->has_tongue,
	    &v->gate.again, &v->gate.gpc};
	category_set *const sets[] = {&v->gate.granted, &v->gate.agreed,
	    &v->gate.decided, &v->gate.signaled, &v->gate.reported};
	struct page_counts removed = {.withheld = 1};
	size_t i;

	(void)state;
	remember(PAGE);
	for (i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		*flags[i] = !*flags[i];
		assert_false(is_known());
		*flags[i] = !*flags[i];
	}
	for (i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		*sets[i] ^= 2;
		assert_false(is_known());
		*sets[i] ^= 2;
	}
	v->removed = &removed;
	assert_false(is_known());
	v->removed = NULL;
	v->script = NULL;
	assert_false(is_known());
	v->script = script;
	v->site = 1;
	assert_false(is_known());
	v->site = 0;
	plan.charset = SPAN("latin1");
	assert_false(is_known());
	plan.charset = SPAN("utf-8");
	plan.form = MIME_XML;
	assert_false(is_known());
	plan.form = MIME_HTML;
	plan.codings = (struct coding_stack){1, {CODING_GZIP}};
	assert_false(is_known());
	plan.codings.n = 0;
	assert_true(is_known());
	visit_as("GET /page?", "");
	assert_true(is_known());
	visit_as("GET /page?x", "");
	assert_false(is_known());
}

/* ---- room ------------------------------------------------------------- */

static void
its_room_is_bounded(void **state)
{
	char line[64];
	char *page = page_copy(SPAN(""), TRACKER, 20000);
	unsigned i;

	(void)state;
	for (i = 0; i < 200; i++) {
		(void)snprintf(line, sizeof line, "GET /page?%u", i);
		visit_as(line, "");
		remember(page);
		assert_true(is_known());
		assert_true(memo_bytes(memo) <= ROOM);
	}
	visit_as("GET /page?0", "");
	assert_false(is_known());
	free(page);
}

/* Pages that somebody asks for stay, those that are made up go. */
static void
a_flood_of_addresses_pushes_out_itself(void **state)
{
	char line[64];
	char *page = page_copy(SPAN(""), TRACKER, 20000);
	const struct coming coming = {.in = span_of(page), .chance = 1};
	unsigned i;

	(void)state;
	visit_as("GET /good", "");
	remember(page);
	for (i = 0; i < 400; i++) {
		struct outcome o;

		(void)snprintf(line, sizeof line, "GET /page?%u", i);
		visit_as(line, "");
		remember(page);
		if (i % 50 != 0)
			continue;
		visit_as("GET /good", "");
		assert_true(is_known());
		play(memo, &coming, &o);
		outcome_fini(&o);
	}
	free(page);
}

static void
a_page_that_always_differs_is_left_alone(void **state)
{
	struct coming coming = {.chance = 1};
	char text[] = PAGE;
	unsigned i, known = 0;

	(void)state;
	for (i = 0; i < 500; i++) {
		(void)snprintf(text + sizeof TOP, 4, "%03u", i);
		coming.in = (struct span){text, sizeof text - 1};
		compare(&coming);
		known += is_known();
	}
	assert_true(known < 250);
	remember(PAGE);
	for (i = 0; i < 70; i++)
		remember(PAGE);
	assert_true(is_known());
}

/* It is not copied each time only to find that it has no room. */
static void
a_page_beyond_its_share_is_left_alone(void **state)
{
	char *page = page_copy(SPAN(""), TRACKER, ROOM / 8);
	const struct coming coming = {.in = span_of(page), .chance = 1};
	unsigned i;

	(void)state;
	for (i = 0; i < 70; i++) {
		struct outcome o;

		play(memo, &coming, &o);
		outcome_fini(&o);
		assert_false(is_known());
	}
	assert_int_equal(metrics_sum(metrics, METRIC_MEMO_KEPT), 0);
	assert_int_equal(memo_bytes(memo), 0);
	free(page);
}

static void
an_entry_lasts_as_long_as_it_is_read(void **state)
{
	char *page = page_copy(SPAN(""), TRACKER, 20000);
	struct span in = span_of(page);
	struct outcome o;
	struct memo_body *body;
	char line[64];
	unsigned i;

	(void)state;
	remember(page);
	outcome_init(&o);
	body = open_body(memo, &o);
	assert_int_equal(
	    memo_body_write(body, span_sub(in, 0, 9000), SINK_FLUSH),
	    CONSENT_OK);
	/* it is replaced meanwhile */
	page[60] = 'x';
	remember(page);
	for (i = 0; i < 3; i++) {
		(void)snprintf(line, sizeof line, "<b>%u", i);
		remember(line);
	}
	page[60] = *page_text(SPAN(""), TRACKER, 20000);
	memcpy(page, page_text(SPAN(""), TRACKER, 20000), in.n);
	assert_int_equal(
	    memo_body_write(body, span_sub(in, 9000, in.n), SINK_FLUSH),
	    CONSENT_OK);
	assert_int_equal(
	    memo_body_write(body, SPAN(""), SINK_LAST), CONSENT_OK);
	assert_int_equal(o.got.ends, 1);
	memo_body_free(body);
	outcome_fini(&o);
	free(page);
}

static void
without_room_it_is_none(void **state)
{
	struct memo *none = NULL;
	const struct memo_key key = {.url = SPAN("/")};

	(void)state;
	assert_int_equal(memo_new(0, &none), CONSENT_OK);
	assert_null(none);
	assert_null(memo_find(none, &key));
	assert_null(memo_draft(none, &key));
	assert_int_equal(memo_bytes(none), 0);
	memo_free(none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    MEMO_TEST(pages_are_the_same_with_and_without_the_memo),
	    MEMO_TEST(a_page_is_known_from_the_second_time),
	    MEMO_TEST(a_hit_sends_the_output_in_one_piece),
	    MEMO_TEST(an_early_end_is_never_made_up),
	    MEMO_TEST(what_must_not_be_remembered_is_not),
	    MEMO_TEST(what_a_page_hangs_on_is_in_the_key),
	    MEMO_TEST(its_room_is_bounded),
	    MEMO_TEST(a_flood_of_addresses_pushes_out_itself),
	    MEMO_TEST(a_page_that_always_differs_is_left_alone),
	    MEMO_TEST(a_page_beyond_its_share_is_left_alone),
	    MEMO_TEST(an_entry_lasts_as_long_as_it_is_read),
	    MEMO_TEST(without_room_it_is_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
