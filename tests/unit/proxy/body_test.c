#include "bodies.h"

#include <libconsent/again.h>
#include <libconsent/guard.h>

#include "consent/consent_mode.h"
#include "consent/site_script.h"

/* The visitor agreed to all. */
static void
grant(void)
{
	struct buf cookie;

	buf_init(&cookie, 4096);
	stage_cookie(&s, 2, &cookie);
	assert_int_equal(buf_append_byte(&cookie, '\0'), CONSENT_OK);
	(void)stage_admit(&s, "GET /page", cookie.p);
	buf_fini(&cookie);
	assert_false(gate_asks(&s.f.visit.gate));
}

static struct span
control(void)
{
	return notice_insert(s.f.visit.notice, s.f.visit.site).control;
}

static void
r01_a_page_is_the_same_however_it_is_cut(void **state)
{
	/* shorter and longer than what is looked at first */
	static const size_t paddings[] = {1, 900, 1400, 5000};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof paddings / sizeof paddings[0]; i++) {
		char *in = page_copy(SPAN(""), TRACKER, paddings[i]);

		expect_however_cut(
		    span_of(in), page_text(banner(), "", paddings[i]));
		free(in);
	}
}

static void
coded_pages_are_the_same_however_they_are_cut(void **state)
{
	static const enum coding codings[] = {
	    CODING_GZIP, CODING_DEFLATE, CODING_BR, CODING_ZSTD};
	char *in = page_copy(SPAN(""), TRACKER, 3000);
	struct buf coded;
	size_t i;

	(void)state;
	buf_init(&coded, OUT_MAX);
	for (i = 0; i < sizeof codings / sizeof codings[0]; i++) {
		buf_clear(&coded);
		encode(codings[i], span_of(in), &coded);
		plan.codings = (struct coding_stack){1, {codings[i]}};
		expect_however_cut(
		    buf_span(&coded), page_text(banner(), "", 3000));
	}
	buf_fini(&coded);
	free(in);
}

static void
a_page_coded_twice_goes_out_coded_once(void **state)
{
	char *in = page_copy(SPAN(""), TRACKER, 3000);
	struct buf once, twice;

	(void)state;
	buf_init(&once, OUT_MAX);
	buf_init(&twice, OUT_MAX);
	encode(CODING_GZIP, span_of(in), &once);
	encode(CODING_BR, buf_span(&once), &twice);
	plan.codings = (struct coding_stack){2, {CODING_GZIP, CODING_BR}};
	expect_however_cut(buf_span(&twice), page_text(banner(), "", 3000));
	buf_fini(&once);
	buf_fini(&twice);
	free(in);
}

static void
r17_with_consent_all_passes_but_for_the_control(void **state)
{
	char *in = page_copy(SPAN(""), TRACKER, 2000);

	(void)state;
	grant();
	expect_however_cut(span_of(in), page_text(control(), TRACKER, 2000));
	/* and in a frame nothing is put in */
	s.f.visit.wants_notice = false;
	expect_however_cut(span_of(in), in);
	free(in);
}

static void
r09_a_frame_is_screened_without_a_notice(void **state)
{
	char *in = page_copy(SPAN(""), TRACKER, 1);

	(void)state;
	s.f.visit.wants_notice = false;
	expect_however_cut(span_of(in), page_text(SPAN(""), "", 1));
	free(in);
}

#define BASE "<base href=\"https://elsewhere.example/\">"

/* Who answered before is asked again for a reason, and told of it. */
static void
r13_a_page_says_what_is_asked_again(void **state)
{
	char *in = page_copy(SPAN(""), "", 0);
	struct buf again;

	(void)state;
	s.f.visit.names_site = true;
	s.f.visit.gate.again = true;
	buf_init(&again, OUT_MAX);
	assert_int_equal(
	    again_write(s.f.visit.notice, &s.f.visit.gate, banner(), &again),
	    CONSENT_OK);
	assert_true(again.n > banner().n);
	expect_however_cut(span_of(in), page_text(buf_span(&again), "", 0));
	buf_fini(&again);
	free(in);
}

