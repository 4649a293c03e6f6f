#include "census/robots.h"

#include "base/ascii.h"

enum {
	ENCODED = 0x100 /* an octet that is written as "%41", with this */
};

/* Which groups a line is in. */
enum group {
	GROUP_OTHERS, /* for somebody else */
	GROUP_ALL,    /* for "*" */
	GROUP_OURS
};

/* The next line, whichever way it ends, without its comment. */
static struct span
next_line(struct span *rest)
{
	struct span line = *rest;
	size_t n = 0;

	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	line = span_sub(line, 0, n);
	*rest = span_sub(*rest, n + 1, rest->n);
	return span_sub(line, 0, span_find(line, '#'));
}

/* The product token at the front: letters, "-" and "_" (2.2.1). */
static struct span
token_of(struct span value)
{
	size_t n = 0;

	while (n < value.n && (ascii_is(value.p[n], ASCII_ALPHA) ||
				  value.p[n] == '-' || value.p[n] == '_'))
		n++;
	return span_sub(value, 0, n);
}

static enum group
group_of(struct span value, struct span agent)
{
	if (value.n > 0 && value.p[0] == '*')
		return GROUP_ALL;
	return span_equal_nocase(token_of(value), agent) ? GROUP_OURS
							 : GROUP_OTHERS;
}

/* What a line says, and whether its group is one of those asked for. */
struct reading {
	struct span rest, agent;
	enum group sort;
	bool in, names;
};

struct rule {
	struct span path; /* pattern; never empty */
	bool allows;
};

/* The next rule of the groups of that sort; false: there is none. */
static bool
next_rule(struct reading *r, struct rule *out)
{
	while (r->rest.n > 0) {
		struct span value = next_line(&r->rest);
		struct span key = span_trim(span_cut(&value, ':'));

		value = span_trim(value);
		out->allows = span_equal_nocase(key, SPAN("allow"));
		if (span_equal_nocase(key, SPAN("user-agent"))) {
			/* lines behind one another begin one group */
			r->in = (r->names && r->in) ||
				group_of(value, r->agent) == r->sort;
			r->names = true;
		} else if (out->allows ||
			   span_equal_nocase(key, SPAN("disallow"))) {
			r->names = false;
			out->path = value;
			if (r->in && value.n > 0)
				return true;
		}
	}
	return false;
}

/* Whether there is a group for the program, with rules or without. */
static bool
names_agent(struct span text, struct span agent)
{
	while (text.n > 0) {
		struct span value = next_line(&text);
		struct span key = span_trim(span_cut(&value, ':'));

		if (span_equal_nocase(key, SPAN("user-agent")) &&
		    group_of(span_trim(value), agent) == GROUP_OURS)
			return true;
	}
	return false;
}

void
robots_read(struct robots *r, struct span text, struct span agent)
{
	text = span_sub(text, 0, ROBOTS_BYTES);
	if (span_starts(text, SPAN("\xef\xbb\xbf")))
		text = span_sub(text, 3, text.n);
	*r = (struct robots){
	    .text = text, .agent = agent, .is_ours = names_agent(text, agent)};
}

/*
 * The octet at *at, which moves on. One that a URL may have as it is and
 * encoded is the same both ways; one that it must encode counts as encoded, and
 * so do "*" and "$", which a rule can only spell so (2.2.2, 2.2.3).
 */
static unsigned
next_octet(struct span s, size_t *at)
{
	unsigned char c = (unsigned char)s.p[(*at)++];
	uint64_t value;

	if (c == '%' &&
	    span_to_u64(span_sub(s, *at, 2), 16, 0xff, &value) == CONSENT_OK &&
	    s.n - *at >= 2) {
		*at += 2;
		c = (unsigned char)value;
		return ascii_is((char)c, ASCII_ALNUM) ||
			       span_find(SPAN("-._~"), (char)c) < 4
			   ? c
			   : ENCODED | c;
	}
	return ascii_is((char)c, ASCII_ALNUM) ||
		       span_find(SPAN("-._~:/?#[]@!&'()+,;="), (char)c) < 20
		   ? c
		   : ENCODED | c;
}

/* One pattern, compared with one path. */
struct fit {
	struct span pattern, path;
	size_t p, at;	   /* where both stand */
	size_t star, mark; /* behind the last "*", and where it ends; or MAX */
	bool whole;	   /* the pattern ends where the path does */
};

/* Whether both go on alike; then it moves. */
static bool
is_alike(struct fit *f)
{
	size_t p = f->p, at = f->at;

	if (p == f->pattern.n || at == f->path.n ||
	    next_octet(f->pattern, &p) != next_octet(f->path, &at))
		return false;
	f->p = p;
	f->at = at;
	return true;
}

/* Whether the pattern fits a beginning of path; "$" at its end: all of it. */
static bool
fits(struct span pattern, struct span path, size_t *steps)
{
	struct fit f = {pattern, path, 0, 0, SIZE_MAX, 0, false};

	f.whole = span_ends(pattern, SPAN("$"));
	f.pattern.n -= f.whole;
	for (; *steps > 0; --*steps) {
		if (f.p == f.pattern.n && (!f.whole || f.at == path.n))
			return true;
		if (f.p < f.pattern.n && pattern.p[f.p] == '*') {
			f.star = ++f.p;
			f.mark = f.at;
		} else if (is_alike(&f)) {
			continue;
		} else if (f.star != SIZE_MAX && f.mark < path.n) {
			(void)next_octet(path, &f.mark);
			f.p = f.star;
			f.at = f.mark;
		} else {
			return false;
		}
	}
	return false;
}

bool
robots_allow(const struct robots *r, struct span path)
{
	struct reading reading = {.rest = r->text,
	    .agent = r->agent,
	    .sort = r->is_ours ? GROUP_OURS : GROUP_ALL};
	struct rule rule, best = {.allows = true};
	size_t steps = ROBOTS_STEPS;

	if (r->refuses)
		return false;
	while (next_rule(&reading, &rule))
		if (rule.path.n >= best.path.n &&
		    fits(rule.path, path, &steps)) {
			best.allows =
			    rule.allows ||
			    (rule.path.n == best.path.n && best.allows);
			best.path = rule.path;
		}
	return steps > 0 && best.allows;
}
