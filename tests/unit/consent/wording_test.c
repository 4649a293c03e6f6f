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
#include "web/plural.h"

#include <libconsent/setting.h>
#include <libconsent/settings.h>

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
	    {"pl", "22 hours", "22 godziny"},
	    {"pl", "21 months", "21 miesięcy"},
	    {"cs", "13 months", "13 měsíců"},
	    {"sk", "2 days", "2 dni"},
	    {"sl", "2 days", "2 dneva"},
	    {"sl", "103 years", "103 leta"},
	    {"hr", "21 days", "21 dan"},
	    {"sr", "24 hours", "24 сата"},
	    {"ro", "13 months", "13 luni"},
	    {"ro", "30 minutes", "30 de minute"},
	    {"hu", "2 years", "2 év"},
	    {"el", "1 month", "1 μήνας"},
	    {"ar", "1 day", "يوم واحد"},
	    {"ar", "2 minutes", "دقيقتان"},
	    {"ar", "10 minutes", "١٠ دقائق"},
	    {"ar", "13 months", "١٣ شهرًا"},
	    {"ar", "100 years", "١٠٠ سنة"},
	    {"da", "30 minutes", "30 minutter"},
	    {"sv", "1 hour", "1 timme"},
	    {"nb", "2 days", "2 dager"},
	    {"fi", "13 months", "13 kuukautta"},
	    {"et", "2 years", "2 aastat"},
	    {"az", "13 months", "13 ay"},
	    {"he", "1 year", "שנה אחת"},
	    {"he", "2 years", "שנתיים"},
	    {"he", "13 months", "13 חודשים"},
	    {"ur", "1 hour", "1 گھنٹہ"},
	    {"ur", "24 hours", "24 گھنٹے"},
	    {"ja", "1 month", "1か月"},
	    {"ko", "13 months", "13개월"},
	    {"vi", "1 year", "1 năm"},
	    {"lv", "1 month", "1 mēnesis"},
	    {"lv", "13 months", "13 mēnešu"},
	    {"lv", "24 hours", "24 stundas"},
	    {"lt", "1 year", "1 metai"},
	    {"lt", "13 months", "13 mėnesių"},
	    {"lt", "24 hours", "24 valandos"},
	    {"de", "session", "Sitzung"},
	    /* whatever way the policy says it */
	    {"de", "185d", "185 Tage"},
	    {"ru", "2 weeks", "14 дней"},
	    {"tr", "13  Months", "13 ay"},
	    {"en", "1y", "1 year"},
	    {"de", "90 sec", "90 sec"},
	    /* no span of time: as it was written */
	    {"de", "13 moons", "13 moons"},
	    {"de", "x months", "x months"},
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
	    {"pl", "2026-11-28", "28 listopada 2026"},
	    {"pl", "2026-11", "listopad 2026"},
	    {"pt", "2026-11-28", "28 de novembro de 2026"},
	    {"hr", "2026-11-28", "28. studenoga 2026."},
	    {"sl", "2026-11", "november 2026"},
	    {"el", "2026-11-28", "28 Νοεμβρίου 2026"},
	    {"el", "2026-11", "Νοέμβριος 2026"},
	    {"hu", "2026-11-28", "2026. november 28."},
	    {"bg", "2026-11-28", "28 ноември 2026 г."},
	    {"zh", "2026-11-28", "2026年11月28日"},
	    {"fa", "2026-12-30", "۳۰ دسامبر ۲۰۲۶"},
	    {"ar", "2026-11-28", "٢٨ نوفمبر ٢٠٢٦"},
	    {"da", "2026-03-09", "9. marts 2026"},
	    {"sv", "2026-03-09", "9 mars 2026"},
	    {"nb", "2026-12-24", "24. desember 2026"},
	    {"fi", "2026-11-01", "1. marraskuuta 2026"},
	    {"fi", "2026-11", "marraskuu 2026"},
	    {"et", "2026-11-01", "1. november 2026"},
	    {"lv", "2026-11-01", "2026. gada 1. novembris"},
	    {"lt", "2026-11-01", "2026 m. lapkričio 1 d."},
	    {"lt", "2026-11", "2026 m. lapkritis"},
	    {"az", "2026-11-28", "28 noyabr 2026"},
	    {"he", "2026-11-28", "28 בנובמבר 2026"},
	    {"he", "2026-11", "נובמבר 2026"},
	    {"ur", "2026-11-28", "28 نومبر، 2026"},
	    {"ja", "2026-11-28", "2026年11月28日"},
	    {"ko", "2026-11-28", "2026년 11월 28일"},
	    {"vi", "2026-11-28", "ngày 28 tháng 11 năm 2026"},
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
	assert_true(is_told(4, "digits must be a list of 10 texts"));
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
	assert_true(is_told(2, "means is missing"));
	assert_true(is_told(3, "each phrase must be a group, not a string"));
	assert_true(is_told(4, "purpose is missing"));
	assert_int_equal(findings.errors, 5);
}

