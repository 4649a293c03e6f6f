#include "consent/wording.h"

#include <stdio.h>
#include <string.h>

#include <libconsent/buf.h>

#include "consent/text_check.h"
#include "policy/lifetime.h"
#include "settings/values.h"

enum {
	YEAR = 4,    /* bytes in "2026-11-01" */
	MONTH = 7,   /* with the month */
	WEEK = 7,    /* days */
	BRACES = 16, /* bytes of "{month}" */
	NUMBER_MAX = 100000
};

/* In the order of enum wording_unit; what a policy writes in English. */
static const char *const units[WORDING_UNITS] = {
    "minutes", "hours", "days", "months", "years"};

/* ---- reading ---------------------------------------------------------- */

/* A list of just n texts; nothing where it is left out. */
static void
read_list(const struct setting *list, size_t n, const char **out,
    struct findings *findings)
{
	size_t i;

	if (list == NULL)
		return;
	if (setting_count(list) != n) {
		findings_error(findings, setting_place(list), FINDING_BAD_TEXT,
		    "%s must be a list of %zu texts", setting_name(list), n);
		return;
	}
	for (i = 0; i < n; i++)
		out[i] = text_want(
		    setting_at(list, i), setting_name(list), findings);
}

/* A text that uses just what is named; NULL when it is left out. */
static const char *
read_template(const struct setting *group, const char *name,
    const char *const *needs, struct findings *findings)
{
	const struct setting *s = setting_member(group, name);
	const char *text = s == NULL ? NULL : text_want(s, name, findings);
	char braces[BRACES];

	if (text == NULL)
		return NULL;
	text_check_braces(s, name, needs, findings);
	for (; *needs != NULL; needs++) {
		(void)snprintf(braces, sizeof braces, "{%s}", *needs);
		if (strstr(text, braces) != NULL)
			continue;
		findings_error(findings, setting_place(s), FINDING_BAD_TEXT,
		    "%s must have %s in it", name, braces);
		return NULL;
	}
	return text;
}

/* One unit in all the forms that its language has, and no others. */
static void
read_forms(struct wording *w, enum wording_unit unit,
    const struct setting *group, struct findings *findings)
{
	const char *known[PLURAL_COUNT + 1] = {NULL};
	static const char *const of_form[] = {"n", NULL};
	size_t n = 0, i;

	if (!text_want_group(group, units[unit], findings))
		return;
	for (i = 0; i < PLURAL_COUNT; i++)
		if (plural_has(w->language, (enum plural)i))
			known[n++] = plural_name((enum plural)i);
	settings_check_keys(group, known, findings);
	for (i = 0; i < PLURAL_COUNT; i++) {
		const char *name = plural_name((enum plural)i);
		const struct setting *s = setting_member(group, name);

		w->spans[unit][i] =
		    s == NULL ? NULL : text_want(s, name, findings);
		text_check_braces(s, name, of_form, findings);
		if (s == NULL && plural_has(w->language, (enum plural)i))
			findings_error(findings, setting_place(group),
			    FINDING_MISSING_TEXT, "%s lacks the form %s",
			    units[unit], name);
	}
}

void
wording_read(struct wording *w, struct span language,
    const struct setting *group, struct findings *findings)
{
	static const char *const known[] = {"digits", "date", "month",
	    "months_in_dates", "months_alone", "minutes", "hours", "days",
	    "months", "years", NULL};
	static const char *const of_date[] = {"day", "month", "year", NULL};
	const char *const *of_month = of_date + 1;
	size_t i;

	*w = (struct wording){.language = language};
	if (group == NULL || !text_want_group(group, "numbers", findings))
		return;
	settings_check_keys(group, known, findings);
	read_list(setting_member(group, "digits"), WORDING_DIGITS, w->digits,
	    findings);
	read_list(setting_member(group, "months_in_dates"), WORDING_MONTHS,
	    w->months, findings);
	memcpy(w->months_alone, w->months, sizeof w->months);
	read_list(setting_member(group, "months_alone"), WORDING_MONTHS,
	    w->months_alone, findings);
	w->date = read_template(group, "date", of_date, findings);
	w->month = read_template(group, "month", of_month, findings);
	for (i = 0; i < WORDING_UNITS; i++) {
		const struct setting *forms = setting_member(group, units[i]);

		if (forms != NULL)
			read_forms(w, (enum wording_unit)i, forms, findings);
	}
}

/* ---- writing ---------------------------------------------------------- */

/* What a {name} in a template stands for. */
struct value {
	struct span name; /* with its braces */
	const char *text;
};

