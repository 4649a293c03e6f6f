#include "trial/rewrite.h"

#include "place.h"
#include "trial/reading.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

enum {
	SAMPLE = 5 /* one of so many pages of the corpus is tried */
};

static struct policy *policy;
static struct visitor visitor;

static int
open_visitor(void **state)
{
	struct visitor_place place;

	(void)state;
	policy = place_load(place_policy);
	place = (struct visitor_place){policy, place_sites, 2, 0};
	return visitor_open(
	    &visitor, &(struct visitor_options){.place = &place});
}

static int
close_visitor(void **state)
{
	(void)state;
	visitor_close(&visitor);
	policy_free(policy);
	return 0;
}

/* The page with its edits made, which must be what came out. */
static void
assert_edits_are_all(const struct rewrite *r)
{
	struct buf again;
	size_t at = 0, i;

	buf_init(&again, REWRITE_PAGE);
	for (i = 0; i < r->n_edits; i++) {
		const struct rewrite_edit *e = &r->edits[i];

		assert_true(e->from >= at && e->to >= e->from);
		assert_int_equal(
		    buf_append(&again, span_sub(r->page, at, e->from - at)),
		    CONSENT_OK);
		assert_int_equal(buf_append(&again, span_sub(buf_span(&r->made),
							e->made, e->n)),
		    CONSENT_OK);
		at = e->to;
	}
	assert_int_equal(
	    buf_append(&again, span_sub(r->page, at, r->page.n)), CONSENT_OK);
	assert_true(span_equal(buf_span(&again), buf_span(&r->out)));
	buf_fini(&again);
}

static void
places_are_those_of_the_page(void **state)
{
	static const char page[] =
	    "<title>x</title>\n"
	    "<p><script src=\"//tracker.example/a.js\"></script>\n"
	    "<script>\ntrack(1)</script><i>\n"
	    "<noscript>\n <img alt "
	    "src='https://tracker.example/p'></noscript>\n"
	    "<iframe srcdoc='<img src=//tracker.example/q>'></iframe>\n"
	    "<img src=//tracker.example/ok.png>\n"
	    "<script src=https://else.example/b.js></script>\n";
	/* what went, with the place of its tag */
	static const size_t places[][2] = {
	    {2, 4}, {3, 1}, {6, 2}, {7, 1}, {8, 1}, {9, 1}};
	struct rewrite r;
	size_t i;

	(void)state;
	assert_int_equal(
	    rewrite_page(&r, &visitor, PAGE_HTML, span_of(page)), CONSENT_OK);
	assert_int_equal(r.n_marks, 6);
	for (i = 0; i < 6; i++) {
		struct rewrite_place p = rewrite_place(r.page, r.marks[i].at);

		assert_int_equal(p.line, places[i][0]);
		assert_int_equal(p.column, places[i][1]);
		assert_int_equal(r.page.p[r.marks[i].at], '<');
		assert_int_equal(
		    r.page.p[r.marks[i].at + r.marks[i].n - 1], '>');
	}
	assert_int_equal(r.marks[3].verdict.answer, GATE_WITHHOLD);
	assert_int_equal(r.marks[4].verdict.answer, GATE_REPORT);
	assert_string_equal(r.marks[5].host, "else.example");
	assert_int_equal(rewrite_strangers(&r), 1);
	assert_int_equal(r.counts.withheld, 4);
	assert_edits_are_all(&r);
	rewrite_fini(&r);
}

/* One file, whatever it holds. */
static void
try_file(const char *path)
{
	struct rewrite r;
	struct buf page;
	int rc;

	buf_init(&page, REWRITE_PAGE);
	assert_int_equal(reading_file(path, &page), CONSENT_OK);
	rc = rewrite_page(
	    &r, &visitor, rewrite_kind(span_of(path)), buf_span(&page));
	if (rc == CONSENT_OK)
		assert_edits_are_all(&r);
	rewrite_fini(&r);
	buf_fini(&page);
}

