#ifndef CONSENT_TRIAL_QUESTION_H
#define CONSENT_TRIAL_QUESTION_H

/*
 * One thing, named as an operator would name it, put before the gate that the
 * daemon asks. No I/O.
 */

#include <stdbool.h>

#include <libconsent/gate.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "policy/candidates.h"

struct visitor;

enum question_kind {
	QUESTION_COOKIE,
	QUESTION_URL,	 /* fetched by a page of the visitor */
	QUESTION_INLINE, /* the text of an inline script */
	QUESTION_PAGE	 /* not a thing: see trial/rewrite */
};

struct question {
	enum question_kind kind;
	struct span subject; /* a name, a URL or a text */
	const char *method;  /* of a request to the site; NULL: none */
};

/* "cookie", "url", "inline" or "page"; static. */
const char *question_kind_name(enum question_kind kind);

/*
 * What becomes of the thing. CONSENT_EINVAL: no browser would load that URL;
 * CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int question_ask(const struct visitor *v, const struct question *q,
    struct gate_verdict *verdict) CONSENT_CHECKED;

/*
 * All rules that fit the thing, the one that decides first; the caller frees
 * them with candidates_free. Codes as for question_ask.
 */
int question_candidates(const struct visitor *v, const struct question *q,
    struct candidates *out) CONSENT_CHECKED;

/*
 * Whether a URL is on a sensitive path of the site. CONSENT_EINVAL,
 * CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int question_is_sensitive(const struct visitor *v, const struct question *q,
    bool *out) CONSENT_CHECKED;

/*
 * The text in which rules were looked for: the script as it stands, or with
 * the pieces of its strings joined, in plain, if only that fits a rule.
 * CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int question_script(const struct policy *policy, struct span script,
    struct buf *plain, struct span *judged) CONSENT_CHECKED;

#endif
