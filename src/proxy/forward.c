#include "proxy/forward.h"

#include "base/clock.h"
#include "http/forwarded.h"
#include "http/head_edit.h"
#include "http/request.h"
#include "http/twin.h"

#include <stdio.h>

enum {
	FORWARD_BYTES = 8192 /* of one field with all its hops */
};

/* A forwarding field while it is extended. */
struct hops {
	struct span name;
	int (*read)(struct span value, struct forwarded_chain *chain);
	struct buf text; /* the values of all fields of the name */
};

/* Extends Via by ourselves (RFC 9110 7.6.3). */
static int
extend_via(struct head *h)
{
	struct span via = SPAN("1.1 consentd");

	if (h->is_h2)
		via = SPAN("2.0 consentd");
	else if (h->minor == 0)
		via = SPAN("1.0 consentd");
	return head_add(h, SPAN("Via"), via);
}

/*
 * Gathers what a trusted sender says in the fields of that name.
 * CONSENT_EINVAL and CONSENT_ELIMIT: it is not to be used.
 */
static int
gather(const struct head *h, struct hops *hops)
{
	struct forwarded_chain chain = {.n = 0};
	size_t i = head_find(h, hops->name, 0);
	int rc = CONSENT_OK;

	for (; i != HEAD_NONE && rc == CONSENT_OK;
	     i = head_find(h, hops->name, i + 1)) {
		rc = hops->read(h->fields[i].value, &chain);
		if (rc == CONSENT_OK)
			rc = buf_append(&hops->text, h->fields[i].value);
		if (rc == CONSENT_OK)
			rc = buf_append(&hops->text, SPAN(", "));
	}
	if (rc != CONSENT_OK || chain.n == 0)
		buf_clear(&hops->text);
	return rc;
}

/* Appends this hop to what was gathered, and sets the field to all of it. */
static int
write_for(struct head *h, const struct forward_facts *facts, struct hops *hops)
{
	int rc = buf_append(&hops->text, facts->client);

	if (rc == CONSENT_OK)
		rc = head_set(h, hops->name, buf_span(&hops->text));
	return rc;
}

/* The same in the words of RFC 7239, which quote an IPv6 address. */
static int
write_forwarded(
    struct head *h, const struct forward_facts *facts, struct hops *hops)
{
	bool is_v6 = span_find(facts->client, ':') < facts->client.n;
	int rc = buf_printf(&hops->text, is_v6 ? "for=\"[%.*s]\"" : "for=%.*s",
	    SPAN_ARG(facts->client));

	if (rc == CONSENT_OK)
		rc = head_set(h, hops->name, buf_span(&hops->text));
	return rc;
}

static int
forward_hops(
    struct head *h, const struct forward_facts *facts, uint64_t *dropped)
{
	struct hops plain = {
	    .name = SPAN("X-Forwarded-For"), .read = forwarded_read_for};
	struct hops rfc = {.name = SPAN("Forwarded"), .read = forwarded_read};
	int rc = CONSENT_OK;

	buf_init(&plain.text, FORWARD_BYTES);
	buf_init(&rfc.text, FORWARD_BYTES);
	if (facts->is_trusted) {
		*dropped += gather(h, &plain) != CONSENT_OK;
		*dropped += gather(h, &rfc) != CONSENT_OK;
	}
	if (rfc.text.n != 0)
		rc = write_forwarded(h, facts, &rfc);
	else
		head_drop_all(h, rfc.name);
	if (rc == CONSENT_OK)
		rc = write_for(h, facts, &plain);
	buf_fini(&plain.text);
	buf_fini(&rfc.text);
	return rc;
}

static bool
is_scheme(struct span s)
{
	return span_equal_nocase(s, SPAN("http")) ||
	       span_equal_nocase(s, SPAN("https"));
}

/*
 * Sets a field of one value, or leaves what a trusted sender wrote there when
 * that is one good value.
 */
static int
forward_value(struct head *h, struct span name, struct span value,
    bool (*is_good)(struct span))
{
	size_t i = head_find(h, name, 0);

	if (is_good != NULL && i != HEAD_NONE &&
	    head_find(h, name, i + 1) == HEAD_NONE &&
	    is_good(h->fields[i].value))
		return CONSENT_OK;
	return head_set(h, name, value);
}

