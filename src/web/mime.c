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

/* One media type (4.4). */
static int
parse_one(struct span s, struct mime *out)
{
	struct span name, text;
	size_t slash = span_find(s, '/');
	struct span type = span_sub(s, 0, slash);
	struct span subtype = span_sub(s, slash + 1, s.n);
	struct mime mime = {.charset = {NULL, 0}};
	struct span rest;

	rest = span_sub(subtype, span_find(subtype, ';') + 1, subtype.n);
	subtype = span_sub(subtype, 0, span_find(subtype, ';'));
	while (subtype.n > 0 && is_blank(subtype.p[subtype.n - 1]))
		subtype.n--;
	if (!spelling_is_all(type, ASCII_TCHAR) ||
	    !spelling_is_all(subtype, ASCII_TCHAR))
		return CONSENT_EINVAL;
	mime.essence = span_sub(s, 0, slash + 1 + subtype.n);
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

int
mime_parse(struct span value, struct mime *out)
{
	struct mime found = {.essence = {NULL, 0}}, one;
	struct span rest = value;

	while (rest.p != NULL) {
		if (parse_one(cut_type(&rest), &one) != CONSENT_OK ||
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

bool
mime_is(const struct mime *mime, struct span essence)
{
	return span_equal_nocase(mime->essence, essence);
}

bool
mime_is_html(const struct mime *mime)
{
	return mime_is(mime, SPAN("text/html")) ||
	       mime_is(mime, SPAN("application/xhtml+xml"));
}

bool
mime_is_unknown(struct span value)
{
	struct mime mime;

	return mime_parse(value, &mime) != CONSENT_OK ||
	       mime_is(&mime, SPAN("unknown/unknown")) ||
	       mime_is(&mime, SPAN("application/unknown"));
}

bool
mime_sniffs_html(struct span body)
{
	static const char *const signs[] = {"<!DOCTYPE HTML", "<HTML", "<HEAD",
	    "<SCRIPT", "<IFRAME", "<H1", "<DIV", "<FONT", "<TABLE", "<A",
	    "<STYLE", "<TITLE", "<B", "<BODY", "<BR", "<P"};
	size_t i, n;

	body = span_sub(body, 0, MIME_SNIFF);
	while (body.n > 0 && ascii_is(body.p[0], ASCII_SPACE))
		body = span_sub(body, 1, body.n);
	if (span_starts(body, SPAN("<!--")))
		return true;
	for (i = 0; i < sizeof signs / sizeof signs[0]; i++) {
		n = span_of(signs[i]).n;
		/* the sign, then a tag-terminating byte */
		if (body.n > n && (body.p[n] == ' ' || body.p[n] == '>') &&
		    span_starts_nocase(body, span_of(signs[i])))
			return true;
	}
	return false;
}
