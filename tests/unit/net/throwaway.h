#ifndef CONSENT_UNIT_NET_THROWAWAY_H
#define CONSENT_UNIT_NET_THROWAWAY_H

/*
 * For the tests of TLS: a server with a throw-away certificate for localhost
 * and a client that trusts it, made from files in a folder of their own. A
 * process makes them when it starts: their memory is never refused here.
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../failing.h"

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

/* Removes the folder: what was made of it needs it no more. */
static inline void
throwaway_remove(const struct throwaway *t)
{
	assert_int_equal(unlink(t->certificate), 0);
	assert_int_equal(unlink(t->key), 0);
	assert_int_equal(rmdir(t->folder), 0);
}

/* For OpenSSL. */
static inline void *
throwaway_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return failing_take(n);
}

/* For OpenSSL. */
static inline void *
throwaway_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return failing_retake(p, n);
}

/* For OpenSSL. */
static inline void
throwaway_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/*
 * What OpenSSL asks for is refused as well, but it keeps some of it beyond a
 * case, such as the texts of errors: what is lost of it is for the sanitizer
 * to find, at the end of the program.
 */
__attribute__((constructor)) static inline void
throwaway_begin(void)
{
	if (!CRYPTO_set_mem_functions(
		throwaway_malloc, throwaway_realloc, throwaway_free))
		abort();
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
	bool on = failing_pause();

	throwaway_files(t);
	list[0].certificate = client.ca = t->certificate;
	list[0].key = t->key;
	assert_int_equal(
	    tls_server_new(&server, &t->report, &t->server), CONSENT_OK);
	assert_int_equal(
	    tls_client_new(&client, &t->report, &t->client), CONSENT_OK);
	failing_resume(on);
}

/*
 * The same, which the process keeps until it is asked for another name: nothing
 * is to be freed. A case that is played again and again makes it but once.
 */
static inline void
throwaway_keep(struct throwaway *t, const char *name)
{
	static struct throwaway kept;
	static char of[64];
	bool on = failing_pause();

	if (strcmp(of, name) != 0) {
		tls_server_free(kept.server);
		tls_client_free(kept.client);
		throwaway_init(&kept, name);
		throwaway_remove(&kept);
		(void)snprintf(of, sizeof of, "%s", name);
	}
	*t = kept;
	failing_resume(on);
}

/* Frees all and removes the folder. */
static inline void
throwaway_fini(struct throwaway *t)
{
	tls_server_free(t->server);
	tls_client_free(t->client);
	throwaway_remove(t);
}

#endif
