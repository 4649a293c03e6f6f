#include "proxy/expiry.h"

#include <string.h>

#include <openssl/ocsp.h>
#include <openssl/pem.h>

#include "../net/throwaway.h"
#include "net/tls_expiry.h"
#include "proxy/setup.h"

enum {
	TEXT = 4096,
	HOUR = 3600 * 1000
};

static const int64_t day = (int64_t)24 * HOUR;

struct scene {
	struct throwaway keys; /* a certificate of ninety days */
	struct proxy_setup setup;
	struct expiry expiry;
	int64_t until;
	char said[TEXT];
};

static int
setup(void **state)
{
	struct scene *s = calloc(1, sizeof *s);
	struct tls_expiry list[TLS_EXPIRIES];

	assert_non_null(s);
	throwaway_init(&s->keys, "localhost");
	s->setup.n_listeners = 1;
	s->setup.listeners[0].tls = s->keys.server;
	s->setup.upstream_tls = s->keys.client; /* has no certificate */
	assert_int_equal(tls_server_expiries(s->keys.server, list), 1);
	assert_string_equal(list[0].file, s->keys.certificate);
	s->until = list[0].until;
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	throwaway_fini(&s->keys);
	free(s);
	return 0;
}

/* What is logged by a look at that time before the end. */
static const char *
look(struct scene *s, int64_t before)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t n;

	assert_non_null(file);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	expiry_look(&s->expiry, &s->setup, s->until - before);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	rewind(file);
	n = fread(s->said, 1, TEXT - 1, file);
	s->said[n] = '\0';
	(void)fclose(file);
	return s->said;
}

static void
tells_each_threshold_once(void **state)
{
	static const int days[] = {30, 14, 7, 1};
	struct scene *s = *state;
	char wanted[32];
	size_t i;

	assert_string_equal(look(s, 40 * day), "");
	for (i = 0; i < sizeof days / sizeof *days; i++) {
		assert_string_equal(look(s, days[i] * day + HOUR), "");
		(void)snprintf(wanted, sizeof wanted, "days=%d", days[i]);
		assert_non_null(strstr(look(s, days[i] * day), wanted));
		assert_non_null(strstr(s->said, "certificate.expires"));
		assert_non_null(strstr(s->said, s->keys.certificate));
		assert_string_equal(look(s, days[i] * day - HOUR), "");
	}
	assert_string_equal(look(s, HOUR), "");
	assert_non_null(strstr(look(s, 0), "certificate.expired"));
	assert_string_equal(look(s, -day), "");
}

static void
tells_at_first_what_is_due(void **state)
{
	struct scene *s = *state;

	assert_non_null(strstr(look(s, 3 * day), "days=3"));
	assert_null(strstr(s->said, "days=14"));
	s->expiry = (struct expiry){0};
	assert_non_null(strstr(look(s, -3 * day), "certificate.expired"));
	s->expiry = (struct expiry){0};
	assert_string_equal(look(s, 31 * day), "");
}

/* Writes a response about the certificate, good for a day, to the file. */
static void
write_response(X509 *certificate, EVP_PKEY *key, const char *path)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), certificate, certificate);
	ASN1_TIME *from = X509_gmtime_adj(NULL, 0);
	ASN1_TIME *until = X509_gmtime_adj(NULL, 86400);
	OCSP_RESPONSE *response;
	BIO *file = BIO_new_file(path, "wb");

	assert_non_null(OCSP_basic_add1_status(
	    basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, from, until));
	assert_int_equal(
	    OCSP_basic_sign(basic, certificate, key, EVP_sha256(), NULL, 0), 1);
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	assert_int_equal(i2d_OCSP_RESPONSE_bio(file, response), 1);
	BIO_free(file);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
}

/* The certificate once more, as the one that signed it, and a response. */
static void
add_response(const struct scene *s, const char *path)
{
	FILE *file = fopen(s->keys.certificate, "r+");
	FILE *key_file = fopen(s->keys.key, "r");
	X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
	EVP_PKEY *key = PEM_read_PrivateKey(key_file, NULL, NULL, NULL);

	assert_non_null(certificate);
	assert_non_null(key);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	assert_int_equal(PEM_write_X509(file, certificate), 1);
	assert_int_equal(fclose(file), 0);
	(void)fclose(key_file);
	write_response(certificate, key, path);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void
tells_the_end_of_a_response_once(void **state)
{
	struct scene *s = *state;
	char path[sizeof s->keys.folder + 8];
	struct tls_certificate one = {s->keys.certificate, s->keys.key, path};
	const struct tls_server_options options = {
	    .certificates = &one, .n_certificates = 1};
	struct tls_expiry list[TLS_EXPIRIES];
	struct tls_server *server;

	(void)snprintf(path, sizeof path, "%s/ocsp", s->keys.folder);
	add_response(s, path);
	assert_int_equal(
	    tls_server_new(&options, &s->keys.report, &server), CONSENT_OK);
	(void)unlink(path);
	assert_int_equal(tls_server_expiries(server, list), 2);
	assert_int_equal(list[1].kind, TLS_EXPIRY_STAPLE);
	s->setup.listeners[0].tls = server;
	s->until = list[1].until;
	assert_string_equal(look(s, HOUR), "");
	assert_non_null(strstr(look(s, 0), "staple.expired"));
	assert_non_null(strstr(s->said, path));
	assert_string_equal(look(s, -HOUR), "");
	tls_server_free(server);
}

static void
looks_each_hour(void **state)
{
	struct scene *s = *state;

	assert_non_null(strstr(look(s, 7 * day + HOUR / 2), "days=7"));
	assert_string_equal(look(s, 7 * day), ""); /* not yet again */
	assert_non_null(strstr(look(s, 7 * day - HOUR / 2), "days=6"));
	/* a clock that was set back */
	assert_string_equal(look(s, 15 * day), "");
	assert_non_null(strstr(look(s, 14 * day), "days=14"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(tells_each_threshold_once),
	    CASE(tells_at_first_what_is_due),
	    CASE(tells_the_end_of_a_response_once),
	    CASE(looks_each_hour),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
