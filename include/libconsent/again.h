#ifndef CONSENT_CONSENT_AGAIN_H
#define CONSENT_CONSENT_AGAIN_H

/*
 * The notice for who has answered before and is asked again: it begins with
 * what is new, by name. No state.
 */

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

struct notice;

/*
 * Appends banner, which is one of n's, with that in it. CONSENT_ENOENT: the
 * gate's visitor is asked for the first time, or not at all; CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int again_write(const struct notice *n, const struct gate *gate,
    struct span banner, struct buf *out) CONSENT_CHECKED;

CONSENT_END

#endif
