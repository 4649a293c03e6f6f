#include "consent/look_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/embedded.h"

enum {
	SHEET_BYTES = 1 << 16
};

static struct colour
colour(const char *text)
{
	struct colour c;

	assert_int_equal(colour_parse(span_of(text), &c), CONSENT_OK);
	return c;
}

static void
colours_are_hexadecimal_and_nothing_else(void **state)
{
	static const char *const bad[] = {"", "#", "#12", "#1234", "#12345",
	    "#1234567", "123456", "#12345g", "#12 456", "red", "rgb(0,0,0)",
	    "#fff;}", "#ff\n", "\\#fff", "var(--x)"};
	struct colour c;
	char text[COLOUR_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(
		    colour_parse(span_of(bad[i]), &c), CONSENT_EINVAL);
	colour_format(colour("#0aF"), text);
	assert_string_equal(text, "#00aaff");
	colour_format(colour("#0B5a70"), text);
	assert_string_equal(text, "#0b5a70");
}

/* Pairs that the literature on WCAG names, and its two ends. */
static void
r37_contrast_is_that_of_wcag(void **state)
{
	(void)state;
	assert_int_equal(colour_contrast(colour("#000"), colour("#fff")), 2100);
	assert_int_equal(colour_contrast(colour("#fff"), colour("#fff")), 100);
	assert_int_equal(
	    colour_contrast(colour("#767676"), colour("#fff")), 454);
	assert_int_equal(
	    colour_contrast(colour("#fff"), colour("#777777")), 447);
	assert_int_equal(
	    colour_contrast(colour("#ff0000"), colour("#ffffff")), 399);
	assert_int_equal(
	    colour_contrast(colour("#0000ff"), colour("#ffffff")), 859);
}

/* The sheet that is built in. */
static struct span
sheet(void)
{
	const struct embedded_file *file = embedded_find(
	    embedded_notices, embedded_notices_count, SPAN("notice.css"));

	assert_non_null(file);
	return embedded_span(file);
}

/* The value of a property where the sheet sets it the n-th time. */
static struct span
property(const char *name, unsigned n)
{
	struct span rest = sheet();
	char needle[64];

	(void)snprintf(needle, sizeof needle, "\t--consent-%s: ", name);
	for (;; n--) {
		size_t at = span_search(rest, span_of(needle));

		assert_true(at < rest.n);
		rest = span_sub(rest, at + strlen(needle), rest.n);
		if (n == 0)
			return span_sub(rest, 0, span_find(rest, ';'));
	}
}

static void
r37_the_shipped_sheet_has_contrast_in_both_themes(void **state)
{
	static const struct notice_look none = {.radius = NOTICE_RADIUS};
	unsigned theme, role;

	(void)state;
	for (theme = 0; theme < LOOK_THEMES; theme++) {
		struct palette p;
		size_t at = 0;

		assert_int_equal(
		    look_palette(&none, (enum look_theme)theme, &p),
		    CONSENT_OK);
		for (role = 0; role < LOOK_ROLES; role++) {
			char text[COLOUR_TEXT];

			colour_format(p.colours[role], text);
			assert_true(span_equal(span_of(text),
			    property(
				look_role_name((enum look_role)role), theme)));
		}
		assert_null(look_next_weak(&p, &at));
	}
}

/* What is given to a theme, as its palette; the rest is mixed. */
static struct palette
palette(const struct notice_look *look, enum look_theme theme)
{
	struct palette p;

	assert_int_equal(look_palette(look, theme, &p), CONSENT_OK);
	return p;
}

static void
r37_what_is_mixed_has_contrast_where_the_given_has(void **state)
{
	static const char *const grounds[] = {
	    "#ffffff", "#fff8e7", "#dfe9df", "#000000", "#1a1a2e", "#30343f"};
	static const char *const inks[] = {
	    "#000000", "#333333", "#123524", "#ffffff", "#cccccc", "#eeeedd"};
	size_t i, at;

	(void)state;
	for (i = 0; i < sizeof grounds / sizeof grounds[0]; i++) {
		struct notice_look look = {
		    .light = {inks[i], grounds[i], inks[i]}};
		struct palette p = palette(&look, LOOK_LIGHT);

		at = 0;
		assert_null(look_next_weak(&p, &at));
	}
}

static void
r37_weak_colours_are_found(void **state)
{
	struct notice_look look = {.light = {"#777777", NULL, NULL}};
	struct palette p = palette(&look, LOOK_LIGHT);
	const struct look_pair *pair;
	size_t at = 0;

	(void)state;
	pair = look_next_weak(&p, &at);
	assert_non_null(pair);
	assert_int_equal(pair->front, LOOK_STRONG);
	assert_int_equal(pair->back, LOOK_GROUND);
	assert_int_equal(look_contrast(&p, pair), 447);
	/* in the dark it is as light as it must be */
	p = palette(&look, LOOK_DARK);
	at = 0;
	assert_null(look_next_weak(&p, &at));
	look.light = (struct notice_colours){NULL, "#ffffff", "#999999"};
	p = palette(&look, LOOK_LIGHT);
	at = 0;
	assert_non_null(look_next_weak(&p, &at));
}

/* Whatever the accent, its labels are told from it. */
static void
r08_labels_stand_out_on_every_accent(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 4096; i++) {
		char accent[8];
		struct notice_look look = {.light = {accent, NULL, NULL}};
		struct palette p;

		(void)snprintf(accent, sizeof accent, "#%03x", i);
		p = palette(&look, LOOK_LIGHT);
		assert_true(colour_contrast(p.colours[LOOK_STRONG],
				p.colours[LOOK_ON_STRONG]) >= 450);
	}
}

