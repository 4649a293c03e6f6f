#include <libconsent/seal.h>

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/pem.h>

#include "base/clock.h"
#include "base/digest.h"
#include "consent/keys.h"
#include "consent/signer.h"

static const char secret[] = "0123456789abcdef0123456789abcdef";
static const char claims_text[] = "{\"act\":\"accept\",\"cat\":[\"a\"]}";

static char folder[64];

static int
make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "%s/seal-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	return mkdtemp(folder) == NULL;
}

static int
remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static int
remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void
write_file(const char *name, mode_t mode, const char *text)
{
	char path[160];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static struct seal_ring *
ring_hs256(void)
{
	struct seal_ring *ring = NULL;

	assert_int_equal(seal_ring_new(SEAL_HS256, &ring), CONSENT_OK);
	assert_int_equal(
	    seal_ring_add(ring, "k1", span_of(secret)), CONSENT_OK);
	return ring;
}

static struct seal_ring *
ring_es256(char **pem)
{
	struct seal_ring *ring = NULL;

	assert_int_equal(signer_generate(SIGNER_ES256, pem), CONSENT_OK);
	assert_int_equal(seal_ring_new(SEAL_ES256, &ring), CONSENT_OK);
	assert_int_equal(seal_ring_add(ring, "k1", span_of(*pem)), CONSENT_OK);
	return ring;
}

static int
check(const struct seal_ring *ring, struct span token)
{
	struct buf claims;
	int rc;

	buf_init(&claims, SEAL_CLAIMS_MAX);
	rc = seal_check(ring, token, &claims);
	if (rc != CONSENT_OK)
		assert_int_equal(claims.n, 0);
	buf_fini(&claims);
	return rc;
}

/*
 * Checks a token made by hand: this header, our claims, an HMAC under secret
 * when there is one.
 */
static int
check_forged(const struct seal_ring *ring, const char *header, const char *key)
{
	unsigned char mac[SIGNER_BYTES];
	struct signer *signer = NULL;
	struct buf token;
	size_t n = 0;
	int rc;

	buf_init(&token, SEAL_TOKEN_MAX);
	assert_int_equal(digest_base64url(span_of(header), &token), 0);
	assert_int_equal(buf_append_byte(&token, '.'), 0);
	assert_int_equal(digest_base64url(span_of(claims_text), &token), 0);
	if (key != NULL) {
		assert_int_equal(
		    signer_new(SIGNER_HS256, span_of(key), &signer), 0);
		assert_int_equal(
		    signer_sign(signer, buf_span(&token), mac, &n), 0);
		signer_free(signer);
	}
	assert_int_equal(buf_append_byte(&token, '.'), 0);
	assert_int_equal(
	    digest_base64url((struct span){(char *)mac, n}, &token), 0);
	rc = check(ring, buf_span(&token));
	buf_fini(&token);
	return rc;
}

/* The public half of a P-256 key in PEM, to be freed. */
static char *
public_pem(const char *pem)
{
	BIO *in = BIO_new_mem_buf(pem, -1), *out = BIO_new(BIO_s_mem());
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	char *bytes, *text;
	long n;

	assert_int_equal(PEM_write_bio_PUBKEY(out, key), 1);
	n = BIO_get_mem_data(out, &bytes);
	text = strndup(bytes, (size_t)n);
	assert_non_null(text);
	EVP_PKEY_free(key);
	BIO_free(in);
	BIO_free(out);
	return text;
}

static void
round_trip(const struct seal_ring *ring)
{
	struct buf token, claims;

	buf_init(&token, SEAL_TOKEN_MAX);
	buf_init(&claims, SEAL_CLAIMS_MAX);
	assert_int_equal(
	    seal_sign(ring, span_of(claims_text), &token), CONSENT_OK);
	assert_int_equal(
	    seal_check(ring, buf_span(&token), &claims), CONSENT_OK);
	assert_true(span_equal(buf_span(&claims), span_of(claims_text)));
	buf_fini(&token);
	buf_fini(&claims);
}

static void
signs_and_checks_with_both_algorithms(void **state)
{
	struct seal_ring *ring = ring_hs256();
	char *pem = NULL;

	(void)state;
	round_trip(ring);
	seal_ring_free(ring);
	ring = ring_es256(&pem);
	round_trip(ring);
	seal_ring_free(ring);
	free(pem);
}

static void
header_is_pinned(void **state)
{
	static const char *const bad[] = {
	    "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}",
	    "{\"alg\":\"HS256\",\"typ\":\"consent+jwt\",\"kid\":\"k2\"}",
	    "{\"alg\":\"HS256\",\"typ\":\"consent+jwt\"}",
	    "{\"alg\":\"HS256\",\"kid\":\"k1\"}",
	    "{\"typ\":\"consent+jwt\",\"kid\":\"k1\"}",
	    "{\"alg\":\"HS256\",\"typ\":\"consent+jwt\",\"kid\":\"k1\","
	    "\"crit\":[\"x\"]}",
	    "{\"alg\":\"HS256\",\"typ\":\"consent+jwt\",\"kid\":[\"k1\"]}",
	    "{\"alg\":\"HS256\",\"alg\":\"HS256\",\"typ\":\"consent+jwt\","
	    "\"kid\":\"k1\"}",
	    "[\"alg\",\"HS256\"]",
	    "{",
	};
	struct seal_ring *ring = ring_hs256();
	size_t i;

	(void)state;
	/* another order of the members is another program's, and good */
	assert_int_equal(
	    check_forged(ring,
		"{\"typ\":\"consent+jwt\",\"alg\":\"HS256\",\"kid\":\"k1\"}",
		secret),
	    CONSENT_OK);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(
		    check_forged(ring, bad[i], secret), CONSENT_EDENIED);
	seal_ring_free(ring);
}

static void
algorithm_never_comes_from_the_token(void **state)
{
	static const char hs256[] =
	    "{\"alg\":\"HS256\",\"typ\":\"consent+jwt\",\"kid\":\"k1\"}";
	static const char es256[] =
	    "{\"alg\":\"ES256\",\"typ\":\"consent+jwt\",\"kid\":\"k1\"}";
	static const char none[] =
	    "{\"alg\":\"none\",\"typ\":\"consent+jwt\",\"kid\":\"k1\"}";
	struct seal_ring *ring = ring_hs256();
	char *pem = NULL, *shown;

	(void)state;
	assert_int_equal(check_forged(ring, none, NULL), CONSENT_EDENIED);
	assert_int_equal(check_forged(ring, hs256, NULL), CONSENT_EDENIED);
	assert_int_equal(check_forged(ring, es256, secret), CONSENT_EDENIED);
	seal_ring_free(ring);
	/* the public key as an HMAC secret: the classic confusion */
	ring = ring_es256(&pem);
	shown = public_pem(pem);
	assert_int_equal(check_forged(ring, hs256, shown), CONSENT_EDENIED);
	assert_int_equal(check_forged(ring, es256, shown), CONSENT_EDENIED);
	free(shown);
	free(pem);
	seal_ring_free(ring);
}

static void
one_spelling_of_a_token_holds(void **state)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
				       "mnopqrstuvwxyz0123456789-_";
	char *pem = NULL, text[SEAL_TOKEN_MAX];
	struct seal_ring *ring = ring_es256(&pem);
	struct buf token;
	size_t i, good = 0;

	(void)state;
	buf_init(&token, SEAL_TOKEN_MAX);
	assert_int_equal(
	    seal_sign(ring, span_of(claims_text), &token), CONSENT_OK);
	memcpy(text, token.p, token.n);
	for (i = 0; i < 64; i++) {
		text[token.n - 1] = alphabet[i];
		if (check(ring, (struct span){text, token.n}) == CONSENT_OK)
			good++;
	}
	assert_int_equal(good, 1);
	buf_fini(&token);
	seal_ring_free(ring);
	free(pem);
}

