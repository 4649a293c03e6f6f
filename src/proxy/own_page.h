#ifndef CONSENT_PROXY_OWN_PAGE_H
#define CONSENT_PROXY_OWN_PAGE_H

/*
 * What the pages under our own prefix have in common: they load nothing from
 * elsewhere, stand in nobody's frame and are kept by nobody.
 */

#include <stdbool.h>

#include <libconsent/span.h>

struct answer;
struct head;
struct notice_facts;

/* Begins an HTML page in the notice's language. Failures latch in a->rc. */
void own_page_start(
    struct answer *a, unsigned status, const struct notice_facts *notice);

/* The same for a page that has frames of that origin, and of no other. */
void own_page_start_framing(struct answer *a, unsigned status,
    const struct notice_facts *notice, struct span frames);

/* Whether a request would rather have JSON than a page. */
bool own_page_wants_json(const struct head *request);

#endif
