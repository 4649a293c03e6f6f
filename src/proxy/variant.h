#ifndef CONSENT_PROXY_VARIANT_H
#define CONSENT_PROXY_VARIANT_H

/*
 * Pages in a shared cache. A cache in front names, in a field of the
 * request that the configuration names, which variant of a page its visitor
 * gets, and keeps pages by that name. It has the name from a cookie that comes
 * and goes with the token. The name is only believed to be what the answer is
 * kept by: what the visitor gets, the token alone decides, and an answer that
 * the name does not fit is nobody else's.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/gate.h>
#include <libconsent/status.h>

struct answer;
struct head;
struct proxy_setup;
struct visit;

/*
 * Whether a page for v may be kept under the name that its request gave, as
 * far as the visitor goes. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int variant_fits(const struct visit *v, const struct proxy_setup *setup,
    bool *fits) CONSENT_CHECKED;

/*
 * How long the site lets shared caches keep a response, in seconds; 0 where
 * it does not, or the response is for one visitor by other signs.
 */
uint64_t variant_lifetime(const struct head *h);

/*
 * Says that shared caches may keep the response so long, by the name, and
 * browsers must ask each time. CONSENT_ENOMEM, CONSENT_ELIMIT, CONSENT_EINVAL.
 */
int variant_share(struct head *h, const struct proxy_setup *setup,
    uint64_t seconds) CONSENT_CHECKED;

/*
 * Adds the cookie with the name to an answer, until expires (ms), or deletes
 * it where something is still to be asked; nothing without such a cache. A
 * failure is the answer's.
 */
void variant_answer(struct answer *a, const struct proxy_setup *setup,
    const struct gate *gate, int64_t expires);

#endif
