#include "html/attribute.h"

#include <string.h>

#include "base/ascii.h"
#include "html/charref.h"

static bool
is_space(char c)
{
	return ascii_is(c, ASCII_SPACE);
}

/* Where a name that starts at p ends: at a blank, '/' or '>'. */
static const char *
tag_name_end(const char *p, const char *end)
{
	while (p < end && *p != '/' && !is_space(*p))
		p++;
	return p;
}

/* Where the name begins: behind '<' or "</". */
static size_t
tag_name_start(struct span tag)
{
	return tag.n > 1 && tag.p[1] == '/' ? 2 : 1;
}

struct span
attribute_tag_name(struct span tag)
{
	const char *p = tag.p + tag_name_start(tag);
	const char *end = tag_name_end(p, tag.p + tag.n - 1);

	return (struct span){p, (size_t)(end - p)};
}

struct attribute_cursor
attribute_begin(struct span tag)
{
	struct span name = attribute_tag_name(tag);

	return (struct attribute_cursor){name.p + name.n, tag.p + tag.n - 1};
}

static void
cursor_skip_space(struct attribute_cursor *c)
{
	while (c->p < c->end && is_space(*c->p))
		c->p++;
}

/* 13.2.5.33 Attribute name state; its first byte may be '=' */
static struct span
cursor_name(struct attribute_cursor *c)
{
	const char *start = c->p++;

	while (
	    c->p < c->end && *c->p != '=' && *c->p != '/' && !is_space(*c->p))
		c->p++;
	return (struct span){start, (size_t)(c->p - start)};
}

/* 13.2.5.35-38 the value states; c is behind the equals sign */
static struct span
cursor_value(struct attribute_cursor *c)
{
	const char *start;
	char quote;

	cursor_skip_space(c);
	if (c->p == c->end)
		return (struct span){c->p, 0};
	quote = *c->p;
	start = c->p;
	if (quote != '"' && quote != '\'') {
		while (c->p < c->end && !is_space(*c->p))
			c->p++;
		return (struct span){start, (size_t)(c->p - start)};
	}
	start = ++c->p;
	c->p = memchr(start, quote, (size_t)(c->end - start));
	if (c->p == NULL)
		c->p = c->end;
	if (c->p < c->end) /* always so in a tag that the tokenizer found */
		return (struct span){start, (size_t)(c->p++ - start)};
	return (struct span){start, (size_t)(c->p - start)};
}

bool
attribute_next(struct attribute_cursor *c, struct attribute *out)
{
	const char *behind;

	while (c->p < c->end && (*c->p == '/' || is_space(*c->p)))
		c->p++;
	if (c->p >= c->end)
		return false;
	out->name = cursor_name(c);
	behind = c->p;
	cursor_skip_space(c);
	if (c->p < c->end && *c->p == '=') {
		c->p++;
		out->value = cursor_value(c);
	} else {
		c->p = behind; /* blanks before the next are not its bytes */
		out->value = (struct span){behind, 0};
	}
	out->raw.p = out->name.p;
	out->raw.n = (size_t)(c->p - out->raw.p);
	return true;
}

bool
attribute_find(struct span tag, struct span name, struct attribute *out)
{
	struct attribute_cursor c = attribute_begin(tag);
	struct attribute a;

	while (attribute_next(&c, &a)) {
		if (!span_equal_nocase(a.name, name))
			continue;
		*out = a;
		return true;
	}
	return false;
}

int
attribute_decode(const struct attribute *a, struct buf *out)
{
	return charref_decode(a->value, CHARREF_ATTRIBUTE, out);
}

/* Appends value between quotes, with what would end or change it escaped. */
static int
append_quoted(struct span value, struct buf *out)
{
	int rc = buf_append_byte(out, '"');
	size_t i;

	for (i = 0; i < value.n && rc == 0; i++) {
		char c = value.p[i];

		if (c == '"')
			rc = buf_append(out, SPAN("&quot;"));
		else if (c == '&')
			rc = buf_append(out, SPAN("&amp;"));
		else if (c == '\r')
			rc = buf_append(out, SPAN("&#13;"));
		else
			rc = buf_append_byte(out, c);
	}
	return rc == 0 ? buf_append_byte(out, '"') : rc;
}

static int
append_attribute(const struct attribute_change *change, struct buf *out)
{
	int rc = buf_append(out, change->name);

	if (rc == 0)
		rc = buf_append_byte(out, '=');
	return rc == 0 ? append_quoted(change->value, out) : rc;
}

/* The index of the change for a name, n when there is none. */
static size_t
change_find(const struct attribute_change *changes, size_t n, struct span name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (span_equal_nocase(changes[i].name, name))
			break;
	return i;
}

/* Adds the new attributes that tag does not have, right behind its name. */
static int
append_missing(struct span tag, const struct attribute_change *changes,
    size_t n, struct buf *out)
{
	struct attribute a;
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		if (changes[i].value.p == NULL ||
		    attribute_find(tag, changes[i].name, &a))
			continue;
		rc = buf_append_byte(out, ' ');
		if (rc == 0)
			rc = append_attribute(&changes[i], out);
	}
	return rc;
}

/*
 * Appends what stands for the attribute a once it is changed; *written says
 * whether the new value stands there already.
 */
static int
append_change(const struct attribute *a, const struct attribute_change *change,
    bool *written, struct buf *out)
{
	bool first = !*written;

	*written = true;
	if (change->value.p != NULL && first)
		return append_attribute(change, out);
	/* a '/' before what goes must not come to stand before the '>' */
	return a->raw.p[-1] == '/' ? buf_append_byte(out, ' ') : 0;
}

int
attribute_edit(struct span tag, const struct attribute_change *changes,
    size_t n, struct buf *out)
{
	struct attribute_cursor c = attribute_begin(tag);
	bool written[ATTRIBUTE_CHANGES_MAX] = {false};
	const char *from = c.p;
	struct attribute a;
	int rc = CONSENT_ELIMIT;

	if (n <= ATTRIBUTE_CHANGES_MAX)
		rc = buf_append(
		    out, (struct span){tag.p, (size_t)(from - tag.p)});
	if (rc == CONSENT_OK)
		rc = append_missing(tag, changes, n, out);
	while (rc == CONSENT_OK && attribute_next(&c, &a)) {
		size_t i = change_find(changes, n, a.name);

		if (i == n)
			continue;
		rc = buf_append(
		    out, (struct span){from, (size_t)(a.raw.p - from)});
		if (rc == CONSENT_OK)
			rc = append_change(&a, &changes[i], &written[i], out);
		from = c.p;
	}
	if (rc != CONSENT_OK)
		return rc;
	return buf_append(
	    out, (struct span){from, (size_t)(tag.p + tag.n - from)});
}
