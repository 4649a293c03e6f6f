#ifndef CONSENT_HTTP_TRACE_H
#define CONSENT_HTTP_TRACE_H

/*
 * Trace Context (W3C Recommendation of 23 November 2021, level 1): the fields
 * by which programs that trace requests tell each other which one this is. We
 * begin and end no spans, and pass the fields on as they came ("Mutating the
 * traceparent Field" lets proxies do so); what is malformed goes, so that an
 * origin gets none or a good one.
 */

#include <stdbool.h>

#include <libconsent/span.h>

struct head;

enum {
	TRACE_ID = 33,	   /* 32 hex digits and NUL */
	TRACE_MEMBERS = 32 /* most of a tracestate */
};

/*
 * Whether value is a traceparent: of version 00, or of a later one that begins
 * as this one does ("Versioning of traceparent").
 */
bool trace_is_parent(struct span value);

/*
 * Leaves in a request one good traceparent and a good tracestate, or neither:
 * without a traceparent a tracestate says nothing. Writes the trace-id
 * to id, or "".
 */
void trace_screen(struct head *request, char id[TRACE_ID]);

#endif
