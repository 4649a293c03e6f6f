#include "policy/material.h"

#include "base/digest.h"
#include "policy/lifetime.h"
#include "policy/parts.h"

#include <libconsent/buf.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FACT_TEXT = 2600 /* longest line of a material fact */
};

static int fact_add(struct material *m, const char *format, ...)
    CONSENT_PRINTF(2, 3) CONSENT_CHECKED;

static int
fact_add(struct material *m, const char *format, ...)
{
	char line[FACT_TEXT];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (n < 0)
		return CONSENT_EINVAL;
	m->lines[m->n] = arena_text(&m->arena, span_of(line));
	if (m->lines[m->n] == NULL)
		return CONSENT_ENOMEM;
	m->n++;
	return CONSENT_OK;
}

/* A cookie counts with its lifetime, which may be written in several ways. */
static int
fact_cookie(struct material *m, const struct policy_rule *rule)
{
	struct span lifetime = span_of(rule->lifetime);
	int64_t seconds = lifetime_seconds(lifetime);

	if (seconds >= 0)
		return fact_add(
		    m, "cookie\t%s\t%lld", rule->name, (long long)seconds);
	return fact_add(m, "cookie\t%s\t%.*s", rule->name, SPAN_ARG(lifetime));
}

/* A vendor counts by who receives and for how many purposes. */
static int
fact_vendor(struct material *m, const struct policy_vendor *vendor)
{
	return fact_add(m, "vendor\t%s\t%s\t%u", vendor->id,
	    vendor->provider == NULL ? "" : vendor->provider,
	    vendor->n_purposes);
}

/*
 * A host named in the policy itself is a recipient. A vendor's hosts are not:
 * they change while the vendor stays the same; nor are those of a list, which
 * says who tracks somewhere and not who does here.
 */
static int
fact_rule(struct material *m, const struct policy_rule *rule)
{
	if (rule->kind == POLICY_COOKIE)
		return fact_cookie(m, rule);
	if (rule->kind == POLICY_STORAGE)
		return fact_add(m, "storage\t%s", rule->name);
	if (rule->kind == POLICY_RESOURCE && rule->host != NULL &&
	    rule->vendor < 0 && !rule->is_listed)
		return fact_add(m, "host\t%s", rule->host);
	return CONSENT_OK;
}

static int
material_collect(struct material *m, const struct policy *p, unsigned category)
{
	const struct policy_facts *facts = &p->facts;
	size_t i;
	int rc = CONSENT_OK;

	if (p->revisions[category] > 0)
		rc = fact_add(m, "revision\t%u", p->revisions[category]);
	if (rc == CONSENT_OK && facts->unknown_cookie == category)
		rc = fact_add(m, "unknown");
	for (i = 0; rc == CONSENT_OK && i < facts->n_vendors; i++)
		if (p->vendors[i].category == category)
			rc = fact_vendor(m, &p->vendors[i]);
	for (i = 0; rc == CONSENT_OK && i < facts->n_rules; i++)
		if (p->rules[i].category == category)
			rc = fact_rule(m, &p->rules[i]);
	return rc;
}

static int
line_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Leaves each of the lines once. */
static void
lines_unique(struct material *m)
{
	size_t i, n = 0;

	for (i = 0; i < m->n; i++)
		if (n == 0 || strcmp(m->lines[i], m->lines[n - 1]) != 0)
			m->lines[n++] = m->lines[i];
	m->n = n;
}

int
material_init(struct material *m, const struct policy *p, unsigned category)
{
	int rc = CONSENT_ENOMEM;

	*m = (struct material){.n = 0};
	arena_init(&m->arena);
	m->lines =
	    calloc(p->facts.n_rules + p->facts.n_vendors + 2, sizeof *m->lines);
	if (m->lines != NULL)
		rc = material_collect(m, p, category);
	if (rc != CONSENT_OK)
		return rc;
	qsort(m->lines, m->n, sizeof *m->lines, line_compare);
	lines_unique(m);
	return CONSENT_OK;
}

int
material_hash(const struct material *m, char rev[POLICY_REV])
{
	char hex[DIGEST_HEX];
	struct buf all;
	size_t i;
	int rc = CONSENT_OK;

	buf_init(&all, SIZE_MAX / 2);
	for (i = 0; rc == CONSENT_OK && i < m->n; i++) {
		rc = buf_append(&all, span_of(m->lines[i]));
		if (rc == CONSENT_OK)
			rc = buf_append_byte(&all, '\n');
	}
	if (rc == CONSENT_OK)
		rc = digest_sha256_hex(buf_span(&all), hex);
	if (rc == CONSENT_OK) {
		memcpy(rev, hex, POLICY_REV - 1);
		rev[POLICY_REV - 1] = '\0';
	}
	buf_fini(&all);
	return rc;
}

void
material_fini(struct material *m)
{
	free(m->lines);
	arena_fini(&m->arena);
}
