#include "bodies.h"

#include <libconsent/guard.h>

#include <stdio.h>

/* The same for a page whose charset no head says. */
static int
setup_undeclared(void **state)
{
	int rc = setup(state);

	plan.charset = SPAN("");
	return rc;
}

#undef TEST
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_undeclared, teardown)

/* Whether the notice comes as the bytes of UTF-8, or in ASCII. */
static bool
is_raw(const char *label, const char *page)
{
	struct span out;
	size_t i;

	plan.charset = span_of(label);
	assert_int_equal(run(span_of(page), CUT_WHOLE, 0), CONSENT_OK);
	out = buf_span(&got.bytes);
	assert_true(
	    span_search(out, SPAN("<section id=\"consent-notice\"")) < out.n);
	for (i = 0; i < out.n; i++)
		if ((unsigned char)out.p[i] >= 0x80)
			return true;
	assert_true(span_search(out, SPAN("&#8220;Cookie")) < out.n);
	return false;
}

static void
a_notice_can_be_read_in_every_charset(void **state)
{
	static const char page[] = "<!doctype html><body>x";

	(void)state;
	assert_true(is_raw("utf-8", page));
	assert_true(is_raw(" UTF8", page));
	assert_true(is_raw("", "<meta charset=utf-8><body>x"));
	assert_true(is_raw("windows-1254", "\xef\xbb\xbf<body>x"));
	assert_false(is_raw("windows-1254", page));
	assert_false(is_raw("", "<meta charset=iso-8859-9><body>x"));
	assert_false(is_raw("gb18030", "<meta charset=utf-8><body>x"));
	assert_false(is_raw("unheard-of", page));
	assert_false(is_raw("", page)); /* then browsers guess */
}

static void
charsets_that_cannot_be_read_are_refused(void **state)
{
	static const struct span labels[] = {
	    {"iso-2022-jp", 11}, {"hz-gb-2312", 10}, {"utf-7", 5}};
	struct span page = SPAN(TOP "<body>" TRACKER REST);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		plan.charset = labels[i];
		assert_int_equal(run(page, CUT_WHOLE, 0), CONSENT_ECODING);
		assert_int_equal(got.bytes.n, 0);
		assert_int_equal(run(page, CUT_BYTES, 0), CONSENT_ECODING);
		assert_int_equal(got.bytes.n, 0);
		assert_int_equal(got.ends, 0);
	}
	plan.charset = SPAN("x-unheard-of"); /* as good as none */
	assert_int_equal(run(page, CUT_WHOLE, 0), CONSENT_OK);
	plan.charset = SPAN("Windows-1252");
	assert_int_equal(run(page, CUT_WHOLE, 0), CONSENT_OK);
}

/* text in UTF-16, to be freed */
static struct span
widen(const char *text, bool big, const char *mark)
{
	size_t n = strlen(text), m = strlen(mark), i;
	char *wide = calloc(2, n + m + 1);

	assert_non_null(wide);
	memcpy(wide, mark, m);
	for (i = 0; i < n; i++)
		wide[m + 2 * i + (big ? 1 : 0)] = text[i];
	return (struct span){wide, m + 2 * n};
}

/* What a page in UTF-16 becomes, whatever told that it is. */
static void
utf16_goes_on_as_utf8(void **state)
{
	static const struct {
		const char *label, *mark;
		bool big;
	} cases[] = {
	    {"utf-16le", "", false},
	    {"utf-16be", "", true},
	    {"utf-8", "\xff\xfe", false},
	    {"iso-8859-1", "\xfe\xff", true},
	    {"", "\xff\xfe", false},
	};
	char *in = page_copy(SPAN(""), TRACKER, 40000);
	struct buf want;
	size_t i;

	(void)state;
	buf_init(&want, OUT_MAX);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span wide = widen(in, cases[i].big, cases[i].mark);

		plan.charset = span_of(cases[i].label);
		buf_clear(&want);
		assert_int_equal(buf_printf(&want, "%s%s%c",
				     *cases[i].mark ? "\xef\xbb\xbf" : "",
				     page_text(banner(), "", 40000), 0),
		    CONSENT_OK);
		expect_however_cut(wide, want.p);
		free((void *)(uintptr_t)wide.p);
	}
	buf_fini(&want);
	free(in);
}

static void
the_head_must_say_utf8_in_time(void **state)
{
	struct span wide = widen(TOP "<body>" REST, true, "\xfe\xff");
	struct sink out = {on_out, &got};
	struct body *body = NULL;
	enum mime_form form = MIME_OTHER;

	(void)state;
	assert_int_equal(body_charset(NULL, &form).n, 0);
	assert_int_equal(body_new(&plan, &s.f.visit, out, &body), CONSENT_OK);
	assert_int_equal(body_charset(body, &form).n, 0);
	got.ends = 0;
	assert_int_equal(body_write(body, wide, SINK_LAST), CONSENT_OK);
	assert_true(span_equal(body_charset(body, &form), SPAN("utf-8")));
	assert_int_equal(form, MIME_HTML);
	body_free(body);
	free((void *)(uintptr_t)wide.p);
}

static void
a_byte_order_mark_beats_the_label(void **state)
{
	(void)state;
	plan.charset = SPAN("utf-16le");
	assert_int_equal(
	    run(SPAN("\xef\xbb\xbf" TOP "<body>" TRACKER REST), CUT_BYTES, 0),
	    CONSENT_OK);
	assert_int_equal(
	    span_search(buf_span(&got.bytes), SPAN("tracker")), got.bytes.n);
}

