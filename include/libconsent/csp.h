#ifndef CONSENT_CONSENT_CSP_H
#define CONSENT_CONSENT_CSP_H

/*
 * Content-Security-Policy (CSP3): the wall behind the page's markup. A policy
 * of our own is compiled from the consent policy: it names each source that a
 * visitor with this consent may load from, and goes out as a second field, so
 * that browsers apply both and ours never loosens the site's. It can only be
 * written where everything else is held back (third_parties = "unlisted");
 * with "listed" it may tell (report), not block.
 *
 * The site's own policies stay as they are but for two things: what our
 * notice, guard and stand-ins need is added, and reports to who is withheld
 * are taken out.
 *
 * Immutable after csp_new, any number of readers; no I/O.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/policy.h>
#include <libconsent/span.h>
#include <libconsent/status.h>
#include <libconsent/url.h>

CONSENT_BEGIN

struct csp;

enum {
	CSP_HASH = 52,	       /* "sha256-", base64 of 32 bytes and NUL */
	CSP_BYTES = 16384,     /* longest policy of ours */
	CSP_SITE_BYTES = 65536 /* longest of the site's that is edited */
};

enum csp_force {
	CSP_NONE,   /* there is nothing to say */
	CSP_REPORT, /* Content-Security-Policy-Report-Only */
	CSP_ENFORCE
};

/* The policy is borrowed until csp_free, the rest for the call. */
struct csp_options {
	const struct policy *policy;
	const struct url *sites;
	size_t n_sites;
	struct span report_path; /* where browsers report to; empty: nowhere */
	struct span report_name; /* of that in Reporting-Endpoints */
};

/* Compiles. CONSENT_ELIMIT: longer than CSP_BYTES; CONSENT_ENOMEM. */
int csp_new(
    const struct csp_options *options, struct csp **out) CONSENT_CHECKED;

/*
 * The number, from from on, of a rule for a host below a site's own domain:
 * while that is withheld, the policy has no wild card for the domain and lets
 * only the site's hosts and those of rules through. The number of rules when
 * there is none.
 */
size_t csp_next_narrowing(const struct csp_options *options, size_t from);

/* Frees; NULL is nothing. */
void csp_free(struct csp *c);

/*
 * How far our policy goes for this visitor: nothing is said to one who may
 * load from hosts that nobody has named.
 */
enum csp_force csp_for(const struct csp *c, const struct gate *gate);

/* Appends the policy of a visitor. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int csp_write(const struct csp *c, const struct gate *gate,
    struct buf *out) CONSENT_CHECKED;

/* Our inline scripts, in the order in which their hashes are added. */
enum csp_script {
	CSP_SCRIPT_GUARD,
	CSP_SCRIPT_STUBS,
	CSP_SCRIPT_MODE,
	CSP_SCRIPT_SITE,
	CSP_SCRIPTS
};

/* What becomes of the site's own policies. */
struct csp_edit {
	const struct url *sheet; /* a style sheet to be allowed, or NULL */
	const struct url *form;	 /* where a form posts to, likewise */
	struct span scripts[CSP_SCRIPTS]; /* "'sha256-…'" of each, or empty */
	bool (*withholds)(void *ctx, struct span url); /* of reports; or NULL */
	void *ctx;
};

/*
 * Appends the value of one Content-Security-Policy field (or -Report-Only, of
 * one policy or several behind commas) with these edits; what is not touched
 * stays byte for byte. *changed says whether anything was. CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int csp_edit(struct span value, const struct csp_edit *edit, struct buf *out,
    bool *changed) CONSENT_CHECKED;

CONSENT_END

#endif
