#include "http/proxy_protocol.h"

#include <string.h>

enum {
	V2_HEAD = 16, /* signature, command, family, length */
	V2_SIGNATURE = 12,
	V2_COMMAND_AT = 12,
	V2_FAMILY_AT = 13,
	V2_LENGTH_AT = 14,
	V2_LOCAL = 0x20, /* version in the high half, command in the low */
	V2_PROXY = 0x21,
	TLV_HEAD = 3,
	TLV_CRC32C = 0x03,
	CRC_BYTES = 4,
	PORT_MAX = 65535
};

enum family {
	FAMILY_UNSPEC,
	FAMILY_INET,
	FAMILY_INET6,
	FAMILY_UNIX
};

/* Bytes of both addresses and ports, by family. */
static const size_t address_bytes[] = {0, 12, 36, 216};

static unsigned
byte_at(struct span s, size_t i)
{
	return (unsigned char)s.p[i];
}

static unsigned
pair_at(struct span s, size_t i)
{
	return byte_at(s, i) << 8 | byte_at(s, i + 1);
}

/* A decimal port without a sign or leading zeros. */
static bool
parse_port(struct span text, uint16_t *out)
{
	uint64_t n;

	if (text.n > 1 && text.p[0] == '0')
		return false;
	if (span_to_u64(text, 10, PORT_MAX, &n) != CONSENT_OK)
		return false;
	*out = (uint16_t)n;
	return true;
}

/* An address in digits of the family that the header names. */
static bool
parse_address(struct span text, enum family family, struct network_address *out)
{
	bool is_v6 = span_find(text, ':') < text.n;

	return is_v6 == (family == FAMILY_INET6) &&
	       network_address_parse(text, out) == CONSENT_OK;
}

/* "PROXY TCP4 1.2.3.4 5.6.7.8 1000 80", without its CRLF. */
static enum proxy_protocol_result
parse_line(struct span line, struct proxy_protocol *out)
{
	struct network_address own;
	enum family family;
	struct span word;
	uint16_t port;

	(void)span_cut(&line, ' '); /* PROXY: compared before */
	word = span_cut(&line, ' ');
	if (span_equal(word, SPAN("UNKNOWN")))
		return PROXY_PROTOCOL_DONE; /* the rest is to be ignored */
	if (span_equal(word, SPAN("TCP4")))
		family = FAMILY_INET;
	else if (span_equal(word, SPAN("TCP6")))
		family = FAMILY_INET6;
	else
		return PROXY_PROTOCOL_BROKEN;
	if (!parse_address(span_cut(&line, ' '), family, &out->client) ||
	    !parse_address(span_cut(&line, ' '), family, &own) ||
	    !parse_port(span_cut(&line, ' '), &out->port) || line.p == NULL ||
	    !parse_port(line, &port))
		return PROXY_PROTOCOL_BROKEN;
	out->has_client = true;
	return PROXY_PROTOCOL_DONE;
}

static enum proxy_protocol_result
parse_v1(struct span seen, struct proxy_protocol *out)
{
	struct span first = span_sub(seen, 0, PROXY_PROTOCOL_V1);
	size_t end = span_find(first, '\r');

	/* a line feed alone is no end, and nothing that a line may hold */
	if (span_find(span_sub(first, 0, end), '\n') < end)
		return PROXY_PROTOCOL_BROKEN;
	if (end + 1 >= PROXY_PROTOCOL_V1)
		return PROXY_PROTOCOL_BROKEN;
	if (end + 1 >= first.n)
		return PROXY_PROTOCOL_MORE;
	if (first.p[end + 1] != '\n')
		return PROXY_PROTOCOL_BROKEN;
	out->n = end + 2;
	return parse_line(span_sub(first, 0, end), out);
}

/* Goes on with a CRC32C (RFC 3720 B.4), least bit first. */
static uint32_t
crc_byte(uint32_t crc, unsigned byte)
{
	const uint32_t polynomial = 0x82f63b78;
	unsigned i;

	crc ^= byte;
	for (i = 0; i < 8; i++)
		crc = crc >> 1 ^ (polynomial & (uint32_t) - (crc & 1));
	return crc;
}

/* Whether the sum at that place is that of the header with zeros there. */
static bool
is_crc_right(struct span header, size_t at)
{
	uint32_t crc = UINT32_MAX, said;
	size_t i;

	for (i = 0; i < header.n; i++) {
		bool is_sum = i >= at && i < at + CRC_BYTES;

		crc = crc_byte(crc, is_sum ? 0 : byte_at(header, i));
	}
	said = (uint32_t)pair_at(header, at) << 16 | pair_at(header, at + 2);
	return (crc ^ UINT32_MAX) == said;
}

