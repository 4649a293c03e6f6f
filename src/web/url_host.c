#include "web/url_parts.h"

#include "base/ascii.h"

#include <libconsent/buf.h>
#include <libconsent/url.h>

#include <arpa/inet.h>
#include <idn2.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	HOST_PARTS = 4, /* of an IPv4 address */
	HOST_WORDS = 8	/* of an IPv6 address */
};

/* Forbidden domain code points (3.1), ASCII; "%" and controls are too. */
static bool
is_forbidden(char c)
{
	return ascii_is(c, ASCII_CONTROL) ||
	       (c != '\0' && strchr(" #/:<>?@[\\]^|%", c) != NULL);
}

/* A name that needs no work: lower-case letters, digits, "-", ".", "_". */
static bool
is_plain(struct span host)
{
	size_t i;

	for (i = 0; i < host.n; i++)
		if (!ascii_is(host.p[i], ASCII_LOWER | ASCII_DIGIT) &&
		    host.p[i] != '-' && host.p[i] != '.' && host.p[i] != '_')
			return false;
	return host.n > 0;
}

/* Percent-decodes (1.3) into room. */
static void
decode(struct span text, struct room *room)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		int high = -1, low = -1;

		if (text.p[i] == '%' && i + 2 < text.n) {
			high = ascii_hex_value(text.p[i + 1]);
			low = ascii_hex_value(text.p[i + 2]);
		}
		if (high < 0 || low < 0) {
			room_put(room, text.p[i]);
			continue;
		}
		room_put(room, (char)(high << 4 | low));
		i += 2;
	}
}

