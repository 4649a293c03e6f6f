#ifndef CONSENT_PROXY_REPORTING_H
#define CONSENT_PROXY_REPORTING_H

/*
 * Where browsers are told to send reports, without any script:
 * Reporting-Endpoints (a dictionary), its forerunner Report-To (JSON) and NEL,
 * which names a group of the latter. Who is withheld is not reported to.
 */

#include <stdbool.h>

#include <libconsent/status.h>

struct head;
struct visit;

/*
 * Takes withheld endpoints out, and what names only such; lines without one
 * stay byte for byte, what cannot be read goes. *varies as in proxy/fields.
 * CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int reporting_screen(
    struct head *h, const struct visit *v, bool *varies) CONSENT_CHECKED;

#endif
