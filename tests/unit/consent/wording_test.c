#include "consent/texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/embedded.h"

static struct findings findings;
static char folder[64], path[96];

static int
setup(void **state)
{
	(void)state;
	findings_init(&findings);
	(void)snprintf(folder, sizeof folder, "/tmp/wording_test.XXXXXX");
	assert_non_null(mkdtemp(folder));
	path[0] = '\0';
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	findings_fini(&findings);
	if (path[0] != '\0')
		assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	return 0;
}

static struct texts *
built_in(const char *tag)
{
	struct texts_source source = {NULL, NULL};
	struct texts *texts = NULL;

	assert_int_equal(
	    texts_new(tag, &source, &findings, &texts), CONSENT_OK);
	assert_int_equal(findings.errors + findings.warnings, 0);
	return texts;
}

/* Reads a file nl.conf or ar.conf of this text over the English one. */
static int
read_own(const char *tag, const char *text)
{
	struct texts *base = built_in("en"), *own = NULL;
	struct texts_source source = {folder, base};
	FILE *file;
	int rc;

	(void)snprintf(path, sizeof path, "%s/%s.conf", folder, tag);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	rc = texts_new(tag, &source, &findings, &own);
	texts_free(own);
	texts_free(base);
	return rc;
}

/* Whether an error says so, with the file and that line. */
static bool
is_told(unsigned line, const char *text)
{
	size_t i;

	for (i = 0; i < findings.n; i++) {
		const struct finding *f = &findings.items[i];

		if (f->level == FINDING_ERROR && f->place.line == line &&
		    f->place.file != NULL && strstr(f->text, text) != NULL)
			return true;
	}
	return false;
}

static void
r14_lifetimes_have_the_plurals_of_the_language(void **state)
{
	static const struct {
		const char *tag, *lifetime, *want;
	} cases[] = {
	    {"en", "13 months", "13 months"},
	    {"en", "1 year", "1 year"},
	    {"tr", "13 months", "13 ay"},
	    {"de", "2 days", "2 Tage"},
	    {"fr", "1 hour", "1 heure"},
	    {"es", "2 years", "2 años"},
	    {"ru", "21 days", "21 день"},
	    {"ru", "2 years", "2 года"},
	    {"ru", "13 months", "13 месяцев"},
	    {"uk", "24 hours", "24 години"},
	    {"uk", "365 days", "365 днів"},
	    {"zh", "6 months", "6 个月"},
	    {"fa", "90 days", "۹۰ روز"},
	    {"ar", "1 day", "يوم واحد"},
	    {"ar", "2 minutes", "دقيقتان"},
	    {"ar", "10 minutes", "١٠ دقائق"},
	    {"ar", "13 months", "١٣ شهرًا"},
	    {"ar", "100 years", "١٠٠ سنة"},
	    {"de", "session", "Sitzung"},
	    /* no span of time: as it was written */
	    {"de", "13 moons", "13 moons"},
	    {"de", "x months", "x months"},
	    {"de", "13  months", "13  months"},
	    {"de", "99999999 months", "99999999 months"},
	    {"de", "months", "months"},
	    {"de", "", ""},
	};
	char out[WORDING_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct texts *texts = built_in(cases[i].tag);

		assert_string_equal(
		    texts_lifetime(texts, cases[i].lifetime, out),
		    cases[i].want);
		texts_free(texts);
	}
}

static void
r14_dates_are_in_the_form_of_the_language(void **state)
{
	static const struct {
		const char *tag, *iso, *want;
	} cases[] = {
	    {"en", "2026-11-01", "1 November 2026"},
	    {"tr", "2026-11-28", "28 Kasım 2026"},
	    {"de", "2026-03-09", "9. März 2026"},
	    {"fr", "2026-08", "août 2026"},
	    {"es", "2026-11-28", "28 de noviembre de 2026"},
	    {"ru", "2026-11-28", "28 ноября 2026 г."},
	    {"ru", "2026-11", "ноябрь 2026 г."},
	    {"uk", "2026-02", "лютий 2026 р."},
	    {"zh", "2026-11-28", "2026年11月28日"},
	    {"fa", "2026-12-30", "۳۰ دسامبر ۲۰۲۶"},
	    {"ar", "2026-11-28", "٢٨ نوفمبر ٢٠٢٦"},
	    {"ar", "2026-13-28", "2026-13-28"},
	    {"ar", "2026-00", "2026-00"},
	    {"ar", "then", "then"},
	};
	char out[WORDING_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct texts *texts = built_in(cases[i].tag);

		wording_date(texts_wording(texts), span_of(cases[i].iso), out);
		assert_string_equal(out, cases[i].want);
		texts_free(texts);
	}
}

