#include "http/coding_stack.h"

#include "http/head_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libconsent/buf.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum {
	OUT_MAX = 64 << 20
};

struct drain {
	struct buf bytes;
	int lasts;
};

static int
on_out(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct drain *d = ctx;

	d->lasts += mark == SINK_LAST;
	return buf_append(&d->bytes, bytes);
}

static void
reads_the_codings_of_a_head(void **state)
{
	static const struct {
		const char *lines[3];
		int rc;
		struct coding_stack stack;
	} cases[] = {
	    {{NULL}, CONSENT_OK, {0}},
	    {{""}, CONSENT_OK, {0}},
	    {{"identity"}, CONSENT_OK, {0}},
	    {{"GZip"}, CONSENT_OK, {1, {CODING_GZIP}}},
	    {{"x-gzip"}, CONSENT_OK, {1, {CODING_GZIP}}},
	    {{"identity, gzip ,"}, CONSENT_OK, {1, {CODING_GZIP}}},
	    {{"gzip, br"}, CONSENT_OK, {2, {CODING_GZIP, CODING_BR}}},
	    {{"gzip", "gzip"}, CONSENT_OK, {2, {CODING_GZIP, CODING_GZIP}}},
	    {{"gzip", "identity", "deflate,zstd"}, CONSENT_OK,
		{3, {CODING_GZIP, CODING_DEFLATE, CODING_ZSTD}}},
	    {{"gzip,gzip,gzip,gzip"}, CONSENT_ECODING, {0}},
	    {{"compress"}, CONSENT_ECODING, {0}},
	    {{"gzip", "compress"}, CONSENT_ECODING, {0}},
	    {{"gzip;q=1"}, CONSENT_ECODING, {0}},
	    {{"aes128gcm, gzip"}, CONSENT_ECODING, {0}},
	};
	struct head h;
	size_t i, k;

	(void)state;
	head_init(&h, NULL);
	for (i = 0; i < COUNT(cases); i++) {
		struct coding_stack got = {.n = 0};

		for (k = 0; k < 3 && cases[i].lines[k] != NULL; k++)
			assert_int_equal(head_add(&h, SPAN("Content-Encoding"),
					     span_of(cases[i].lines[k])),
			    CONSENT_OK);
		assert_int_equal(coding_stack_read(&h, &got), cases[i].rc);
		assert_int_equal(got.n, cases[i].stack.n);
		for (k = 0; k < got.n; k++)
			assert_int_equal(got.of[k], cases[i].stack.of[k]);
		head_clear(&h);
	}
	head_fini(&h);
}

/* in, coded by all of the stack in order. */
static void
encode(const struct coding_stack *stack, struct span in, struct buf *out)
{
	size_t i;

	buf_init(out, OUT_MAX);
	assert_int_equal(buf_append(out, in), CONSENT_OK);
	for (i = 0; i < stack->n; i++) {
		struct drain d = {.lasts = 0};
		struct coder *c;
		struct sink to;

		buf_init(&d.bytes, OUT_MAX);
		c = coder_new_encoder(stack->of[i], (struct sink){on_out, &d});
		assert_non_null(c);
		to = coder_sink(c);
		assert_int_equal(
		    sink_write(&to, buf_span(out), SINK_LAST), CONSENT_OK);
		coder_free(c);
		buf_fini(out);
		*out = d.bytes;
	}
}

/* Undoes the stack in pieces of n bytes; d has what came out. */
static int
decode(
    const struct coding_stack *stack, struct span in, size_t n, struct drain *d)
{
	struct unstacker *u;
	struct sink to;
	int rc = CONSENT_OK;

	*d = (struct drain){.lasts = 0};
	buf_init(&d->bytes, OUT_MAX);
	u = unstacker_new(stack, (struct sink){on_out, d});
	assert_non_null(u);
	to = unstacker_sink(u);
	for (; in.n > 0 && rc == CONSENT_OK; in = span_sub(in, n, in.n))
		rc = sink_write(&to, span_sub(in, 0, n), SINK_MORE);
	if (rc == CONSENT_OK)
		rc = sink_write(&to, SPAN(""), SINK_LAST);
	unstacker_free(u);
	return rc;
}

static const struct coding_stack stacks[] = {
    {1, {CODING_DEFLATE}},
    {2, {CODING_GZIP, CODING_BR}},
    {2, {CODING_BR, CODING_GZIP}},
    {2, {CODING_GZIP, CODING_GZIP}},
    {3, {CODING_ZSTD, CODING_DEFLATE, CODING_GZIP}},
};

