#ifndef CONSENT_UNIT_NET_THROWAWAY_H
#define CONSENT_UNIT_NET_THROWAWAY_H

/*
 * For the tests of TLS: a server with a throw-away certificate for localhost
 * and a client that trusts it, made from files in a folder of their own.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/tls.h"
#include "net/tls_throwaway.h"

struct throwaway {
	char folder[64];
	char certificate[96], key[96];
	struct tls_server *server;
	struct tls_client *client;
	struct tls_report report;
};

/* Makes the folder and the two files. */
static inline void
throwaway_files(struct throwaway *t)
{
	*t = (struct throwaway){.folder = "/tmp/consentd-tls-XXXXXX"};
	assert_non_null(mkdtemp(t->folder));
	(void)snprintf(
	    t->certificate, sizeof t->certificate, "%s/cert.pem", t->folder);
	(void)snprintf(t->key, sizeof t->key, "%s/key.pem", t->folder);
	assert_int_equal(
	    tls_throwaway_write(t->certificate, t->key), CONSENT_OK);
}

/* A server that speaks HTTP/2 as well, and a client that asks for name. */
static inline void
throwaway_init(struct throwaway *t, const char *name)
{
	const struct tls_certificate one = {NULL, NULL, NULL};
	struct tls_certificate list[] = {one};
	const struct tls_server_options server = {
	    .certificates = list, .n_certificates = 1, .http2 = true};
	struct tls_client_options client = {.name = name, .verify = true};

	throwaway_files(t);
	list[0].certificate = client.ca = t->certificate;
	list[0].key = t->key;
	assert_int_equal(
	    tls_server_new(&server, &t->report, &t->server), CONSENT_OK);
	assert_int_equal(
	    tls_client_new(&client, &t->report, &t->client), CONSENT_OK);
}

/* Frees all and removes the folder. */
static inline void
throwaway_fini(struct throwaway *t)
{
	tls_server_free(t->server);
	tls_client_free(t->client);
	assert_int_equal(unlink(t->certificate), 0);
	assert_int_equal(unlink(t->key), 0);
	assert_int_equal(rmdir(t->folder), 0);
}

#endif