static void
every_changed_byte_is_noticed(void **state)
{
	struct seal_ring *ring = ring_hs256();
	struct buf token;
	size_t i;

	(void)state;
	buf_init(&token, SEAL_TOKEN_MAX);
	assert_int_equal(
	    seal_sign(ring, span_of(claims_text), &token), CONSENT_OK);
	for (i = 0; i < token.n; i++) {
		char was = token.p[i];

		token.p[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(
		    check(ring, buf_span(&token)), CONSENT_EDENIED);
		token.p[i] = '\0';
		assert_int_equal(
		    check(ring, buf_span(&token)), CONSENT_EDENIED);
		token.p[i] = was;
		assert_int_equal(
		    check(ring, (struct span){token.p, i}), CONSENT_EDENIED);
	}
	assert_int_equal(check(ring, buf_span(&token)), CONSENT_OK);
	buf_fini(&token);
	seal_ring_free(ring);
}

static void
weak_keys_are_refused(void **state)
{
	static const char p384[] =
	    "-----BEGIN PRIVATE KEY-----\n"
	    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCvnoMGdbWJIMmj8Nnw\n"
	    "COxD0haVwBmv3nvscVNH/wljBI18NryTEit7k0og+4RBsq6hZANiAATCBaWJxyYx\n"
	    "fH3O+9Qh8CASedlZdJwauHm2IHt/WQh6okr0ScqUmXGIvHAINnTBVVpCQoODZ1+x\n"
	    "kMdEweuhrnuOtQXhRADjNgs/XWsgIR1Gl3QJ6IqK/xbFpYBnrlY7gA4=\n"
	    "-----END PRIVATE KEY-----\n";
	struct seal_ring *ring = NULL;
	char longest[40];

	(void)state;
	assert_int_equal(seal_ring_new(SEAL_HS256, &ring), CONSENT_OK);
	assert_int_equal(
	    seal_ring_add(ring, "k", SPAN("0123456789abcdef0123456789abcde")),
	    CONSENT_EINVAL);
	assert_int_equal(
	    seal_ring_add(ring, "a/b", span_of(secret)), CONSENT_EINVAL);
	assert_int_equal(
	    seal_ring_add(ring, "", span_of(secret)), CONSENT_EINVAL);
	memset(longest, 'a', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(
	    seal_ring_add(ring, longest, span_of(secret)), CONSENT_EINVAL);
	assert_int_equal(seal_ring_add(ring, "k", span_of(secret)), CONSENT_OK);
	assert_int_equal(
	    seal_ring_add(ring, "k", span_of(secret)), CONSENT_EINVAL);
	seal_ring_free(ring);
	assert_int_equal(seal_ring_new(SEAL_ES256, &ring), CONSENT_OK);
	assert_int_equal(
	    seal_ring_add(ring, "k", span_of(secret)), CONSENT_EINVAL);
	assert_int_equal(
	    seal_ring_add(ring, "k", span_of(p384)), CONSENT_EINVAL);
	seal_ring_free(ring);
}

static void
newest_signs_and_older_ones_check(void **state)
{
	struct seal_ring *ring = ring_hs256(), *old = ring_hs256();
	struct buf token;

	(void)state;
	buf_init(&token, SEAL_TOKEN_MAX);
	assert_int_equal(
	    seal_sign(old, span_of(claims_text), &token), CONSENT_OK);
	assert_int_equal(
	    seal_ring_add(ring, "k2", SPAN("fedcba9876543210fedcba9876543210")),
	    CONSENT_OK);
	assert_int_equal(
	    seal_ring_add(ring, "k0", SPAN("fedcba9876543210fedcba9876543211")),
	    CONSENT_OK);
	assert_string_equal(seal_ring_kid(ring, 0), "k0");
	assert_string_equal(seal_ring_kid(ring, 2), "k2");
	assert_null(seal_ring_kid(ring, 3));
	assert_int_equal(check(ring, buf_span(&token)), CONSENT_OK);
	buf_clear(&token);
	assert_int_equal(
	    seal_sign(ring, span_of(claims_text), &token), CONSENT_OK);
	assert_int_equal(check(old, buf_span(&token)), CONSENT_EDENIED);
	buf_fini(&token);
	seal_ring_free(ring);
	seal_ring_free(old);
}

static void
first_start_makes_a_private_key(void **state)
{
	static const enum seal_algorithm both[] = {SEAL_HS256, SEAL_ES256};
	struct seal_error error;
	char path[96];
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct seal_ring *ring = NULL, *again = NULL;
		struct stat st;

		(void)snprintf(path, sizeof path, "%s/made%zu", folder, i);
		assert_int_equal(seal_ring_open(path, both[i],
				     SEAL_KEYS_REQUIRED, &ring, &error),
		    CONSENT_ENOENT);
		assert_true(error.text[0] != '\0');
		assert_int_equal(seal_ring_open(path, both[i],
				     SEAL_CREATE_IF_EMPTY, &ring, &error),
		    CONSENT_OK);
		assert_string_equal(error.text, "");
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0700);
		round_trip(ring);
		assert_int_equal(seal_ring_open(path, both[i],
				     SEAL_KEYS_REQUIRED, &again, &error),
		    CONSENT_OK);
		assert_string_equal(
		    seal_ring_kid(ring, 0), seal_ring_kid(again, 0));
		seal_ring_free(again);
		seal_ring_free(ring);
	}
}

