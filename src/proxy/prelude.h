#ifndef CONSENT_PROXY_PRELUDE_H
#define CONSENT_PROXY_PRELUDE_H

/*
 * What of ours comes first in the head of a page: the guard, Google's consent
 * mode, and what scripts of the site may know. It hangs on the visitor's choice
 * and on nothing else of a request, so that a worker makes it once for all who
 * chose the same and keeps the last few. One thread; counted references.
 */

#include <libconsent/span.h>
#include <libconsent/status.h>

#include <libconsent/guard.h>

struct prelude;
struct preludes;
struct visit;

/* Those that a worker keeps: none yet. CONSENT_ENOMEM. */
int preludes_new(struct preludes **out) CONSENT_CHECKED;

/* Frees them; one that a page still holds stays until it is given back. */
void preludes_free(struct preludes *p);

/*
 * That of a visit, kept in its preludes if it has any, with a reference for the
 * caller. CONSENT_ENOMEM, CONSENT_ELIMIT: a policy with too many categories.
 */
int prelude_take(const struct visit *v, enum guard_form form,
    struct prelude **out) CONSENT_CHECKED;

/* Its bytes; they may be none. NULL has none. */
struct span prelude_text(const struct prelude *p);

/* Gives the reference back; NULL is nothing. */
void prelude_give(struct prelude *p);

#endif