/* A browser may read a page that declares nothing again, as ISO-2022-JP. */
static void
undeclared_escapes_cut_the_page(void **state)
{
	char *in = page_copy(SPAN(""), "\x1b$B<script\x1b(B", 3000);
	uint32_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		plan.charset = SPAN("");
		assert_int_equal(
		    run(span_of(in), i < 2 ? (enum cutting)i : CUT_RANDOM, i),
		    CONSENT_ECODING);
		assert_int_equal(got.ends, 0);
	}
	plan.charset = SPAN("utf-8");
	assert_int_equal(run(span_of(in), CUT_RANDOM, 3), CONSENT_OK);
	free(in);
}

static void
a_charset_may_be_named_late_in_the_first_kilobyte(void **state)
{
	char page[2048];

	(void)state;
	(void)snprintf(page, sizeof page,
	    "<!--%0900d--><meta charset=iso-2022-jp><body>" TRACKER REST, 0);
	assert_int_equal(run(span_of(page), CUT_BYTES, 0), CONSENT_ECODING);
	assert_int_equal(run(span_of(page), CUT_RANDOM, 9), CONSENT_ECODING);
	assert_int_equal(got.bytes.n, 0);
}

/* What the head must say of a page's charset; a copy. */
static const char *
named(const char *page)
{
	static char copy[64];
	struct sink out = {on_out, &got};
	struct body *body = NULL;
	enum mime_form form = MIME_OTHER;
	struct span name;

	got.ends = 0;
	buf_clear(&got.bytes);
	assert_int_equal(body_new(&plan, &s.f.visit, out, &body), CONSENT_OK);
	assert_int_equal(
	    body_write(body, span_of(page), SINK_LAST), CONSENT_OK);
	name = body_charset(body, &form);
	assert_true(name.n == 0 || form == MIME_HTML);
	(void)snprintf(copy, sizeof copy, "%.*s", SPAN_ARG(name));
	body_free(body);
	return copy;
}

/* The guard is longer than what some browsers look for a meta element in. */
static void
a_charset_that_the_guard_moves_is_named(void **state)
{
	static const char page[] =
	    "<!doctype html><head><meta charset=windows-1251><body>" REST;
	struct guard *guard = NULL;

	(void)state;
	assert_string_equal(named(page), ""); /* nothing moves it */
	assert_int_equal(guard_new(s.f.policy, &guard), CONSENT_OK);
	s.f.visit.guard = guard;
	assert_string_equal(named(page), "windows-1251");
	assert_true(span_search(buf_span(&got.bytes), SPAN("<meta")) > 1024);
	assert_string_equal(named(TOP "<body>" REST), "");
	assert_string_equal(named("\xef\xbb\xbf<meta charset=gbk>"), "");
	plan.charset = SPAN("utf-8");
	assert_string_equal(named(page), "");
	plan.charset = SPAN("unheard-of"); /* as good as none */
	assert_string_equal(named(page), "windows-1251");
	plan.charset = SPAN("");
	plan.form = MIME_UNKNOWN; /* a type would be new to the browser */
	assert_string_equal(named(page), "");
	guard_free(guard);
}

/* A browser reads on where "]]>" begins with half a character. */
static void
half_a_character_ends_no_section(void **state)
{
	static const char page[] = "<body><svg><![CDATA[\x83]]> <style>]]>"
				   "</svg>" TRACKER "</style>" REST;
	static const struct {
		const char *label;
		int rc;
	} rows[] = {{"shift_jis", CONSENT_ECODING}, {"gbk", CONSENT_ECODING},
	    {"Big5", CONSENT_ECODING}, {"windows-1252", CONSENT_OK},
	    {"utf-8", CONSENT_OK}, {"", CONSENT_OK}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		plan.charset = span_of(rows[i].label);
		assert_int_equal(run(span_of(page), CUT_WHOLE, 0), rows[i].rc);
		assert_int_equal(run(span_of(page), CUT_BYTES, 0), rows[i].rc);
	}
	assert_int_equal(
	    run(SPAN("<meta charset=sjis><body>\x83]]>" REST), CUT_BYTES, 0),
	    CONSENT_ECODING);
}

/* The same where an XML declaration alone says so. */
static void
half_a_character_ends_no_section_of_xml(void **state)
{
	static const struct {
		enum mime_form form;
		const char *label, *declared;
		int rc;
	} rows[] = {{MIME_XML, "", "shift_jis", CONSENT_ECODING},
	    {MIME_XML, "x-unheard-of", "gbk", CONSENT_ECODING},
	    {MIME_XML, "utf-8", "shift_jis", CONSENT_OK},
	    {MIME_XML, "", "windows-1252", CONSENT_OK},
	    {MIME_HTML, "", "big5", CONSENT_ECODING},
	    {MIME_HTML, "utf-8", "big5", CONSENT_OK}};
	char page[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)snprintf(page, sizeof page,
		    "<?xml version='1.0' encoding='%s'?>"
		    "<svg><title><![CDATA[\x83]]></title></svg>",
		    rows[i].declared);
		plan.form = rows[i].form;
		plan.charset = span_of(rows[i].label);
		assert_int_equal(run(span_of(page), CUT_WHOLE, 0), rows[i].rc);
		assert_int_equal(run(span_of(page), CUT_BYTES, 0), rows[i].rc);
	}
	plan.form = MIME_HTML;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_notice_can_be_read_in_every_charset),
	    TEST(charsets_that_cannot_be_read_are_refused),
	    TEST(utf16_goes_on_as_utf8),
	    TEST(the_head_must_say_utf8_in_time),
	    TEST(a_charset_that_the_guard_moves_is_named),
	    TEST(half_a_character_ends_no_section),
	    TEST(half_a_character_ends_no_section_of_xml),
	    TEST(a_byte_order_mark_beats_the_label),
	    TEST(undeclared_escapes_cut_the_page),
	    TEST(a_charset_may_be_named_late_in_the_first_kilobyte),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