static int
open_folder(void)
{
	struct seal_ring *ring = NULL;
	struct seal_error error;
	int rc = seal_ring_open(
	    folder, SEAL_HS256, SEAL_KEYS_REQUIRED, &ring, &error);

	assert_int_equal(rc == CONSENT_OK, error.text[0] == '\0');
	seal_ring_free(ring);
	return rc;
}

static void
open_key_files_are_refused(void **state)
{
	static const char line[] =
	    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";
	char path[160], link[160];

	(void)state;
	write_file("a.hs256", 0644, line);
	assert_int_equal(open_folder(), CONSENT_EDENIED);
	write_file("a.hs256", 0640, line);
	assert_int_equal(open_folder(), CONSENT_EDENIED);
	write_file("a.hs256", 0600, line);
	write_file("README", 0644, "not a key\n");
	assert_int_equal(open_folder(), CONSENT_OK);
	write_file("b.hs256", 0600, "AAECAw\n");
	assert_int_equal(open_folder(), CONSENT_EINVAL);
	write_file("b.hs256", 0600, "not base64url!\n");
	assert_int_equal(open_folder(), CONSENT_EINVAL);
	(void)snprintf(path, sizeof path, "%s/b.hs256", folder);
	(void)snprintf(link, sizeof link, "%s/a.hs256", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(link, path), 0);
	assert_int_equal(open_folder(), CONSENT_EIO);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(chmod(folder, 0777), 0);
	assert_int_equal(open_folder(), CONSENT_EDENIED);
	assert_int_equal(chmod(folder, 0700), 0);
}