static int
fill(const char *text, const struct value *values, size_t n, struct buf *out)
{
	struct span rest = span_of(text);
	size_t i, at;
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && rest.n > 0) {
		at = span_find(rest, '{');
		rc = buf_append(out, span_sub(rest, 0, at));
		rest = span_sub(rest, at, rest.n);
		for (i = 0; i < n; i++)
			if (span_starts(rest, values[i].name))
				break;
		if (i < n && rc == CONSENT_OK)
			rc = buf_append(out, span_of(values[i].text));
		else if (rest.n > 0 && rc == CONSENT_OK)
			rc = buf_append_byte(out, rest.p[0]);
		rest = span_sub(rest, i < n ? values[i].name.n : 1, rest.n);
	}
	return rc == CONSENT_OK ? buf_append_byte(out, '\0') : rc;
}

/* Fills a template; false where it does not fit. */
static bool
write_filled(const char *text, const struct value *values, size_t n,
    char out[WORDING_TEXT])
{
	struct buf room = {.p = out, .cap = WORDING_TEXT, .max = WORDING_TEXT};

	return fill(text, values, n, &room) == CONSENT_OK;
}

/* The bytes as they are, as far as there is room. */
static void
write_raw(struct span text, char out[WORDING_TEXT])
{
	text = span_sub(text, 0, WORDING_TEXT - 1);
	if (text.n > 0)
		memcpy(out, text.p, text.n);
	out[text.n] = '\0';
}

void
wording_number(const struct wording *w, size_t n, char out[WORDING_TEXT])
{
	char reversed[24];
	struct buf room = {.p = out, .cap = WORDING_TEXT, .max = WORDING_TEXT};
	size_t count = 0;
	int rc = CONSENT_OK;

	do {
		reversed[count++] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	while (rc == CONSENT_OK && count > 0) {
		char digit = reversed[--count];
		const char *own = w->digits[digit - '0'];

		rc = own != NULL ? buf_append(&room, span_of(own))
				 : buf_append_byte(&room, digit);
	}
	if (rc != CONSENT_OK || buf_append_byte(&room, '\0') != CONSENT_OK)
		out[0] = '\0'; /* digits of a hundred bytes */
}

void
wording_date(const struct wording *w, struct span iso, char out[WORDING_TEXT])
{
	char day[WORDING_TEXT] = "", year[WORDING_TEXT];
	const char *text = iso.n > MONTH ? w->date : w->month;
	const char *const *names = iso.n > MONTH ? w->months : w->months_alone;
	uint64_t y, m, d = 1;

	write_raw(iso, out);
	if (text == NULL ||
	    span_to_u64(span_sub(iso, 0, YEAR), 10, 9999, &y) != CONSENT_OK ||
	    span_to_u64(span_sub(iso, YEAR + 1, 2), 10, WORDING_MONTHS, &m) !=
		CONSENT_OK ||
	    (iso.n > MONTH && span_to_u64(span_sub(iso, MONTH + 1, 2), 10, 31,
				  &d) != CONSENT_OK) ||
	    m == 0 || names[m - 1] == NULL)
		return;
	wording_number(w, (size_t)y, year);
	wording_number(w, (size_t)d, day);
	if (!write_filled(text,
		(const struct value[]){{SPAN("{day}"), day},
		    {SPAN("{month}"), names[m - 1]}, {SPAN("{year}"), year}},
		3, out))
		write_raw(iso, out);
}

/*
 * The number and the unit of a lifetime, in units that languages have words
 * for. False for what has none.
 */
static bool
read_span(struct span phrase, uint64_t *n, size_t *unit)
{
	static const size_t worded[LIFETIME_UNITS] = {
	    [LIFETIME_SECONDS] = WORDING_UNITS,
	    [LIFETIME_MINUTES] = WORDING_MINUTES,
	    [LIFETIME_HOURS] = WORDING_HOURS,
	    [LIFETIME_DAYS] = WORDING_DAYS,
	    [LIFETIME_WEEKS] = WORDING_DAYS,
	    [LIFETIME_MONTHS] = WORDING_CALENDAR_MONTHS,
	    [LIFETIME_YEARS] = WORDING_YEARS};
	enum lifetime_unit read;

	if (!lifetime_read(phrase, n, &read) || *n > NUMBER_MAX)
		return false;
	if (read == LIFETIME_WEEKS)
		*n *= WEEK;
	*unit = worded[read];
	return *unit < WORDING_UNITS;
}

bool
wording_span(
    const struct wording *w, struct span phrase, char out[WORDING_TEXT])
{
	char text[WORDING_TEXT];
	const char *form;
	uint64_t n;
	size_t unit;

	if (!read_span(phrase, &n, &unit))
		return false;
	form = w->spans[unit][plural_of(w->language, n)];
	if (form == NULL)
		return false;
	wording_number(w, (size_t)n, text);
	return write_filled(
	    form, (const struct value[]){{SPAN("{n}"), text}}, 1, out);
}
