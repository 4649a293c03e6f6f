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

struct lane;
struct visit;

/* What becomes of a response's body. */
struct plan {
	bool page;		     /* it is a page, or may be one */
	bool rewrite;		     /* its body goes through the rewriter */
	bool sniff;		     /* only its bytes will tell */
	bool unread;		     /* its coding is none that we know */
	struct coding_stack codings; /* as it comes; the last: as it goes */
	struct span charset;	     /* the label in Content-Type, or empty */
	enum body_kind kind;	     /* how it is sent on */
	uint64_t length;	     /* with BODY_LENGTH */
};

/*
 * Decides what becomes of the response's body, from the heads as they came;
 * of several Content-Type lines only the one that counts stays.
 * CONSENT_EBUSY: a part of a page, which cannot be screened; CONSENT_ECODING:
 * a page in a coding that cannot be read.
 */
int plan_make(struct plan *plan, const struct visit *v,
    struct lane *origin) CONSENT_CHECKED;

#endif
