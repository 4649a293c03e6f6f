#include "http/multipart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdint.h>

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

/* Passes in in pieces of step bytes; d has what came out. */
static int
run(const char *boundary, struct span in, size_t step, struct drain *d)
{
	struct multipart m;
	int rc;

	*d = (struct drain){.lasts = 0};
	buf_init(&d->bytes, 1 << 20);
	rc = multipart_init(&m, span_of(boundary), (struct sink){on_out, d});
	for (; rc == CONSENT_OK && in.n > 0; in = span_sub(in, step, in.n))
		rc = multipart_write(&m, span_sub(in, 0, step), SINK_MORE);
	if (rc == CONSENT_OK)
		rc = multipart_write(&m, SPAN(""), SINK_LAST);
	multipart_fini(&m);
	return rc;
}

#define JPEG "Content-Type: image/jpeg\r\n"

static void
pictures_pass_byte_for_byte(void **state)
{
	const struct span bodies[] = {
	    SPAN(""),
	    SPAN("--cam\r\n" JPEG "Content-Length: 3\r\n\r\n\xff\xd8\0\r\n"
		 "--cam\r\n" JPEG "\r\n\xff--ca--cacaam\r\n\r\n--cam--\r\nx"),
	    SPAN("preamble <script>\n--cam\ncontent-type:image/png\n\n--camx\n"
		 "X: 1\nContent-Type: text/plain\n\n<html>"),
	};
	size_t i, step;

	(void)state;
	for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
		for (step = 1; step < 20; step++) {
			struct drain d;

			assert_int_equal(
			    run("cam", bodies[i], step, &d), CONSENT_OK);
			assert_int_equal(d.lasts, 1);
			assert_true(span_equal(buf_span(&d.bytes), bodies[i]));
			buf_fini(&d.bytes);
		}
}

static void
parts_that_may_be_pages_are_refused(void **state)
{
	static const char *const heads[] = {"Content-Type: text/html\r\n\r\n",
	    JPEG "Content-Type: text/html\r\n\r\n",
	    "Content-Type: image/svg+xml\r\n\r\n", "\r\n", "X: 1\r\n\r\n",
	    "Content-Type: nonsense\r\n\r\n",
	    "Content-Type : image/png\r\n\r\n", "Content-Type: text/html",
	    JPEG};
	size_t i, step;

	(void)state;
	for (i = 0; i < sizeof heads / sizeof heads[0]; i++)
		for (step = 1; step < 9; step++) {
			struct buf in;
			struct drain d;

			buf_init(&in, 4096);
			assert_int_equal(
			    buf_printf(&in,
				"--cam\r\n" JPEG "\r\naacacam\r\n%s", heads[i]),
			    CONSENT_OK);
			assert_int_equal(run("cam", buf_span(&in), step, &d),
			    CONSENT_ECODING);
			assert_int_equal(d.lasts, 0);
			assert_int_equal(
			    span_search(buf_span(&d.bytes), SPAN("html")),
			    d.bytes.n);
			buf_fini(&d.bytes);
			buf_fini(&in);
		}
}

static void
boundaries_are_found(void **state)
{
	static const struct {
		const char *type, *boundary;
	} rows[] = {
	    {"multipart/x-mixed-replace; boundary=cam", "cam"},
	    {"multipart/x-mixed-replace;BOUNDARY = \"--a b\" ; x=y", "a b"},
	    {"multipart/x-mixed-replace; boundary=--cam", "cam"},
	    {"multipart/x-mixed-replace", ""},
	    {"multipart/x-mixed-replace; boundary", ""},
	    {"multipart/x-mixed-replace; boundary=\"\"", ""},
	};
	struct drain d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_true(
		    span_equal(multipart_boundary(span_of(rows[i].type)),
			span_of(rows[i].boundary)));
	assert_int_equal(run("", SPAN("x"), 1, &d), CONSENT_ECODING);
	buf_fini(&d.bytes);
}

static void
heads_have_a_ceiling(void **state)
{
	static char line[2 * MULTIPART_HEAD_MAX];
	struct span in = {line, sizeof line};
	struct drain d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof line; i++)
		line[i] = 'a';
	line[0] = 'b';
	assert_int_equal(run("b", in, SIZE_MAX, &d), CONSENT_ELIMIT);
	buf_fini(&d.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pictures_pass_byte_for_byte),
	    cmocka_unit_test(parts_that_may_be_pages_are_refused),
	    cmocka_unit_test(boundaries_are_found),
	    cmocka_unit_test(heads_have_a_ceiling),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
