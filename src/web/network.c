#include "web/network.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

enum {
	V4_BITS = 32,
	V6_BITS = 128,
	V4_AT = 12 /* where an IPv4 address stands in its IPv6 form */
};

static const unsigned char mapped[V4_AT] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool
is_v4(const struct network_address *a)
{
	return memcmp(a->bytes, mapped, sizeof mapped) == 0;
}

static int
compare(const struct network_address *a, const struct network_address *b)
{
	return memcmp(a->bytes, b->bytes, NETWORK_BYTES);
}

int
network_address_parse(struct span text, struct network_address *out)
{
	struct network_address a;
	char digits[NETWORK_TEXT];

	/* inet_pton would stop at a NUL and read what is before it */
	if (text.n >= sizeof digits || span_find(text, '\0') < text.n)
		return CONSENT_EINVAL;
	(void)snprintf(digits, sizeof digits, "%.*s", SPAN_ARG(text));
	memcpy(a.bytes, mapped, sizeof mapped);
	if (inet_pton(AF_INET, digits, a.bytes + V4_AT) != 1 &&
	    inet_pton(AF_INET6, digits, a.bytes) != 1)
		return CONSENT_EINVAL;
	*out = a;
	return CONSENT_OK;
}

void
network_address_format(const struct network_address *a, char text[NETWORK_TEXT])
{
	const char *done =
	    is_v4(a) ? inet_ntop(AF_INET, a->bytes + V4_AT, text, NETWORK_TEXT)
		     : inet_ntop(AF_INET6, a->bytes, text, NETWORK_TEXT);

	if (done == NULL) /* cannot be: the room is enough for any */
		text[0] = '\0';
}

bool
network_address_is_loopback(const struct network_address *a)
{
	static const struct network_address one = {.bytes = {[15] = 1}};

	return is_v4(a) ? a->bytes[V4_AT] == 127 : compare(a, &one) == 0;
}

/*
 * The last address of the network that begins at first and whose first bits
 * are fixed. False when first has other bits set.
 */
static bool
network_end(const struct network_address *first, unsigned fixed,
    struct network_address *last)
{
	unsigned i;

	*last = *first;
	for (i = fixed; i < V6_BITS; i++) {
		unsigned char bit = (unsigned char)(0x80 >> i % 8);

		if ((first->bytes[i / 8] & bit) != 0)
			return false;
		last->bytes[i / 8] |= bit;
	}
	return true;
}

int
network_parse(struct span text, struct network *out, const char **why)
{
	struct network n;
	struct span rest = text;
	struct span address = span_cut(&rest, '/');
	uint64_t length = V6_BITS;
	unsigned offset, most;

	*why = "is no address: write 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32";
	if (network_address_parse(address, &n.first) != CONSENT_OK)
		return CONSENT_EINVAL;
	/* a mapped address written as IPv6 counts its bits as IPv6 does */
	offset = span_find(address, ':') == address.n ? V6_BITS - V4_BITS : 0;
	most = V6_BITS - offset;
	if (rest.p == NULL)
		length = most;
	else if (span_to_u64(rest, 10, most, &length) != CONSENT_OK) {
		*why = offset != 0 ? "has no length from 0 to 32 behind its /"
				   : "has no length from 0 to 128 behind its /";
		return CONSENT_EINVAL;
	}
	if (!network_end(&n.first, offset + (unsigned)length, &n.last)) {
		*why = "has bits set behind those that its length counts";
		return CONSENT_EINVAL;
	}
	*out = n;
	return CONSENT_OK;
}

bool
network_is_all(const struct network *n)
{
	struct network_address v4 = {{0}}, last;

	memcpy(v4.bytes, mapped, sizeof mapped);
	(void)network_end(&v4, V6_BITS - V4_BITS, &last); /* no bits behind */
	return compare(&n->first, &v4) <= 0 && compare(&n->last, &last) >= 0;
}

/* How many networks of the set begin at a or before it. */
static size_t
count_up_to(const struct network_set *set, const struct network_address *a)
{
	size_t from = 0, to = set->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare(&set->at[middle].first, a) <= 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

bool
network_set_has(const struct network_set *set, const struct network_address *a)
{
	size_t n = count_up_to(set, a);

	return n > 0 && compare(a, &set->at[n - 1].last) <= 0;
}

/*
 * Networks are nested or apart, so that one that begins in another is part of
 * it: those inside of n go, and n itself goes where it is inside of one.
 */
int
network_set_add(struct network_set *set, const struct network *n)
{
	size_t at = count_up_to(set, &n->first), end;

	if (at > 0 && compare(&n->last, &set->at[at - 1].last) <= 0)
		return CONSENT_OK;
	if (at > 0 && compare(&n->first, &set->at[at - 1].first) == 0)
		at--;
	for (end = at; end < set->n; end++)
		if (compare(&set->at[end].first, &n->last) > 0)
			break;
	if (end == at && set->n == NETWORK_MEMBERS)
		return CONSENT_ELIMIT;
	memmove(
	    &set->at[at + 1], &set->at[end], (set->n - end) * sizeof *set->at);
	set->n += 1 + at - end;
	set->at[at] = *n;
	return CONSENT_OK;
}