static void
r01_a_notice_names_the_origin_of_its_site(void **state)
{
	char *in = page_copy(SPAN(""), "", 0);

	(void)state;
	s.f.visit.names_site = true;
	expect_however_cut(span_of(in), page_text(banner(), "", 0));
	assert_true(
	    span_search(banner(),
		SPAN("action=\"https://site.example/.consent/choice\"")) <
	    banner().n);
	(void)stage_admit(&s, "GET /page", "Host: second.example:8443\r\n");
	assert_true(span_search(banner(),
			SPAN("action=\"https://second.example:8443/.consent/"
			     "choice\"")) < banner().n);
	expect_however_cut(span_of(in), page_text(banner(), "", 0));
	grant();
	assert_true(span_search(control(),
			SPAN("href=\"https://site.example/.consent/?lang=")) <
		    control().n);
	expect_however_cut(span_of(in), page_text(control(), "", 0));
	free(in);
}

static void
r14_a_chosen_language_goes_before_the_pages(void **state)
{
	char *in = page_copy(SPAN(""), "", 0);

	(void)state;
	(void)stage_admit(&s, "GET /page",
	    "Accept-Language: fr\r\nCookie: __Host-consent-language=tr\r\n");
	assert_true(
	    span_search(banner(), SPAN(" lang=\"tr\" dir")) < banner().n);
	expect_however_cut(span_of(in), page_text(banner(), "", 0));
	free(in);
}

static void
r01_elsewhere_a_notice_has_paths_but_for_a_foreign_base(void **state)
{
	struct span paths = notice_facts(s.f.visit.notice)->banner;
	char *in = page_copy(SPAN(""), "", 0);
	char *late = page_copy(SPAN(""), BASE, 0);

	(void)state;
	s.f.setup.token.n_sites = 1;
	(void)stage_admit(&s, "GET /page", "Host: 10.0.0.7:8080\r\n");
	assert_false(s.f.visit.names_site);
	expect_however_cut(span_of(in), page_text(paths, "", 0));
	/* a base behind the notice would take its paths along */
	expect_however_cut(span_of(late), page_text(paths, "", 0));
	free(late);
	free(in);
	assert_int_equal(
	    run(SPAN(BASE "<body>text"), CUT_WHOLE, 0), CONSENT_OK);
	assert_true(span_starts(buf_span(&got.bytes), SPAN(BASE "<body>")));
	assert_true(span_search(buf_span(&got.bytes), banner()) < got.bytes.n);
}

static void
a_page_without_a_body_tag_gets_the_notice_too(void **state)
{
	struct span in =
	    SPAN("<!doctype html><title>T</title><p>Hello" TRACKER);
	struct span found;
	char *first;

	(void)state;
	assert_int_equal(run(in, CUT_WHOLE, 0), CONSENT_OK);
	found = buf_span(&got.bytes);
	assert_int_equal(span_search(found, SPAN("tracker.example")), found.n);
	assert_true(span_search(found, banner()) <
		    span_search(found, SPAN("<p>Hello")));
	assert_true(span_search(found, SPAN("<p>Hello")) < found.n);
	first = buf_take(&got.bytes);
	assert_non_null(first);
	expect_however_cut(in, first);
	free(first);
}

static void
an_empty_page_ends(void **state)
{
	(void)state;
	assert_int_equal(run(SPAN(""), CUT_WHOLE, 0), CONSENT_OK);
	assert_int_equal(got.ends, 1);
	plan.form = MIME_UNKNOWN;
	assert_int_equal(run(SPAN(""), CUT_WHOLE, 1), CONSENT_OK);
	expect_out("");
}

