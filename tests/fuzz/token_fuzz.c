#include "fuzz.h"

#include <stdlib.h>

#include <libconsent/token.h>

#include "base/clock.h"

/*
 * The input is read as a cookie's value and, signed with the fixed key, as a
 * claim set: so both what stands before the signature and what stands behind
 * it meets hostile bytes.
 */

static const char *const sites[] = {"https://library.example"};
static const struct token_options options = {
    .sites = sites, .n_sites = 1, .lifetime_days = 185};

static int64_t
fixed_now(void)
{
	return INT64_C(1794045296000);
}

static struct seal_ring *
fixed_ring(void)
{
	struct seal_ring *ring = NULL;

	clock_replace(fixed_now);
	if (seal_ring_new(SEAL_HS256, &ring) != CONSENT_OK ||
	    seal_ring_add(ring, "k1",
		SPAN("0123456789abcdef0123456789abcdef")) != CONSENT_OK)
		abort();
	return ring;
}

/* What was read can be written and read again, or the reader is too kind. */
static void
read_twice(const struct seal_ring *ring, struct span token)
{
	struct record record, again;
	struct buf text;

	if (token_read(ring, &options, token, &record) != CONSENT_OK)
		return;
	buf_init(&text, SEAL_TOKEN_MAX);
	record.time = clock_now();
	if (token_mint(ring, &options, &record, &text) == CONSENT_OK &&
	    (token_read(ring, &options, buf_span(&text), &again) !=
		    CONSENT_OK ||
		record_grants(&record) != record_grants(&again)))
		abort();
	buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span input = {(const char *)data, n};
	struct seal_ring *ring = fixed_ring();
	struct buf token;

	read_twice(ring, input);
	buf_init(&token, SEAL_TOKEN_MAX);
	if (seal_sign(ring, input, &token) == CONSENT_OK)
		read_twice(ring, buf_span(&token));
	buf_fini(&token);
	seal_ring_free(ring);
	return 0;
}
