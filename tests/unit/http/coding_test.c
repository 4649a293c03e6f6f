#include "http/coding.h"

#include "http/head_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libconsent/buf.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum {
	PAGE = 200000
};

/* Where decoded or encoded bytes end up. */
struct drain {
	struct buf bytes;
	int lasts;
	int flushes;
	int answer; /* what its writes return */
};

static int
drain_write(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct drain *d = ctx;

	assert_int_equal(d->lasts, 0);
	d->lasts += mark == SINK_LAST;
	d->flushes += mark == SINK_FLUSH;
	assert_int_equal(buf_append(&d->bytes, bytes), CONSENT_OK);
	return d->answer;
}

static struct sink
drain_open(struct drain *d)
{
	*d = (struct drain){.answer = CONSENT_OK};
	buf_init(&d->bytes, 1 << 26);
	return (struct sink){drain_write, d};
}

/* Something like a page: repetitive, but not only. */
static struct span
page(void)
{
	static char text[PAGE];
	unsigned seed = 1;
	size_t i;

	for (i = 0; i < sizeof text; i++) {
		seed = seed * 1103515245u + 12345u;
		text[i] =
		    i % 7 == 0 ? (char)(seed >> 16) : "<p class=\"a\">"[i % 13];
	}
	return (struct span){text, sizeof text};
}

/* Writes all of in through c in pieces of n bytes, then LAST. */
static int
feed(struct coder *c, struct span in, size_t n)
{
	struct sink to = coder_sink(c);
	int rc = CONSENT_OK;

	while (in.n > 0 && rc == CONSENT_OK) {
		struct span piece = span_sub(in, 0, n);
		char *copy = malloc(piece.n);

		assert_non_null(copy);
		memcpy(copy, piece.p, piece.n);
		rc = sink_write(&to, (struct span){copy, piece.n}, SINK_MORE);
		free(copy);
		in = span_sub(in, piece.n, in.n);
	}
	return rc != CONSENT_OK ? rc : sink_write(&to, SPAN(""), SINK_LAST);
}

static void
encode(enum coding coding, struct span in, struct buf *out)
{
	struct drain d;
	struct coder *c = coder_new_encoder(coding, drain_open(&d));

	assert_int_equal(feed(c, in, 1000), CONSENT_OK);
	assert_int_equal(d.lasts, 1);
	coder_free(c);
	*out = d.bytes;
}

static int
decode(enum coding coding, struct span in, size_t cut, struct drain *d)
{
	struct coder *c = coder_new_decoder(coding, NULL, drain_open(d));
	int rc = feed(c, in, cut);

	assert_int_equal(d->lasts, rc == CONSENT_OK);
	coder_free(c);
	return rc;
}

/* Where the output ends just as its room is full, nothing is left to come. */
static void
decodes_what_fills_its_room(void **state)
{
	static char blank[1 << 18];
	static const size_t sizes[] = {16384, 16385, 32768, 65536, 1 << 18};
	enum coding coding;
	size_t i, cut;

	(void)state;
	for (coding = CODING_IDENTITY; coding < CODING_UNKNOWN; coding++)
		for (i = 0; i < COUNT(sizes); i++)
			for (cut = 1; cut <= 4096; cut *= 64) {
				struct drain d;
				struct buf coded;

				encode(coding, (struct span){blank, sizes[i]},
				    &coded);
				assert_int_equal(
				    decode(coding, buf_span(&coded), cut, &d),
				    CONSENT_OK);
				assert_int_equal(d.bytes.n, sizes[i]);
				buf_fini(&d.bytes);
				buf_fini(&coded);
			}
}

