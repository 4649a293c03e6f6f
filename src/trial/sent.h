#ifndef CONSENT_TRIAL_SENT_H
#define CONSENT_TRIAL_SENT_H

/*
 * A page as the daemon would send it to a visitor, byte for byte: admitted,
 * planned and rewritten by what the daemon does that with, with notice, guard
 * and all else that goes in. There is no token: the record stands for one.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/policy.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct proxy_setup;

struct sent_request {
	const struct proxy_setup *setup;
	size_t site;	      /* the page is on this one */
	struct span target;   /* its path there, and query if any */
	struct span type;     /* Content-Type of the page; or empty */
	struct span language; /* Accept-Language; or empty */
	category_set granted; /* beside what is required */
	bool undecided;	      /* has not answered: granted does not count */
	bool gpc;	      /* Sec-GPC: 1 */
};

/*
 * Appends what a visitor gets for body, the page of the site. CONSENT_EINVAL:
 * target is none; CONSENT_ECODING: a charset or form that cannot be read, for
 * which the daemon answers with an error; CONSENT_ELIMIT: markup that cannot
 * be placed, where it breaks the page off: out has what went before;
 * CONSENT_ENOMEM.
 */
int sent_page(const struct sent_request *request, struct span body,
    struct buf *out) CONSENT_CHECKED;

#endif
