#include "trial/cases.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "settings/values.h"
#include "trial/cases_expect.h"
#include "trial/visitor.h"

#include <libconsent/buf.h>
#include <libconsent/loader.h>
#include <libconsent/settings.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CASES_PATH = 4096,
	CASES_POLICY = 4096 /* the text of one made for a vendor */
};

/*
 * A policy of one vendor. What no rule names has a category of its own, so
 * that a cookie which the vendor's file forgot is not taken for one of it.
 */
static const char vendor_policy[] =
    "version = \"test\"; unknown_cookie = \"unknown\";\n"
    "categories = ( { id = \"essential\"; required = true; },\n"
    "  { id = \"unknown\"; }, { id = \"analytics\"; },\n"
    "  { id = \"marketing\"; }, { id = \"preferences\"; },\n"
    "  { id = \"functional\"; }, { id = \"media\"; } );\n"
    "vendors = \"%s\";\n";

/* The folder that the vendor's file is in: above that of its tests. */
static int
vendors_folder(const char *path, char *out, size_t room)
{
	const char *slash = strrchr(path, '/');
	int n = snprintf(out, room, "%.*s..",
	    slash == NULL ? 0 : (int)(slash - path) + 1, path);

	return n < 0 || (size_t)n >= room ? CONSENT_ELIMIT : CONSENT_OK;
}

/* Quotes and backslashes would end the text that the name is put into. */
static bool
is_plain(const char *name)
{
	return strpbrk(name, "\"\\\n\r") == NULL && strlen(name) < 64;
}

/* Loads the vendor alone, as it stands where its tests are. */
static int
load_vendor(const char *path, const struct setting *s,
    struct findings *findings, struct cases *out)
{
	char folder[CASES_PATH], text[CASES_POLICY];
	struct settings *made = NULL;
	const char *name = setting_string(s);
	int rc = CONSENT_EINVAL;

	if (name == NULL || !is_plain(name)) {
		findings_error(findings, setting_place(s), FINDING_BAD_VALUE,
		    "vendor must be the name of a vendor's file without .conf");
		return CONSENT_EINVAL;
	}
	(void)snprintf(text, sizeof text, vendor_policy, name);
	rc = vendors_folder(path, folder, sizeof folder);
	if (rc == CONSENT_OK)
		rc = settings_parse(path, span_of(text), findings, &made);
	if (rc == CONSENT_OK)
		rc = policy_load(settings_root(made),
		    &(struct loader_options){folder}, findings, &out->vendor);
	settings_free(made);
	out->policy = out->vendor;
	return rc;
}

static void
read_consent(const struct cases_reader *r, const struct setting *s,
    category_set *granted)
{
	size_t n = s == NULL ? 0 : setting_items(s), i;

	for (i = 0; i < n; i++) {
		const struct setting *item = setting_item(s, i);
		const char *text = cases_text(r, item);
		int found;

		if (text == NULL || visitor_grant(r->policy, span_of(text),
					granted) == CONSENT_OK)
			continue;
		found = cases_category(r, item);
		(void)found; /* it is none: that was reported */
	}
}

/* The one thing that a test is about. */
static void
read_subject(const struct cases_reader *r, const struct setting *group,
    struct test_case *test)
{
	int kind, n = 0;

	for (kind = QUESTION_COOKIE; kind <= QUESTION_PAGE; kind++) {
		const struct setting *s = setting_member(
		    group, question_kind_name((enum question_kind)kind));

		if (s == NULL)
			continue;
		n++;
		test->question.kind = (enum question_kind)kind;
		test->subject = cases_text(r, s);
		test->question.subject = span_of(test->subject);
	}
	if (n != 1)
		findings_error(r->findings, setting_place(group),
		    FINDING_CONFLICT,
		    "a test is about one of cookie, url, inline and page");
}

/* A text that may be left out. */
static const char *
optional(
    const struct cases_reader *r, const struct setting *group, const char *key)
{
	const struct setting *s = setting_member(group, key);

	return s == NULL ? NULL : cases_text(r, s);
}

