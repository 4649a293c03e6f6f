#ifndef CONSENT_PROXY_REFUSAL_H
#define CONSENT_PROXY_REFUSAL_H

/*
 * Why a choice or another form is not taken, and how that is told: people get a
 * page in their language with ways to go on, programs that ask for it a
 * sentence as JSON.
 */

#include <libconsent/span.h>

#include "proxy/call.h"

struct notice;

enum refusal {
	REFUSAL_NONE,
	REFUSAL_PATH,	    /* there is nothing of ours */
	REFUSAL_METHOD,	    /* not one of those that are answered */
	REFUSAL_AHEAD,	    /* fetched before anybody asked for it */
	REFUSAL_LARGE,	    /* longer than a choice can be */
	REFUSAL_ORIGIN,	    /* from another site */
	REFUSAL_TYPE,	    /* no form */
	REFUSAL_UNREADABLE, /* the form breaks off, or has no action */
	REFUSAL_ACTION,	    /* an action that is none, or two */
	REFUSAL_CATEGORY,   /* a category that is none */
	REFUSAL_EMBED,	    /* nothing that may be shown once */
	REFUSAL_LANGUAGE,   /* a language that there is no text in */
	REFUSAL_STALE,	    /* it agrees to a notice that is not in force */
	REFUSAL_AGAIN,	    /* the notary does not take it */
	REFUSAL_MANY,	    /* too many from one address */
	REFUSAL_MEMORY,	    /* there is none */
	REFUSAL_RECEIPT,    /* it cannot be made now */
	REFUSAL_UNCHANGED,  /* no record: nothing changes */
	REFUSAL_HOLDS	    /* no record: it only takes away, and holds */
};

struct refused {
	enum refusal why;
	const struct notice *notice; /* in whose language a page says so */
	struct span back;	     /* "/path", or empty: the site's start */
	const char *allowed;	     /* REFUSAL_METHOD: those; NULL: POST */
};

/* Fills the call's answer. Failures latch in it. */
void refusal_answer(const struct call *call, const struct refused *refused);

#endif