/* Two frames of zstd, each one block of one byte that is repeated. */
static void
decodes_frames_that_fill_its_room(void **state)
{
	static const char frames[] = "\x28\xb5\x2f\xfd\0\x38\x03\x08\4\4"
				     "\x28\xb5\x2f\xfd\0\x38\x03\0\4\0";
	const struct span in = {frames, sizeof frames - 1};
	size_t cut;

	(void)state;
	for (cut = 1; cut <= in.n; cut++) {
		struct drain d;

		assert_int_equal(decode(CODING_ZSTD, in, cut, &d), CONSENT_OK);
		assert_int_equal(d.bytes.n, 33024 + 32768);
		buf_fini(&d.bytes);
	}
}

static void
goes_there_and_back(void **state)
{
	static const enum coding codings[] = {CODING_IDENTITY, CODING_GZIP,
	    CODING_DEFLATE, CODING_BR, CODING_ZSTD};
	static const size_t cuts[] = {1, 7, 4096, SIZE_MAX};
	struct drain d;
	struct buf coded;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(codings); i++) {
		encode(codings[i], page(), &coded);
		if (codings[i] != CODING_IDENTITY)
			assert_true(coded.n < PAGE / 2);
		for (k = 0; k < COUNT(cuts); k++) {
			assert_int_equal(
			    decode(codings[i], buf_span(&coded), cuts[k], &d),
			    CONSENT_OK);
			assert_true(span_equal(buf_span(&d.bytes), page()));
			buf_fini(&d.bytes);
		}
		buf_fini(&coded);
		encode(codings[i], SPAN(""), &coded);
		assert_int_equal(
		    decode(codings[i], buf_span(&coded), 1, &d), CONSENT_OK);
		assert_int_equal(d.bytes.n, 0);
		buf_fini(&coded);
		buf_fini(&d.bytes);
	}
}

static void
reads_bare_deflate(void **state)
{
	unsigned char out[256];
	z_stream z = {0};
	struct drain d;
	struct span coded;

	(void)state;
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, 0), Z_OK);
	z.next_in = (unsigned char *)(uintptr_t) "hello hello hello";
	z.avail_in = 17;
	z.next_out = out;
	z.avail_out = sizeof out;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	coded = (struct span){(char *)out, z.total_out};
	assert_int_equal(deflateEnd(&z), Z_OK);
	assert_int_equal(decode(CODING_DEFLATE, coded, 1, &d), CONSENT_OK);
	assert_true(span_equal(buf_span(&d.bytes), SPAN("hello hello hello")));
	buf_fini(&d.bytes);
	coded.n--;
	assert_int_equal(decode(CODING_DEFLATE, coded, 1, &d), CONSENT_ECODING);
	buf_fini(&d.bytes);
}

static void
refuses_what_is_cut(void **state)
{
	static const enum coding codings[] = {
	    CODING_GZIP, CODING_DEFLATE, CODING_BR, CODING_ZSTD};
	struct drain d;
	struct buf coded;
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(codings); i++) {
		encode(codings[i], SPAN("some text, some text"), &coded);
		for (n = 1; n < coded.n; n++) {
			assert_int_equal(decode(codings[i],
					     (struct span){coded.p, n}, 5, &d),
			    CONSENT_ECODING);
			buf_fini(&d.bytes);
		}
		buf_fini(&coded);
	}
}

/* Decodes text with bytes behind it, in several cuts. */
static void
check_tail(enum coding coding, struct span tail, int expected)
{
	static const size_t cuts[] = {1, 6, SIZE_MAX};
	struct drain d;
	struct buf coded;
	size_t k;

	encode(coding, SPAN("text"), &coded);
	assert_int_equal(buf_append(&coded, tail), CONSENT_OK);
	for (k = 0; k < COUNT(cuts); k++) {
		assert_int_equal(
		    decode(coding, buf_span(&coded), cuts[k], &d), expected);
		if (expected == CONSENT_OK)
			assert_int_equal(d.bytes.n, 4);
		buf_fini(&d.bytes);
	}
	buf_fini(&coded);
}

