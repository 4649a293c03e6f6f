#include "http/framing.h"

#include "http/head_parse.h"
#include "http/request.h"
#include "http/twin.h"

/* What a head says of its body, before it is known whether it has one. */
struct announced {
	bool chunked;
	bool has_length;
	uint64_t length;
};

/*
 * One Content-Length of digits only. Equal repetitions and lists of equal
 * numbers are refused too: RFC 9110 8.6 allows to, and honest senders have
 * none.
 */
static enum fault
read_length(const struct head *h, uint64_t max, struct announced *out)
{
	struct span name = SPAN("Content-Length");
	size_t i = head_find(h, name, 0);
	int rc;

	if (i == HEAD_NONE)
		return FAULT_NONE;
	if (head_find(h, name, i + 1) != HEAD_NONE)
		return FAULT_LENGTH_REPEATED;
	rc = span_to_u64(h->fields[i].value, 10, INT64_MAX, &out->length);
	if (rc != CONSENT_OK)
		return FAULT_LENGTH_INVALID;
	if (out->length > max)
		return FAULT_BODY_SIZE;
	out->has_length = true;
	return FAULT_NONE;
}

/*
 * The members of Transfer-Encoding. RFC 9112 6.3: what does not end in chunked
 * has no end and is malformed; 6.1: chunked stands once, and other codings in
 * front of it are answered 501. Empty members, which other lists may have, are
 * malformed here.
 */
static enum fault
judge_codings(struct span list)
{
	enum fault fault = FAULT_NONE;

	for (;;) {
		struct span coding = span_trim(span_cut(&list, ','));
		bool chunked = span_equal_nocase(coding, SPAN("chunked"));

		if (list.p == NULL)
			return chunked ? fault : FAULT_CODING_FINAL;
		if (chunked || !head_is_token(coding))
			return FAULT_CODING_FINAL;
		fault = FAULT_CODING_UNKNOWN;
	}
}

/* One Transfer-Encoding that is "chunked" and nothing else. */
static enum fault
read_coding(const struct head *h, struct announced *out)
{
	struct span name = SPAN("Transfer-Encoding");
	size_t i = head_find(h, name, 0);
	enum fault fault;

	if (i == HEAD_NONE)
		return FAULT_NONE;
	if (h->minor == 0)
		return FAULT_CODING_VERSION;
	if (head_find(h, name, i + 1) != HEAD_NONE)
		return FAULT_CODING_REPEATED;
	fault = judge_codings(h->fields[i].value);
	out->chunked = fault == FAULT_NONE;
	return fault;
}

static enum fault
read_announced(const struct head *h, uint64_t max, struct announced *out)
{
	enum fault fault = read_coding(h, out);

	if (fault != FAULT_NONE)
		return fault;
	if (twin_in(h, SPAN("Content-Length")) ||
	    twin_in(h, SPAN("Transfer-Encoding")))
		return FAULT_FIELD_TWIN;
	if (out->chunked &&
	    head_find(h, SPAN("Content-Length"), 0) != HEAD_NONE)
		return FAULT_BOTH_LENGTHS;
	return read_length(h, max, out);
}

/*
 * The list is bounded here, once, so that dropping what it names stays cheap
 * for everyone after us.
 */
static enum fault
read_connection(const struct head *h, bool *keep)
{
	struct span name = SPAN("Connection");
	size_t i = head_find(h, name, 0), options = 0, at;

	for (; i != HEAD_NONE; i = head_find(h, name, i + 1)) {
		struct span value = h->fields[i].value;

		options++;
		for (at = 0; at < value.n; at++)
			options += value.p[at] == ',';
	}
	if (options > FRAMING_OPTIONS)
		return FAULT_CONNECTION;
	if (options > 0 && head_lists(h, name, SPAN("close")))
		*keep = false;
	else
		*keep =
		    h->minor > 0 ||
		    (options > 0 && head_lists(h, name, SPAN("keep-alive")));
	return FAULT_NONE;
}

/*
 * RFC 9112 3.2: one valid Host; with HTTP/1.0 it may be missing. What it says
 * beside an absolute target is ignored (3.2.2), but it has to be there.
 */
static enum fault
check_host(const struct head *h)
{
	struct span name = SPAN("Host");
	struct request_target target;
	size_t i = head_find(h, name, 0);

	if (request_target(h, &target) != CONSENT_OK)
		return FAULT_TARGET;
	if (i == HEAD_NONE)
		return h->minor == 0 ? FAULT_NONE : FAULT_HOST_MISSING;
	if (head_find(h, name, i + 1) != HEAD_NONE)
		return FAULT_HOST_REPEATED;
	if (!request_is_authority(h->fields[i].value))
		return FAULT_HOST_INVALID;
	return FAULT_NONE;
}

enum fault
framing_of_request(const struct head *h, uint64_t max, struct framing *out)
{
	struct announced said = {0};
	enum fault fault = check_host(h);
	bool keep = false;

	if (fault == FAULT_NONE)
		fault = read_announced(h, max, &said);
	if (fault == FAULT_NONE)
		fault = read_connection(h, &keep);
	if (fault != FAULT_NONE)
		return fault;
	*out = (struct framing){BODY_NONE, 0, keep};
	if (said.chunked)
		out->kind = BODY_CHUNKED;
	else if (said.has_length)
		out->kind = BODY_LENGTH;
	out->length = said.length;
	return FAULT_NONE;
}

/* RFC 9112 6.3, rules 1 and 2. */
static bool
has_no_body(const struct head *h, enum codec_expected answer)
{
	return answer == CODEC_ANSWER_TO_HEAD || h->status < 200 ||
	       h->status == 204 || h->status == 304;
}

static bool
is_tunnel(const struct head *h, enum codec_expected answer)
{
	return h->status == 101 ||
	       (answer == CODEC_ANSWER_TO_CONNECT && h->status / 100 == 2);
}

uint64_t
framing_most(const struct head *h, uint64_t max)
{
	return h->status == 205 ? 0 : max;
}

enum fault
framing_of_response(const struct head *h, enum codec_expected answer,
    uint64_t max, struct framing *out)
{
	struct announced said = {0};
	enum fault fault;
	bool keep = false;

	/* a length that is only told, as to HEAD, may be of any size */
	if (has_no_body(h, answer))
		max = UINT64_MAX;
	else
		max = framing_most(h, max);
	fault = read_announced(h, max, &said);
	if (fault == FAULT_NONE)
		fault = read_connection(h, &keep);
	if (fault != FAULT_NONE)
		return fault;
	*out = (struct framing){BODY_UNTIL_CLOSE, 0, keep};
	if (is_tunnel(h, answer))
		out->kind = BODY_TUNNEL;
	else if (has_no_body(h, answer))
		out->kind = BODY_NONE;
	else if (said.chunked)
		out->kind = BODY_CHUNKED;
	else if (said.has_length)
		*out = (struct framing){BODY_LENGTH, said.length, keep};
	if (out->kind == BODY_UNTIL_CLOSE || out->kind == BODY_TUNNEL)
		out->keep = false;
	/* a 204 that announces a body may well send it: not trusted further */
	if (h->status == 204 && (said.chunked || said.length > 0))
		out->keep = false;
	return FAULT_NONE;
}