static struct span
page(void)
{
	static char text[50000];
	size_t i;

	for (i = 0; i < sizeof text; i++)
		text[i] = (char)(i % 5 == 0 ? i * i / 7 : 'a' + i % 11);
	return (struct span){text, sizeof text};
}

static void
undoes_stacks_in_order(void **state)
{
	static const size_t pieces[] = {SIZE_MAX, 1, 7, 1000};
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(stacks); i++) {
		struct buf coded;

		encode(&stacks[i], page(), &coded);
		for (k = 0; k < COUNT(pieces); k++) {
			struct drain d;

			assert_int_equal(
			    decode(&stacks[i], buf_span(&coded), pieces[k], &d),
			    CONSENT_OK);
			assert_int_equal(d.lasts, 1);
			assert_true(span_equal(buf_span(&d.bytes), page()));
			buf_fini(&d.bytes);
		}
		buf_fini(&coded);
	}
}

static void
a_stack_cut_short_never_ends(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(stacks); i++) {
		struct buf coded;

		encode(&stacks[i], page(), &coded);
		for (n = 1; n < coded.n; n += coded.n / 60 + 1) {
			struct drain d;

			assert_int_equal(
			    decode(&stacks[i], span_sub(buf_span(&coded), 0, n),
				500, &d),
			    CONSENT_ECODING);
			assert_int_equal(d.lasts, 0);
			buf_fini(&d.bytes);
		}
		buf_fini(&coded);
	}
}

/* A coder that is whole inside of one that is not, and the other way. */
static void
an_inner_stream_cut_short_never_ends(void **state)
{
	static const struct coding_stack gzip = {1, {CODING_GZIP}};
	static const struct coding_stack br = {1, {CODING_BR}};
	static const struct coding_stack both = {2, {CODING_GZIP, CODING_BR}};
	struct buf inner, outer;
	struct drain d;

	(void)state;
	encode(&gzip, page(), &inner);
	encode(&br, span_sub(buf_span(&inner), 0, inner.n - 1), &outer);
	assert_int_equal(
	    decode(&both, buf_span(&outer), SIZE_MAX, &d), CONSENT_ECODING);
	assert_int_equal(d.lasts, 0);
	buf_fini(&d.bytes);
	buf_fini(&inner);
	buf_fini(&outer);
}

static int
on_count(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	*(uint64_t *)ctx += bytes.n;
	return CONSENT_OK;
}

/*
 * Each layer alone keeps to its ratio; what counts is what came over the wire.
 */
static void
a_bomb_in_a_bomb_is_stopped(void **state)
{
	static const struct coding_stack twice = {2, {CODING_BR, CODING_GZIP}};
	static char zeros[48 << 20];
	uint64_t made = 0;
	struct unstacker *u;
	struct buf coded;
	struct sink to;

	(void)state;
	encode(&twice, (struct span){zeros, sizeof zeros}, &coded);
	assert_true(coded.n < 4096);
	u = unstacker_new(&twice, (struct sink){on_count, &made});
	assert_non_null(u);
	to = unstacker_sink(u);
	assert_int_equal(
	    sink_write(&to, buf_span(&coded), SINK_LAST), CONSENT_ELIMIT);
	assert_true(made <= (uint64_t)CODING_RATIO_FREE + 16384);
	assert_int_equal(sink_write(&to, SPAN(""), SINK_LAST), CONSENT_ELIMIT);
	unstacker_free(u);
	buf_fini(&coded);
}

static void
an_empty_stack_has_no_chain(void **state)
{
	static const struct coding_stack none = {.n = 0};
	static const struct coding_stack two = {2, {CODING_BR, CODING_GZIP}};
	uint64_t made = 0;

	(void)state;
	assert_null(unstacker_new(&none, (struct sink){on_count, &made}));
	assert_int_equal(coding_stack_outer(&none), CODING_IDENTITY);
	assert_int_equal(coding_stack_outer(&two), CODING_GZIP);
	unstacker_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_the_codings_of_a_head),
	    cmocka_unit_test(undoes_stacks_in_order),
	    cmocka_unit_test(a_stack_cut_short_never_ends),
	    cmocka_unit_test(an_inner_stream_cut_short_never_ends),
	    cmocka_unit_test(a_bomb_in_a_bomb_is_stopped),
	    cmocka_unit_test(an_empty_stack_has_no_chain),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