/* As browsers do; zeros are what some writers fill blocks with. */
static void
leaves_out_what_follows(void **state)
{
	static const enum coding codings[] = {
	    CODING_GZIP, CODING_DEFLATE, CODING_BR};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(codings); i++) {
		check_tail(codings[i], SPAN("garbage"), CONSENT_OK);
		check_tail(codings[i], SPAN("\0\0\x1f\x8b\x08"), CONSENT_OK);
	}
	/* what begins like a member must be one, or the body may be cut */
	check_tail(CODING_GZIP, SPAN("\x1f\x8b\x08"), CONSENT_ECODING);
	check_tail(CODING_GZIP, SPAN("\x1f garbage"), CONSENT_ECODING);
	check_tail(CODING_ZSTD, SPAN("garbage"), CONSENT_ECODING);
}

static void
refuses_what_is_damaged(void **state)
{
	static const enum coding codings[] = {CODING_GZIP, CODING_DEFLATE};
	struct drain d;
	struct buf coded;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(codings); i++) {
		encode(codings[i], SPAN("text"), &coded);
		coded.p[coded.n - 2] ^= 1; /* in the checksum or length */
		assert_int_equal(decode(codings[i], buf_span(&coded), 3, &d),
		    CONSENT_ECODING);
		buf_fini(&d.bytes);
		buf_fini(&coded);
	}
	assert_int_equal(
	    decode(CODING_GZIP, SPAN("<html>"), 2, &d), CONSENT_ECODING);
	buf_fini(&d.bytes);
}

/* Formats before RFC 8878, in one piece or cut; skippable frames are in it. */
static void
reads_frames_of_the_standard_only(void **state)
{
	static const char old[] = "\x25\xb5\x2f\xfd\0\xc0\xd8\x5b";
	/* 58 bytes, it says, and has none */
	static const char lying[] = "\x28\xb5\x2f\xfd\x21\0\x3a\1\0\0";
	static const char skipped[] = "\x5e\x2a\x4d\x18\3\0\0\0any";
	struct drain d;
	struct buf in, frame;
	size_t cut;

	(void)state;
	encode(CODING_ZSTD, SPAN("text"), &frame);
	buf_init(&in, 1024);
	assert_int_equal(buf_append(&in, SPAN(skipped)), CONSENT_OK);
	assert_int_equal(buf_append(&in, buf_span(&frame)), CONSENT_OK);
	for (cut = 1; cut <= in.n; cut++) {
		assert_int_equal(
		    decode(CODING_ZSTD, SPAN(old), cut, &d), CONSENT_ECODING);
		buf_fini(&d.bytes);
		assert_int_equal(
		    decode(CODING_ZSTD, buf_span(&in), cut, &d), CONSENT_OK);
		assert_true(span_equal(buf_span(&d.bytes), SPAN("text")));
		buf_fini(&d.bytes);
	}
	for (cut = 1; cut < sizeof lying; cut++) {
		assert_int_equal(
		    decode(CODING_ZSTD, SPAN(lying), cut, &d), CONSENT_ECODING);
		buf_fini(&d.bytes);
	}
	assert_int_equal(buf_append(&in, SPAN("\x28\xb5\x2f\xfe")), CONSENT_OK);
	assert_int_equal(
	    decode(CODING_ZSTD, buf_span(&in), 1, &d), CONSENT_ECODING);
	buf_fini(&d.bytes);
	buf_fini(&in);
	buf_fini(&frame);
}

