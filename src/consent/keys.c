#include "consent/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/digest.h"
#include "consent/signer.h"

enum {
	KEY_NAME = SEAL_KID + 24, /* a file's name with its suffixes */
	KEY_FILES = 4096,	  /* directory entries that are looked at */
	KEY_RANDOM = 3		  /* random bytes in a kid, in hex */
};

/* A key's text while it is in hand; wiped before it is freed. */
struct key_text {
	size_t n;
	char bytes[SIGNER_TEXT_MAX + 1];
};

static const char *const suffixes[] = {
    [SEAL_HS256] = ".hs256",
    [SEAL_ES256] = ".es256.pem",
};

/* Writes the reason and returns rc, so that a caller can return it. */
static int CONSENT_PRINTF(3, 4)
    fail(struct seal_error *error, int rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	/* a reason that is cut is still a reason */
	(void)vsnprintf(error->text, sizeof error->text, format, args);
	va_end(args);
	return rc;
}

static void
text_free(struct key_text *text)
{
	if (text != NULL)
		digest_wipe(text, sizeof *text);
	free(text);
}

/* Opens the directory, and refuses one that others could put keys into. */
static int
open_directory(const char *directory, struct seal_error *error, int *out)
{
	int fd =
	    open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return fail(error,
		    errno == ENOENT ? CONSENT_ENOENT : CONSENT_EIO, "%s: %s",
		    directory, strerror(errno));
	if (fstat(fd, &st) != 0 || (st.st_mode & 0022) != 0 ||
	    (st.st_uid != geteuid() && st.st_uid != 0)) {
		(void)close(fd); /* only read from */
		return fail(error, CONSENT_EDENIED,
		    "%s: others may write here: want mode 0700", directory);
	}
	*out = fd;
	return CONSENT_OK;
}

