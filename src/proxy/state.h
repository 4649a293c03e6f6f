#ifndef CONSENT_PROXY_STATE_H
#define CONSENT_PROXY_STATE_H

/*
 * A visitor's consent as JSON, for scripts and tools:
 *	{"decided":true,"granted":["essential"],"denied":["analytics"],
 *	 "policy":"2026-11-01","signal":"gpc","expires":"2027-05-05T..."}
 * signal is "none" without one; expires is null without a choice.
 */

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/record.h>
#include <libconsent/status.h>

/*
 * Appends the same, in ASCII, for a page: what its variant says and no more
 * so without signal and expires, and granted is what the visitor
 * agreed to also where the path is sensitive. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int state_write_page(const struct gate *gate, struct buf *out) CONSENT_CHECKED;

/* Appends the object; record may be NULL. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int state_write(const struct gate *gate, const struct record *record,
    struct buf *out) CONSENT_CHECKED;

#endif
