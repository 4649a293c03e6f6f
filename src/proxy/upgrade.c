#include "proxy/upgrade.h"

#include "base/ascii.h"
#include "base/spelling.h"
#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/forward.h"

static const struct span upgrade = {"Upgrade", 7};

/* Whether s is protocol-name [ "/" protocol-version ] (RFC 9110 7.8). */
static bool
is_protocol(struct span s)
{
	size_t at = span_find(s, '/');

	return spelling_is_all(span_sub(s, 0, at), ASCII_TCHAR) &&
	       (at == s.n ||
		   spelling_is_all(span_sub(s, at + 1, s.n), ASCII_TCHAR));
}

/*
 * Protocols in which requests could go on unseen. RFC 9113 3.1 has taken h2c
 * back; TLS is RFC 2817.
 */
static bool
is_hiding(struct span protocol)
{
	static const char *const names[] = {"h2c", "h2", "h3", "HTTP", "TLS"};
	struct span name = span_sub(protocol, 0, span_find(protocol, '/'));
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (span_equal_nocase(name, span_of(names[i])))
			return true;
	return false;
}

/* Appends those of a list that may pass. CONSENT_EINVAL when it is none. */
static int
append_protocols(struct span list, struct buf *wanted)
{
	while (list.p != NULL) {
		struct span protocol = span_trim(span_cut(&list, ','));
		int rc = CONSENT_OK;

		if (!is_protocol(protocol))
			return CONSENT_EINVAL;
		if (is_hiding(protocol))
			continue;
		if (wanted->n > 0)
			rc = buf_append(wanted, SPAN(", "));
		if (rc == CONSENT_OK)
			rc = buf_append(wanted, protocol);
		if (rc != CONSENT_OK)
			return rc;
	}
	return CONSENT_OK;
}

int
upgrade_wanted(
    const struct head *request, enum body_kind body, struct buf *wanted)
{
	size_t i = head_find(request, upgrade, 0);
	int rc = CONSENT_OK;

	if (request->is_h2 || request->minor == 0 || body != BODY_NONE ||
	    !head_lists(request, SPAN("Connection"), upgrade))
		return CONSENT_OK;
	for (; i != HEAD_NONE && rc == CONSENT_OK;
	     i = head_find(request, upgrade, i + 1))
		rc = append_protocols(request->fields[i].value, wanted);
	if (rc == CONSENT_ENOMEM)
		return rc;
	if (rc != CONSENT_OK)
		buf_clear(wanted); /* it was only a wish */
	return CONSENT_OK;
}

int
upgrade_write(struct head *h, struct span protocols)
{
	int rc = head_set(h, upgrade, protocols);

	return rc == CONSENT_OK ? head_set(h, SPAN("Connection"), upgrade) : rc;
}

bool
upgrade_is_answer(const struct head *request, const struct head *response)
{
	size_t i = head_find(response, upgrade, 0);
	struct span list;

	if (i == HEAD_NONE || response->minor == 0 ||
	    head_find(response, upgrade, i + 1) != HEAD_NONE ||
	    !head_lists(response, SPAN("Connection"), upgrade))
		return false;
	list = response->fields[i].value;
	while (list.p != NULL) {
		struct span protocol = span_trim(span_cut(&list, ','));

		if (protocol.n == 0 || !head_lists(request, upgrade, protocol))
			return false;
	}
	return true;
}

int
upgrade_forward_response(const struct head *request, struct head *h)
{
	struct span protocols = head_value(h, upgrade);
	int rc = forward_response(h);

	if (rc != CONSENT_OK || protocols.n == 0 || request->is_h2 ||
	    request->minor == 0 || (h->status != 101 && h->status != 426))
		return rc;
	return upgrade_write(h, protocols);
}