static int
read_all(int fd, struct key_text *text)
{
	ssize_t n;

	text->n = 0;
	while (text->n < sizeof text->bytes) {
		n = read(
		    fd, text->bytes + text->n, sizeof text->bytes - text->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return CONSENT_EIO;
		if (n == 0)
			return CONSENT_OK;
		text->n += (size_t)n;
	}
	return CONSENT_ELIMIT;
}

/* Reads a key file, refusing one that others can read. */
static int
read_key(
    int dir, const char *name, struct key_text *text, struct seal_error *error)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int rc = CONSENT_OK;

	if (fd < 0)
		return fail(
		    error, CONSENT_EIO, "%s: %s", name, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		rc = fail(error, CONSENT_EINVAL, "%s: not a file", name);
	else if ((st.st_mode & 0077) != 0)
		rc = fail(error, CONSENT_EDENIED,
		    "%s: mode %04o lets others read the key: want 0600", name,
		    (unsigned)st.st_mode & 07777);
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		rc = fail(error, CONSENT_EDENIED, "%s: not our file", name);
	if (rc == CONSENT_OK && read_all(fd, text) != CONSENT_OK)
		rc = fail(error, CONSENT_EINVAL, "%s: cannot be read", name);
	(void)close(fd); /* only read from */
	return rc;
}

/* The bytes that a line of base64url spells, put in the place of the line. */
static int
decode_secret(struct key_text *text)
{
	struct span line = {text->bytes, text->n};
	struct buf bytes;
	int rc;

	while (line.n > 0 && ascii_is(line.p[line.n - 1], ASCII_SPACE))
		line.n--;
	buf_init(&bytes, sizeof text->bytes);
	rc = digest_from_base64url(line, &bytes);
	if (rc == CONSENT_OK) {
		memcpy(text->bytes, bytes.p, bytes.n);
		text->n = bytes.n;
	}
	/* room was made once, so no other copy of the secret is about */
	if (bytes.p != NULL)
		digest_wipe(bytes.p, bytes.cap);
	buf_fini(&bytes);
	return rc;
}

static int
add_key(struct seal_ring *ring, const char *kid, const struct key_text *text,
    struct seal_error *error)
{
	int rc = seal_ring_add(ring, kid, (struct span){text->bytes, text->n});

	switch (rc) {
	case CONSENT_OK:
	case CONSENT_ENOMEM:
		return rc;
	case CONSENT_ELIMIT:
		return fail(error, rc, "%s: more than %d keys: revoke old ones",
		    kid, SEAL_KEYS);
	default:
		return fail(error, rc,
		    "%s: not a key: want %d or more bytes for HS256, a P-256 "
		    "private key for ES256",
		    kid, SEAL_SECRET_MIN);
	}
}

/* The kid in a file name of that suffix; false: another kind of file. */
static bool
name_kid(const char *name, const char *suffix, char kid[SEAL_KID])
{
	struct span rest = span_of(name);
	struct span tail = span_of(suffix);

	if (name[0] == '.' || !span_ends(rest, tail) || rest.n == tail.n ||
	    rest.n - tail.n >= SEAL_KID)
		return false;
	memcpy(kid, name, rest.n - tail.n);
	kid[rest.n - tail.n] = '\0';
	return true;
}

static int
load_file(
    int dir, const char *name, struct seal_ring *ring, struct seal_error *error)
{
	const char *suffix = suffixes[seal_ring_algorithm(ring)];
	struct key_text *text;
	char kid[SEAL_KID];
	int rc;

	if (!name_kid(name, suffix, kid))
		return CONSENT_OK;
	text = calloc(1, sizeof *text);
	if (text == NULL)
		return CONSENT_ENOMEM;
	rc = read_key(dir, name, text, error);
	if (rc == CONSENT_OK && seal_ring_algorithm(ring) == SEAL_HS256 &&
	    decode_secret(text) != CONSENT_OK)
		rc = fail(error, CONSENT_EINVAL,
		    "%s: want one line of base64url without padding", name);
	if (rc == CONSENT_OK)
		rc = add_key(ring, kid, text, error);
	text_free(text);
	return rc;
}

int
keys_load(
    const char *directory, struct seal_ring *ring, struct seal_error *error)
{
	struct dirent *entry;
	int fd = -1, n = 0;
	DIR *listing;
	int rc = open_directory(directory, error, &fd);

	if (rc != CONSENT_OK)
		return rc;
	listing = fdopendir(fd);
	if (listing == NULL) {
		(void)close(fd); /* only read from */
		return fail(
		    error, CONSENT_EIO, "%s: %s", directory, strerror(errno));
	}
	while (rc == CONSENT_OK && (entry = readdir(listing)) != NULL) {
		rc = load_file(dirfd(listing), entry->d_name, ring, error);
		if (++n == KEY_FILES && rc == CONSENT_OK)
			rc = fail(error, CONSENT_ELIMIT, "%s: too many files",
			    directory);
	}
	(void)closedir(listing); /* only read from */
	return rc;
}

/* "20261101T100000Z-a1b2c3": by name is by age. */
static int
new_kid(char kid[SEAL_KID])
{
	unsigned char random[KEY_RANDOM];
	char now[CLOCK_TEXT];
	size_t i, n = 0;
	int rc = digest_random(random, sizeof random);

	if (rc != CONSENT_OK)
		return rc;
	clock_format(clock_now(), now);
	for (i = 0; now[i] != '\0' && now[i] != '.'; i++) {
		if (now[i] != '-' && now[i] != ':')
			kid[n++] = now[i];
	}
	kid[n++] = 'Z';
	kid[n++] = '-';
	digest_hex(random, sizeof random, kid + n);
	return CONSENT_OK;
}

/* The text of a fresh key as it stands in its file. */
static int
new_text(enum seal_algorithm algorithm, struct key_text *text)
{
	unsigned char secret[SEAL_SECRET_MIN];
	char *pem = NULL;
	struct buf line;
	int rc;

	if (algorithm == SEAL_ES256) {
		rc = signer_generate_p256(&pem);
		if (rc != CONSENT_OK)
			return rc;
		text->n = strlen(pem);
		memcpy(text->bytes, pem, text->n);
		digest_wipe(pem, text->n);
		free(pem);
		return CONSENT_OK;
	}
	buf_init(&line, SIGNER_TEXT_MAX);
	rc = digest_random(secret, sizeof secret);
	if (rc == CONSENT_OK)
		rc = digest_base64url(
		    (struct span){(char *)secret, sizeof secret}, &line);
	if (rc == CONSENT_OK) {
		memcpy(text->bytes, line.p, line.n);
		text->bytes[line.n] = '\n';
		text->n = line.n + 1;
	}
	if (line.p != NULL)
		digest_wipe(line.p, line.cap);
	buf_fini(&line);
	digest_wipe(secret, sizeof secret);
	return rc;
}

static int
write_all(int fd, const struct key_text *text)
{
	size_t at = 0;
	ssize_t n;

	while (at < text->n) {
		n = write(fd, text->bytes + at, text->n - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return CONSENT_EIO;
		at += (size_t)n;
	}
	return fsync(fd) == 0 ? CONSENT_OK : CONSENT_EIO;
}

/* Makes the file under its name, whole and on the disk, or not at all. */
static int
write_key(int dir, const char *name, const struct key_text *text)
{
	char temporary[KEY_NAME + 16];
	int fd, rc;

	(void)snprintf(temporary, sizeof temporary, ".%s.new", name);
	fd = openat(dir, temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return CONSENT_EIO;
	rc = write_all(fd, text);
	if (close(fd) != 0)
		rc = CONSENT_EIO;
	if (rc == CONSENT_OK && renameat(dir, temporary, dir, name) != 0)
		rc = CONSENT_EIO;
	if (rc != CONSENT_OK)
		(void)unlinkat(dir, temporary, 0); /* the first error counts */
	else if (fsync(dir) != 0)
		rc = CONSENT_EIO;
	return rc;
}

int
keys_create(const char *directory, enum seal_algorithm algorithm,
    char kid[SEAL_KID], struct seal_error *error)
{
	struct key_text *text = NULL;
	char name[KEY_NAME];
	int dir = -1, rc;

	if (mkdir(directory, 0700) != 0 && errno != EEXIST)
		return fail(
		    error, CONSENT_EIO, "%s: %s", directory, strerror(errno));
	rc = open_directory(directory, error, &dir);
	if (rc != CONSENT_OK)
		return rc;
	text = calloc(1, sizeof *text);
	rc = text == NULL ? CONSENT_ENOMEM : new_kid(kid);
	if (rc == CONSENT_OK)
		rc = new_text(algorithm, text);
	if (rc == CONSENT_OK) {
		(void)snprintf(
		    name, sizeof name, "%s%s", kid, suffixes[algorithm]);
		rc = write_key(dir, name, text);
	}
	if (rc == CONSENT_EIO)
		rc = fail(error, rc, "%s: cannot write a key: %s", directory,
		    strerror(errno));
	text_free(text);
	(void)close(dir); /* only read from */
	return rc;
}

int
keys_revoke(const char *directory, enum seal_algorithm algorithm,
    const char *kid, struct seal_error *error)
{
	char name[KEY_NAME], revoked[KEY_NAME + 16];
	int dir = -1, rc;

	if (kid[0] == '\0' || strlen(kid) >= SEAL_KID ||
	    strchr(kid, '/') != NULL)
		return fail(error, CONSENT_EINVAL, "not a key id");
	rc = open_directory(directory, error, &dir);
	if (rc != CONSENT_OK)
		return rc;
	(void)snprintf(name, sizeof name, "%s%s", kid, suffixes[algorithm]);
	(void)snprintf(revoked, sizeof revoked, "%s.revoked", name);
	if (renameat(dir, name, dir, revoked) != 0)
		rc = fail(error, errno == ENOENT ? CONSENT_ENOENT : CONSENT_EIO,
		    "%s: %s", name, strerror(errno));
	else if (fsync(dir) != 0)
		rc = fail(error, CONSENT_EIO, "%s: %s", name, strerror(errno));
	(void)close(dir); /* only read from */
	return rc;
}
