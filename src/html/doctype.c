#include "html/doctype.h"

#include "base/ascii.h"

enum {
	DOCTYPE_WORD = 9 /* "<!DOCTYPE" */
};

struct reader {
	const char *p;
	const char *end; /* the '>' or the end of the input */
	bool closed;	 /* there is a '>' */
};

/* Skips blanks; false at the end. */
static bool
reader_skip(struct reader *r)
{
	while (r->p < r->end && ascii_is(*r->p, ASCII_SPACE))
		r->p++;
	return r->p < r->end;
}

/*
 * 13.2.5.59, .60, .65, .66 the identifier (quoted) states. False when the
 * quote never comes: then the identifier goes to the end.
 */
static bool
reader_quoted(struct reader *r, struct span *out)
{
	char quote = *r->p++;

	out->p = r->p;
	while (r->p < r->end && *r->p != quote)
		r->p++;
	out->n = (size_t)(r->p - out->p);
	if (r->p == r->end)
		return false;
	r->p++;
	return true;
}

static bool
is_quote(char c)
{
	return c == '"' || c == '\'';
}

/*
 * 13.2.5.63-67 System identifier: from the keyword or from the blank after a
 * public one to its end. False asks for quirks.
 */
static bool
read_system(struct reader *r, struct doctype *d)
{
	if (!reader_skip(r) || !is_quote(*r->p))
		return false;
	if (!reader_quoted(r, &d->system_id))
		return false;
	/* what follows is a bogus doctype, which asks for nothing */
	return reader_skip(r) ? true : r->closed;
}

/* 13.2.5.57-62 Public identifier and what follows it */
static bool
read_public(struct reader *r, struct doctype *d)
{
	if (!reader_skip(r) || !is_quote(*r->p))
		return false;
	if (!reader_quoted(r, &d->public_id))
		return false;
	if (!reader_skip(r))
		return r->closed;
	return read_system(r, d);
}

/* 13.2.5.56 After DOCTYPE name state */
static bool
read_keyword(struct reader *r, struct doctype *d)
{
	struct span rest;

	if (!reader_skip(r))
		return r->closed;
	rest = (struct span){r->p, (size_t)(r->end - r->p)};
	if (span_starts_nocase(rest, SPAN("public"))) {
		r->p += 6;
		return read_public(r, d);
	}
	if (span_starts_nocase(rest, SPAN("system"))) {
		r->p += 6;
		return read_system(r, d);
	}
	return false;
}

struct doctype
doctype_read(struct span raw)
{
	struct doctype d = {.force_quirks = true};
	struct reader r = {raw.p, raw.p + raw.n, false};

	if (raw.n < DOCTYPE_WORD)
		return d;
	r.p += DOCTYPE_WORD;
	r.closed = raw.n > DOCTYPE_WORD && r.end[-1] == '>';
	if (r.closed)
		r.end--;
	if (!reader_skip(&r))
		return d;
	d.name.p = r.p;
	while (r.p < r.end && !ascii_is(*r.p, ASCII_SPACE))
		r.p++;
	d.name.n = (size_t)(r.p - d.name.p);
	d.force_quirks = !read_keyword(&r, &d);
	return d;
}
