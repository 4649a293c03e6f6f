#include "lists/listing_write.h"

#include "base/utf8.h"

#include <string.h>

/* A text in quotes. */
static int
write_string(struct buf *out, const char *text)
{
	int rc = buf_append_byte(out, '"');

	for (; rc == CONSENT_OK && *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			rc = buf_append_byte(out, '\\');
		if (rc == CONSENT_OK)
			rc = buf_append_byte(out, *text);
	}
	return rc == CONSENT_OK ? buf_append_byte(out, '"') : rc;
}

/*
 * A line of the head. Its text comes from outside: it must not end the line,
 * and a settings file is UTF-8.
 */
static int
write_comment(struct buf *out, const char *key, const char *text)
{
	struct span line = text == NULL ? SPAN("") : span_of(text);
	size_t i, from;
	int rc = CONSENT_OK;

	line.n = utf8_valid(line);
	if (line.n > 0)
		rc = buf_printf(out, "# %s", key);
	from = out->n;
	for (i = 0; rc == CONSENT_OK && i < line.n; i++) {
		bool is_control =
		    (unsigned char)line.p[i] < ' ' || line.p[i] == 0x7F;

		rc = buf_append_byte(out, is_control ? ' ' : line.p[i]);
	}
	if (out->n > from)
		utf8_tame(out->p + from, out->n - from);
	return rc == CONSENT_OK && line.n > 0 ? buf_append_byte(out, '\n') : rc;
}

static int
write_head(const struct listing *l, const struct listing_source *source,
    const char *list, struct buf *out)
{
	const struct listing_head *head = &l->head;
	int rc = buf_printf(out,
	    "# Written by consentctl import %s, for the policy:\n"
	    "#\t%s = ( @include \"...\" );\n",
	    source->format, list);

	if (rc == CONSENT_OK)
		rc = write_comment(out, "source:  ", source->file);
	if (rc == CONSENT_OK)
		rc = write_comment(out, "title:   ", head->title);
	if (rc == CONSENT_OK)
		rc = write_comment(out, "version: ", head->version);
	if (rc == CONSENT_OK)
		rc = write_comment(out, "changed: ", head->modified);
	if (rc == CONSENT_OK)
		rc = write_comment(out, "home:    ", head->homepage);
	if (rc == CONSENT_OK)
		rc = write_comment(out, "terms:   ",
		    head->licence != NULL
			? head->licence
			: "those of the source, which hold for this file too");
	if (rc == CONSENT_OK)
		rc = write_comment(out, "date:    ", source->date);
	return rc == CONSENT_OK
		   ? buf_printf(out,
			 "# rules:   %zu, out of %zu of %zu entries\n", l->n,
			 l->taken, l->entries)
		   : rc;
}

/* The first rule that lets pass or not; l->n: there is none. */
static size_t
first_of(const struct listing *l, bool passes, size_t from)
{
	while (from < l->n && l->rules[from].passes != passes)
		from++;
	return from;
}

static int
write_group(const struct listing *l, bool passes, struct buf *out)
{
	size_t i = first_of(l, passes, 0), next;
	int rc = CONSENT_OK;

	if (i < l->n)
		rc = buf_append(out, SPAN("{ category = "));
	if (i < l->n && rc == CONSENT_OK)
		rc = write_string(out, l->rules[i].category);
	if (i < l->n && rc == CONSENT_OK)
		rc = buf_append(out, SPAN(";\n  hosts = [\n"));
	for (; i < l->n && rc == CONSENT_OK; i = next) {
		next = first_of(l, passes, i + 1);
		rc = buf_append(out, SPAN("    "));
		if (rc == CONSENT_OK)
			rc = write_string(out, l->rules[i].pattern);
		if (rc == CONSENT_OK)
			rc = buf_append(
			    out, next < l->n ? SPAN(",\n") : SPAN(" ]; }"));
	}
	return rc;
}

int
listing_write_hosts(const struct listing *l,
    const struct listing_source *source, struct buf *out)
{
	bool both = first_of(l, false, 0) < l->n && first_of(l, true, 0) < l->n;
	int rc = write_head(l, source, "resources", out);

	if (rc == CONSENT_OK)
		rc = write_group(l, false, out);
	if (rc == CONSENT_OK && both)
		rc = buf_append(out, SPAN(",\n"));
	if (rc == CONSENT_OK)
		rc = write_group(l, true, out);
	return rc == CONSENT_OK ? buf_append_byte(out, '\n') : rc;
}

static int
write_member(struct buf *out, const char *key, const char *text)
{
	int rc;

	if (text == NULL)
		return CONSENT_OK;
	rc = buf_printf(out, " %s = ", key);
	if (rc == CONSENT_OK)
		rc = write_string(out, text);
	return rc == CONSENT_OK ? buf_append_byte(out, ';') : rc;
}

/* One line, so that its line is its own. */
static int
write_cookie(const struct listed_rule *rule, struct buf *out)
{
	int rc = buf_append_byte(out, '{');

	if (rc == CONSENT_OK)
		rc = write_member(out, "name", rule->pattern);
	if (rc == CONSENT_OK)
		rc = write_member(out, "category", rule->category);
	if (rc == CONSENT_OK)
		rc = write_member(out, "purpose", rule->purpose);
	if (rc == CONSENT_OK)
		rc = write_member(out, "lifetime", rule->lifetime);
	return rc == CONSENT_OK ? buf_append(out, SPAN(" }")) : rc;
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

int
listing_write_cookies(const struct listing *l,
    const struct listing_source *source, struct buf *out)
{
	size_t i;
	int rc = write_head(l, source, "cookies", out);

	for (i = 0; i < l->n && rc == CONSENT_OK; i++) {
		const struct listed_rule *rule = &l->rules[i];

		if (i == 0 || !is_same(rule->about, rule[-1].about))
			rc = write_comment(out, "", rule->about);
		if (rc == CONSENT_OK)
			rc = write_cookie(rule, out);
		if (rc == CONSENT_OK)
			rc = buf_append(
			    out, i + 1 < l->n ? SPAN(",\n") : SPAN("\n"));
	}
	return rc;
}
