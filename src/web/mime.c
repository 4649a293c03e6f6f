#include "web/mime.h"

#include "base/ascii.h"
#include "base/spelling.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Without HTTP whitespace at either end. */
static struct span
trim(struct span s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = span_sub(s, 1, s.n);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* The length of a quoted string in front of s, its quotes included. */
static size_t
quoted_length(struct span s)
{
	size_t i = 1;

	while (i < s.n && s.p[i] != '"')
		i += s.p[i] == '\\' ? 2 : 1;
	return i < s.n ? i + 1 : s.n;
}

/* Takes one "name=value" off *rest, whose ";" is gone already. */
static struct span
parameter_value(struct span *rest, struct span *name)
{
	size_t n = 0, end;
	struct span value, s = *rest;

	while (s.n > 0 && is_blank(s.p[0]))
		s = span_sub(s, 1, s.n);
	while (n < s.n && s.p[n] != ';' && s.p[n] != '=')
		n++;
	*name = span_sub(s, 0, n);
	if (n == s.n || s.p[n] == ';') {
		*rest = span_sub(s, n + 1, s.n);
		return span_sub(s, 0, 0);
	}
	s = span_sub(s, n + 1, s.n);
	if (s.n > 0 && s.p[0] == '"') {
		n = quoted_length(s);
		value = span_sub(s, 1, n - 1);
		if (span_ends(value, SPAN("\"")))
			value.n--;
		s = span_sub(s, n, s.n);
		end = span_find(s, ';');
	} else {
		end = span_find(s, ';');
		value = trim(span_sub(s, 0, end));
	}
	*rest = span_sub(s, end + 1, s.n);
	return value;
}

/* How exactly a media type is read. */
enum reading {
	READING_STRICT, /* 4.4 */
	READING_LAX	/* the type ends at a blank or "(", whatever follows */
};

/* The essence in front of s, and whether it is one. */
static bool
read_essence(struct span s, enum reading reading, struct span *essence)
{
	struct span name = span_sub(s, 0, span_find(s, ';'));
	size_t slash, i;

	for (i = 0; reading == READING_LAX && i < name.n; i++)
		if (name.p[i] == ' ' || name.p[i] == '\t' || name.p[i] == '(')
			name.n = i;
	while (name.n > 0 && is_blank(name.p[name.n - 1]))
		name.n--;
	slash = span_find(name, '/');
	*essence = name;
	return spelling_is_all(span_sub(name, 0, slash), ASCII_TCHAR) &&
	       spelling_is_all(span_sub(name, slash + 1, name.n), ASCII_TCHAR);
}

/* One media type. */
static int
parse_one(struct span s, enum reading reading, struct mime *out)
{
	struct span name, text, rest = span_sub(s, span_find(s, ';') + 1, s.n);
	struct mime mime = {.charset = {NULL, 0}};

	if (!read_essence(s, reading, &mime.essence))
		return CONSENT_EINVAL;
	while (rest.n > 0 && mime.charset.n == 0) {
		text = parameter_value(&rest, &name);
		if (span_equal_nocase(name, SPAN("charset")))
			mime.charset = text;
	}
	*out = mime;
	return CONSENT_OK;
}

/* Cuts the piece before the first "," outside of quotes off *rest. */
static struct span
cut_type(struct span *rest)
{
	struct span s = *rest;
	size_t n = 0;

	while (n < s.n && s.p[n] != ',')
		n += s.p[n] == '"' ? quoted_length(span_sub(s, n, s.n)) : 1;
	rest->p = n == s.n ? NULL : s.p + n + 1;
	rest->n = n == s.n ? 0 : s.n - n - 1;
	return trim(span_sub(s, 0, n));
}

/* The last type of several that can be read. */
static int
parse(struct span value, enum reading reading, struct mime *out)
{
	struct mime found = {.essence = {NULL, 0}}, one;
	struct span rest = value;

	while (rest.p != NULL) {
		if (parse_one(cut_type(&rest), reading, &one) != CONSENT_OK ||
		    mime_is(&one, SPAN("*/*")))
			continue;
		if (one.charset.n == 0 && mime_is(&one, found.essence))
			one.charset = found.charset;
		found = one;
	}
	if (found.essence.n == 0)
		return CONSENT_EINVAL;
	*out = found;
	return CONSENT_OK;
}

int
mime_parse(struct span value, struct mime *out)
{
	return parse(value, READING_STRICT, out);
}

bool
mime_is(const struct mime *mime, struct span essence)
{
	return span_equal_nocase(mime->essence, essence);
}

static bool
is_xml(const struct mime *mime)
{
	struct span plus = SPAN("+xml"), end = mime->essence;

	if (end.n > plus.n)
		end = span_sub(end, end.n - plus.n, plus.n);
	return mime_is(mime, SPAN("text/xml")) ||
	       mime_is(mime, SPAN("application/xml")) ||
	       span_equal_nocase(end, plus);
}

static enum mime_form
form_of(const struct mime *mime)
{
	static const struct {
		const char *essence;
		enum mime_form form;
	} forms[] = {
	    {"text/html", MIME_HTML},
	    {"multipart/x-mixed-replace", MIME_PARTS},
	    {"application/signed-exchange", MIME_PACKED},
	    {"application/webbundle", MIME_PACKED},
	    {"unknown/unknown", MIME_UNKNOWN},
	    {"application/unknown", MIME_UNKNOWN},
	};
	size_t i;

	for (i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (mime_is(mime, span_of(forms[i].essence)))
			return forms[i].form;
	return is_xml(mime) ? MIME_XML : MIME_OTHER;
}

enum mime_form
mime_form(struct span value, struct mime *mime)
{
	struct mime strict = {.essence = {NULL, 0}}, lax = strict;
	enum mime_form one = MIME_UNKNOWN, other = MIME_UNKNOWN;

	if (parse(value, READING_STRICT, &strict) == CONSENT_OK)
		one = form_of(&strict);
	if (parse(value, READING_LAX, &lax) == CONSENT_OK)
		other = form_of(&lax);
	if (mime != NULL)
		*mime = one == MIME_UNKNOWN || one == MIME_OTHER ? lax : strict;
	if (one == other || other == MIME_UNKNOWN || other == MIME_OTHER)
		return one;
	return one == MIME_UNKNOWN || one == MIME_OTHER ? other : MIME_DOUBTFUL;
}
