#include "net/tls_staple.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

enum {
	DAY = 86400, /* seconds */
	SERIAL = 7
};

struct holder {
	X509 *certificate;
	EVP_PKEY *key;
};

/* What a response says. */
struct said {
	const struct holder *signer;
	const struct holder *issuer; /* whom the answer is about */
	long serial;
	int status;
	long from, until;	   /* seconds from now */
	const struct holder *more; /* a certificate that is sent along */
};

struct place {
	struct holder root, site, delegate, guest, stranger;
	struct tls_identity identity;
	struct tls_report report;
	struct tls_staple staple;
	char path[64], warning[TLS_REPORT_TEXT];
};

static void
add_extension(X509 *x, int which, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, which, value);

	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

/* By itself where there is no issuer. */
static struct holder
certify(const char *name, const struct holder *by, const char *use)
{
	struct holder h = {X509_new(), EVP_EC_gen("P-256")};
	X509_NAME *subject = X509_get_subject_name(h.certificate);

	assert_int_equal(X509_set_version(h.certificate, 2), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(h.certificate), SERIAL);
	X509_gmtime_adj(X509_getm_notBefore(h.certificate), -DAY);
	X509_gmtime_adj(X509_getm_notAfter(h.certificate), DAY);
	assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
			     (const unsigned char *)name, -1, -1, 0),
	    1);
	X509_set_issuer_name(h.certificate,
	    by == NULL ? subject : X509_get_subject_name(by->certificate));
	X509_set_pubkey(h.certificate, h.key);
	if (use != NULL)
		add_extension(h.certificate, NID_ext_key_usage, use);
	if (by == NULL)
		add_extension(h.certificate, NID_basic_constraints, "CA:TRUE");
	assert_true(X509_sign(h.certificate, by == NULL ? h.key : by->key,
			EVP_sha256()) > 0);
	return h;
}

static void
forget(struct holder *h)
{
	X509_free(h->certificate);
	EVP_PKEY_free(h->key);
}

static OCSP_BASICRESP *
compose(const struct said *said)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	X509 *about = X509_new();
	ASN1_TIME *from = X509_gmtime_adj(NULL, said->from);
	ASN1_TIME *until = X509_gmtime_adj(NULL, said->until);
	ASN1_TIME *revoked =
	    said->status == V_OCSP_CERTSTATUS_REVOKED ? from : NULL;
	OCSP_CERTID *id;

	ASN1_INTEGER_set(X509_get_serialNumber(about), said->serial);
	X509_set_issuer_name(
	    about, X509_get_subject_name(said->issuer->certificate));
	id = OCSP_cert_to_id(EVP_sha1(), about, said->issuer->certificate);
	assert_non_null(OCSP_basic_add1_status(
	    basic, id, said->status, 0, revoked, from, until));
	if (said->more != NULL)
		assert_int_equal(
		    OCSP_basic_add1_cert(basic, said->more->certificate), 1);
	assert_int_equal(
	    OCSP_basic_sign(basic, said->signer->certificate, said->signer->key,
		EVP_sha256(), NULL, said->more == NULL ? 0 : OCSP_NOCERTS),
	    1);
	OCSP_CERTID_free(id);
	X509_free(about);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	return basic;
}

/* Writes what is said to the file and reads it. */
static int
reads(struct place *p, const struct said *said)
{
	OCSP_BASICRESP *basic = compose(said);
	OCSP_RESPONSE *response =
	    OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	BIO *file = BIO_new_file(p->path, "wb");

	assert_int_equal(i2d_OCSP_RESPONSE_bio(file, response), 1);
	BIO_free(file);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	p->warning[0] = p->report.error[0] = '\0';
	tls_staple_fini(&p->staple);
	return tls_staple_read(p->path, &p->identity, &p->report, &p->staple);
}