/* What a test is called is shown as it is: one line of text. */
static const char *
read_name(const struct cases_reader *r, const struct setting *group)
{
	const char *text = optional(r, group, "name");
	struct span name = span_of(text);
	size_t i;

	for (i = 0; i < name.n; i++)
		if (ascii_is(name.p[i], ASCII_CONTROL))
			break;
	if (i == name.n && utf8_is_all(name))
		return text;
	findings_error(r->findings,
	    setting_place(setting_member(group, "name")), FINDING_ENCODING,
	    "name must be UTF-8 text on one line");
	return NULL;
}

static void
read_test(const struct cases_reader *r, const struct setting *group,
    struct test_case *test)
{
	static const char *const keys[] = {"name", "cookie", "url", "inline",
	    "page", "method", "at", "consent", "gpc", "expect", NULL};
	const struct setting *gpc = setting_member(group, "gpc");

	test->place = setting_place(group);
	if (setting_type(group) != SETTING_GROUP) {
		findings_error(r->findings, test->place, FINDING_WRONG_TYPE,
		    "tests has groups, not %s", setting_type_name(group));
		return;
	}
	settings_check_keys(group, keys, r->findings);
	read_subject(r, group, test);
	test->name = read_name(r, group);
	test->at = optional(r, group, "at");
	test->question.method = optional(r, group, "method");
	if (test->question.method != NULL &&
	    test->question.kind != QUESTION_URL)
		findings_error(r->findings, test->place, FINDING_BAD_VALUE,
		    "method goes with url alone");
	read_consent(r, setting_member(group, "consent"), &test->granted);
	if (gpc != NULL && setting_bool(gpc, &test->gpc) != CONSENT_OK)
		findings_error(r->findings, setting_place(gpc),
		    FINDING_WRONG_TYPE, "gpc must be true or false");
	cases_expect(r, group, test);
}

static int
read_tests(const struct cases_reader *r, const struct setting *root,
    const char *path, struct cases *out)
{
	static const char *const keys[] = {"vendor", "tests", NULL};
	const struct setting *tests = setting_member(root, "tests");
	size_t n = tests == NULL ? 0 : setting_items(tests), i;

	settings_check_keys(root, keys, r->findings);
	if (n == 0 || n > CASES_MAX) {
		findings_error(r->findings,
		    (struct place){.file = path, .line = n > 0},
		    FINDING_TOO_MUCH,
		    n == 0 ? "there is no list tests, or nothing in it"
			   : "there are too many tests in this file");
		return CONSENT_EINVAL;
	}
	out->items = calloc(n, sizeof *out->items);
	if (out->items == NULL)
		return CONSENT_ENOMEM;
	out->n = n;
	for (i = 0; i < n; i++)
		read_test(r, setting_item(tests, i), &out->items[i]);
	return r->findings->errors == 0 ? CONSENT_OK : CONSENT_EINVAL;
}

int
cases_load(const char *path, const struct policy *policy,
    struct findings *findings, struct cases *out)
{
	const struct setting *root, *vendor;
	size_t before = findings->errors;
	int rc;

	*out = (struct cases){.policy = policy};
	rc = settings_load(path, findings, &out->settings);
	if (rc != CONSENT_OK)
		return rc;
	root = settings_root(out->settings);
	vendor = setting_member(root, "vendor");
	if (vendor != NULL)
		rc = load_vendor(path, vendor, findings, out);
	else if (policy == NULL)
		rc = CONSENT_ENOENT;
	if (rc == CONSENT_OK)
		rc = read_tests(&(struct cases_reader){out->policy, findings},
		    root, path, out);
	if (rc == CONSENT_OK && findings->errors > before)
		rc = CONSENT_EINVAL;
	return rc;
}

void
cases_free(struct cases *cases)
{
	settings_free(cases->settings);
	policy_free(cases->vendor);
	free(cases->items);
	*cases = (struct cases){.settings = NULL};
}
