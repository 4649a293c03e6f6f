#include "proxy/forward.h"

#include "http/head_edit.h"
#include "http/request.h"

/* Extends Via by ourselves (RFC 9110 7.6.3). */
static int
extend_via(struct head *h)
{
	return head_add(h, SPAN("Via"),
	    h->minor == 0 ? SPAN("1.0 consentd") : SPAN("1.1 consentd"));
}

int
forward_request(struct head *h, const struct forward_facts *facts)
{
	struct request_target target;
	struct span host = request_host(h);
	int rc = request_target(h, &target);

	if (rc == CONSENT_OK && target.form == REQUEST_ABSOLUTE)
		rc = head_start_request(h, h->method, target.path);
	if (rc != CONSENT_OK)
		return rc;
	head_drop_hops(h);
	head_drop_all(h, SPAN("Forwarded"));
	head_drop_all(h, SPAN("X-Real-IP"));
	if (host.n == 0)
		host = facts->host;
	if (head_value(h, SPAN("Host")).n == 0)
		rc = head_set(h, SPAN("Host"), host); /* RFC 9112 3.2 */
	if (rc == CONSENT_OK)
		rc = head_set(h, SPAN("X-Forwarded-For"), facts->client);
	if (rc == CONSENT_OK)
		rc = head_set(h, SPAN("X-Forwarded-Proto"), facts->scheme);
	if (rc == CONSENT_OK)
		rc = head_set(h, SPAN("X-Forwarded-Host"), host);
	if (rc == CONSENT_OK)
		rc = extend_via(h);
	return rc;
}

int
forward_response(struct head *h)
{
	head_drop_hops(h);
	return extend_via(h);
}
