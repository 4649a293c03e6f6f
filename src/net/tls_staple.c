#include "net/tls_staple.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "base/clock.h"

enum {
	STAPLE_BYTES = 64 * 1024, /* longest response */
	STAPLE_SKEW = 300	  /* seconds that clocks may differ */
};

/* What the response says about one certificate. */
struct verdict {
	int status; /* V_OCSP_CERTSTATUS_..., or -1: nothing */
	ASN1_GENERALIZEDTIME *from, *until; /* borrowed; until may be NULL */
};

/* By the serial number; that it is the issuer's is what check_signer tells. */
static struct verdict
find_verdict(OCSP_BASICRESP *basic, const X509 *certificate)
{
	const ASN1_INTEGER *wanted = X509_get0_serialNumber(certificate);
	struct verdict verdict = {-1, NULL, NULL};
	int i;

	for (i = 0; i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *one = OCSP_resp_get0(basic, i);
		/* the identifier is only looked at, but not const before 4 */
		OCSP_CERTID *id =
		    (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(one);
		ASN1_INTEGER *serial = NULL;

		if (OCSP_id_get0_info(NULL, NULL, NULL, &serial, id) != 1 ||
		    ASN1_INTEGER_cmp(serial, wanted) != 0)
			continue;
		verdict.status = OCSP_single_get0_status(
		    one, NULL, NULL, &verdict.from, &verdict.until);
	}
	return verdict;
}

/* Seconds since 1970 of the time; 0 where it says none. */
static time_t
seconds_of(const ASN1_GENERALIZEDTIME *when)
{
	struct tm tm;

	if (when == NULL || ASN1_TIME_to_tm(when, &tm) != 1)
		return 0;
	return timegm(&tm);
}

/* Whether a response is of any use; if not, that is warned of. */
static bool
judge(
    const char *path, const struct verdict *verdict, struct tls_report *report)
{
	time_t now = (time_t)(clock_now() / 1000);

	if (verdict->status != V_OCSP_CERTSTATUS_GOOD)
		tls_report_warning(report,
		    "%s: says that the certificate is %s; it is not sent", path,
		    OCSP_cert_status_str(verdict->status));
	else if (seconds_of(verdict->from) > now + STAPLE_SKEW)
		tls_report_warning(
		    report, "%s: is not valid yet; it is not sent", path);
	else if (verdict->until != NULL && seconds_of(verdict->until) <= now)
		tls_report_warning(
		    report, "%s: is out of date; it is not sent", path);
	else
		return true;
	return false;
}

/* Who signed the certificate, as far as its file tells; borrowed, or NULL. */
static X509 *
find_issuer(const struct tls_identity *identity)
{
	int i;

	for (i = 0; i < sk_X509_num(identity->chain); i++) {
		X509 *one = sk_X509_value(identity->chain, i);
		EVP_PKEY *key = X509_get0_pubkey(one);

		if (X509_check_issued(one, identity->certificate) ==
			X509_V_OK &&
		    key != NULL && X509_verify(identity->certificate, key) == 1)
			return one;
	}
	return NULL;
}

/*
 * Whether the issuer signed it, or one whom the issuer let (RFC 6960 4.2.2.2).
 * The issuer stands for itself: who trusts it is the client's affair.
 */
static bool
is_signed(OCSP_BASICRESP *basic, X509 *issuer)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *known = sk_X509_new_null();
	bool good =
	    store != NULL && known != NULL &&
	    X509_STORE_add_cert(store, issuer) == 1 &&
	    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
	    sk_X509_push(known, issuer) > 0 &&
	    OCSP_basic_verify(basic, known, store, 0) == 1;

	sk_X509_free(known);
	X509_STORE_free(store);
	return good;
}

/* CONSENT_ENOENT: nobody can tell, which was warned of. */
static int
check_signer(const char *path, OCSP_BASICRESP *basic,
    const struct tls_identity *identity, struct tls_report *report)
{
	X509 *issuer = find_issuer(identity);

	ERR_clear_error();
	if (issuer == NULL) {
		tls_report_warning(report,
		    "%s: cannot be checked, as the file of the certificate "
		    "does not hold its issuer; it is not sent",
		    path);
		return CONSENT_ENOENT;
	}
	if (is_signed(basic, issuer))
		return CONSENT_OK;
	return tls_report_error(report, CONSENT_EINVAL,
	    "%s: is not signed by the issuer of the certificate, nor for it: "
	    "%s",
	    path, tls_last_error());
}

static int
keep(const struct buf *bytes, const struct verdict *verdict,
    struct tls_report *report, struct tls_staple *out)
{
	out->bytes = OPENSSL_memdup(bytes->p, bytes->n);
	if (out->bytes == NULL)
		return tls_context_memory(report);
	out->n = bytes->n;
	out->until = seconds_of(verdict->until);
	return CONSENT_OK;
}

static int
read_response(const struct buf *bytes, OCSP_BASICRESP **out)
{
	const unsigned char *at = (const unsigned char *)bytes->p;
	OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)bytes->n);

	if (response != NULL &&
	    at == (const unsigned char *)bytes->p + bytes->n &&
	    OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		*out = OCSP_response_get1_basic(response);
	OCSP_RESPONSE_free(response);
	ERR_clear_error();
	return *out == NULL ? CONSENT_EINVAL : CONSENT_OK;
}

int
tls_staple_read(const char *path, const struct tls_identity *identity,
    struct tls_report *report, struct tls_staple *out)
{
	OCSP_BASICRESP *basic = NULL;
	struct verdict verdict;
	struct buf bytes;
	int rc;

	buf_init(&bytes, STAPLE_BYTES);
	rc = tls_file_read(path, &bytes, report);
	if (rc != CONSENT_OK)
		goto out;
	rc = read_response(&bytes, &basic);
	if (rc != CONSENT_OK) {
		rc = tls_report_error(report, rc,
		    "%s: is no OCSP response in DER that answers", path);
		goto out;
	}
	verdict = find_verdict(basic, identity->certificate);
	if (verdict.status < 0)
		rc = tls_report_error(report, CONSENT_EINVAL,
		    "%s: is about another certificate", path);
	else if (!judge(path, &verdict, report))
		rc = CONSENT_ENOENT;
	else
		rc = check_signer(path, basic, identity, report);
	if (rc == CONSENT_OK)
		rc = keep(&bytes, &verdict, report, out);
	else if (rc == CONSENT_ENOENT)
		rc = CONSENT_OK; /* nothing to send, and that was said */
out:
	OCSP_BASICRESP_free(basic);
	buf_fini(&bytes);
	return rc;
}

bool
tls_staple_send(const struct tls_staple *staple, SSL *ssl)
{
	unsigned char *copy;

	if (staple->bytes == NULL ||
	    (staple->until != 0 &&
		staple->until <= (time_t)(clock_now() / 1000)))
		return false;
	copy = OPENSSL_memdup(staple->bytes, staple->n);
	/* now it belongs to the connection */
	if (copy != NULL &&
	    SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)staple->n) == 1)
		return true;
	OPENSSL_free(copy);
	return false;
}

void
tls_staple_fini(struct tls_staple *staple)
{
	OPENSSL_free(staple->bytes);
	*staple = (struct tls_staple){NULL, 0, 0};
}