static void
nothing_but_a_value_gets_into_the_sheet(void **state)
{
	static const char *const fonts[] = {"", ",", "a,", "a;b", "\"a\"",
	    "a}b", "url(x)", "a/*", "a\\b", "a\nb", "-x", "1a", "a, ,b",
	    "a,b,c,d,e,f,g,h,i", "caf\xc3\xa9"};
	static const char *const logos[] = {"", "logo.svg", "//evil.example/x",
	    "/a\"onload=", "/a b", "/../x", "https://a/x", "/a?x", "/a<b"};
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, SHEET_BYTES);
	for (i = 0; i < sizeof fonts / sizeof fonts[0]; i++) {
		struct notice_look look = {
		    .font = fonts[i], .radius = NOTICE_RADIUS};

		assert_false(look_is_font(span_of(fonts[i])));
		assert_int_equal(look_write(&look, &out), CONSENT_EINVAL);
	}
	for (i = 0; i < sizeof logos / sizeof logos[0]; i++)
		assert_false(look_is_logo(span_of(logos[i])));
	assert_true(look_is_logo(SPAN("/assets/logo-2.svg")));
	buf_fini(&out);
}

static void
the_sheet_ends_with_what_was_said(void **state)
{
	struct notice_look look = {.light = {"#840", NULL, NULL},
	    .dark = {NULL, "#000000", NULL},
	    .font = "Inter, Noto Sans ,Sans-Serif",
	    .radius = 0};
	struct buf out;
	struct span text;

	(void)state;
	buf_init(&out, SHEET_BYTES);
	assert_int_equal(look_write(&look, &out), CONSENT_OK);
	text = buf_span(&out);
	assert_true(span_search(text, SPAN("{\n\t--consent-strong: #884400;\n"
					   "\t--consent-radius: 0px;\n"
					   "\t--consent-font: \"Inter\", "
					   "\"Noto Sans\", sans-serif;\n}\n"
					   "@media (prefers-color-scheme: "
					   "dark) {\n")) < text.n);
	assert_true(
	    span_search(text, SPAN("\t--consent-ground: #000000;\n")) < text.n);
	buf_clear(&out);
	look = (struct notice_look){.radius = NOTICE_RADIUS};
	assert_int_equal(look_write(&look, &out), CONSENT_OK);
	text = buf_span(&out);
	assert_true(span_search(text, SPAN("--consent")) == text.n);
	buf_fini(&out);
}

static bool
says(const char *what)
{
	return span_search(sheet(), span_of(what)) < sheet().n;
}

/* What the sheet must say for people who set their devices so. */
static void
r38_the_sheet_heeds_focus_motion_contrast_and_print(void **state)
{
	(void)state;
	assert_true(says(":focus-visible"));
	assert_true(says("outline: 3px solid var(--consent-ink)"));
	assert_false(says("outline: none"));
	assert_false(says("outline: 0"));
	assert_true(says("scroll-padding-block-end"));
	assert_true(says("@media (forced-colors: active)"));
	assert_true(says("@media (prefers-contrast: more)"));
	assert_true(says("@media print"));
	/* nothing moves but where nobody asked for less of it */
	assert_true(says("@media (prefers-reduced-motion: no-preference)"));
	assert_false(says("@keyframes"));
	assert_false(says("animation"));
}

/*
 * What is inside the notice is first taken back to the browser's own style by
 * a rule with an id: whatever our pages say of it by a class alone is lost.
 */
static void
the_notice_lays_its_languages_in_lines(void **state)
{
	(void)state;
	assert_true(says(":is(#consent-notice, .consent-page) "
			 "form.consent-languages div {\n\tdisplay: flex;"));
	assert_true(says(":is(#consent-notice, .consent-page) "
			 "form.consent-languages details > div {\n"
			 "\tdisplay: grid;"));
}

/* One rule dresses all buttons, and none of them by what it does (R-8). */
static void
r08_no_rule_is_for_one_answer_alone(void **state)
{
	(void)state;
	assert_false(says("value="));
	assert_false(says("[name"));
	assert_true(says("min-height: 48px"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(colours_are_hexadecimal_and_nothing_else),
	    cmocka_unit_test(r37_contrast_is_that_of_wcag),
	    cmocka_unit_test(r37_the_shipped_sheet_has_contrast_in_both_themes),
	    cmocka_unit_test(
		r37_what_is_mixed_has_contrast_where_the_given_has),
	    cmocka_unit_test(r37_weak_colours_are_found),
	    cmocka_unit_test(r08_labels_stand_out_on_every_accent),
	    cmocka_unit_test(nothing_but_a_value_gets_into_the_sheet),
	    cmocka_unit_test(the_sheet_ends_with_what_was_said),
	    cmocka_unit_test(
		r38_the_sheet_heeds_focus_motion_contrast_and_print),
	    cmocka_unit_test(the_notice_lays_its_languages_in_lines),
	    cmocka_unit_test(r08_no_rule_is_for_one_answer_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
