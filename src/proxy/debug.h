#ifndef CONSENT_PROXY_DEBUG_H
#define CONSENT_PROXY_DEBUG_H

/*
 * Consent-Debug: 1, asked from a trusted address, is answered with what was
 * taken out of the answer: a field of the same name, a list (RFC 9651) of the
 * rules. The page is held back until its end, so that the field can stand
 * before it; only such requests pay for that.
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/page.h>
#include <libconsent/status.h>

struct head;
struct home_client;

enum {
	DEBUG_HELD = 4 << 20, /* bytes of a page that are held back */
	DEBUG_VALUE = 8192    /* longest value of the field */
};

/* What one answer lost. */
struct debug_facts {
	const struct gate *gate;
	const struct page_counts *heads;
	const struct page_counts *page; /* or NULL */
	bool partial;			/* the page goes on behind the field */
};

/* Whether a request asks for it, and visitor is one who may. */
bool debug_is_wanted(
    const struct head *request, const struct home_client *visitor);

/*
 * Adds the field to the head of an answer: "none" where nothing went, "more"
 * at the end where not all found room, "partial" where the page was too long
 * to be held. CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int debug_add(
    struct head *answer, const struct debug_facts *facts) CONSENT_CHECKED;

#endif
