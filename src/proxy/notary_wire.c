#include "proxy/notary_wire.h"

#include "base/ascii.h"

#include <libconsent/page.h>

#include <stdbool.h>
#include <string.h>

/* An enumeration or truth value that is read before it has its type. */
static bool
is_small(const void *bytes, size_t at, size_t size, unsigned max)
{
	const unsigned char *p = (const unsigned char *)bytes + at;
	unsigned value = 0;

	if (size == 1)
		value = *p;
	else
		memcpy(&value, p, sizeof value);
	return value <= max;
}

#define IS_SMALL(bytes, member, max)                                           \
	is_small(bytes, offsetof(struct wire_request, member),                 \
	    sizeof((struct wire_request *)NULL)->member, max)

static bool
is_text(const char *p, size_t size)
{
	return memchr(p, '\0', size) != NULL;
}

/* 8 hex digits. */
static bool
is_rev(const char rev[POLICY_REV])
{
	size_t i;

	if (rev[POLICY_REV - 1] != '\0')
		return false;
	for (i = 0; i < POLICY_REV - 1; i++)
		if (!ascii_is(rev[i], ASCII_HEX) ||
		    ascii_is(rev[i], ASCII_UPPER))
			return false;
	return true;
}

static bool
has_types(const void *bytes)
{
	size_t i;

	if (!IS_SMALL(bytes, record.action, RECORD_EMBED) ||
	    !IS_SMALL(bytes, record.via, RECORD_VIA_API) ||
	    !IS_SMALL(bytes, record.gpc, 1))
		return false;
	for (i = 0; i < POLICY_CATEGORIES; i++)
		if (!is_small(bytes,
			offsetof(struct wire_request, record.categories) +
			    i * sizeof(struct record_category) +
			    offsetof(struct record_category, granted),
			sizeof(bool), 1))
			return false;
	return true;
}

static bool
has_texts(const struct record *r)
{
	unsigned i;

	if (r->n_categories > POLICY_CATEGORIES ||
	    !is_text(r->id, sizeof r->id) || !is_text(r->sub, sizeof r->sub) ||
	    !is_text(r->policy, sizeof r->policy) ||
	    !is_text(r->notice, sizeof r->notice) ||
	    !is_text(r->lang, sizeof r->lang) ||
	    !is_text(r->site, sizeof r->site) ||
	    !is_text(r->embed, sizeof r->embed))
		return false;
	for (i = 0; i < r->n_categories; i++)
		if (!is_text(r->categories[i].id, RECORD_NAME) ||
		    !is_rev(r->categories[i].rev))
			return false;
	return true;
}

int
wire_check(const void *bytes, size_t n, struct wire_request *out)
{
	struct wire_request request;

	if (n != sizeof request || !has_types(bytes))
		return CONSENT_EINVAL;
	memcpy(&request, bytes, sizeof request);
	if (request.magic != WIRE_REQUEST || request.version != WIRE_VERSION ||
	    !has_texts(&request.record))
		return CONSENT_EINVAL;
	*out = request;
	return CONSENT_OK;
}

/* Printable ASCII and a NUL. */
static bool
is_plain(const char *p, size_t size)
{
	size_t i;

	for (i = 0; i < size && p[i] != '\0'; i++)
		if (p[i] < ' ' || p[i] > '~')
			return false;
	return i < size;
}

/* A category's id as the log takes it, or "". */
static bool
is_category(const char *p)
{
	size_t i;

	if (!is_plain(p, RECORD_NAME))
		return false;
	for (i = 0; p[i] != '\0'; i++)
		if (!ascii_is(p[i], ASCII_LOWER) &&
		    (i == 0 || (!ascii_is(p[i], ASCII_DIGIT) &&
				   strchr("_-.", p[i]) == NULL)))
			return false;
	return true;
}

int
wire_check_sum(const void *bytes, size_t n, struct wire_sum *out)
{
	struct wire_sum sum;

	if (n != sizeof sum)
		return CONSENT_EINVAL;
	memcpy(&sum, bytes, sizeof sum);
	if (sum.magic != WIRE_SUM || sum.version != WIRE_VERSION ||
	    sum.kind >= WIRE_SUM_KINDS || sum.state > PAGE_GRANTED ||
	    sum.count == 0 || sum.count > UINT32_MAX ||
	    !is_plain(sum.text, sizeof sum.text) || !is_category(sum.category))
		return CONSENT_EINVAL;
	if (sum.kind == WIRE_REMOVED &&
	    (sum.text[0] == '\0' || sum.category[0] == '\0'))
		return CONSENT_EINVAL;
	*out = sum;
	return CONSENT_OK;
}

int
wire_check_question(const void *bytes, size_t n, struct wire_question *out)
{
	struct wire_question question;

	if (n != sizeof question)
		return CONSENT_EINVAL;
	memcpy(&question, bytes, sizeof question);
	if (question.magic != WIRE_QUESTION ||
	    question.version != WIRE_VERSION ||
	    !is_text(question.id, sizeof question.id) ||
	    !is_text(question.entry, sizeof question.entry))
		return CONSENT_EINVAL;
	*out = question;
	return CONSENT_OK;
}

int
wire_check_receipt(
    const void *bytes, size_t n, struct wire_receipt *out, struct span *text)
{
	struct wire_receipt receipt;

	if (n < sizeof receipt)
		return CONSENT_EINVAL;
	memcpy(&receipt, bytes, sizeof receipt);
	if (receipt.magic != WIRE_RECEIPT || receipt.version != WIRE_VERSION ||
	    !is_text(receipt.id, sizeof receipt.id) || receipt.status > 0 ||
	    receipt.n != n - sizeof receipt || receipt.n > WIRE_RECEIPT_TEXT)
		return CONSENT_EINVAL;
	*out = receipt;
	*text = (struct span){(const char *)bytes + sizeof receipt, receipt.n};
	return CONSENT_OK;
}

int
wire_check_reply(const void *bytes, size_t n, struct wire_reply *out)
{
	struct wire_reply reply;

	if (n != sizeof reply)
		return CONSENT_EINVAL;
	memcpy(&reply, bytes, sizeof reply);
	if (reply.magic != WIRE_REPLY || reply.version != WIRE_VERSION ||
	    !is_text(reply.id, sizeof reply.id) ||
	    reply.n > sizeof reply.token || reply.status > 0)
		return CONSENT_EINVAL;
	*out = reply;
	return CONSENT_OK;
}