/* Appends the ASCII form of one label, or of several where it maps to dots. */
static int
label_to_ascii(struct span label, struct room *room)
{
	char text[URL_HOST], *ascii = NULL;
	bool wide = false;
	size_t i;

	for (i = 0; i < label.n; i++)
		wide = wide || (unsigned char)label.p[i] >= 0x80;
	if (!wide) {
		/* browsers refuse some "xn--"; to take them is safe here */
		for (i = 0; i < label.n; i++)
			room_put(room, ascii_lower(label.p[i]));
		return CONSENT_OK;
	}
	if (label.n >= sizeof text || memchr(label.p, 0, label.n) != NULL)
		return CONSENT_EINVAL;
	memcpy(text, label.p, label.n);
	text[label.n] = '\0';
	if (idn2_to_ascii_8z(
		text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return CONSENT_EINVAL;
	for (i = 0; ascii[i] != '\0'; i++)
		room_put(room, ascii[i]);
	idn2_free(ascii);
	return CONSENT_OK;
}

/* One part of an IPv4 address (3.5, IPv4 number parser). */
static int
number_parse(struct span part, uint64_t *out)
{
	unsigned base = 10;
	size_t i;

	if (part.n == 0)
		return CONSENT_EINVAL;
	if (span_starts_nocase(part, SPAN("0x"))) {
		part = span_sub(part, 2, part.n);
		base = 16;
	} else if (part.n > 1 && part.p[0] == '0') {
		part = span_sub(part, 1, part.n);
		base = 8;
	}
	*out = 0;
	for (i = 0; i < part.n; i++) {
		int digit = ascii_hex_value(part.p[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return CONSENT_EINVAL;
		if (*out <= UINT32_MAX)
			*out = *out * base + (unsigned)digit;
	}
	return CONSENT_OK;
}

static struct span
last_label(struct span host)
{
	size_t from = host.n;

	while (from > 0 && host.p[from - 1] != '.')
		from--;
	return span_sub(host, from, host.n);
}

/* The "ends in a number" checker. */
static bool
ends_in_number(struct span host)
{
	struct span last;
	bool digits = true;
	uint64_t ignored;
	size_t i;

	if (span_ends(host, SPAN(".")))
		host.n--;
	last = last_label(host);
	for (i = 0; i < last.n; i++)
		digits = digits && ascii_is(last.p[i], ASCII_DIGIT);
	if (last.n > 0 && digits)
		return true;
	return span_starts_nocase(last, SPAN("0x")) &&
	       number_parse(last, &ignored) == CONSENT_OK;
}

/* The IPv4 parser: one to four numbers, the last fills what is left. */
static int
ipv4_parse(struct span host, uint32_t *out)
{
	uint64_t part[HOST_PARTS] = {0}, address = 0;
	struct span rest = host;
	size_t n = 0, i;
	int rc;

	if (span_ends(rest, SPAN(".")))
		rest.n--;
	while (rest.p != NULL) {
		if (n == HOST_PARTS)
			return CONSENT_EINVAL;
		rc = number_parse(span_cut(&rest, '.'), &part[n]);
		if (rc != CONSENT_OK)
			return rc;
		n++;
	}
	for (i = 0; i + 1 < n; i++) {
		if (part[i] > 255)
			return CONSENT_EINVAL;
		address |= part[i] << (24 - 8 * i);
	}
	if (part[n - 1] >= (uint64_t)1 << (8 * (5 - n)))
		return CONSENT_EINVAL;
	*out = (uint32_t)(address | part[n - 1]);
	return CONSENT_OK;
}

static void
ipv4_write(uint32_t address, struct room *room)
{
	char text[16];
	int i, n;

	n = snprintf(text, sizeof text, "%u.%u.%u.%u", address >> 24,
	    address >> 16 & 255, address >> 8 & 255, address & 255);
	for (i = 0; i < n; i++)
		room_put(room, text[i]);
}

/* The first longest run of two or more zero words; *length is 0: none. */
static size_t
zeros_find(const uint16_t word[HOST_WORDS], size_t *length)
{
	size_t best = 0, i, n;

	*length = 0;
	for (i = 0; i < HOST_WORDS; i += n + 1) {
		for (n = 0; i + n < HOST_WORDS && word[i + n] == 0; n++)
			continue;
		if (n > 1 && n > *length) {
			*length = n;
			best = i;
		}
	}
	return best;
}

/* The IPv6 serializer (3.6): hex throughout, unlike inet_ntop. */
static void
ipv6_write(const uint16_t word[HOST_WORDS], struct room *room)
{
	size_t run, from = zeros_find(word, &run), i;
	char text[8];
	const char *p;

	room_put(room, '[');
	for (i = 0; i < HOST_WORDS; i++) {
		if (run > 0 && i == from) {
			room_put(room, ':');
			if (i == 0)
				room_put(room, ':');
			i += run - 1;
			continue;
		}
		(void)snprintf(text, sizeof text, "%x", word[i]);
		for (p = text; *p != '\0'; p++)
			room_put(room, *p);
		if (i + 1 < HOST_WORDS)
			room_put(room, ':');
	}
	room_put(room, ']');
}

static int
ipv6_parse(struct span text, struct room *room)
{
	char inner[INET6_ADDRSTRLEN];
	unsigned char byte[16];
	uint16_t word[HOST_WORDS];
	size_t i;

	if (text.n < 4 || text.p[text.n - 1] != ']' ||
	    text.n - 2 >= sizeof inner)
		return CONSENT_EINVAL;
	memcpy(inner, text.p + 1, text.n - 2);
	inner[text.n - 2] = '\0';
	if (strlen(inner) != text.n - 2 ||
	    inet_pton(AF_INET6, inner, byte) != 1)
		return CONSENT_EINVAL;
	for (i = 0; i < HOST_WORDS; i++)
		word[i] = (uint16_t)(byte[2 * i] << 8 | byte[2 * i + 1]);
	ipv6_write(word, room);
	return CONSENT_OK;
}

/* The domain to ASCII step (3.3) on decoded text, into room. */
static int
name_to_ascii(struct span name, struct room *room)
{
	int rc;

	while (name.p != NULL) {
		rc = label_to_ascii(span_cut(&name, '.'), room);
		if (rc != CONSENT_OK)
			return rc;
		if (name.p != NULL)
			room_put(room, '.');
	}
	return CONSENT_OK;
}

/*
 * What a browser may read otherwise: its rules for letters are laxer than
 * those of libidn2, and bytes that are no UTF-8 have a charset of their own.
 */
static int
refuse(struct span name)
{
	size_t i;

	for (i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] >= 0x80)
			return CONSENT_ECODING;
	return CONSENT_EINVAL;
}

static int
name_parse(struct span text, struct room *room)
{
	char decoded[URL_HOST];
	struct room middle = {decoded, 0, sizeof decoded};
	struct room start = *room;
	struct span name;
	size_t i;
	int rc;

	decode(text, &middle);
	if (middle.n == middle.max)
		return CONSENT_EINVAL;
	rc = name_to_ascii((struct span){decoded, middle.n}, room);
	name = (struct span){start.p + start.n, room->n - start.n};
	/* what is written must be a host when it is read again */
	if (rc != CONSENT_OK || name.n == 0 || name.n >= URL_HOST ||
	    room->n == room->max)
		return refuse((struct span){decoded, middle.n});
	for (i = 0; i < name.n; i++)
		if (is_forbidden(name.p[i]))
			return refuse((struct span){decoded, middle.n});
	return CONSENT_OK;
}

int
url_host_parse(struct span text, struct room *room, struct span *out)
{
	size_t from = room->n;
	struct span host = text;
	uint32_t address;
	int rc = CONSENT_OK;

	if (text.n == 0 || text.n >= URL_HOST)
		return CONSENT_EINVAL;
	if (text.p[0] == '[') {
		rc = ipv6_parse(text, room);
	} else if (!is_plain(text)) {
		rc = name_parse(text, room);
	}
	if (rc != CONSENT_OK)
		return rc;
	if (room->n > from)
		host = (struct span){room->p + from, room->n - from};
	if (host.p[0] != '[' && ends_in_number(host)) {
		rc = ipv4_parse(host, &address);
		if (rc != CONSENT_OK)
			return rc;
		room->n = from;
		ipv4_write(address, room);
		host = (struct span){room->p + from, room->n - from};
	}
	*out = host;
	return CONSENT_OK;
}

int
url_host_canonical(struct span host, struct buf *out)
{
	char memory[URL_HOST];
	struct room room = {memory, 0, sizeof memory};
	struct span result;
	int rc = url_host_parse(host, &room, &result);

	if (rc != CONSENT_OK)
		return rc;
	if (span_ends(result, SPAN(".")))
		result.n--;
	if (result.n == 0)
		return CONSENT_EINVAL;
	return buf_append(out, result);
}