static void
what_was_removed_is_counted(void **state)
{
	const struct page_counts *counts;
	struct sink out = {on_out, &got};
	struct body *body = NULL;

	(void)state;
	assert_null(body_counts(NULL));
	got.ends = 0;
	assert_int_equal(body_new(&plan, &s.f.visit, out, &body), CONSENT_OK);
	assert_null(body_counts(body));
	assert_int_equal(
	    body_write(
		body, SPAN(TOP "<body>" TRACKER TRACKER REST), SINK_LAST),
	    CONSENT_OK);
	counts = body_counts(body);
	assert_non_null(counts);
	assert_int_equal(counts->withheld, 2);
	assert_int_equal(counts->rows[0].n, 2);
	body_free(body);
}

#define XHTML "<html xmlns=\"http://www.w3.org/1999/xhtml\"><body>"

static void
xml_is_screened_as_xml(void **state)
{
	struct span in = SPAN(XHTML "<h:script src='http://tracker.example/' "
				    "xmlns:h='http://www.w3.org/1999/xhtml'/>"
				    "</body></html>");
	size_t at;

	(void)state;
	plan.charset = SPAN("");
	plan.form = MIME_XML;
	assert_int_equal(run(in, CUT_WHOLE, 0), CONSENT_OK);
	at = span_search(buf_span(&got.bytes), SPAN("tracker"));
	assert_int_equal(at, got.bytes.n);
	/* what is no XML is cut, for a browser shows an error */
	assert_int_equal(run(SPAN(XHTML "<br></body></html>"), CUT_BYTES, 0),
	    CONSENT_ELIMIT);
	assert_int_equal(got.ends, 0);
	/* by its bytes alone */
	plan.form = MIME_UNKNOWN;
	assert_int_equal(
	    run(SPAN(
		    "<?xml version='1.0'?><s:svg xmlns:s='http://www.w3.org/"
		    "2000/svg'><s:script href='//tracker.example/x'/></s:svg>"),
		CUT_BYTES, 1),
	    CONSENT_OK);
	expect_out("<?xml version='1.0'?>"
		   "<s:svg xmlns:s='http://www.w3.org/2000/svg'></s:svg>");
	assert_int_equal(
	    run(SPAN("<?xml version='1.0' encoding='ibm037'?><a/>"), CUT_WHOLE,
		0),
	    CONSENT_ECODING);
}

static void
a_coded_page_that_is_cut_short_is_an_error(void **state)
{
	char *in = page_copy(SPAN(""), TRACKER, 3000);
	struct buf coded;

	(void)state;
	buf_init(&coded, OUT_MAX);
	encode(CODING_GZIP, span_of(in), &coded);
	plan.codings = (struct coding_stack){1, {CODING_GZIP}};
	assert_int_equal(
	    run(span_sub(buf_span(&coded), 0, coded.n - 1), CUT_WHOLE, 0),
	    CONSENT_ECODING);
	assert_int_equal(got.ends, 0);
	assert_int_equal(
	    run(span_sub(buf_span(&coded), 0, coded.n / 2), CUT_BYTES, 1),
	    CONSENT_ECODING);
	assert_int_equal(got.ends, 0);
	/* not what it says it is */
	assert_int_equal(run(span_of(in), CUT_WHOLE, 0), CONSENT_ECODING);
	/* what stands behind its end is no part of it */
	assert_int_equal(buf_append(&coded, SPAN("x")), CONSENT_OK);
	assert_int_equal(run(buf_span(&coded), CUT_WHOLE, 0), CONSENT_OK);
	assert_int_equal(got.ends, 1);
	buf_fini(&coded);
	free(in);
}

static void
what_looks_like_a_page_is_screened_as_one(void **state)
{
	char *in = page_copy(SPAN(""), TRACKER, 3000);

	(void)state;
	plan.form = MIME_UNKNOWN;
	expect_however_cut(span_of(in), page_text(banner(), "", 3000));
	free(in);
}

