#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>
#include <libconsent/url.h>

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/* libconfig loses the strings of a text that it then cannot parse. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check_rule(const struct policy *p, const struct policy_rule *rule)
{
	const struct policy_facts *facts = policy_facts(p);
	const struct policy_rule *found;
	struct url url = {.kind = URL_NETWORK, .path = SPAN("/")};

	must(rule->category < facts->n_categories);
	must(rule->vendor < (int)facts->n_vendors);
	if (rule->kind == POLICY_COOKIE) {
		/* a glob matches itself */
		found = policy_find_cookie(p, span_of(rule->name));
		must(found != NULL && found->kind == POLICY_COOKIE);
	} else if (rule->kind == POLICY_INLINE) {
		found = policy_find_inline(p, span_of(rule->name));
		must(found != NULL && found->kind == POLICY_INLINE);
	} else {
		if (rule->host != NULL)
			url.host = span_of(rule->host);
		if (rule->path != NULL)
			url.path = span_of(rule->path);
		url.has_query = span_find(url.path, '?') < url.path.n;
		url.query = span_sub(
		    url.path, span_find(url.path, '?') + 1, url.path.n);
		url.path = span_sub(url.path, 0, span_find(url.path, '?'));
		found = policy_find_url(p, &url, rule->host == NULL);
		must(found != NULL && found->kind == POLICY_RESOURCE);
	}
}

static void
check_policy(const struct policy *p)
{
	const struct policy_facts *facts = policy_facts(p);
	size_t i;

	must(facts->n_categories > 0 && facts->required != 0);
	must((facts->required >> facts->unknown_cookie & 1) == 0);
	must(strlen(facts->hash) == 64 && facts->text.n > 0);
	for (i = 0; i < facts->n_rules; i++)
		check_rule(p, &facts->rules[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char head[] =
	    "version=\"1\";categories=({id=\"e\";required=true;},{id=\"a\";});";
	const struct loader_options options = {NULL};
	struct settings *s = NULL;
	struct policy *p = NULL;
	struct findings f;
	struct buf text;
	int rc;

	buf_init(&text, 1 << 20);
	findings_init(&f);
	/* an input that begins with "!" brings its own head */
	if (n > 0 && data[0] != '!')
		must(buf_append(&text, SPAN(head)) == CONSENT_OK);
	rc = buf_append(
	    &text, (struct span){(const char *)data + (n > 0), n - (n > 0)});
	if (rc == CONSENT_OK)
		rc = settings_parse("fuzz", buf_span(&text), &f, &s);
	must(rc == CONSENT_OK || s == NULL);
	if (rc == CONSENT_OK)
		rc = policy_load(settings_root(s), &options, &f, &p);
	must((rc == CONSENT_OK) == (p != NULL));
	must(rc == CONSENT_OK || rc == CONSENT_ENOMEM || f.errors > 0 ||
	     rc == CONSENT_ELIMIT);
	if (p != NULL)
		check_policy(p);
	policy_free(p);
	settings_free(s);
	findings_fini(&f);
	buf_fini(&text);
	return 0;
}
