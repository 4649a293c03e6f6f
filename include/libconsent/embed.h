#ifndef CONSENT_CONSENT_EMBED_H
#define CONSENT_CONSENT_EMBED_H

/*
 * An embed that the policy holds back, shown once and alone, without its
 * category being granted: which may be, the link to it out of a page, and the
 * two pages that it takes: one asks, the other has the frame. No state.
 *
 * The form of the first posts to PREFIX/embed: url, width, height, return,
 * notice=HASH, lang=TAG, via=notice.
 */

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/policy.h>
#include <libconsent/span.h>
#include <libconsent/status.h>
#include <libconsent/url.h>

CONSENT_BEGIN

struct notice;

enum {
	EMBED_URL = 2048, /* longest URL of one, as a query has it */
	EMBED_SIDE = 4096 /* most CSS pixels of its width or height */
};

struct embed {
	const struct policy_rule *rule; /* that holds it back */
	struct span url;		/* absolute, as url_write makes it */
	unsigned width, height;		/* CSS pixels; 0: not told */
};

/*
 * The rule of an embed that may be shown once, or NULL: one that names a host
 * which is none of the site's own, whose action is a box, in a category that
 * is held back until consent; and not on a sensitive path. No other URL is
 * ever framed.
 */
const struct policy_rule *embed_rule(
    const struct gate *gate, const struct url *url);

/* The number in a width or height, or 0: digits, of EMBED_SIDE at most. */
unsigned embed_side(struct span text);

/*
 * Appends url=...&amp;width=...&amp;height=... for a link. CONSENT_ELIMIT over
 * EMBED_URL, CONSENT_ENOMEM.
 */
int embed_write_query(const struct embed *e, struct buf *out) CONSENT_CHECKED;

/*
 * Appends the page that asks whether to show it, a whole document that leads
 * back to a "/path"; empty: to the site's start. _ENOMEM, _ELIMIT.
 */
int embed_ask(const struct notice *n, const struct embed *e,
    struct span return_path, struct buf *out) CONSENT_CHECKED;

/* Appends the page that shows it. As above. */
int embed_show(const struct notice *n, const struct embed *e,
    struct span return_path, struct buf *out) CONSENT_CHECKED;

CONSENT_END

#endif