/* Whatever page: the edits, made in the page, give what came out. */
static void
edits_are_all_that_changes(void **state)
{
	static const char *const patterns[] = {"conf/vendors/examples/*.html",
	    "src/demo/pages/*.html", "src/demo/pages/*/*.html",
	    "tests/fuzz/corpus/page/*"};
	size_t i, k, n = 0;

	(void)state;
	for (i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		glob_t found;

		if (glob(patterns[i], 0, NULL, &found) != 0)
			continue;
		for (k = 0; k < found.gl_pathc; k += SAMPLE, n++)
			try_file(found.gl_pathv[k]);
		globfree(&found);
	}
	assert_true(n > 10);
}

static void
places_of_xml_are_told_too(void **state)
{
	struct rewrite r;

	(void)state;
	assert_int_equal(
	    rewrite_page(&r, &visitor, PAGE_XML,
		SPAN("<html xmlns='http://www.w3.org/1999/xhtml'>\n"
		     " <img src='//tracker.example/'/><p/><script>track("
		     ")</script></html>")),
	    CONSENT_OK);
	assert_int_equal(r.n_marks, 2);
	assert_int_equal(rewrite_place(r.page, r.marks[0].at).line, 2);
	assert_int_equal(rewrite_place(r.page, r.marks[0].at).column, 2);
	assert_int_equal(rewrite_place(r.page, r.marks[1].at).column, 37);
	assert_true(r.n_edits >= 2);
	assert_edits_are_all(&r);
	rewrite_fini(&r);
}

static void
what_cannot_be_placed_is_told(void **state)
{
	struct rewrite r;
	size_t at = 0;

	(void)state;
	assert_int_equal(
	    rewrite_page(&r, &visitor, PAGE_XML, SPAN("<a><b></a> ")),
	    CONSENT_ELIMIT);
	assert_int_equal(
	    rewrite_stop(&visitor, PAGE_XML, SPAN("<a><b></a> "), &at),
	    CONSENT_OK);
	assert_int_equal(at, 9);
	rewrite_fini(&r);
	assert_int_equal(
	    rewrite_page(&r, &visitor, PAGE_HTML, SPAN("")), CONSENT_OK);
	assert_int_equal(r.n_edits, 0);
	rewrite_fini(&r);
}

static void
strangers_that_are_held_back_are_none(void **state)
{
	static const char more[] = "third_parties = \"unlisted\";\n";
	struct visitor_place place;
	struct visitor_options options = {.place = &place, .granted = 4};
	struct policy *walled;
	struct visitor v;
	struct rewrite r;
	char text[2048];

	(void)state;
	(void)snprintf(text, sizeof text, "%s%s", place_policy, more);
	walled = place_load(text);
	place = (struct visitor_place){walled, place_sites, 2, 0};
	assert_int_equal(visitor_open(&v, &options), CONSENT_OK);
	assert_int_equal(
	    rewrite_page(&r, &v, PAGE_HTML, SPAN("<img src=//else.example/>")),
	    CONSENT_OK);
	assert_int_equal(r.n_marks, 1);
	assert_null(r.marks[0].host);
	assert_null(r.marks[0].verdict.rule);
	rewrite_fini(&r);
	visitor_close(&v);
	policy_free(walled);
}

static void
kinds_are_told_by_names(void **state)
{
	(void)state;
	assert_int_equal(rewrite_kind(SPAN("a/b.html")), PAGE_HTML);
	assert_int_equal(rewrite_kind(SPAN("-")), PAGE_HTML);
	assert_int_equal(rewrite_kind(SPAN("b.xhtml")), PAGE_XML);
	assert_int_equal(rewrite_kind(SPAN("b.svg")), PAGE_XML);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(places_are_those_of_the_page),
	    cmocka_unit_test(edits_are_all_that_changes),
	    cmocka_unit_test(places_of_xml_are_told_too),
	    cmocka_unit_test(what_cannot_be_placed_is_told),
	    cmocka_unit_test(strangers_that_are_held_back_are_none),
	    cmocka_unit_test(kinds_are_told_by_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_visitor, close_visitor);
}
