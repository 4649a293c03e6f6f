#include "trial/unified.h"

#include "place.h"
#include "trial/reading.h"
#include "trial/rewrite.h"

#include <glob.h>
#include <string.h>

enum {
	DIFF_MAX = 64 << 20,
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

static void
assert_diff(const char *page, const char *wanted)
{
	struct unified_options options = {.from = "a", .to = "b"};
	struct rewrite r;
	struct buf out;

	buf_init(&out, DIFF_MAX);
	assert_int_equal(
	    rewrite_page(&r, &visitor, PAGE_HTML, span_of(page)), CONSENT_OK);
	assert_int_equal(unified_write(&r, &options, &out), CONSENT_OK);
	if (!span_equal(buf_span(&out), span_of(wanted)))
		fail_msg("not\n%s but\n%.*s", wanted, SPAN_ARG(buf_span(&out)));
	buf_fini(&out);
	rewrite_fini(&r);
}

#define GONE "<img src=//tracker.example/>"

static void
changes_are_shown_with_what_is_around(void **state)
{
	(void)state;
	assert_diff("nothing\nof it\n", "");
	assert_diff("", "");
	assert_diff(GONE, "--- a\n+++ b\n@@ -1 +0,0 @@\n-" GONE
			  "\n\\ No newline at end of file\n");
	assert_diff("1\n2\n3\n4\n5" GONE "6\n7\n8\n9\n10\n",
	    "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5" GONE
	    "6\n+56\n 7\n 8\n 9\n");
	/* two on one line are one change; those on lines nearby one hunk */
	assert_diff(GONE "1" GONE "\n2\n3\n4\n5\n6\n7\n" GONE "8\n",
	    "--- a\n+++ b\n@@ -1,8 +1,8 @@\n-" GONE "1" GONE
	    "\n+1\n 2\n 3\n 4\n 5\n 6\n 7\n-" GONE "8\n+8\n");
	assert_diff(GONE "1\n2\n3\n4\n5\n6\n7\n8\n" GONE "9\n",
	    "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-" GONE
	    "1\n+1\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-" GONE "9\n+9\n");
}

/* A number, and what stands behind it. */
static size_t
take_number(struct span *s)
{
	size_t n = 0;

	while (s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9') {
		n = 10 * n + (size_t)(s->p[0] - '0');
		*s = span_sub(*s, 1, s->n);
	}
	return n;
}

static void
copy_line(struct span *from, struct buf *out)
{
	size_t n = span_find(*from, '\n');

	n += n < from->n;
	assert_int_equal(buf_append(out, span_sub(*from, 0, n)), CONSENT_OK);
	*from = span_sub(*from, n, from->n);
}

static void
skip_line(struct span *from)
{
	*from = span_sub(*from, span_find(*from, '\n') + 1, from->n);
}

/* One line of a hunk: what it says of the page, and what it makes. */
static void
patch_line(struct span *diff, struct span *page, struct buf *out)
{
	struct span rest = span_sub(*diff, 1, diff->n);
	size_t n = span_find(rest, '\n') + 1;
	char mark = diff->p[0];

	*diff = span_sub(rest, n, rest.n);
	if (diff->n > 0 && diff->p[0] == '\\') {
		n--;
		skip_line(diff);
	}
	if (mark != '+') {
		assert_true(span_starts(*page, span_sub(rest, 0, n)));
		*page = span_sub(*page, n, page->n);
	}
	if (mark != '-')
		assert_int_equal(
		    buf_append(out, span_sub(rest, 0, n)), CONSENT_OK);
}

/* Makes the changes of a diff in a page, as patch(1) does. */
static void
patch(struct span diff, struct span page, struct buf *out)
{
	size_t line = 0;

	if (diff.n > 0) {
		skip_line(&diff);
		skip_line(&diff);
	}
	while (diff.n > 0) {
		size_t at;

		assert_true(span_starts(diff, SPAN("@@ -")));
		diff = span_sub(diff, 4, diff.n);
		at = take_number(&diff);
		/* a hunk of no lines is named by the line before it */
		if (!span_starts(diff, SPAN(",0 ")))
			at--;
		skip_line(&diff);
		for (; line < at; line++)
			copy_line(&page, out);
		while (diff.n > 0 && diff.p[0] != '@') {
			line += diff.p[0] != '+';
			patch_line(&diff, &page, out);
		}
	}
	assert_int_equal(buf_append(out, page), CONSENT_OK);
}

static void
try_file(const char *path)
{
	struct unified_options options = {.from = "a", .to = "b"};
	struct buf page, diff, again;
	struct rewrite r;

	buf_init(&page, REWRITE_PAGE);
	buf_init(&diff, DIFF_MAX);
	buf_init(&again, DIFF_MAX);
	assert_int_equal(reading_file(path, &page), CONSENT_OK);
	if (rewrite_page(&r, &visitor, rewrite_kind(span_of(path)),
		buf_span(&page)) == CONSENT_OK) {
		assert_int_equal(
		    unified_write(&r, &options, &diff), CONSENT_OK);
		patch(buf_span(&diff), buf_span(&page), &again);
		assert_true(span_equal(buf_span(&again), buf_span(&r.out)));
	}
	rewrite_fini(&r);
	buf_fini(&page);
	buf_fini(&diff);
	buf_fini(&again);
}

static void
a_diff_makes_of_any_page_what_came_out(void **state)
{
	glob_t found;
	size_t i;

	(void)state;
	assert_int_equal(glob("tests/fuzz/corpus/page/*", 0, NULL, &found), 0);
	assert_int_equal(
	    glob("src/demo/pages/*.html", GLOB_APPEND, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i += SAMPLE)
		try_file(found.gl_pathv[i]);
	globfree(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(changes_are_shown_with_what_is_around),
	    cmocka_unit_test(a_diff_makes_of_any_page_what_came_out),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_visitor, close_visitor);
}
