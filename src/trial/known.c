#include "trial/known.h"

#include "base/embedded.h"

#include <libconsent/buf.h>
#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>
#include <libconsent/url.h>

enum {
	KNOWN_TEXT = 1 << 18
};

/* A category for all: which one the policy has is the operator's business. */
static int
write_policy(struct buf *out)
{
	int rc =
	    buf_append(out, SPAN("version = \"known\"; categories = (\n"
				 "  { id = \"essential\"; required = true; },\n"
				 "  { id = \"other\"; } );\nvendors = (\n"));
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < embedded_vendors_count; i++) {
		struct span name = span_of(embedded_vendors[i].name);

		name.n -= SPAN(".conf").n;
		rc = buf_printf(out,
		    "%s  { name = \"%.*s\"; category = \"other\"; }",
		    i == 0 ? "" : ",\n", SPAN_ARG(name));
	}
	return rc == CONSENT_OK ? buf_append(out, SPAN(" );\n")) : rc;
}

int
known_open(struct known *k)
{
	struct settings *settings = NULL;
	struct findings findings;
	struct buf text;
	int rc;

	k->policy = NULL;
	findings_init(&findings);
	buf_init(&text, KNOWN_TEXT);
	rc = write_policy(&text);
	if (rc == CONSENT_OK)
		rc = settings_parse(
		    "vendors", buf_span(&text), &findings, &settings);
	if (rc == CONSENT_OK)
		rc = policy_load(settings_root(settings),
		    &(struct loader_options){NULL}, &findings, &k->policy);
	settings_free(settings);
	buf_fini(&text);
	findings_fini(&findings);
	return rc;
}

const char *
known_vendor(const struct known *k, struct span url)
{
	const struct policy_rule *rule = NULL;
	struct buf scratch;
	struct url parsed;

	buf_init(&scratch, URL_SCRATCH);
	if (url_parse(url, NULL, &scratch, &parsed) == CONSENT_OK)
		rule = policy_find_url(k->policy, &parsed, false);
	buf_fini(&scratch);
	return rule == NULL || rule->vendor < 0
		   ? NULL
		   : policy_facts(k->policy)->vendors[rule->vendor].id;
}

void
known_close(struct known *k)
{
	policy_free(k->policy);
	k->policy = NULL;
}
