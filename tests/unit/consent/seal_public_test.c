#include <libconsent/seal_public.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "consent/signer.h"

static void
jwks_shows_public_points_alone(void **state)
{
	struct seal_ring *ring = NULL;
	char *pem = NULL;
	struct buf set;

	(void)state;
	buf_init(&set, 4096);
	assert_int_equal(signer_generate(SIGNER_ES256, &pem), CONSENT_OK);
	assert_int_equal(seal_ring_new(SEAL_ES256, &ring), CONSENT_OK);
	assert_int_equal(seal_ring_add(ring, "k1", span_of(pem)), CONSENT_OK);
	assert_int_equal(seal_ring_add(ring, "k2", span_of(pem)), CONSENT_OK);
	assert_int_equal(seal_ring_jwks(ring, &set), CONSENT_OK);
	assert_true(span_starts(buf_span(&set),
	    SPAN("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\"")));
	assert_true(
	    span_search(buf_span(&set), SPAN("\"kid\":\"k1\"")) < set.n);
	assert_true(span_search(buf_span(&set),
			SPAN("},{\"kty\":\"EC\",\"crv\":\"P-256\"")) < set.n);
	assert_true(span_search(buf_span(&set), SPAN("\"d\"")) == set.n);
	seal_ring_free(ring);
	free(pem);
	buf_fini(&set);
}

static void
secrets_are_not_shown(void **state)
{
	struct seal_ring *ring = NULL;
	struct buf set;

	(void)state;
	buf_init(&set, 4096);
	assert_int_equal(seal_ring_new(SEAL_HS256, &ring), CONSENT_OK);
	assert_int_equal(
	    seal_ring_add(ring, "k1", SPAN("0123456789abcdef0123456789abcdef")),
	    CONSENT_OK);
	assert_int_equal(seal_ring_jwks(ring, &set), CONSENT_OK);
	assert_true(span_equal(buf_span(&set), SPAN("{\"keys\":[]}")));
	seal_ring_free(ring);
	buf_fini(&set);
}

static void
public_half_only_checks(void **state)
{
	static const char claims_text[] = "{\"act\":\"accept\"}";
	struct seal_ring *ring = NULL;
	struct buf token, more;
	char *pem = NULL;

	(void)state;
	buf_init(&token, SEAL_TOKEN_MAX);
	buf_init(&more, SEAL_TOKEN_MAX);
	assert_int_equal(signer_generate(SIGNER_ES256, &pem), CONSENT_OK);
	assert_int_equal(seal_ring_new(SEAL_ES256, &ring), CONSENT_OK);
	assert_int_equal(seal_ring_add(ring, "k1", span_of(pem)), CONSENT_OK);
	assert_int_equal(
	    seal_sign(ring, span_of(claims_text), &token), CONSENT_OK);
	assert_int_equal(seal_ring_drop_private(ring), CONSENT_OK);
	assert_string_equal(seal_ring_kid(ring, 0), "k1");
	assert_int_equal(seal_check(ring, buf_span(&token), &more), CONSENT_OK);
	buf_clear(&more);
	assert_int_equal(
	    seal_sign(ring, span_of(claims_text), &more), CONSENT_ENOENT);
	buf_fini(&token);
	buf_fini(&more);
	seal_ring_free(ring);
	free(pem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(jwks_shows_public_points_alone),
	    cmocka_unit_test(secrets_are_not_shown),
	    cmocka_unit_test(public_half_only_checks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
