#ifndef CONSENT_PROXY_PLAN_H
#define CONSENT_PROXY_PLAN_H

/*
 * What becomes of a response's body, decided by its head alone: is it a page,
 * can it be read, is it rewritten, how is it sent on.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/body.h"
#include "http/coding_stack.h"
#include "web/mime.h"

struct head;
struct lane;
struct visit;

/* What becomes of a response's body. */
struct plan {
	bool page;	     /* it is a page, or may be one */
	bool rewrite;	     /* its body goes through the rewriter */
	enum mime_form form; /* MIME_UNKNOWN: only its bytes will tell */
	bool unread;	     /* its coding is none that we know */
	struct coding_stack codings; /* as it comes; the last: as it goes */
	struct span charset;	     /* the label in Content-Type, or empty */
	struct span boundary;	     /* of MIME_PARTS */
	enum body_kind kind;	     /* how it is sent on */
	uint64_t length;	     /* with BODY_LENGTH */
};

/*
 * Decides what becomes of the response's body, from the heads as they came;
 * of several Content-Type lines only the one that counts stays.
 * Where that depends on what the request is for, Vary says so. CONSENT_EBUSY: a
 * part of a page, which cannot be screened; CONSENT_ECODING: a page in a coding
 * or format that cannot be read; CONSENT_EINVAL: a 304 to who holds
 * another page;
 * CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int plan_make(struct plan *plan, const struct visit *v,
    struct lane *origin) CONSENT_CHECKED;

/*
 * The same from the response's head alone, into a plan that is empty but for
 * the length: kind is how its body came. Codes likewise.
 */
int plan_read(struct plan *plan, const struct visit *v, struct head *h,
    enum body_kind kind) CONSENT_CHECKED;

/*
 * Says in a response's head the charset of its body, which is MIME_HTML or
 * MIME_XML. CONSENT_EINVAL, CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int plan_tell_charset(
    struct head *h, enum mime_form form, struct span charset) CONSENT_CHECKED;

#endif
