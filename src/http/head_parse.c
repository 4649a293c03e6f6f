#include "http/head_parse.h"

#include "base/ascii.h"

#include <string.h>

#define EACH_BYTE(b) (UINT64_MAX / 255 * (b))

static bool
is_control(char c)
{
	return ascii_is(c, ASCII_CONTROL) && c != '\t';
}

/*
 * Whether one of eight bytes may be a control byte, HTAB included: by adding
 * 0x60 a byte of 0x20 to 0x7F gets its top bit, a smaller one does not. A hit
 * may be false, a miss never is.
 */
static bool
may_have_control(const char *p)
{
	uint64_t bytes, low, del;

	memcpy(&bytes, p, sizeof bytes);
	low = ~((bytes & EACH_BYTE(0x7F)) + EACH_BYTE(0x60)) & ~bytes;
	del = bytes ^ EACH_BYTE(0x7F);
	del = (del - EACH_BYTE(0x01)) & ~del;
	return ((low | del) & EACH_BYTE(0x80)) != 0;
}

bool
head_is_value(struct span s)
{
	size_t i = 0, end;

	while (i < s.n) {
		if (s.n - i >= 8 && !may_have_control(s.p + i)) {
			i += 8;
			continue;
		}
		end = s.n - i >= 8 ? i + 8 : s.n;
		for (; i < end; i++)
			if (is_control(s.p[i]))
				return false;
	}
	return true;
}

static size_t
token_length(struct span s)
{
	size_t i = 0;

	while (i < s.n && ascii_is(s.p[i], ASCII_TCHAR))
		i++;
	return i;
}

bool
head_is_token(struct span s)
{
	return s.n > 0 && token_length(s) == s.n;
}

bool
head_is_visible(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x21 || s.p[i] > 0x7E)
			return false;
	return s.n > 0;
}

/*
 * "HTTP/1.0" or "HTTP/1.1". Another digit is a version we do not speak; what
 * is not of that shape is no version at all.
 */
static enum fault
parse_version(struct head *h, struct span s)
{
	if (s.n != 8 || !span_starts(s, SPAN("HTTP/")) || s.p[6] != '.' ||
	    !ascii_is(s.p[5], ASCII_DIGIT) || !ascii_is(s.p[7], ASCII_DIGIT))
		return FAULT_START_LINE;
	if (s.p[5] != '1' || s.p[7] > '1')
		return FAULT_VERSION;
	h->minor = (unsigned)(s.p[7] - '0');
	return FAULT_NONE;
}

static struct span
without_crlf(struct span line)
{
	return span_sub(line, 0, line.n - 2);
}

enum fault
head_parse_request(struct head *h, struct span line)
{
	struct span rest = without_crlf(line);
	struct span method = span_cut(&rest, ' ');
	struct span target = span_cut(&rest, ' ');
	enum fault fault;

	if (!head_is_token(method))
		return FAULT_METHOD;
	if (method.n > HEAD_METHOD_BYTES)
		return FAULT_METHOD_SIZE;
	if (rest.p == NULL)
		return FAULT_START_LINE;
	fault = parse_version(h, rest);
	if (fault != FAULT_NONE)
		return fault;
	if (!head_is_visible(target) || span_find(target, '#') < target.n)
		return FAULT_TARGET;
	h->method = method;
	h->target = target;
	return FAULT_NONE;
}

/*
 * RFC 9112 4 wants a space after the status even when there is no reason;
 * many servers leave it out, and nothing else could be meant.
 */
enum fault
head_parse_status(struct head *h, struct span line)
{
	struct span rest = without_crlf(line);
	struct span version = span_cut(&rest, ' ');
	struct span code = span_cut(&rest, ' ');
	enum fault fault = parse_version(h, version);
	uint64_t status;

	if (fault != FAULT_NONE)
		return fault;
	/* RFC 9110 15: what is over 599 is taken for a failure */
	if (code.n != 3 || span_to_u64(code, 10, 599, &status) != CONSENT_OK ||
	    status < 100 || !head_is_value(rest))
		return FAULT_START_LINE;
	h->status = (unsigned)status;
	h->reason = rest;
	return FAULT_NONE;
}

enum fault
head_parse_field(struct head *h, struct span line)
{
	size_t n = token_length(line);
	struct span value;

	if (line.p[0] == ' ' || line.p[0] == '\t')
		return FAULT_FOLD;
	if (n == 0 || line.p[n] != ':')
		return FAULT_FIELD_NAME;
	value = span_trim(span_sub(without_crlf(line), n + 1, line.n));
	if (!head_is_value(value))
		return FAULT_FIELD_VALUE;
	if (h->count == h->limits.fields)
		return FAULT_HEAD_COUNT;
	h->fields[h->count++] = (struct head_field){
	    .name = span_sub(line, 0, n),
	    .value = value,
	    .line = line,
	    .live = true,
	};
	return FAULT_NONE;
}