static void
what_a_file_leaves_out_is_written_as_it_came(void **state)
{
	struct wording none;
	char out[WORDING_TEXT];

	(void)state;
	wording_read(&none, SPAN("nl"), NULL, &findings);
	wording_date(&none, SPAN("2026-11-01"), out);
	assert_string_equal(out, "2026-11-01");
	wording_number(&none, 4096, out);
	assert_string_equal(out, "4096");
	assert_false(wording_span(&none, SPAN("13 months"), out));
}

static void
mistakes_in_numbers_are_told_with_their_line(void **state)
{
	(void)state;
	assert_int_equal(
	    read_own("ar", "name = \"x\";\ntexts : { };\nnumbers : {\n"
			   "digits = [ \"1\" ];\n"
			   "date = \"{day} {month}\";\n"
			   "days = { one = \"x\"; other = \"x\"; };\n"
			   "hours = { zero = \"a\"; one = \"a\"; two = \"a\";\n"
			   "few = \"a\"; many = \"a\"; othr = \"a\"; };\n"
			   "yaers = { };\n};\n"),
	    CONSENT_EINVAL);
	assert_true(is_told(4, "digits must have 10 members"));
	assert_true(is_told(5, "date must have {year} in it"));
	assert_true(is_told(6, "days lacks the form two"));
	assert_true(is_told(7, "hours lacks the form other"));
	assert_true(is_told(8, "other"));
	assert_true(is_told(9, "years"));
}

static void
mistakes_in_texts_are_told_with_their_line(void **state)
{
	(void)state;
	assert_int_equal(read_own("nl", "name = \"Nederlands\";\ntexts : {\n"
					"controller = \"{controler}\";\n"
					"accept = \"Ja {date}\";\n"
					"state_since = \"{date} {site}\";\n"
					"reject = \"Nee \\xff\";\n"
					"acept = \"Ja\";\n"
					"saved = \"{ja\";\n};\n"),
	    CONSENT_EINVAL);
	assert_true(is_told(3, "{controler} stands for nothing here; "
			       "did you mean {controller}?"));
	assert_true(is_told(4, "accept: {date} stands for nothing here"));
	assert_true(is_told(6, "reject is not UTF-8: byte 5 of it"));
	assert_true(is_told(7, "accept"));
	assert_int_equal(findings.errors, 4);
}

/* What is left out of an entry is told as well. */
static void
entries_must_be_whole(void **state)
{
	(void)state;
	assert_int_equal(
	    read_own("nl", "texts : { };\nphrases = ( { text = \"x\"; },\n"
			   "\"y\" );\ncategories = ( { id = \"a\"; } );\n"),
	    CONSENT_EINVAL);
	assert_true(is_told(2, "means must be a text"));
	assert_true(is_told(3, "text must be a text"));
	assert_true(is_told(4, "purpose must be a text"));
	assert_int_equal(findings.errors, 6);
}

/* Every text of every pack is there. */
static void
c16_packs_are_complete(void **state)
{
	struct texts_source source = {NULL, NULL};
	size_t i, packs = 0;

	(void)state;
	for (i = 0; i < embedded_notices_count; i++) {
		struct span name = span_of(embedded_notices[i].name);
		struct texts *texts = NULL;
		char tag[16];

		if (!span_ends(name, SPAN(".conf")))
			continue;
		(void)snprintf(
		    tag, sizeof tag, "%.*s", (int)name.n - 5, name.p);
		assert_int_equal(
		    texts_new(tag, &source, &findings, &texts), CONSENT_OK);
		packs++;
		texts_free(texts);
	}
	assert_int_equal(findings.errors + findings.warnings, 0);
	assert_int_equal(packs, 10);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
spans_of_time_have_seconds(void **state)
{
	static const struct {
		const char *phrase;
		uint64_t seconds;
	} spans[] = {{"30 minutes", 1800}, {"1 hour", 3600}, {"1 day", 86400},
	    {"13 months", UINT64_C(13) * 2592000}, {"1 year", 31536000},
	    {"0 days", 0}};
	static const char *const none[] = {
	    "session", "", "1", "year", "1 fortnight", "-1 days", "1  day"};
	uint64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		assert_true(
		    wording_seconds(span_of(spans[i].phrase), &seconds));
		assert_true(seconds == spans[i].seconds);
	}
	for (i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_false(wording_seconds(span_of(none[i]), &seconds));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r14_lifetimes_have_the_plurals_of_the_language),
	    TEST(r14_dates_are_in_the_form_of_the_language),
	    TEST(what_a_file_leaves_out_is_written_as_it_came),
	    TEST(mistakes_in_numbers_are_told_with_their_line),
	    TEST(spans_of_time_have_seconds),
	    TEST(c16_packs_are_complete),
	    TEST(entries_must_be_whole),
	    TEST(mistakes_in_texts_are_told_with_their_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
