#include "proxy/shield.h"

#include "consent/consent_mode.h"
#include "consent/site_script.h"
#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/judge.h"
#include "proxy/plan.h"
#include "proxy/setup.h"
#include "proxy/visit.h"
#include "web/structured.h"

#include <libconsent/csp.h>
#include <libconsent/guard.h>
#include <libconsent/stubs.h>

#include <stdio.h>

enum {
	SHIELD_PATH = 256 /* of our own pages */
};

/* ---- Referrer-Policy -------------------------------------------------- */

/* Whether other sites learn the site's origin at most. */
static bool
is_strict(struct span policy)
{
	return span_equal_nocase(policy, SPAN("no-referrer")) ||
	       span_equal_nocase(policy, SPAN("same-origin")) ||
	       span_equal_nocase(policy, SPAN("strict-origin"));
}

static bool
is_referrer_policy(struct span policy)
{
	static const struct span others[] = {
	    SPAN_INIT("no-referrer-when-downgrade"), SPAN_INIT("origin"),
	    SPAN_INIT("origin-when-cross-origin"),
	    SPAN_INIT("strict-origin-when-cross-origin"),
	    SPAN_INIT("unsafe-url")};
	size_t i;

	for (i = 0; i < sizeof others / sizeof others[0]; i++)
		if (span_equal_nocase(policy, others[i]))
			return true;
	return is_strict(policy);
}

/* Of several the last that a browser knows counts. */
static int
screen_referrer(struct head *h)
{
	struct span name = SPAN("Referrer-Policy"), last = SPAN("");
	size_t i = head_find(h, name, 0);

	for (; i != HEAD_NONE; i = head_find(h, name, i + 1)) {
		struct span rest = h->fields[i].value;

		while (rest.p != NULL) {
			struct span policy = span_trim(span_cut(&rest, ','));

			if (is_referrer_policy(policy))
				last = policy;
		}
	}
	return is_strict(last) ? CONSENT_OK
			       : head_set(h, name, SPAN("strict-origin"));
}

/* ---- Permissions-Policy ----------------------------------------------- */

/* What stays of the origins that a client hint is delegated to. */
static int
filter_origins(
    struct judge *j, struct span list, struct buf *kept, bool *dropped)
{
	struct structured item;
	struct span url;
	struct buf text;
	int rc;

	buf_init(&text, JUDGE_BYTES);
	while ((rc = structured_inner(&list, &item)) == CONSENT_OK) {
		rc = structured_string(item.value, &text, &url);
		if (rc == CONSENT_OK && judge_takes_url(j, url)) {
			*dropped = true;
			continue;
		}
		if (rc == CONSENT_EINVAL) /* self, * and the like */
			rc = CONSENT_OK;
		if (rc == CONSENT_OK && kept->p[kept->n - 1] != '(')
			rc = buf_append_byte(kept, ' ');
		if (rc == CONSENT_OK)
			rc = buf_append(kept, item.whole);
		if (rc != CONSENT_OK)
			break;
	}
	buf_fini(&text);
	return rc == CONSENT_ENOENT ? CONSENT_OK : rc;
}

/* Appends one member; of those for client hints what may stay. */
static int
filter_feature(struct judge *j, const struct structured *member,
    struct buf *kept, bool *dropped)
{
	struct span origins = member->value;
	size_t before = kept->n;
	bool any = false;
	int rc;

	if (!span_starts(member->key, SPAN("ch-")) || origins.n == 0)
		return buf_append(kept, member->whole);
	if (structured_is_inner(origins))
		origins = structured_open(origins);
	rc = buf_append(kept, member->key);
	if (rc == CONSENT_OK)
		rc = buf_append(kept, SPAN("=("));
	if (rc == CONSENT_OK)
		rc = filter_origins(j, origins, kept, &any);
	if (rc == CONSENT_OK && !any) {
		kept->n = before;
		return buf_append(kept, member->whole);
	}
	*dropped = true;
	if (rc == CONSENT_OK)
		rc = buf_append_byte(kept, ')');
	return rc == CONSENT_OK ? buf_append(kept, member->parameters) : rc;
}

/* Takes withheld origins out of what client hints are delegated to. */
static int
filter_features(
    struct judge *j, struct span rest, struct buf *kept, bool *dropped)
{
	struct structured member;
	int rc;

	while ((rc = structured_dictionary(&rest, &member)) == CONSENT_OK) {
		if (kept->n > 0)
			rc = buf_append(kept, SPAN(", "));
		if (rc == CONSENT_OK)
			rc = filter_feature(j, &member, kept, dropped);
		if (rc != CONSENT_OK)
			break;
	}
	return rc == CONSENT_ENOENT ? CONSENT_OK : rc;
}

/*
 * Of several members of one name the last counts (RFC 9651 3.2), so a line
 * behind the site's own takes these features away whatever that says.
 */
static int
forbid_advertising(struct judge *j, struct head *h)
{
	const struct gate *gate = &j->visit->gate;
	struct gate_verdict verdict = gate_advertising(gate);

	j->varies |= gate_varies(gate, verdict);
	if (verdict.answer != GATE_WITHHOLD)
		return CONSENT_OK;
	return head_add(h, SPAN("Permissions-Policy"),
	    SPAN("attribution-reporting=(), browsing-topics=(), "
		 "join-ad-interest-group=(), private-aggregation=(), "
		 "run-ad-auction=(), shared-storage=(), "
		 "shared-storage-select-url=()"));
}

/* ---- Content-Security-Policy ------------------------------------------ */

#define CSP "Content-Security-Policy"
#define CSP_TELLS CSP "-Report-Only"

static bool
on_report(void *ctx, struct span url)
{
	return judge_takes_url(ctx, url);
}

