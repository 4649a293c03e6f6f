#include "proxy/client.h"

#include <stdio.h>
#include <string.h>

#include <netinet/in.h>

#include "http/forwarded.h"
#include "http/head.h"

enum {
	HOUSEHOLD = 8, /* bytes of an IPv6 address that one household has */
	V4_AT = 12     /* where an IPv4 address stands in its mapped form */
};

static const unsigned char mapped[V4_AT] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

void
client_name_address(struct home_client *c, const struct proxy_setup *setup,
    const struct network_address *address)
{
	bool is_v4 = memcmp(address->bytes, mapped, sizeof mapped) == 0;
	char text[NETWORK_TEXT];

	network_address_format(address, text);
	(void)snprintf(c->text, sizeof c->text, "%s", text); /* fits */
	memset(c->key, 0, sizeof c->key);
	memcpy(c->key, address->bytes, is_v4 ? NETWORK_BYTES : HOUSEHOLD);
	c->has_address = true;
	c->is_trusted = network_set_has(&setup->trusted, address);
}

void
client_name(struct home_client *c, const struct proxy_setup *setup,
    const struct sockaddr_storage *from)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;
	struct network_address address = {{0}};

	(void)snprintf(c->text, sizeof c->text, "unknown");
	memset(c->key, 0, sizeof c->key);
	c->has_address = false;
	c->is_trusted = from->ss_family == AF_UNIX && setup->trusts_local;
	if (from->ss_family == AF_INET) {
		memcpy(address.bytes, mapped, sizeof mapped);
		memcpy(address.bytes + V4_AT, &v4->sin_addr, 4);
	} else if (from->ss_family == AF_INET6)
		memcpy(address.bytes, &v6->sin6_addr, NETWORK_BYTES);
	else
		return;
	client_name_address(c, setup, &address);
}

/* Reads all fields of that name. CONSENT_ENOENT when there is none. */
static int
read_chain(const struct head *head, struct span name,
    int (*read)(struct span, struct forwarded_chain *),
    struct forwarded_chain *chain)
{
	size_t i = head_find(head, name, 0);
	int rc = i == HEAD_NONE ? CONSENT_ENOENT : CONSENT_OK;

	for (; rc == CONSENT_OK && i != HEAD_NONE;
	     i = head_find(head, name, i + 1))
		rc = read(head->fields[i].value, chain);
	return rc;
}

/* Whether a proxy has passed this on, by what such add as a rule. */
static bool
is_passed_on(const struct head *head)
{
	static const struct span traces[] = {{"X-Forwarded-For", 15},
	    {"Forwarded", 9}, {"Via", 3}, {"X-Forwarded-Proto", 17},
	    {"X-Forwarded-Host", 16}, {"X-Real-IP", 9}};
	size_t i;

	for (i = 0; i < sizeof traces / sizeof traces[0]; i++)
		if (head_find(head, traces[i], 0) != HEAD_NONE)
			return true;
	return false;
}

void
client_of_request(const struct home_client *c, const struct proxy_setup *setup,
    const struct head *head, struct home_client *visitor)
{
	struct forwarded_chain chain = {.n = 0};
	struct network_address address;
	int rc;

	*visitor = *c;
	if (!c->is_trusted)
		return;
	rc = read_chain(
	    head, SPAN("X-Forwarded-For"), forwarded_read_for, &chain);
	if (rc == CONSENT_ENOENT)
		rc =
		    read_chain(head, SPAN("Forwarded"), forwarded_read, &chain);
	if (rc == CONSENT_OK &&
	    forwarded_client(&chain, &setup->trusted, &address))
		client_name_address(visitor, setup, &address);
	else if (is_passed_on(head))
		visitor->is_trusted = false;
}