static void
revoked_key_checks_nothing(void **state)
{
	struct seal_ring *ring = NULL, *after = NULL;
	struct seal_error error;
	struct keys_folder where = {folder, SIGNER_ES256, error.text};
	char first[KEYS_KID], second[KEYS_KID];
	struct buf token;

	(void)state;
	buf_init(&token, SEAL_TOKEN_MAX);
	assert_int_equal(keys_create(&where, "", first), CONSENT_OK);
	assert_int_equal(seal_ring_open(folder, SEAL_ES256, SEAL_KEYS_REQUIRED,
			     &ring, &error),
	    CONSENT_OK);
	assert_int_equal(
	    seal_sign(ring, span_of(claims_text), &token), CONSENT_OK);
	assert_int_equal(keys_create(&where, first, second), CONSENT_OK);
	assert_int_equal(
	    keys_put_away(&where, first, KEYS_REVOKED), CONSENT_OK);
	assert_int_equal(
	    keys_put_away(&where, first, KEYS_RETIRED), CONSENT_ENOENT);
	assert_int_equal(
	    keys_put_away(&where, "../x", KEYS_REVOKED), CONSENT_EINVAL);
	assert_int_equal(seal_ring_open(folder, SEAL_ES256, SEAL_KEYS_REQUIRED,
			     &after, &error),
	    CONSENT_OK);
	assert_null(seal_ring_kid(after, 1));
	assert_int_equal(check(after, buf_span(&token)), CONSENT_EDENIED);
	buf_fini(&token);
	seal_ring_free(ring);
	seal_ring_free(after);
}

