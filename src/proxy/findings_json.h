#ifndef CONSENT_PROXY_FINDINGS_JSON_H
#define CONSENT_PROXY_FINDINGS_JSON_H

/*
 * Findings as JSON, the same for `check --json` and in the answer to a reload.
 */

#include <jansson.h>

struct findings;

/* A list of objects, in the order of the findings; NULL without memory. */
json_t *findings_json_write(const struct findings *findings);

/*
 * Adds what an object with such a list has as `findings`, with how many there
 * were as `errors` and `warnings`, to an empty list. The lines that they are
 * about are not among it.
 */
void findings_json_read(const json_t *object, struct findings *findings);

#endif