/* Browsers look at bytes of an unknown coding as they are. */
static void
in_an_unknown_coding_only_what_looks_like_a_page_is_cut(void **state)
{
	char *in = page_copy(SPAN(""), TRACKER, 3000);

	(void)state;
	plan.form = MIME_UNKNOWN;
	plan.unread = true;
	assert_int_equal(run(span_of(in), CUT_WHOLE, 0), CONSENT_ECODING);
	assert_int_equal(run(span_of(in), CUT_BYTES, 0), CONSENT_ECODING);
	assert_int_equal(got.bytes.n, 0);
	expect_however_cut(SPAN("\x1f\x9d\x90<html>"), "\x1f\x9d\x90<html>");
	free(in);
}

static void
what_does_not_look_like_a_page_passes(void **state)
{
	char bytes[4096];
	struct span in = {bytes, sizeof bytes};
	uint32_t i;

	(void)state;
	plan.form = MIME_UNKNOWN;
	for (i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7);
	memcpy(bytes, "\x89PNG\r\n\x1a\n", 8);
	memcpy(bytes + 2000, TRACKER, strlen(TRACKER));
	for (i = 0; i < 6; i++) {
		assert_int_equal(
		    run(in, i < 2 ? (enum cutting)i : CUT_RANDOM, i),
		    CONSENT_OK);
		assert_int_equal(got.ends, 1);
		assert_int_equal(got.bytes.n, sizeof bytes);
		assert_memory_equal(got.bytes.p, bytes, sizeof bytes);
	}
}

/* Where two of us stand in a row, the page asks once. */
static void
r09_a_page_that_was_screened_before_stays_the_same(void **state)
{
	char *in = page_copy(SPAN(""), TRACKER, 900);
	char *once = page_copy(banner(), "", 900);
	char *granted;

	(void)state;
	expect_however_cut(span_of(in), once);
	expect_however_cut(span_of(once), once);
	grant();
	granted = page_copy(control(), TRACKER, 900);
	expect_however_cut(span_of(in), granted);
	expect_however_cut(span_of(granted), granted);
	/* what is only called alike is the site's own */
	assert_int_equal(
	    run(SPAN("<body><a id=consent-control class=x></a><section "
		     "id=consent-notice></section><link rel=x>"),
		CUT_WHOLE, 0),
	    CONSENT_OK);
	assert_true(span_ends(buf_span(&got.bytes),
	    SPAN("<a id=consent-control class=x></a><section "
		 "id=consent-notice></section><link rel=x>")));
	free(granted);
	free(once);
	free(in);
}

/* What goes into the head for window.consent. */
static struct span
script_element(const struct site_script *script, const char *state)
{
	static struct buf element;

	buf_fini(&element);
	buf_init(&element, 4096);
	assert_int_equal(
	    site_script_write(script, GUARD_HTML, span_of(state), &element),
	    CONSENT_OK);
	return buf_span(&element);
}

/* Whether what came out has the script with this state, once. */
static bool
is_told(const struct site_script *script, const char *state)
{
	struct span element = script_element(script, state);
	struct span out = buf_span(&got.bytes);
	size_t at = span_search(out, element);
	struct span rest = span_sub(out, at + element.n, out.n);

	return at < out.n && span_search(rest, SPAN("data-state=")) == rest.n;
}

#define ASKED                                                                  \
	"{\"decided\":false,\"granted\":[\"essential\"],\"denied\":"           \
	"[\"analytics\"],\"policy\":\"2026-11-01\"}"
#define ANSWERED                                                               \
	"{\"decided\":true,\"granted\":[\"essential\",\"analytics\"],"         \
	"\"denied\":[],\"policy\":\"2026-11-01\"}"