static int64_t
in_2026(void)
{
	return INT64_C(1794045296789); /* 2026-11-07T09:54:56.789Z */
}

/* By name is by age, also where the clock was ahead and came back. */
static void
new_key_is_the_last_by_name(void **state)
{
	char error[KEYS_ERROR], kid[KEYS_KID];
	const struct keys_folder where = {folder, SIGNER_HS256, error};

	(void)state;
	clock_replace(in_2026);
	assert_int_equal(keys_create(&where, "", kid), CONSENT_OK);
	assert_memory_equal(kid, "20261107T095456Z-", 17);
	assert_int_equal(
	    keys_create(&where, "20261107T095456Z-ffffff", kid), CONSENT_OK);
	assert_memory_equal(kid, "20261107T095457Z-", 17);
	assert_int_equal(
	    keys_create(&where, "20271231T235959Z-ffffff", kid), CONSENT_OK);
	assert_memory_equal(kid, "20280101T000000Z-", 17);
	assert_int_equal(keys_create(&where, "zoo", kid), CONSENT_EINVAL);
	assert_non_null(strstr(error, "zoo"));
	clock_replace(NULL);
}

/* What one process says to another of its keys. */
static void
ring_is_made_of_what_checks(void **state)
{
	struct seal_ring *ring = NULL, *other = NULL;
	struct seal_error error;
	struct buf token, key;

	(void)state;
	buf_init(&token, SEAL_TOKEN_MAX);
	buf_init(&key, SIGNER_TEXT_MAX);
	assert_int_equal(seal_ring_open(folder, SEAL_ES256,
			     SEAL_CREATE_IF_EMPTY, &ring, &error),
	    CONSENT_OK);
	assert_int_equal(
	    seal_sign(ring, span_of(claims_text), &token), CONSENT_OK);
	assert_int_equal(seal_ring_checker(ring, 0, &key), CONSENT_OK);
	assert_int_equal(seal_ring_checker(ring, 1, &key), CONSENT_ENOENT);
	assert_true(span_starts(buf_span(&key), SPAN("-----BEGIN PUBLIC")));
	assert_int_equal(seal_ring_new(SEAL_HS256, &other), CONSENT_OK);
	seal_ring_clear(other, SEAL_ES256);
	assert_int_equal(
	    seal_ring_add(other, seal_ring_kid(ring, 0), buf_span(&key)),
	    CONSENT_OK);
	assert_int_equal(check(other, buf_span(&token)), CONSENT_OK);
	buf_clear(&key);
	assert_int_equal(
	    seal_sign(other, span_of(claims_text), &key), CONSENT_ENOENT);
	seal_ring_clear(other, SEAL_ES256);
	assert_int_equal(check(other, buf_span(&token)), CONSENT_EDENIED);
	buf_fini(&token);
	buf_fini(&key);
	seal_ring_free(ring);
	seal_ring_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signs_and_checks_with_both_algorithms),
	    cmocka_unit_test(header_is_pinned),
	    cmocka_unit_test(algorithm_never_comes_from_the_token),
	    cmocka_unit_test(one_spelling_of_a_token_holds),
	    cmocka_unit_test(every_changed_byte_is_noticed),
	    cmocka_unit_test(weak_keys_are_refused),
	    cmocka_unit_test(newest_signs_and_older_ones_check),
	    cmocka_unit_test_setup_teardown(
		first_start_makes_a_private_key, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(
		open_key_files_are_refused, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(
		revoked_key_checks_nothing, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(
		new_key_is_the_last_by_name, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(
		ring_is_made_of_what_checks, make_folder, remove_folder),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