/* Walks the additions behind the addresses; only the sum means something. */
static bool
check_additions(struct span header, size_t at)
{
	bool has_sum = false;

	while (at < header.n) {
		size_t n;

		if (header.n - at < TLV_HEAD)
			return false;
		n = pair_at(header, at + 1);
		if (n > header.n - at - TLV_HEAD)
			return false;
		if (byte_at(header, at) == TLV_CRC32C) {
			if (has_sum || n != CRC_BYTES ||
			    !is_crc_right(header, at + TLV_HEAD))
				return false;
			has_sum = true;
		}
		at += TLV_HEAD + n;
	}
	return true;
}

/* The source address: the first of the two, its port behind both. */
static void
take_client(struct span header, enum family family, struct proxy_protocol *out)
{
	static const unsigned char mapped[] = {
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	size_t n = family == FAMILY_INET ? 4 : NETWORK_BYTES;

	memcpy(out->client.bytes, mapped, sizeof mapped);
	memcpy(out->client.bytes + NETWORK_BYTES - n, header.p + V2_HEAD, n);
	out->port = (uint16_t)pair_at(header, V2_HEAD + 2 * n);
	out->has_client = true;
}

/* A whole header of version 2 whose first 16 bytes were checked. */
static enum proxy_protocol_result
parse_block(struct span header, struct proxy_protocol *out)
{
	enum family family = (enum family)(byte_at(header, V2_FAMILY_AT) >> 4);
	bool is_stream = (byte_at(header, V2_FAMILY_AT) & 0xf) == 1;

	/* what is behind these is for nobody */
	if (byte_at(header, V2_COMMAND_AT) == V2_LOCAL ||
	    family == FAMILY_UNSPEC)
		return PROXY_PROTOCOL_DONE;
	if (!check_additions(header, V2_HEAD + address_bytes[family]))
		return PROXY_PROTOCOL_BROKEN;
	if (is_stream && family != FAMILY_UNIX)
		take_client(header, family, out);
	return PROXY_PROTOCOL_DONE;
}

/* Whether command, family and length are such as there are. */
static bool
is_head_right(struct span head, size_t length)
{
	unsigned command = byte_at(head, V2_COMMAND_AT);
	unsigned family = byte_at(head, V2_FAMILY_AT) >> 4;
	unsigned transport = byte_at(head, V2_FAMILY_AT) & 0xf;

	if (V2_HEAD + length > PROXY_PROTOCOL_MAX)
		return false;
	if (command == V2_LOCAL)
		return true; /* its family is to be ignored */
	return command == V2_PROXY && family <= FAMILY_UNIX && transport <= 2 &&
	       length >= address_bytes[family];
}

static enum proxy_protocol_result
parse_v2(struct span seen, struct proxy_protocol *out)
{
	size_t length;

	if (seen.n > V2_COMMAND_AT &&
	    byte_at(seen, V2_COMMAND_AT) != V2_LOCAL &&
	    byte_at(seen, V2_COMMAND_AT) != V2_PROXY)
		return PROXY_PROTOCOL_BROKEN;
	if (seen.n < V2_HEAD)
		return PROXY_PROTOCOL_MORE;
	length = pair_at(seen, V2_LENGTH_AT);
	if (!is_head_right(seen, length))
		return PROXY_PROTOCOL_BROKEN;
	if (seen.n < V2_HEAD + length)
		return PROXY_PROTOCOL_MORE;
	out->n = V2_HEAD + length;
	return parse_block(span_sub(seen, 0, out->n), out);
}

enum proxy_protocol_result
proxy_protocol_parse(struct span seen, struct proxy_protocol *out)
{
	static const struct span v1 = {"PROXY ", 6};
	static const struct span v2 = {"\r\n\r\n\0\r\nQUIT\n", V2_SIGNATURE};
	struct proxy_protocol header = {.n = 0};
	enum proxy_protocol_result result = PROXY_PROTOCOL_BROKEN;

	if (seen.n < v1.n && span_starts(v1, seen))
		return PROXY_PROTOCOL_MORE;
	if (seen.n < v2.n && span_starts(v2, seen))
		return PROXY_PROTOCOL_MORE;
	if (span_starts(seen, v1))
		result = parse_v1(seen, &header);
	else if (span_starts(seen, v2))
		result = parse_v2(seen, &header);
	if (result == PROXY_PROTOCOL_DONE)
		*out = header;
	return result;
}