static void
the_page_is_told_the_state_once(void **state)
{
	struct site_script *script = NULL;
	char *in = page_copy(SPAN(""), "", 9), *once;

	(void)state;
	assert_int_equal(site_script_new("/.consent", &script), CONSENT_OK);
	s.f.visit.script = script;
	assert_int_equal(run(span_of(in), CUT_WHOLE, 0), CONSENT_OK);
	assert_true(is_told(script, ASKED));
	assert_int_equal(buf_append_byte(&got.bytes, '\0'), CONSENT_OK);
	once = strdup(got.bytes.p);
	assert_non_null(once);
	expect_however_cut(span_of(once), once);
	free(once);
	grant();
	s.f.visit.script = script;
	assert_int_equal(run(span_of(in), CUT_WHOLE, 0), CONSENT_OK);
	assert_true(is_told(script, ANSWERED));
	site_script_free(script);
	free(in);
}

static void
the_guard_comes_first_and_then_the_consent_mode(void **state)
{
	static const char *const ids[CONSENT_MODE_TYPES] = {
	    "", "", "", "analytics"};
	const char *frame = "<head><script>dataLayer.push(1)</script></head>";
	struct consent_mode *mode = NULL;
	struct site_script *script = NULL;
	struct guard *guard = NULL;
	struct span out;
	size_t at[4], i;

	(void)state;
	assert_int_equal(consent_mode_new(ids, &mode), CONSENT_OK);
	assert_int_equal(site_script_new("/.consent", &script), CONSENT_OK);
	assert_int_equal(guard_new(s.f.policy, &guard), CONSENT_OK);
	s.f.visit.guard = guard;
	s.f.visit.mode = mode;
	s.f.visit.script = script;
	assert_int_equal(run(span_of(frame), CUT_WHOLE, 0), CONSENT_OK);
	out = buf_span(&got.bytes);
	assert_true(span_starts(out, SPAN("<head><script data-consent=")));
	at[0] = span_search(out, SPAN("<script data-consent=\""));
	at[1] = span_search(out, SPAN("<script data-consent-mode=\"\">"));
	at[2] = span_search(
	    out, SPAN("<script data-base=\"/.consent/\" data-state="));
	at[3] = span_search(out, SPAN("<script>dataLayer"));
	for (i = 1; i < 4; i++)
		assert_true(at[i - 1] < at[i] && at[i] < out.n);
	consent_mode_free(mode);
	site_script_free(script);
	guard_free(guard);
}

/* Whether the page ends with the mark of one that lost nothing. */
static bool
is_whole(const char *page)
{
	assert_int_equal(run(span_of(page), CUT_BYTES, 0), CONSENT_OK);
	return span_ends(buf_span(&got.bytes), SPAN(SITE_SCRIPT_WHOLE));
}