/* Letters of a text, as a reader counts them. */
static size_t
letters(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* Yes and no fit beside each other into 320 pixels, both alike. */
static void
buttons_are_short(const struct texts *texts)
{
	size_t yes = letters(texts_get(texts, TEXT_ACCEPT));
	size_t no = letters(texts_get(texts, TEXT_REJECT));

	if (yes > 17 || no > 17 || (yes > no ? yes - no : no - yes) > 3 ||
	    letters(texts_get(texts, TEXT_CHOOSE)) > 12)
		fail_msg("%s: buttons are too long or unlike",
		    texts_language(texts));
}

/* Who is responsible, and the link by its own name. */
static void
the_notice_names_all(const struct texts *texts)
{
	if (strstr(texts_get(texts, TEXT_NOTICE_TEXT), "{controller}") == NULL)
		fail_msg("%s: no controller", texts_language(texts));
	if (strstr(texts_get(texts, TEXT_NOTICE_WITHDRAW),
		texts_get(texts, TEXT_CONTROL)) == NULL)
		fail_msg("%s: a link of another name", texts_language(texts));
}

/* Dates, and every unit in a form for each number. */
static void
numbers_are_there(const struct texts *texts)
{
	const struct wording *w = texts_wording(texts);
	size_t unit, i;

	assert_non_null(w->date);
	assert_non_null(w->month);
	for (i = 0; i < WORDING_MONTHS; i++) {
		assert_non_null(w->months[i]);
		assert_non_null(w->months_alone[i]);
	}
	for (unit = 0; unit < WORDING_UNITS; unit++)
		for (i = 0; i < PLURAL_COUNT; i++)
			if (plural_has(w->language, (enum plural)i))
				assert_non_null(w->spans[unit][i]);
}

/* Each category and each phrase that another language has. */
static void
has_all_of(const struct texts *texts, const struct embedded_file *another)
{
	struct settings *settings = NULL;
	const struct setting *root, *list;
	size_t i;

	assert_int_equal(settings_parse(another->name, embedded_span(another),
			     &findings, &settings),
	    CONSENT_OK);
	root = settings_root(settings);
	list = setting_member(root, "categories");
	for (i = 0; i < setting_count(list); i++)
		assert_false(texts_lacks(texts,
		    setting_string(setting_member(setting_at(list, i), "id"))));
	list = setting_member(root, "phrases");
	for (i = 0; i < setting_count(list); i++) {
		const char *phrase =
		    setting_string(setting_member(setting_at(list, i), "text"));

		/* what is not translated comes back itself */
		if (texts_phrase(texts, phrase) == phrase)
			fail_msg("%s: %s", texts_language(texts), phrase);
	}
	settings_free(settings);
}

/* Every text, form, category and phrase of every pack is there. */
static void
c16_packs_are_complete(void **state)
{
	struct texts_source source = {NULL, NULL};
	const struct embedded_file *german = embedded_find(
	    embedded_notices, embedded_notices_count, SPAN("de.conf"));
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
		buttons_are_short(texts);
		the_notice_names_all(texts);
		numbers_are_there(texts);
		if (strcmp(tag, "en") != 0)
			has_all_of(texts, german);
		texts_free(texts);
	}
	assert_int_equal(findings.errors + findings.warnings, 0);
	/* all but the sheet */
	assert_int_equal(packs, embedded_notices_count - 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r14_lifetimes_have_the_plurals_of_the_language),
	    TEST(r14_dates_are_in_the_form_of_the_language),
	    TEST(what_a_file_leaves_out_is_written_as_it_came),
	    TEST(mistakes_in_numbers_are_told_with_their_line),
	    TEST(c16_packs_are_complete),
	    TEST(entries_must_be_whole),
	    TEST(mistakes_in_texts_are_told_with_their_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
