#include "consent/text_check.h"

#include <stdio.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "settings/values.h"

enum {
	BRACES_NAME = 64 /* of it that a message shows */
};

static bool
has_control(struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (ascii_is(text.p[i], ASCII_CONTROL) && text.p[i] != '\n' &&
		    text.p[i] != '\t')
			return true;
	return false;
}

const char *
text_want(const struct setting *s, const char *name, struct findings *findings)
{
	const char *text = setting_string(s);
	struct span bytes = span_of(text);

	if (text == NULL)
		findings_error(findings, setting_place(s), FINDING_WRONG_TYPE,
		    "%s must be a text in quotes, not %s", name,
		    setting_type_name(s));
	else if (bytes.n == 0)
		findings_error(findings, setting_place(s), FINDING_BAD_TEXT,
		    "%s must be a text that is not empty", name);
	else if (utf8_valid(bytes) < bytes.n)
		findings_error(findings, setting_place(s), FINDING_ENCODING,
		    "%s is not UTF-8: byte %zu of it", name,
		    utf8_valid(bytes) + 1);
	else if (has_control(bytes))
		findings_error(findings, setting_place(s), FINDING_ENCODING,
		    "%s has a control character in it", name);
	else
		return text;
	return NULL;
}

const char *
text_want_member(
    const struct setting *group, const char *name, struct findings *findings)
{
	const struct setting *s = setting_member(group, name);

	if (s != NULL)
		return text_want(s, name, findings);
	findings_error(findings, setting_place(group), FINDING_MISSING_TEXT,
	    "%s is missing", name);
	return NULL;
}

bool
text_want_group(
    const struct setting *s, const char *name, struct findings *findings)
{
	if (setting_type(s) == SETTING_GROUP)
		return true;
	findings_error(findings, setting_place(s), FINDING_WRONG_TYPE,
	    "%s must be a group, not %s", name, setting_type_name(s));
	return false;
}

/* The name in the braces that rest begins with or comes to; or empty. */
static struct span
next_braces(struct span *rest)
{
	struct span tail = span_sub(*rest, span_find(*rest, '{'), rest->n);
	size_t end = span_find(tail, '}');

	*rest = span_sub(tail, end + 1, tail.n);
	return end < tail.n ? span_sub(tail, 1, end - 1) : SPAN("");
}

static bool
is_known(struct span name, const char *const *known)
{
	for (; *known != NULL; known++)
		if (span_equal(name, span_of(*known)))
			return true;
	return false;
}

void
text_check_braces(const struct setting *s, const char *name,
    const char *const *known, struct findings *findings)
{
	struct span rest = span_of(setting_string(s));
	char shown[BRACES_NAME];
	const char *near;

	while (rest.n > 0) {
		struct span found = next_braces(&rest);

		if (found.n == 0 || is_known(found, known))
			continue;
		(void)snprintf(shown, sizeof shown, "%.*s", SPAN_ARG(found));
		near = settings_nearest(shown, known);
		findings_error(findings, setting_place(s), FINDING_BAD_TEXT,
		    "%s: {%s} stands for nothing here%s%s%s", name, shown,
		    near != NULL ? "; did you mean {" : "",
		    near != NULL ? near : "", near != NULL ? "}?" : "");
	}
}