/* Members, or frames, one behind the other, up to the limit. */
static void
check_members(enum coding coding)
{
	struct drain d;
	struct buf one, all;
	size_t cut;
	int i;

	encode(coding, SPAN("member,"), &one);
	buf_init(&all, 1 << 20);
	for (i = 0; i < CODING_MEMBERS; i++)
		assert_int_equal(buf_append(&all, buf_span(&one)), CONSENT_OK);
	for (cut = 1; cut < 2 * one.n; cut += 3) {
		assert_int_equal(
		    decode(coding, buf_span(&all), cut, &d), CONSENT_OK);
		assert_int_equal(d.bytes.n, 7 * CODING_MEMBERS);
		buf_fini(&d.bytes);
	}
	assert_int_equal(decode(coding, (struct span){all.p, all.n - 1}, 9, &d),
	    CONSENT_ECODING);
	buf_fini(&d.bytes);
	assert_int_equal(buf_append(&all, buf_span(&one)), CONSENT_OK);
	assert_int_equal(
	    decode(coding, buf_span(&all), 9, &d), CONSENT_ECODING);
	buf_fini(&d.bytes);
	buf_fini(&one);
	buf_fini(&all);
}

static void
reads_members(void **state)
{
	(void)state;
	check_members(CODING_GZIP);
	check_members(CODING_ZSTD);
}

static void
check_bomb(enum coding coding)
{
	const struct coding_limits small = {.bytes = 1000};
	const struct coding_limits tight = {.ratio = 50};
	static char zeros[CODING_RATIO_FREE + (8 << 20)];
	struct drain d;
	struct buf coded;
	struct coder *c;

	encode(coding, (struct span){zeros, sizeof zeros}, &coded);
	assert_true(coded.n < sizeof zeros / tight.ratio);
	c = coder_new_decoder(coding, &tight, drain_open(&d));
	assert_int_equal(feed(c, buf_span(&coded), 100), CONSENT_ELIMIT);
	assert_true(d.bytes.n > CODING_RATIO_FREE - 16384);
	assert_true(d.bytes.n <= CODING_RATIO_FREE + 100 * tight.ratio);
	coder_free(c);
	buf_fini(&d.bytes);
	c = coder_new_decoder(coding, &small, drain_open(&d));
	assert_int_equal(feed(c, buf_span(&coded), 100), CONSENT_ELIMIT);
	assert_true(d.bytes.n <= 1000);
	assert_int_equal(feed(c, SPAN("x"), 1), CONSENT_ELIMIT);
	coder_free(c);
	buf_fini(&d.bytes);
	c = coder_new_decoder(CODING_IDENTITY, &small, drain_open(&d));
	assert_int_equal(
	    feed(c, (struct span){zeros, 1001}, 100), CONSENT_ELIMIT);
	coder_free(c);
	buf_fini(&d.bytes);
	buf_fini(&coded);
}

static void
stops_bombs(void **state)
{
	(void)state;
	check_bomb(CODING_GZIP);
	check_bomb(CODING_DEFLATE);
	check_bomb(CODING_BR);
	check_bomb(CODING_ZSTD);
}

static void
check_flush(enum coding coding)
{
	struct drain plain, coded;
	struct coder *in, *out;
	struct sink to;
	int i;

	in = coder_new_decoder(coding, NULL, drain_open(&plain));
	out = coder_new_encoder(coding, drain_open(&coded));
	for (i = 1; i <= 40; i++) {
		to = coder_sink(out);
		assert_int_equal(
		    sink_write(&to, SPAN("hel"), SINK_MORE), CONSENT_OK);
		assert_int_equal(
		    sink_write(&to, SPAN("lo"), SINK_FLUSH), CONSENT_OK);
		assert_int_equal(coded.flushes, i);
		to = coder_sink(in);
		assert_int_equal(
		    sink_write(&to, buf_span(&coded.bytes), SINK_MORE),
		    CONSENT_OK);
		assert_int_equal(plain.bytes.n, 5 * i);
		assert_int_equal(
		    sink_write(&to, SPAN(""), SINK_FLUSH), CONSENT_OK);
		assert_int_equal(plain.flushes, i);
		buf_clear(&coded.bytes);
	}
	assert_true(span_starts(buf_span(&plain.bytes), SPAN("hellohello")));
	coder_free(in);
	coder_free(out);
	buf_fini(&plain.bytes);
	buf_fini(&coded.bytes);
}