/* Makes an absolute form one of origin, or the asterisk (RFC 9112 3.2.2). */
static int
shorten_target(struct head *h, const struct request_target *target)
{
	struct buf path;
	int rc;

	if (!span_starts(target->path, SPAN("?")))
		return head_start_request(h, h->method, target->path);
	buf_init(&path, target->path.n + 1);
	rc = buf_append_byte(&path, '/');
	if (rc == CONSENT_OK)
		rc = buf_append(&path, target->path);
	if (rc == CONSENT_OK)
		rc = head_start_request(h, h->method, buf_span(&path));
	buf_fini(&path);
	return rc;
}

/* Counts down how often the request may be forwarded (RFC 9110 7.6.2). */
static int
count_hop(struct head *h)
{
	char text[16];
	uint32_t left;

	if (request_hops(h, &left) != REQUEST_HOPS_SOME)
		return CONSENT_OK;
	(void)snprintf(text, sizeof text, "%u", (unsigned)left - 1);
	return head_set(h, SPAN("Max-Forwards"), span_of(text));
}

/*
 * An origin that cannot tell such names apart would take them for what we
 * wrote, or for what we judged the request by.
 */
static void
drop_twins(struct head *h)
{
	static const struct span ours[] = {SPAN_INIT("Accept-Encoding"),
	    SPAN_INIT("If-Match"), SPAN_INIT("If-Modified-Since"),
	    SPAN_INIT("If-None-Match"), SPAN_INIT("If-Range"),
	    SPAN_INIT("If-Unmodified-Since"), SPAN_INIT("Keep-Alive"),
	    SPAN_INIT("Proxy-Authorization"), SPAN_INIT("Proxy-Connection"),
	    SPAN_INIT("Sec-GPC"), SPAN_INIT("X-Forwarded-For"),
	    SPAN_INIT("X-Forwarded-Host"), SPAN_INIT("X-Forwarded-Proto"),
	    SPAN_INIT("X-Real-IP"), SPAN_INIT("X-Request-Id")};
	size_t i;

	for (i = 0; i < sizeof ours / sizeof ours[0]; i++)
		twin_drop(h, ours[i]);
}

int
forward_request(
    struct head *h, const struct forward_facts *facts, uint64_t *dropped)
{
	struct request_target target;
	struct span host = request_host(h);
	int rc = request_target(h, &target);

	if (rc == CONSENT_OK && target.form == REQUEST_ABSOLUTE)
		rc = shorten_target(h, &target);
	if (rc == CONSENT_OK)
		rc = count_hop(h);
	if (rc != CONSENT_OK)
		return rc;
	head_drop_hops(h);
	drop_twins(h);
	head_drop_all(h, SPAN("X-Real-IP"));
	if (host.n == 0)
		host = facts->host;
	/* RFC 9112 3.2 and 3.2.2: there is one, and it is the target's */
	if (!span_equal(head_value(h, SPAN("Host")), host))
		rc = head_set(h, SPAN("Host"), host);
	if (rc == CONSENT_OK)
		rc = forward_hops(h, facts, dropped);
	if (rc == CONSENT_OK)
		rc = forward_value(h, SPAN("X-Forwarded-Proto"), facts->scheme,
		    facts->is_trusted ? is_scheme : NULL);
	if (rc == CONSENT_OK)
		rc = forward_value(h, SPAN("X-Forwarded-Host"), host,
		    facts->is_trusted ? request_is_authority : NULL);
	if (rc == CONSENT_OK)
		rc = extend_via(h);
	return rc;
}

void
forward_trailers(struct head *trailers)
{
	static const struct span ours[] = {SPAN_INIT("Forwarded"),
	    SPAN_INIT("Via"), SPAN_INIT("X-Forwarded-For"),
	    SPAN_INIT("X-Forwarded-Host"), SPAN_INIT("X-Forwarded-Proto"),
	    SPAN_INIT("X-Real-IP"), SPAN_INIT("X-Request-Id"),
	    SPAN_INIT("traceparent"), SPAN_INIT("tracestate")};
	size_t i;

	for (i = 0; i < sizeof ours / sizeof ours[0]; i++)
		head_drop_all(trailers, ours[i]);
	drop_twins(trailers);
}

void
forward_interim(struct head *h)
{
	head_drop_hops(h);
	head_drop_all(h, SPAN("Content-Length"));
}

int
forward_response(struct head *h)
{
	char date[CLOCK_TEXT];
	int rc = CONSENT_OK;

	head_drop_hops(h);
	if (head_find(h, SPAN("Date"), 0) == HEAD_NONE) {
		clock_format_http(clock_now(), date); /* RFC 9110 6.6.1 */
		rc = head_add(h, SPAN("Date"), span_of(date));
	}
	return rc == CONSENT_OK ? extend_via(h) : rc;
}