static void
a_page_says_at_its_end_that_it_is_whole(void **state)
{
	static const char *const whole[] = {"<p>x", "<html><body>x</html>\n",
	    "<body><script src=\"https://fine.example/\"></script>"};
	static const char *const others[] = {"<body>" TRACKER "x",
	    "<p>x</body>" TRACKER, "<p>x<!-- ", "<p>x<textarea>", "<p>x<b ",
	    "<p><template>x", "<html><frameset>", ""};
	struct page_counts heads = {.withheld = 1};
	struct site_script *script = NULL;
	size_t i;

	(void)state;
	assert_int_equal(site_script_new("/.consent", &script), CONSENT_OK);
	assert_false(is_whole("<p>x"));
	s.f.visit.script = script;
	for (i = 0; i < sizeof whole / sizeof whole[0]; i++)
		assert_true(is_whole(whole[i]));
	for (i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_false(is_whole(others[i]));
	/* a cookie, say, was withheld */
	s.f.visit.removed = &heads;
	assert_false(is_whole("<p>x"));
	/* who has answered is not asked on the page */
	grant();
	s.f.visit.script = script;
	assert_false(is_whole("<p>x"));
	site_script_free(script);
}

static void
parts_pass_as_long_as_none_is_a_page(void **state)
{
	static const char camera[] =
	    "--cut\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8" TRACKER
	    "\r\n--cut--";

	(void)state;
	plan.form = MIME_PARTS;
	plan.boundary = SPAN("cut");
	expect_however_cut(span_of(camera), camera);
	assert_int_equal(
	    run(SPAN("--cut\r\nContent-Type: text/html\r\n\r\n" TRACKER),
		CUT_BYTES, 0),
	    CONSENT_ECODING);
	assert_int_equal(
	    span_search(buf_span(&got.bytes), SPAN("tracker")), got.bytes.n);
	plan.boundary = SPAN("");
	assert_int_equal(run(span_of(camera), CUT_WHOLE, 0), CONSENT_ECODING);
}

static void
markup_that_cannot_be_placed_cuts_the_page(void **state)
{
	struct sink out = {on_out, &got};
	static char tag[1 << 16];
	struct body *body = NULL;
	int rc = CONSENT_OK;
	size_t i;

	(void)state;
	/* an attribute without an end */
	memset(tag, 'a', sizeof tag);
	got.ends = 0;
	assert_int_equal(body_new(&plan, &s.f.visit, out, &body), CONSENT_OK);
	assert_int_equal(
	    body_write(body, SPAN(TOP "<body><img src=\""), SINK_MORE),
	    CONSENT_OK);
	for (i = 0; i < 512 && rc == CONSENT_OK; i++)
		rc =
		    body_write(body, (struct span){tag, sizeof tag}, SINK_MORE);
	assert_int_equal(rc, CONSENT_ELIMIT);
	assert_int_equal(body_write(body, SPAN(""), SINK_LAST), CONSENT_ELIMIT);
	assert_int_equal(got.ends, 0);
	body_free(body);
}

static int
on_full(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)ctx;
	(void)bytes;
	(void)mark;
	return CONSENT_EIO;
}

static void
what_the_next_sink_says_comes_back(void **state)
{
	struct sink full = {on_full, NULL};
	struct body *body = NULL;

	(void)state;
	assert_int_equal(body_new(&plan, &s.f.visit, full, &body), CONSENT_OK);
	assert_int_equal(
	    body_write(body, SPAN(TOP "<body>" REST), SINK_LAST), CONSENT_EIO);
	body_free(body);
	body_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r01_a_page_is_the_same_however_it_is_cut),
	    TEST(coded_pages_are_the_same_however_they_are_cut),
	    TEST(a_page_coded_twice_goes_out_coded_once),
	    TEST(r17_with_consent_all_passes_but_for_the_control),
	    TEST(r09_a_frame_is_screened_without_a_notice),
	    TEST(r13_a_page_says_what_is_asked_again),
	    TEST(r01_a_notice_names_the_origin_of_its_site),
	    TEST(r14_a_chosen_language_goes_before_the_pages),
	    TEST(r01_elsewhere_a_notice_has_paths_but_for_a_foreign_base),
	    TEST(a_page_without_a_body_tag_gets_the_notice_too),
	    TEST(an_empty_page_ends),
	    TEST(what_was_removed_is_counted),
	    TEST(xml_is_screened_as_xml),
	    TEST(a_coded_page_that_is_cut_short_is_an_error),
	    TEST(what_looks_like_a_page_is_screened_as_one),
	    TEST(in_an_unknown_coding_only_what_looks_like_a_page_is_cut),
	    TEST(what_does_not_look_like_a_page_passes),
	    TEST(r09_a_page_that_was_screened_before_stays_the_same),
	    TEST(the_page_is_told_the_state_once),
	    TEST(the_guard_comes_first_and_then_the_consent_mode),
	    TEST(a_page_says_at_its_end_that_it_is_whole),
	    TEST(parts_pass_as_long_as_none_is_a_page),
	    TEST(markup_that_cannot_be_placed_cuts_the_page),
	    TEST(what_the_next_sink_says_comes_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