static void
flushes_through(void **state)
{
	(void)state;
	check_flush(CODING_GZIP);
	check_flush(CODING_DEFLATE);
	check_flush(CODING_BR);
	check_flush(CODING_ZSTD);
}

static void
passes_errors_on(void **state)
{
	struct drain d;
	struct coder *c;
	struct sink to;

	(void)state;
	c = coder_new_encoder(CODING_GZIP, drain_open(&d));
	to = coder_sink(c);
	d.answer = CONSENT_EIO;
	assert_int_equal(sink_write(&to, SPAN("a"), SINK_FLUSH), CONSENT_EIO);
	d.answer = CONSENT_OK;
	assert_int_equal(sink_write(&to, SPAN("a"), SINK_LAST), CONSENT_EIO);
	assert_int_equal(d.lasts, 0);
	coder_free(c);
	buf_fini(&d.bytes);
	c = coder_new_encoder(CODING_IDENTITY, drain_open(&d));
	to = coder_sink(c);
	assert_int_equal(sink_write(&to, SPAN("a"), SINK_LAST), CONSENT_OK);
	assert_int_equal(sink_write(&to, SPAN(""), SINK_LAST), CONSENT_EINVAL);
	coder_free(c);
	buf_fini(&d.bytes);
	assert_null(coder_new_decoder(CODING_UNKNOWN, NULL, to));
	assert_null(coder_new_encoder(CODING_UNKNOWN, to));
	coder_free(NULL);
}

static int
forget_write(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)ctx;
	(void)bytes;
	(void)mark;
	return CONSENT_OK;
}

/* The library ends the program where its arena is too small for it. */
static void
brotli_needs_no_more_than_its_arena(void **state)
{
	static const struct sink nowhere = {forget_write, NULL};
	static char piece[1 << 20];
	struct span in = {piece, sizeof piece};
	uint32_t noise = 1;
	unsigned round, i;
	size_t n;

	(void)state;
	for (round = 0; round < 6; round++) {
		struct coder *c = coder_new_encoder(CODING_BR, nowhere);
		struct sink to;

		assert_non_null(c);
		to = coder_sink(c);
		for (n = 0; n < sizeof piece; n++) {
			noise = noise * 1103515245u + 12345u;
			piece[n] = (char)(round % 3 == 0   ? 'a'
					  : round % 3 == 1 ? noise >> 24
							   : noise >> 30);
		}
		for (i = 0; i < 4; i++)
			assert_int_equal(
			    sink_write(
				&to, in, round < 3 ? SINK_MORE : SINK_FLUSH),
			    CONSENT_OK);
		assert_int_equal(
		    sink_write(&to, SPAN("end"), SINK_LAST), CONSENT_OK);
		coder_free(c);
	}
}

/* More at once than are kept, of which each stopped at another place. */
static void
abandon_encoders(struct span in)
{
	static const struct sink nowhere = {forget_write, NULL};
	struct coder *all[8];
	size_t i;

	for (i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct sink to;

		all[i] = coder_new_encoder(CODING_GZIP, nowhere);
		assert_non_null(all[i]);
		to = coder_sink(all[i]);
		assert_int_equal(sink_write(&to, span_sub(in, i, i * 400),
				     i % 2 == 0 ? SINK_MORE : SINK_FLUSH),
		    CONSENT_OK);
	}
	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		coder_free(all[i]);
}

/* An encoder that served another body, to its end or not, is as a new one. */
static void
gzip_is_the_same_for_each_body(void **state)
{
	struct buf first, again;
	unsigned round;

	(void)state;
	encode(CODING_GZIP, page(), &first);
	for (round = 0; round < 6; round++) {
		abandon_encoders(span_sub(page(), round * 100, 4000));
		encode(CODING_GZIP, page(), &again);
		assert_true(span_equal(buf_span(&first), buf_span(&again)));
		buf_fini(&again);
	}
	buf_fini(&first);
}

