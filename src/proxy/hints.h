#ifndef CONSENT_PROXY_HINTS_H
#define CONSENT_PROXY_HINTS_H

/*
 * The Link fields of a response (RFC 8288), final or interim: browsers fetch
 * and connect by them before a page is read, so they are judged like the link
 * elements of a page, pictures for several sizes (imagesrcset) included.
 */

#include <stdbool.h>

#include <libconsent/status.h>

struct head;
struct visit;

/*
 * Takes out each link that makes a browser fetch or connect to what the gate
 * withholds; lines without one stay byte for byte. A line that cannot be read
 * to its end is dropped. *varies becomes true where another visitor would get
 * other links, and is else left alone. CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int hints_screen(
    struct head *h, const struct visit *v, bool *varies) CONSENT_CHECKED;

#endif