static void
on_warning(void *ctx, const char *text)
{
	struct place *p = ctx;

	(void)snprintf(p->warning, sizeof p->warning, "%s", text);
}

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	int fd;

	assert_non_null(p);
	p->root = certify("root", NULL, NULL);
	p->site = certify("site", &p->root, NULL);
	p->delegate = certify("delegate", &p->root, "OCSPSigning");
	p->guest = certify("guest", &p->root, "serverAuth");
	p->stranger = certify("root", NULL, NULL); /* the same name */
	p->identity.certificate = p->site.certificate;
	p->identity.chain = sk_X509_new_null();
	sk_X509_push(p->identity.chain, p->stranger.certificate);
	sk_X509_push(p->identity.chain, p->root.certificate);
	p->report.on_warning = on_warning;
	p->report.ctx = p;
	(void)snprintf(p->path, sizeof p->path, "/tmp/consentd-ocsp-XXXXXX");
	fd = mkstemp(p->path);
	assert_true(fd >= 0);
	(void)close(fd);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct place *p = *state;

	(void)unlink(p->path);
	tls_staple_fini(&p->staple);
	sk_X509_free(p->identity.chain);
	forget(&p->root);
	forget(&p->site);
	forget(&p->delegate);
	forget(&p->guest);
	forget(&p->stranger);
	free(p);
	return 0;
}

/* A good one; tests change what they are about. */
static struct said
good(const struct place *p)
{
	return (struct said){.signer = &p->root,
	    .issuer = &p->root,
	    .serial = SERIAL,
	    .status = V_OCSP_CERTSTATUS_GOOD,
	    .from = -3600,
	    .until = DAY};
}

static void
keeps_what_the_issuer_signed(void **state)
{
	struct place *p = *state;
	struct said said = good(p);

	assert_int_equal(reads(p, &said), CONSENT_OK);
	assert_non_null(p->staple.bytes);
	assert_string_equal(p->warning, "");
}

static void
keeps_what_a_delegate_signed(void **state)
{
	struct place *p = *state;
	struct said said = good(p);

	said.signer = said.more = &p->delegate;
	assert_int_equal(reads(p, &said), CONSENT_OK);
	assert_non_null(p->staple.bytes);
}

static void
refuses_who_may_not_sign(void **state)
{
	struct place *p = *state;
	const struct holder *const others[] = {
	    &p->guest, &p->site, &p->stranger};
	size_t i;

	for (i = 0; i < sizeof others / sizeof *others; i++) {
		struct said said = good(p);

		said.signer = said.more = others[i];
		assert_int_equal(reads(p, &said), CONSENT_EINVAL);
		assert_non_null(strstr(p->report.error, "is not signed by"));
		assert_null(p->staple.bytes);
	}
}

static void
refuses_what_is_about_another(void **state)
{
	struct place *p = *state;
	struct said said = good(p);

	said.serial = SERIAL + 1;
	assert_int_equal(reads(p, &said), CONSENT_EINVAL);
	assert_non_null(strstr(p->report.error, "another certificate"));
	/* the number is right, the issuer is not */
	said = good(p);
	said.issuer = said.signer = &p->stranger;
	assert_int_equal(reads(p, &said), CONSENT_EINVAL);
	assert_null(p->staple.bytes);
}

/* Left out with a warning that has these words. */
static void
leaves_out(struct place *p, const struct said *said, const char *words)
{
	assert_int_equal(reads(p, said), CONSENT_OK);
	assert_non_null(strstr(p->warning, words));
	assert_null(p->staple.bytes);
}

static void
leaves_out_what_is_of_no_use(void **state)
{
	struct place *p = *state;
	struct said said = good(p);

	said.from = -2 * DAY;
	said.until = -1;
	leaves_out(p, &said, "is out of date");
	said.signer = &p->stranger; /* dates are judged first */
	leaves_out(p, &said, "is out of date");
	said = good(p);
	said.from = 3600;
	leaves_out(p, &said, "is not valid yet");
	said = good(p);
	said.status = V_OCSP_CERTSTATUS_REVOKED;
	leaves_out(p, &said, "revoked");
}

static void
leaves_out_what_it_cannot_check(void **state)
{
	struct place *p = *state;
	struct said said = good(p);

	(void)sk_X509_pop(p->identity.chain); /* the stranger stays */
	leaves_out(p, &said, "does not hold its issuer");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(keeps_what_the_issuer_signed),
	    CASE(keeps_what_a_delegate_signed),
	    CASE(refuses_who_may_not_sign),
	    CASE(refuses_what_is_about_another),
	    CASE(leaves_out_what_is_of_no_use),
	    CASE(leaves_out_what_it_cannot_check),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
