#ifndef CONSENT_UNIT_PROXY_BODIES_H
#define CONSENT_UNIT_PROXY_BODIES_H

/* Bodies through the chain of proxy/body: what goes in, what comes out. */

#include "proxy/body.h"

#include "proxy/plan.h"
#include "stage.h"

#include <stdint.h>
#include <stdlib.h>

enum {
	OUT_MAX = 1 << 20,
	CUTS = 20 /* random ways to cut each body */
};

#define TRACKER "<script src=\"https://tracker.example/t.js\"></script>"
#define TOP "<!doctype html>\n<html lang=\"en\"><title>T</title>"
#define REST "<p>Hello &amp; welcome</p>\n</body></html>\n"

static struct stage s;
static struct plan plan;

/* What came out of the chain. */
struct collected {
	struct buf bytes;
	size_t ends; /* times that the end was told */
};

static struct collected got;

/* A sink that collects. */
static inline int
on_out(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct collected *c = ctx;
	int rc;

	assert_int_equal(c->ends, 0);
	rc = buf_append(&c->bytes, bytes);
	if (rc == CONSENT_OK && mark == SINK_LAST)
		c->ends++;
	return rc;
}

/* A visitor who did not answer asks for a page. */
static inline int
setup(void **state)
{
	(void)state;
	stage_open(&s);
	(void)stage_admit(&s, "GET /page", "");
	plan = (struct plan){.page = true,
	    .rewrite = true,
	    .form = MIME_HTML,
	    .charset = SPAN("utf-8")};
	buf_init(&got.bytes, OUT_MAX);
	return 0;
}

/* Undoes setup. */
static inline int
teardown(void **state)
{
	(void)state;
	buf_fini(&got.bytes);
	stage_close(&s);
	return 0;
}

/* How many bytes come next: all, one, or a few by chance. */
enum cutting {
	CUT_WHOLE,
	CUT_BYTES,
	CUT_RANDOM
};

/* The size of the next piece. */
static inline size_t
next_cut(enum cutting cutting, uint32_t *chance)
{
	if (cutting != CUT_RANDOM)
		return cutting == CUT_WHOLE ? SIZE_MAX : 1;
	*chance = *chance * 1664525 + 1013904223;
	return (*chance >> 16) % (*chance >> 31 ? 7 : 900) + 1;
}

/* Writes all of in through a chain in pieces, and keeps what came out. */
static inline int
run(struct span in, enum cutting cutting, uint32_t chance)
{
	struct sink out = {on_out, &got};
	struct body *body = NULL;
	int rc;

	buf_clear(&got.bytes);
	got.ends = 0;
	assert_int_equal(body_new(&plan, &s.f.visit, out, &body), CONSENT_OK);
	do {
		struct span piece = span_sub(in, 0, next_cut(cutting, &chance));
		bool last;

		in = span_sub(in, piece.n, in.n);
		last = in.n == 0 && chance % 2 == 0;
		rc = body_write(body, piece, last ? SINK_LAST : SINK_MORE);
		if (rc == CONSENT_OK && in.n == 0 && !last)
			rc = body_write(body, SPAN(""), SINK_LAST);
	} while (rc == CONSENT_OK && in.n > 0);
	body_free(body);
	return rc;
}

/* The bytes in a coding, appended to out. */
static inline void
encode(enum coding coding, struct span plain, struct buf *out)
{
	struct collected coded = {.ends = 0};
	struct coder *c;
	struct sink in;

	buf_init(&coded.bytes, OUT_MAX);
	c = coder_new_encoder(coding, (struct sink){on_out, &coded});
	assert_non_null(c);
	in = coder_sink(c);
	assert_int_equal(sink_write(&in, plain, SINK_LAST), CONSENT_OK);
	coder_free(c);
	assert_int_equal(buf_append(out, buf_span(&coded.bytes)), CONSENT_OK);
	buf_fini(&coded.bytes);
}

/* Decodes what came out in place. */
static inline void
decode_got(enum coding coding)
{
	struct collected plain = {.ends = 0};
	struct coder *c;
	struct sink in;

	buf_init(&plain.bytes, OUT_MAX);
	c = coder_new_decoder(coding, NULL, (struct sink){on_out, &plain});
	assert_non_null(c);
	in = coder_sink(c);
	assert_int_equal(
	    sink_write(&in, buf_span(&got.bytes), SINK_LAST), CONSENT_OK);
	coder_free(c);
	buf_fini(&got.bytes);
	got = plain;
}

/* What came out is this text, and it ended. */
static inline void
expect_out(const char *text)
{
	assert_int_equal(got.ends, 1);
	assert_int_equal(got.bytes.n, strlen(text));
	assert_memory_equal(got.bytes.p, text, got.bytes.n);
}

/* The same out of whole, bytewise and random pieces, plain or coded. */
static inline void
expect_however_cut(struct span in, const char *text)
{
	uint32_t i;

	for (i = 0; i < CUTS + 4; i++) {
		enum cutting cutting = i < 2   ? CUT_WHOLE
				       : i < 4 ? CUT_BYTES
					       : CUT_RANDOM;

		assert_int_equal(run(in, cutting, i), CONSENT_OK);
		assert_int_equal(got.ends, 1);
		if (plan.codings.n > 0)
			decode_got(coding_stack_outer(&plan.codings));
		expect_out(text);
	}
}

/* What a visitor who did not answer sees. */
static inline struct span
banner(void)
{
	return notice_insert(s.f.visit.notice, s.f.visit.site).banner;
}

/* A page with these after its body tag; good until the next call. */
static inline const char *
page_text(struct span notice, const char *script, size_t padding)
{
	static struct buf page;

	buf_fini(&page);
	buf_init(&page, OUT_MAX);
	assert_int_equal(buf_printf(&page, TOP "<body>%.*s%s<!--%0*d-->" REST,
			     SPAN_ARG(notice), script, (int)padding, 0),
	    CONSENT_OK);
	assert_int_equal(buf_append_byte(&page, '\0'), CONSENT_OK);
	return page.p;
}

/* A copy that page_text does not overwrite; free it. */
static inline char *
page_copy(struct span notice, const char *script, size_t padding)
{
	char *copy = strdup(page_text(notice, script, padding));

	assert_non_null(copy);
	return copy;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
