#include "census/propose.h"

#include "fuzz.h"
#include "proxy/inventory.h"
#include "proxy/inventory_list.h"
#include "trial/known.h"

#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>
#include <libconsent/url.h>

#include <stdlib.h>
#include <string.h>

/*
 * Each line is a kind (its first byte) and a name; what was seen goes the way
 * that the daemon's rows go. The snippet that is proposed is a policy without
 * a mistake, and each rule of it names something that was seen.
 */

static struct known known;
static struct policy *none;

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static struct policy *
load(struct span head, struct span more)
{
	const struct loader_options options = {NULL};
	struct settings *settings = NULL;
	struct policy *p = NULL;
	struct findings f;
	struct buf text;

	buf_init(&text, PROPOSE_TEXT + 4096);
	findings_init(&f);
	must(buf_append(&text, head) == CONSENT_OK);
	must(buf_append(&text, more) == CONSENT_OK);
	must(settings_parse("fuzz", buf_span(&text), &f, &settings) ==
	     CONSENT_OK);
	must(policy_load(settings_root(settings), &options, &f, &p) ==
	     CONSENT_OK);
	must(f.errors == 0);
	settings_free(settings);
	findings_fini(&f);
	buf_fini(&text);
	return p;
}

/* Hosts come from URLs, as these have them. */
static bool
is_canonical(struct span host)
{
	struct buf canonical;
	bool same;

	buf_init(&canonical, URL_SCRATCH);
	same = url_host_canonical(host, &canonical) == CONSENT_OK &&
	       span_equal(buf_span(&canonical), host);
	buf_fini(&canonical);
	return same;
}

static void
note_all(struct span text)
{
	while (text.p != NULL) {
		struct span name = span_cut(&text, '\n');
		enum inventory_kind kind;

		if (name.n < 2)
			continue;
		kind = (enum inventory_kind)(
		    (unsigned char)name.p[0] % INVENTORY_KINDS);
		name = span_sub(name, 1, name.n);
		if ((kind != INVENTORY_HOST && kind != INVENTORY_REPORTED) ||
		    is_canonical(name))
			(void)inventory_note(kind, name, SPAN("/a"));
	}
}

/* Whether a line of the input is named by the rule, and by nothing wider. */
static bool
names(const struct policy_rule *rule, struct span line)
{
	struct span name =
	    span_of(rule->kind == POLICY_COOKIE ? rule->name : rule->host);
	bool is_glob =
	    rule->kind == POLICY_COOKIE && span_ends(name, SPAN("*"));

	line = span_sub(line, 1, line.n);
	if (rule->kind == POLICY_RESOURCE)
		return span_ends(line, name);
	name.n -= is_glob;
	must(span_find(name, '*') == name.n);
	must(!is_glob || name.n >= 3);
	return is_glob ? span_starts(line, name) : span_equal(line, name);
}

static void
check(const struct policy *p, struct span text)
{
	const struct policy_facts *facts = policy_facts(p);
	size_t i;

	for (i = 0; i < facts->n_rules; i++) {
		const struct policy_rule *rule = &facts->rules[i];
		struct span rest = text;
		bool found = rule->vendor >= 0;

		while (!found && rest.p != NULL)
			found = names(rule, span_cut(&rest, '\n'));
		must(found);
	}
}

/* Whether there is a rule or a vendor: without any it is no policy. */
static bool
has_list(struct span text)
{
	return span_search(text, SPAN("\nvendors = (")) < text.n ||
	       span_search(text, SPAN("\ncookies = (")) < text.n ||
	       span_search(text, SPAN("\nresources = (")) < text.n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct span head =
	    SPAN("version=\"1\";categories=({id=\"e\";required=true;},"
		 "{id=\"a\";});");
	const struct span text = {(const char *)data, n};
	struct propose_options options = {.category = "a"};
	struct inventory *v = inventory_map();
	struct policy *p;
	struct buf out;
	json_t *seen;
	char *list;

	if (none == NULL) {
		must(known_open(&known) == CONSENT_OK);
		none = load(head, SPAN("resources=({host=\"none.invalid\";"
				       "category=\"a\";});"));
	}
	must(v != NULL);
	inventory_begin(v, none);
	note_all(text);
	list = inventory_list(v, none);
	seen = list == NULL ? NULL : json_loads(list, 0, NULL);
	must(seen != NULL);
	buf_init(&out, PROPOSE_TEXT);
	options.known = known.policy;
	must(propose_write(seen, &options, &out) == CONSENT_OK);
	if (has_list(buf_span(&out))) {
		p = load(head, buf_span(&out));
		check(p, text);
		policy_free(p);
	}
	buf_fini(&out);
	json_decref(seen);
	free(list);
	inventory_join(NULL, 0, NULL);
	inventory_unmap(v);
	return 0;
}
