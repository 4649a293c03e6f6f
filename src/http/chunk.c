#include "http/chunk.h"

#include "base/ascii.h"

#include "http/head_edit.h"
#include "http/twin.h"

/*
 * Each takes what it reads off the front of *s and says whether it was there.
 */
static bool
take_byte(struct span *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = span_sub(*s, 1, s->n);
	return true;
}

static size_t
take_class(struct span *s, unsigned classes)
{
	size_t n = 0;

	while (n < s->n && ascii_is(s->p[n], classes))
		n++;
	*s = span_sub(*s, n, s->n);
	return n;
}

/* quoted-string (RFC 9110 5.6.4): HTAB and all but control bytes */
static bool
take_quoted(struct span *s)
{
	size_t i;

	if (!take_byte(s, '"'))
		return false;
	for (i = 0; i < s->n && s->p[i] != '"'; i++) {
		if (s->p[i] == '\\' && ++i == s->n)
			return false;
		if (ascii_is(s->p[i], ASCII_CONTROL) && s->p[i] != '\t')
			return false;
	}
	*s = span_sub(*s, i, s->n);
	return take_byte(s, '"');
}

static struct span
skip_blanks(struct span s)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
		n++;
	return span_sub(s, n, s.n);
}

/*
 * Takes a sign with the blanks around it: RFC 9110 5.6.3 has recipients read
 * them. Blanks that no sign follows stay, and are nothing that may stand there.
 */
static bool
take_sign(struct span *s, char c)
{
	struct span rest = skip_blanks(*s);

	if (!take_byte(&rest, c))
		return false;
	*s = skip_blanks(rest);
	return true;
}

/* ";" name [ "=" ( token | quoted-string ) ] */
static bool
take_extension(struct span *s)
{
	if (!take_sign(s, ';') || take_class(s, ASCII_TCHAR) == 0)
		return false;
	if (!take_sign(s, '='))
		return true;
	return take_class(s, ASCII_TCHAR) > 0 || take_quoted(s);
}

enum fault
chunk_parse(struct span line, struct chunk_line *out)
{
	struct span rest = line;
	size_t digits = take_class(&rest, ASCII_HEX);
	size_t extensions = rest.n;
	uint64_t size;

	if (digits == 0 || digits > 16 ||
	    span_to_u64(span_sub(line, 0, digits), 16, INT64_MAX, &size) !=
		CONSENT_OK)
		return FAULT_CHUNK_SIZE;
	if (rest.n > 0 && !span_starts(skip_blanks(rest), SPAN(";")))
		return FAULT_CHUNK_SIZE;
	while (rest.n > 0)
		if (!take_extension(&rest))
			return FAULT_CHUNK_EXTENSION;
	*out = (struct chunk_line){size, extensions};
	return FAULT_NONE;
}

void
chunk_screen_trailers(struct head *trailers)
{
	static const char *const forbidden[] = {"Age", "Authorization",
	    "Cache-Control", "Connection", "Content-Encoding", "Content-Length",
	    "Content-Range", "Content-Security-Policy", "Content-Type",
	    "Cookie", "Date", "Expect", "Expires", "Host", "If-Match",
	    "If-Modified-Since", "If-None-Match", "If-Range",
	    "If-Unmodified-Since", "Keep-Alive", "Location", "Max-Forwards",
	    "Pragma", "Proxy-Authenticate", "Proxy-Authorization",
	    "Proxy-Connection", "Range", "Retry-After", "Set-Cookie", "TE",
	    "Trailer", "Transfer-Encoding", "Upgrade", "Vary",
	    "WWW-Authenticate", "X-HTTP-Method", "X-HTTP-Method-Override",
	    "X-Method-Override"};
	size_t i;

	for (i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
		head_drop_all(trailers, span_of(forbidden[i]));
		twin_drop(trailers, span_of(forbidden[i]));
	}
}