static void
names_codings(void **state)
{
	(void)state;
	assert_int_equal(coding_named(SPAN("GZip")), CODING_GZIP);
	assert_int_equal(coding_named(SPAN("x-gzip")), CODING_GZIP);
	assert_int_equal(coding_named(SPAN("x-deflate")), CODING_UNKNOWN);
	assert_int_equal(coding_named(SPAN("gzip;q=1")), CODING_UNKNOWN);
	assert_true(span_equal(coding_name(CODING_GZIP), SPAN("gzip")));
	assert_int_equal(coding_name(CODING_UNKNOWN).n, 0);
}

static void
narrows_what_is_accepted(void **state)
{
	static const struct {
		const char *lines[2];
		const char *becomes;
	} cases[] = {
	    {{NULL}, "identity"},
	    {{""}, "identity"},
	    {{"compress"}, "identity"},
	    {{"dcz, compress;q=0.5"}, "identity"},
	    {{"gzip, deflate, br, zstd"}, "gzip, deflate, br, zstd"},
	    {{"GZIP;q=0.5 ,deflate; Q=1.000"}, "gzip;q=0.500, deflate"},
	    {{"dcb", "gzip"}, "gzip"},
	    {{"gzip;q=0"}, "identity"},
	    {{"gzip;q=0, br;q=0, *"}, "deflate, zstd, identity"},
	    {{"*"}, "gzip, deflate, br, zstd, identity"},
	    {{"*;q=0"}, "identity"},
	    {{"*;q=0, zstd;q=0.9"}, "zstd;q=0.900, identity;q=0.000"},
	    {{"*;q=0.1, gzip"},
		"gzip, deflate;q=0.100, br;q=0.100, zstd;q=0.100, "
		"identity;q=0.100"},
	    {{"gzip, identity;q=0"}, "gzip, identity;q=0.000"},
	    {{"gzip;q=1.5, deflate;q=x"}, "identity"},
	    {{"gzip;q=0.1234, deflate;x=1"}, "identity"},
	    {{"gzip;q=0.05"}, "gzip;q=0.050"},
	    {{"gzip;q="}, "identity"},
	    {{"gzip;"}, "identity"},
	    {{",,gzip,"}, "gzip"},
	};
	struct head h;
	size_t i, k;

	(void)state;
	head_init(&h, NULL);
	for (i = 0; i < COUNT(cases); i++) {
		struct span name = SPAN("Accept-Encoding");

		for (k = 0; k < 2 && cases[i].lines[k] != NULL; k++)
			assert_int_equal(
			    head_add(&h, name, span_of(cases[i].lines[k])),
			    CONSENT_OK);
		assert_int_equal(coding_narrow_accept(&h), CONSENT_OK);
		assert_true(span_equal(
		    head_value(&h, name), span_of(cases[i].becomes)));
		assert_true(head_find(&h, name, head_find(&h, name, 0) + 1) ==
			    HEAD_NONE);
		head_clear(&h);
	}
	head_fini(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decodes_what_fills_its_room),
	    cmocka_unit_test(decodes_frames_that_fill_its_room),
	    cmocka_unit_test(goes_there_and_back),
	    cmocka_unit_test(reads_bare_deflate),
	    cmocka_unit_test(refuses_what_is_cut),
	    cmocka_unit_test(leaves_out_what_follows),
	    cmocka_unit_test(refuses_what_is_damaged),
	    cmocka_unit_test(reads_frames_of_the_standard_only),
	    cmocka_unit_test(reads_members),
	    cmocka_unit_test(stops_bombs),
	    cmocka_unit_test(flushes_through),
	    cmocka_unit_test(passes_errors_on),
	    cmocka_unit_test(brotli_needs_no_more_than_its_arena),
	    cmocka_unit_test(gzip_is_the_same_for_each_body),
	    cmocka_unit_test(names_codings),
	    cmocka_unit_test(narrows_what_is_accepted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
