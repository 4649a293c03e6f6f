#include <libconsent/cookie.h>

#include "base/ascii.h"
#include "base/spelling.h"

enum {
	MAX_AGE_DIGITS = 10,		  /* more are clamped */
	MAX_AGE_MOST = 400 * 24 * 60 * 60 /* RFC 6265bis 5.5 */
};

static bool
has_control(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (ascii_is(s.p[i], ASCII_CONTROL) && s.p[i] != '\t')
			return true;
	return false;
}

/* RFC 6265bis 5.6.1: the date's meaning is not needed here. */
static void
attribute_expires(struct set_cookie *c, struct span value)
{
	(void)value;
	c->has_expires = true;
}

/* RFC 6265bis 5.6.2: anything but digits behind an optional "-" is ignored. */
static void
attribute_max_age(struct set_cookie *c, struct span value)
{
	bool negative = value.n > 0 && value.p[0] == '-';
	struct span digits = span_sub(value, negative, value.n);
	uint64_t seconds = MAX_AGE_MOST;

	if (!spelling_is_all(digits, ASCII_DIGIT))
		return;
	while (digits.n > 1 && digits.p[0] == '0')
		digits = span_sub(digits, 1, digits.n);
	if (digits.n <= MAX_AGE_DIGITS &&
	    span_to_u64(digits, 10, MAX_AGE_MOST, &seconds) != CONSENT_OK)
		seconds = MAX_AGE_MOST;
	c->has_max_age = true;
	c->max_age = negative ? 0 : (int64_t)seconds;
}

/* RFC 6265bis 5.6.3: one leading dot means nothing. */
static void
attribute_domain(struct set_cookie *c, struct span value)
{
	c->domain = span_sub(value, value.n > 0 && value.p[0] == '.', value.n);
}

/* RFC 6265bis 5.6.4: what does not begin with "/" is the default path. */
static void
attribute_path(struct set_cookie *c, struct span value)
{
	c->path = span_starts(value, SPAN("/")) ? value : span_sub(value, 0, 0);
}

static void
attribute_secure(struct set_cookie *c, struct span value)
{
	(void)value;
	c->secure = true;
}

static void
attribute_http_only(struct set_cookie *c, struct span value)
{
	(void)value;
	c->http_only = true;
}

static void
attribute_partitioned(struct set_cookie *c, struct span value)
{
	(void)value;
	c->partitioned = true;
}

/* RFC 6265bis 5.6.7 */
static void
attribute_same_site(struct set_cookie *c, struct span value)
{
	c->same_site = COOKIE_SAME_SITE_DEFAULT;
	if (span_equal_nocase(value, SPAN("none")))
		c->same_site = COOKIE_SAME_SITE_NONE;
	else if (span_equal_nocase(value, SPAN("lax")))
		c->same_site = COOKIE_SAME_SITE_LAX;
	else if (span_equal_nocase(value, SPAN("strict")))
		c->same_site = COOKIE_SAME_SITE_STRICT;
}

static const struct {
	const char *name;
	void (*read)(struct set_cookie *c, struct span value);
} attributes[] = {
    {"expires", attribute_expires},
    {"max-age", attribute_max_age},
    {"domain", attribute_domain},
    {"path", attribute_path},
    {"secure", attribute_secure},
    {"httponly", attribute_http_only},
    {"samesite", attribute_same_site},
    {"partitioned", attribute_partitioned},
};

static void
read_attribute(struct set_cookie *c, struct span piece)
{
	size_t equals = span_find(piece, '='), i;
	struct span name = span_trim(span_sub(piece, 0, equals));
	struct span value = span_trim(span_sub(piece, equals + 1, piece.n));

	if (value.n > COOKIE_ATTRIBUTE)
		return;
	for (i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
		if (span_equal_nocase(name, span_of(attributes[i].name))) {
			attributes[i].read(c, value);
			return;
		}
}

/* Whether the name, or a value that would be read as one, keeps its promise. */
static bool
prefix_holds(const struct set_cookie *c, struct span name)
{
	if (span_starts_nocase(name, SPAN("__Host-")))
		return c->secure && c->domain.n == 0 &&
		       span_equal(c->path, SPAN("/"));
	if (span_starts_nocase(name, SPAN("__Secure-")))
		return c->secure;
	return true;
}

/* RFC 6265bis 5.7: a nameless cookie must not pass for a promising one. */
static bool
promises_hold(const struct set_cookie *c)
{
	if (c->name.n > 0)
		return prefix_holds(c, c->name);
	return !span_starts_nocase(c->value, SPAN("__Host-")) &&
	       !span_starts_nocase(c->value, SPAN("__Secure-"));
}

int
set_cookie_parse(struct span field, struct set_cookie *out)
{
	struct set_cookie c = {.same_site = COOKIE_SAME_SITE_DEFAULT};
	struct span rest = field, pair = span_cut(&rest, ';');
	size_t equals = span_find(pair, '=');

	if (has_control(field))
		return CONSENT_EINVAL;
	if (equals == pair.n) {
		c.value = span_trim(pair);
	} else {
		c.name = span_trim(span_sub(pair, 0, equals));
		c.value = span_trim(span_sub(pair, equals + 1, pair.n));
	}
	if (c.name.n == 0 && c.value.n == 0)
		return CONSENT_EINVAL;
	if (c.name.n + c.value.n > COOKIE_NAME_VALUE)
		return CONSENT_ELIMIT;
	while (rest.p != NULL)
		read_attribute(&c, span_cut(&rest, ';'));
	if (!promises_hold(&c))
		return CONSENT_EINVAL;
	c.as_sent = c.name;
	if (c.name.n == 0 && span_find(c.value, '=') < c.value.n)
		c.as_sent =
		    span_trim(span_sub(c.value, 0, span_find(c.value, '=')));
	*out = c;
	return CONSENT_OK;
}
