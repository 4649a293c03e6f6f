#include "base/digest.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/random.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char for_urls[] = LETTERS "-_";
static const char plain[] = LETTERS "+/";

/*
 * The algorithm, looked up once: EVP_sha256 has it looked up at each use. NULL
 * when there is no memory.
 */
static const EVP_MD *
sha256(void)
{
	static EVP_MD *found;

	if (found == NULL)
		found = EVP_MD_fetch(NULL, "SHA256", NULL);
	return found;
}

int
digest_sha256(struct span s, unsigned char out[DIGEST_BYTES])
{
	unsigned n = 0;

	if (sha256() == NULL ||
	    EVP_Digest(s.n == 0 ? "" : s.p, s.n, out, &n, sha256(), NULL) !=
		1 ||
	    n != DIGEST_BYTES)
		return CONSENT_ENOMEM;
	return CONSENT_OK;
}

int
digest_sha256_parts(
    const struct span *parts, size_t n, unsigned char out[DIGEST_BYTES])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned made = 0;
	bool good = ctx != NULL && sha256() != NULL &&
		    EVP_DigestInit_ex(ctx, sha256(), NULL) == 1;
	size_t i;

	for (i = 0; good && i < n; i++)
		good = EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) == 1;
	good = good && EVP_DigestFinal_ex(ctx, out, &made) == 1;
	EVP_MD_CTX_free(ctx);
	return good && made == DIGEST_BYTES ? CONSENT_OK : CONSENT_ENOMEM;
}

void
digest_hex(const unsigned char *bytes, size_t n, char *out)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = hex[bytes[i] >> 4];
		out[2 * i + 1] = hex[bytes[i] & 15];
	}
	out[2 * n] = '\0';
}

int
digest_sha256_hex(struct span s, char out[DIGEST_HEX])
{
	unsigned char raw[DIGEST_BYTES];
	int rc = digest_sha256(s, raw);

	if (rc == CONSENT_OK)
		digest_hex(raw, sizeof raw, out);
	return rc;
}

/* Appends s in the letters of an alphabet, without padding. */
static int
spell(struct span s, const char *alphabet, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned bits = 0, held = 0;
	char *room;
	size_t i;
	int rc = buf_reserve(out, (s.n * 4 + 2) / 3, &room);

	if (rc != CONSENT_OK)
		return rc;
	for (i = 0; i < s.n; i++) {
		bits = (bits << 8 | p[i]) & 0xffff;
		for (held += 8; held >= 6; held -= 6)
			*room++ = alphabet[bits >> (held - 6) & 63];
	}
	if (held > 0)
		*room++ = alphabet[bits << (6 - held) & 63];
	out->n = (size_t)(room - out->p);
	return CONSENT_OK;
}

/* Appends the bytes that text spells in the letters of an alphabet. */
static int
unspell(struct span text, const char *alphabet, struct buf *out)
{
	unsigned bits = 0, held = 0;
	char *room;
	size_t i;
	int rc = buf_reserve(out, text.n / 4 * 3 + 3, &room);

	if (rc != CONSENT_OK)
		return rc;
	for (i = 0; i < text.n; i++) {
		const char *at =
		    text.p[i] == '\0' ? NULL : strchr(alphabet, text.p[i]);

		if (at == NULL)
			return CONSENT_EINVAL;
		bits = (bits << 6 | (unsigned)(at - alphabet)) & 0xffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			*room++ = (char)(bits >> held & 0xff);
		}
	}
	if (held >= 6 || (bits & ((1u << held) - 1)) != 0)
		return CONSENT_EINVAL;
	out->n = (size_t)(room - out->p);
	return CONSENT_OK;
}

int
digest_base64url(struct span s, struct buf *out)
{
	return spell(s, for_urls, out);
}

int
digest_from_base64url(struct span text, struct buf *out)
{
	return unspell(text, for_urls, out);
}

int
digest_base64(struct span s, struct buf *out)
{
	size_t mark = out->n;
	int rc = spell(s, plain, out);

	if (rc == CONSENT_OK && s.n % 3 != 0)
		rc = buf_append(out, span_sub(SPAN("=="), 0, 3 - s.n % 3));
	if (rc != CONSENT_OK)
		out->n = mark;
	return rc;
}

int
digest_from_base64(struct span text, struct buf *out)
{
	size_t n = text.n;

	if (n % 4 != 0)
		return CONSENT_EINVAL;
	while (n > 0 && n + 2 > text.n && text.p[n - 1] == '=')
		n--;
	return unspell(span_sub(text, 0, n), plain, out);
}

bool
digest_equal(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}

void
digest_wipe(void *p, size_t n)
{
	if (p != NULL)
		OPENSSL_cleanse(p, n);
}

int
digest_random(void *p, size_t n)
{
	unsigned char *at = p;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno != EINTR)
			return CONSENT_EIO;
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
	return CONSENT_OK;
}

int
digest_new_id(char out[DIGEST_ID_TEXT])
{
	unsigned char raw[DIGEST_ID_BYTES];
	struct buf text = {.p = out, .cap = DIGEST_ID_TEXT, .max = 22};
	int rc = digest_random(raw, sizeof raw);

	if (rc != CONSENT_OK)
		return rc;
	rc = digest_base64url(
	    (struct span){(const char *)raw, sizeof raw}, &text);
	out[22] = '\0';
	return rc;
}
