#ifndef CONSENT_UNIT_CONSENT_PAGING_H
#define CONSENT_UNIT_CONSENT_PAGING_H

/*
 * What the tests of consent/page share: a page on its way through, whole and
 * in pieces. Each test is a program of one file, so the functions stand here.
 */

#include <libconsent/page.h>

#include <stdlib.h>

#include "fixture.h"

enum {
	PIECES_RANDOM = 1000000 /* of other lengths each time */
};

static struct policy *policy;
static struct url site, url;
static struct gate gate;
static struct page_counts counts;
static const char *abroad = "";	 /* the notice after a foreign base */
static const char *first = "";	 /* in the head */
static const char *box = "";	 /* in the place of embeds */
static const char *table = "";	 /* in consent-cookies elements */
static enum page_kind kind;	 /* of the pages */
static struct page_options more; /* is_utf8 and words_in of theirs */

/* The usual policy for a visitor who granted nothing. */
static int
setup(void **state)
{
	struct gate_options options = {
	    .sites = &site, .n_sites = 1, .path = SPAN("/a/b.html")};

	kind = PAGE_HTML;
	table = "";
	more = (struct page_options){.is_utf8 = false};
	(void)state;
	policy = fixture_usual();
	site = fixture_url("https://www.library.example/");
	url = fixture_url("https://www.library.example/a/b.html");
	options.policy = policy;
	gate_open(&gate, &options);
	return 0;
}

/* Gives back what setup made. */
static int
teardown(void **state)
{
	(void)state;
	fixture_end();
	policy_free(policy);
	return 0;
}

/* Opens the gate for a visitor who granted these. */
static inline void
grant(category_set granted)
{
	struct record record = {.action = RECORD_CHOOSE};
	struct gate_options options = {.policy = policy,
	    .record = &record,
	    .sites = &site,
	    .n_sites = 1,
	    .path = SPAN("/")};

	record_decide(&record, policy, granted);
	gate_open(&gate, &options);
}

/* A sink that appends to a buf. */
static int
collect(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	return buf_append(ctx, bytes);
}

/* A length for the next piece: a pseudo-random one from a seed. */
static size_t
next_piece(size_t piece, unsigned *seed)
{
	if (piece != PIECES_RANDOM)
		return piece;
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % 23 + 1;
}

/* Writes html in pieces of so many bytes; 0: whole. */
static int
write_pieces(struct page *page, struct span html, size_t piece)
{
	unsigned seed = (unsigned)html.n;
	size_t at = 0, n;
	int rc = CONSENT_OK;

	if (piece == 0)
		return page_write(page, html, SINK_LAST);
	for (; rc == CONSENT_OK && at < html.n; at += n) {
		n = next_piece(piece, &seed);
		rc = page_write(page, span_sub(html, at, n), SINK_FLUSH);
	}
	return rc == CONSENT_OK ? page_write(page, SPAN(""), SINK_LAST) : rc;
}

/* The page as it comes out, to be freed; NULL when it is cut. */
static char *
filter_pieces(const char *html, const char *notice, size_t piece)
{
	struct page_options options = {.gate = &gate,
	    .url = &url,
	    .words = {.body = span_of(notice),
		.body_abroad = span_of(abroad),
		.box = span_of(box),
		.table = span_of(table)},
	    .words_in = more.words_in,
	    .is_utf8 = more.is_utf8,
	    .head = span_of(first),
	    .kind = kind};
	struct page *page = NULL;
	struct buf out;
	int rc;

	buf_init(&out, 1 << 22);
	assert_int_equal(
	    page_new(&options, (struct sink){collect, &out}, &page),
	    CONSENT_OK);
	rc = write_pieces(page, span_of(html), piece);
	counts = *page_counted(page);
	assert_true(
	    rc != CONSENT_OK || page_has_body(page) == (notice[0] != '\0'));
	page_free(page);
	if (rc == CONSENT_OK)
		return buf_take(&out);
	assert_int_equal(rc, CONSENT_ELIMIT);
	buf_fini(&out);
	return NULL;
}

/* The page comes out as expected in pieces of one size. */
static void
check_pieces(const char *html, const char *expected, size_t piece)
{
	char *out = filter_pieces(html, "", piece);

	assert_non_null(out);
	assert_string_equal(out, expected);
	free(out);
}

/*
 * The page comes out as expected, however it is cut into pieces; and what
 * came out passes once more as it is.
 */
static void
check(const char *html, const char *expected)
{
	static const size_t pieces[] = {0, 7, PIECES_RANDOM, 1};
	size_t i;

	check_pieces(expected, expected, 0);
	for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
		check_pieces(html, expected, pieces[i]);
}

/* An element inside a body goes (or stays as something else). */
static inline void
check_inside(const char *html, const char *expected)
{
	static const char page[] =
	    "<!DOCTYPE html><title>T</title><body><p>a%sb</p></body>";
	char in[4096], out[4096];

	assert_true((size_t)snprintf(in, sizeof in, page, html) < sizeof in);
	assert_true(
	    (size_t)snprintf(out, sizeof out, page, expected) < sizeof out);
	check(in, out);
}

/* An element inside a body stays as it is. */
static inline void
check_stays(const char *html)
{
	check_inside(html, html);
}

/* Replaces the policy: what it says beside the usual start. */
static inline void
use_policy(const char *text)
{
	policy_free(policy);
	policy = fixture_policy(text);
	grant(0);
}

/* A test with the usual policy and nothing granted. */
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
