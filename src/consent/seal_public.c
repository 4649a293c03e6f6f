#include <libconsent/seal_public.h>

#include "base/digest.h"
#include "consent/signer.h"

static int
append_key(const char *kid, const struct signer *signer, struct buf *out)
{
	unsigned char x[SIGNER_COORDINATE], y[SIGNER_COORDINATE];
	int rc = signer_point(signer, x, y);

	if (rc == CONSENT_OK)
		rc = buf_printf(out,
		    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\","
		    "\"alg\":\"ES256\",\"kid\":\"%s\",\"x\":\"",
		    kid);
	if (rc == CONSENT_OK)
		rc = digest_base64url(
		    (struct span){(const char *)x, sizeof x}, out);
	if (rc == CONSENT_OK)
		rc = buf_append(out, SPAN("\",\"y\":\""));
	if (rc == CONSENT_OK)
		rc = digest_base64url(
		    (struct span){(const char *)y, sizeof y}, out);
	return rc == CONSENT_OK ? buf_append(out, SPAN("\"}")) : rc;
}

/* Key i of the ring, with a comma before all but the first. */
static int
append_row(const struct seal_ring *ring, size_t i, struct buf *out)
{
	struct signer *signer = NULL;
	struct buf pem;
	int rc;

	buf_init(&pem, SIGNER_TEXT_MAX);
	rc = seal_ring_checker(ring, i, &pem);
	if (rc == CONSENT_OK)
		rc = signer_new(SIGNER_ES256, buf_span(&pem), &signer);
	if (rc == CONSENT_OK && i > 0)
		rc = buf_append_byte(out, ',');
	if (rc == CONSENT_OK)
		rc = append_key(seal_ring_kid(ring, i), signer, out);
	signer_free(signer);
	buf_fini(&pem);
	return rc;
}

int
seal_ring_jwks(const struct seal_ring *ring, struct buf *out)
{
	bool is_public = seal_ring_algorithm(ring) == SEAL_ES256;
	size_t i, n = is_public ? seal_ring_count(ring) : 0;
	int rc = buf_append(out, SPAN("{\"keys\":["));

	for (i = 0; rc == CONSENT_OK && i < n; i++)
		rc = append_row(ring, i, out);
	return rc == CONSENT_OK ? buf_append(out, SPAN("]}")) : rc;
}

/* Fills a ring anew with what checks the keys of another. */
static int
pour(const struct seal_ring *from, struct seal_ring *to)
{
	int rc = CONSENT_OK;
	struct buf checker;
	size_t i;

	buf_init(&checker, SIGNER_TEXT_MAX);
	seal_ring_clear(to, seal_ring_algorithm(from));
	for (i = 0; rc == CONSENT_OK && i < seal_ring_count(from); i++) {
		buf_clear(&checker);
		rc = seal_ring_checker(from, i, &checker);
		if (rc == CONSENT_OK)
			rc = seal_ring_add(
			    to, seal_ring_kid(from, i), buf_span(&checker));
	}
	if (rc != CONSENT_OK)
		seal_ring_clear(to, seal_ring_algorithm(from));
	buf_fini(&checker);
	return rc;
}

int
seal_ring_drop_private(struct seal_ring *ring)
{
	enum seal_algorithm algorithm = seal_ring_algorithm(ring);
	struct seal_ring *public_ring = NULL;
	int rc;

	if (algorithm == SEAL_HS256)
		return CONSENT_OK;
	rc = seal_ring_new(algorithm, &public_ring);
	if (rc == CONSENT_OK)
		rc = pour(ring, public_ring);
	if (rc == CONSENT_OK)
		rc = pour(public_ring, ring);
	else
		seal_ring_clear(ring, algorithm);
	seal_ring_free(public_ring);
	return rc;
}