/* One of our own pages on the site that is visited. */
struct own_url {
	char path[SHIELD_PATH];
	struct url url;
};

static void
own_url_init(struct own_url *own, const struct shield *s, const char *name)
{
	/* a prefix is far shorter */
	(void)snprintf(
	    own->path, sizeof own->path, "%s/%s", s->setup->prefix, name);
	own->url = s->setup->site_urls[s->visit->site];
	own->url.path = span_of(own->path);
	own->url.query = SPAN("");
	own->url.has_query = false;
}

static int
edit_lines(struct head *h, struct span name, const struct csp_edit *edit)
{
	size_t i = head_find(h, name, 0);
	struct buf out;
	int rc = CONSENT_OK;

	buf_init(&out, JUDGE_BYTES);
	for (; i != HEAD_NONE && rc == CONSENT_OK;
	     i = head_find(h, name, i + 1)) {
		bool changed;

		buf_clear(&out);
		rc = csp_edit(h->fields[i].value, edit, &out, &changed);
		if (rc == CONSENT_OK && changed)
			rc = head_replace(h, i, buf_span(&out));
	}
	buf_fini(&out);
	return rc;
}

/* Whether the guard goes into the page (proxy/body). */
static bool
has_guard(const struct shield *s)
{
	const struct gate *gate = &s->visit->gate;

	return s->plan->rewrite && s->visit->guard != NULL &&
	       gate->facts->guard && !gate_grants_all(gate);
}

/* Our scripts' hashes, as sources; "" for what does not go in. */
struct sources {
	char texts[CSP_SCRIPTS][CSP_HASH + 2];
};

static void
put_source(struct sources *s, enum csp_script which, const char *hash)
{
	(void)snprintf(s->texts[which], sizeof s->texts[which], "'%s'", hash);
}

static void
name_scripts(const struct shield *s, struct sources *out)
{
	const struct visit *v = s->visit;

	if (has_guard(s))
		put_source(out, CSP_SCRIPT_GUARD, guard_hash(v->guard));
	if (s->plan->rewrite && stubs_may_stand(&v->gate))
		put_source(out, CSP_SCRIPT_STUBS, s->setup->stubs_hash);
	if (s->plan->rewrite && v->mode != NULL)
		put_source(out, CSP_SCRIPT_MODE, consent_mode_hash(v->mode));
	if (s->plan->rewrite && v->script != NULL)
		put_source(out, CSP_SCRIPT_SITE, site_script_hash(v->script));
}

/* Lets notice and scripts into the site's policies, and reports to nobody
 * withheld. */
static int
edit_policies(struct judge *j, struct head *h, const struct shield *s)
{
	struct own_url sheet, form;
	struct csp_edit edit = {.withholds = on_report, .ctx = j};
	struct sources sources = {{""}};
	size_t i;
	int rc;

	if (head_find(h, SPAN(CSP), 0) == HEAD_NONE &&
	    head_find(h, SPAN(CSP_TELLS), 0) == HEAD_NONE)
		return CONSENT_OK;
	name_scripts(s, &sources);
	for (i = 0; i < CSP_SCRIPTS; i++)
		edit.scripts[i] = span_of(sources.texts[i]);
	if (s->plan->rewrite && s->visit->wants_notice) {
		own_url_init(&sheet, s, "notice.css");
		own_url_init(&form, s, ""); /* any of our forms */
		edit.sheet = &sheet.url;
		edit.form = &form.url;
	}
	rc = edit_lines(h, SPAN(CSP), &edit);
	return rc == CONSENT_OK ? edit_lines(h, SPAN(CSP_TELLS), &edit) : rc;
}

static int
add_endpoint(struct head *h, const struct proxy_setup *setup)
{
	char value[SHIELD_PATH];

	(void)snprintf(
	    value, sizeof value, "consent=\"%s/report\"", setup->prefix);
	return head_add(h, SPAN("Reporting-Endpoints"), span_of(value));
}

/* Ours stands beside the site's: browsers apply both. */
static int
add_policy(struct head *h, struct shield *s)
{
	const struct gate *gate = &s->visit->gate;
	const struct csp *csp = s->setup->csp;
	enum csp_force force;
	struct buf out;
	int rc;

	if (csp == NULL || gate->facts->csp == POLICY_CSP_OFF)
		return CONSENT_OK;
	s->varies = true;
	force = csp_for(csp, gate);
	if (force == CSP_NONE)
		return CONSENT_OK;
	buf_init(&out, CSP_BYTES);
	rc = csp_write(csp, gate, &out);
	if (rc == CONSENT_OK)
		rc = head_add(h,
		    force == CSP_ENFORCE ? SPAN(CSP) : SPAN(CSP_TELLS),
		    buf_span(&out));
	buf_fini(&out);
	return rc == CONSENT_OK ? add_endpoint(h, s->setup) : rc;
}

/* ---- all -------------------------------------------------------------- */

int
shield_response(struct head *h, struct shield *s)
{
	const struct visit *v = s->visit;
	bool is_context = s->plan->page || v->is_context;
	struct judge judge;
	int rc;

	judge_init(&judge, v);
	/* no dictionary: it goes, so that the line that we may add is read */
	rc = judge_filter(
	    &judge, h, SPAN("Permissions-Policy"), filter_features);
	if (rc == CONSENT_OK && is_context)
		rc = forbid_advertising(&judge, h);
	if (rc == CONSENT_OK)
		rc = edit_policies(&judge, h, s);
	if (rc == CONSENT_OK && is_context)
		rc = add_policy(h, s);
	if (rc == CONSENT_OK && v->gate.sensitive)
		rc = screen_referrer(h);
	if (v->is_service_worker) /* an old one would outlive a choice */
		s->varies = true;
	judge_fini(&judge, &s->varies);
	return rc;
}
