#ifndef CONSENT_PROXY_VERIFY_H
#define CONSENT_PROXY_VERIFY_H

/*
 * PREFIX/verify: what a visitor consented to, for a server that asks before it
 * passes a request on (auth_request of nginx, ext_authz of Envoy) and sends
 * its back ends the field Consent, as we do ourselves (screen_request). Nothing
 * is issued, set or logged by it.
 *
 * The answer is 200 for everyone: it says who agreed to what, and is no reason
 * to keep a page from anybody. PREFIX/verify/PATH asks about that path of the
 * site, which may be sensitive, in any method: Envoy sends that of the request.
 */

struct answer;
struct head;
struct proxy_setup;
struct visit;

/* Fills the answer. Failures latch in it. */
void verify_answer(struct answer *a, const struct visit *v,
    const struct proxy_setup *setup, const struct head *request);

#endif
