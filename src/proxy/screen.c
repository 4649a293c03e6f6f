#include "proxy/screen.h"

#include "http/coding.h"
#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/caching.h"
#include "proxy/fields.h"
#include "proxy/hints.h"
#include "proxy/inventory.h"
#include "proxy/metrics.h"
#include "proxy/plan.h"
#include "proxy/reporting.h"
#include "proxy/setup.h"
#include "proxy/shield.h"
#include "proxy/sweep.h"
#include "proxy/tongue_name.h"
#include "proxy/variant_name.h"
#include "proxy/visit.h"

#include <libconsent/cookie.h>
#include <libconsent/page.h>

enum {
	SCREEN_SCRATCH = 65536 /* longest Cookie line that is rewritten */
};

/* ---- requests --------------------------------------------------------- */

struct cookie_screen {
	const struct gate *gate;
	const struct proxy_setup *setup;
	struct span token; /* our own cookie's name */
	struct page_counts *removed;
};

static bool
keeps_cookie(void *ctx, const struct cookie_pair *pair)
{
	const struct cookie_screen *screen = ctx;
	struct gate_verdict verdict;

	if (span_equal(pair->name, screen->token))
		return screen->setup->forward_token;
	if (screen->setup->cdn_variant != NULL &&
	    variant_is_cookie(&screen->setup->token, pair->name))
		return screen->setup->forward_token;
	if (tongue_owns(pair->name))
		return screen->setup->forward_token;
	if (sweep_owns(pair->name))
		return false;
	verdict = gate_cookie(screen->gate, pair->name);
	page_counts_add(screen->removed, verdict, NULL);
	if (verdict.rule == NULL)
		(void)inventory_note(INVENTORY_SENT, pair->name, SPAN(""));
	if (verdict.answer != GATE_WITHHOLD)
		return true;
	metrics_add(METRIC_COOKIES + NAMES_TO_ORIGIN, 1);
	return false;
}

/* Leaves in each Cookie line what may pass, byte for byte, in order. */
static int
screen_cookies(
    struct head *h, const struct visit *v, const struct proxy_setup *setup)
{
	struct cookie_screen screen = {
	    &v->gate, setup, token_cookie_name(&setup->token), v->removed};
	struct cookie_choice choice = {keeps_cookie, &screen};
	struct buf scratch;
	size_t i = head_find(h, SPAN("Cookie"), 0);
	int rc = CONSENT_OK;

	buf_init(&scratch, SCREEN_SCRATCH);
	for (; i != HEAD_NONE && rc == CONSENT_OK;
	     i = head_find(h, SPAN("Cookie"), i + 1)) {
		struct span field = h->fields[i].value, kept;

		rc = cookie_filter(field, &choice, &scratch, &kept);
		if (rc != CONSENT_OK)
			break;
		if (kept.n == 0)
			head_drop(h, i);
		else if (kept.p != field.p || kept.n != field.n)
			rc = head_replace(h, i, kept);
	}
	buf_fini(&scratch);
	return rc;
}

/* Only we may say what was consented to. */
static void
drop_consent(struct head *h)
{
	size_t i;

	for (i = 0; i < h->count; i++) {
		struct span name = h->fields[i].name;

		if (h->fields[i].live &&
		    (span_equal_nocase(name, SPAN("Consent")) ||
			span_starts_nocase(name, SPAN("Consent-")) ||
			span_starts_nocase(name, SPAN("X-Consent"))))
			head_drop(h, i);
	}
}

static int
write_consent(struct head *h, const struct visit *v)
{
	struct buf granted;
	int rc;

	drop_consent(h);
	buf_init(&granted, 1024);
	rc = gate_write_granted(&v->gate, &granted);
	if (rc == CONSENT_OK)
		rc = head_add(h, SPAN("Consent"), buf_span(&granted));
	buf_fini(&granted);
	return rc;
}

void
screen_trailers(struct head *trailers)
{
	drop_consent(trailers);
}

int
screen_request(
    struct head *h, const struct visit *v, const struct proxy_setup *setup)
{
	int rc = screen_cookies(h, v, setup);

	if (rc == CONSENT_OK)
		rc = write_consent(h, v);
	if (rc == CONSENT_OK)
		rc = coding_narrow_accept(h);
	fields_screen_request(h, v);
	return rc;
}

/* ---- responses -------------------------------------------------------- */

/*
 * Drops what the visitor did not agree to have set. *varies becomes true
 * where another visitor would get other lines.
 */
static void
screen_set_cookies(
    struct head *h, const struct visit *v, struct span token, bool *varies)
{
	size_t i = head_find(h, SPAN("Set-Cookie"), 0);

	for (; i != HEAD_NONE; i = head_find(h, SPAN("Set-Cookie"), i + 1)) {
		struct set_cookie cookie = {.name = {NULL, 0}};
		struct gate_verdict verdict;
		struct span name = SPAN("");
		bool is_ours;

		/* what browsers refuse counts as a name that nobody knows */
		if (set_cookie_parse(h->fields[i].value, &cookie) == CONSENT_OK)
			name = cookie.name.n > 0 ? cookie.name : cookie.as_sent;
		is_ours = span_equal(name, token) || sweep_owns(name) ||
			  tongue_owns(name);
		verdict = gate_cookie(&v->gate, name);
		if (verdict.rule == NULL && !is_ours)
			visit_note(v, INVENTORY_SET, name);
		if (gate_varies(&v->gate, verdict))
			*varies = true;
		page_counts_add(v->removed, verdict, NULL);
		if (verdict.answer == GATE_WITHHOLD)
			metrics_add(METRIC_COOKIES + NAMES_TO_CLIENT, 1);
		if (is_ours || verdict.answer == GATE_WITHHOLD)
			head_drop(h, i);
	}
}

/* Links, endpoints and all else that makes a browser ask somebody. */
static int
screen_fields(struct head *h, const struct visit *v, bool *varies)
{
	int rc = hints_screen(h, v, varies);

	if (rc == CONSENT_OK)
		rc = fields_screen(h, v, varies);
	if (rc == CONSENT_OK)
		rc = reporting_screen(h, v, varies);
	return rc;
}

int
screen_interim(
    struct head *h, const struct visit *v, const struct proxy_setup *setup)
{
	bool varies = false; /* nobody stores an interim response */

	screen_set_cookies(h, v, token_cookie_name(&setup->token), &varies);
	return screen_fields(h, v, &varies);
}

int
screen_response(struct head *h, const struct visit *v, const struct plan *plan,
    const struct proxy_setup *setup)
{
	bool page = caching_is_page(h, v, plan->page);
	struct shield shield = {v, plan, setup, page};
	int rc;

	screen_set_cookies(
	    h, v, token_cookie_name(&setup->token), &shield.varies);
	rc = screen_fields(h, v, &shield.varies);
	if (rc == CONSENT_OK)
		rc = shield_response(h, &shield);
	if (rc == CONSENT_OK && page)
		rc = caching_rewritten(h, v, setup);
	if (rc != CONSENT_OK || !shield.varies)
		return rc;
	return page ? caching_page(h, v, setup) : caching_private(h);
}
