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
	KEY_NAME = KEYS_KID + 24, /* a file's name with its suffixes */
	KEY_RANDOM = 3,		  /* random bytes in a kid, in hex */
	SECOND_MS = 1000
};

/* A key's text while it is in hand; wiped before it is freed. */
struct key_text {
	size_t n;
	char bytes[SIGNER_TEXT_MAX + 1];
};

static const char *const suffixes[] = {
    [SIGNER_HS256] = ".hs256",
    [SIGNER_ES256] = ".es256.pem",
    [SIGNER_ED25519] = ".ed25519.pem",
};

/* Writes the reason and returns rc, so that a caller can return it. */
static int CONSENT_PRINTF(3, 4)
    fail(const struct keys_folder *folder, int rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	/* a reason that is cut is still a reason */
	(void)vsnprintf(folder->error, KEYS_ERROR, format, args);
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
open_folder(const struct keys_folder *folder, int *out)
{
	int fd =
	    open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return fail(folder,
		    errno == ENOENT ? CONSENT_ENOENT : CONSENT_EIO, "%s: %s",
		    folder->path, strerror(errno));
	if (fstat(fd, &st) != 0 || (st.st_mode & 0022) != 0 ||
	    (st.st_uid != geteuid() && st.st_uid != 0)) {
		(void)close(fd); /* only read from */
		return fail(folder, CONSENT_EDENIED,
		    "%s: others may write here: want mode 0700", folder->path);
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
read_key(const struct keys_folder *folder, int dir, const char *name,
    struct key_text *text)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int rc = CONSENT_OK;

	if (fd < 0)
		return fail(
		    folder, CONSENT_EIO, "%s: %s", name, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		rc = fail(folder, CONSENT_EINVAL, "%s: not a file", name);
	else if ((st.st_mode & 0077) != 0)
		rc = fail(folder, CONSENT_EDENIED,
		    "%s: mode %04o lets others read the key: want 0600", name,
		    (unsigned)st.st_mode & 07777);
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		rc = fail(folder, CONSENT_EDENIED, "%s: not our file", name);
	if (rc == CONSENT_OK && read_all(fd, text) != CONSENT_OK)
		rc = fail(folder, CONSENT_EINVAL, "%s: cannot be read", name);
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

/* The kid in a file name of that suffix; false: another kind of file. */
static bool
name_kid(const char *name, const char *suffix, char kid[KEYS_KID])
{
	struct span rest = span_of(name);
	struct span tail = span_of(suffix);

	if (name[0] == '.' || !span_ends(rest, tail) || rest.n == tail.n ||
	    rest.n - tail.n >= KEYS_KID)
		return false;
	memcpy(kid, name, rest.n - tail.n);
	kid[rest.n - tail.n] = '\0';
	return true;
}

/* Reads one file, if it is a key's, and hands the key on. */
static int
load_file(const struct keys_folder *folder, int dir, const char *name,
    const struct keys_taker *taker)
{
	struct key_text *text;
	char kid[KEYS_KID];
	int rc;

	if (!name_kid(name, suffixes[folder->algorithm], kid))
		return CONSENT_OK;
	text = calloc(1, sizeof *text);
	if (text == NULL)
		return CONSENT_ENOMEM;
	rc = read_key(folder, dir, name, text);
	if (rc == CONSENT_OK && folder->algorithm == SIGNER_HS256 &&
	    decode_secret(text) != CONSENT_OK)
		rc = fail(folder, CONSENT_EINVAL,
		    "%s: want one line of base64url without padding", name);
	if (rc == CONSENT_OK)
		rc = taker->take(
		    taker->ctx, kid, (struct span){text->bytes, text->n});
	text_free(text);
	return rc;
}

int
keys_load(const struct keys_folder *folder, const struct keys_taker *taker)
{
	struct dirent *entry;
	int fd = -1, n = 0;
	DIR *listing;
	int rc = open_folder(folder, &fd);

	if (rc != CONSENT_OK)
		return rc;
	listing = fdopendir(fd);
	if (listing == NULL) {
		(void)close(fd); /* only read from */
		return fail(folder, CONSENT_EIO, "%s: %s", folder->path,
		    strerror(errno));
	}
	/* the listing is of this call alone, so readdir has no rival */
	/* cppcheck-suppress readdirCalled */
	while (rc == CONSENT_OK && (entry = readdir(listing)) != NULL) {
		rc = load_file(folder, fd, entry->d_name, taker);
		if (++n == KEYS_FILES && rc == CONSENT_OK)
			rc = fail(folder, CONSENT_ELIMIT, "%s: too many files",
			    folder->path);
	}
	(void)closedir(listing); /* only read from */
	return rc;
}

/* When a key is made that comes behind after. */
static int64_t
time_behind(const char *after)
{
	int64_t now = clock_now(), last = keys_made(after);

	return now < last + SECOND_MS ? last + SECOND_MS : now;
}

/* "20261101T100000Z-a1b2c3": by name is by age. */
static int
new_kid(const char *after, char kid[KEYS_KID])
{
	unsigned char random[KEY_RANDOM];
	char time[CLOCK_TEXT];
	size_t i, n = 0;
	int rc = digest_random(random, sizeof random);

	if (rc != CONSENT_OK)
		return rc;
	clock_format(time_behind(after), time);
	for (i = 0; time[i] != '\0' && time[i] != '.'; i++) {
		if (time[i] != '-' && time[i] != ':')
			kid[n++] = time[i];
	}
	kid[n++] = 'Z';
	kid[n++] = '-';
	digest_hex(random, sizeof random, kid + n);
	return strcmp(kid, after) > 0 ? CONSENT_OK : CONSENT_EINVAL;
}

/* The text of a fresh key as it stands in its file. */
static int
new_text(enum signer_algorithm algorithm, struct key_text *text)
{
	unsigned char secret[SIGNER_SECRET_MIN];
	char *pem = NULL;
	struct buf line;
	int rc;

	if (algorithm != SIGNER_HS256) {
		rc = signer_generate(algorithm, &pem);
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
keys_create(
    const struct keys_folder *folder, const char *after, char kid[KEYS_KID])
{
	struct key_text *text = NULL;
	char name[KEY_NAME];
	int dir = -1, rc;

	if (mkdir(folder->path, 0700) != 0 && errno != EEXIST)
		return fail(folder, CONSENT_EIO, "%s: %s", folder->path,
		    strerror(errno));
	rc = open_folder(folder, &dir);
	if (rc != CONSENT_OK)
		return rc;
	text = calloc(1, sizeof *text);
	rc = text == NULL ? CONSENT_ENOMEM : new_kid(after, kid);
	if (rc == CONSENT_EINVAL)
		rc = fail(folder, rc,
		    "%s: is the last by name and tells no time: no key can "
		    "come behind it",
		    after);
	if (rc == CONSENT_OK)
		rc = new_text(folder->algorithm, text);
	if (rc == CONSENT_OK) {
		(void)snprintf(name, sizeof name, "%s%s", kid,
		    suffixes[folder->algorithm]);
		rc = write_key(dir, name, text);
	}
	if (rc == CONSENT_EIO)
		rc = fail(folder, rc, "%s: cannot write a key: %s",
		    folder->path, strerror(errno));
	text_free(text);
	(void)close(dir); /* only read from */
	return rc;
}

int
keys_put_away(
    const struct keys_folder *folder, const char *kid, enum keys_end how)
{
	char name[KEY_NAME], away[KEY_NAME + 16];
	int dir = -1, rc;

	if (kid[0] == '\0' || strlen(kid) >= KEYS_KID ||
	    strchr(kid, '/') != NULL)
		return fail(folder, CONSENT_EINVAL, "not a key id");
	rc = open_folder(folder, &dir);
	if (rc != CONSENT_OK)
		return rc;
	(void)snprintf(
	    name, sizeof name, "%s%s", kid, suffixes[folder->algorithm]);
	(void)snprintf(away, sizeof away, "%s.%s", name,
	    how == KEYS_REVOKED ? "revoked" : "retired");
	if (renameat(dir, name, dir, away) != 0)
		rc =
		    fail(folder, errno == ENOENT ? CONSENT_ENOENT : CONSENT_EIO,
			"%s: %s", name, strerror(errno));
	else if (fsync(dir) != 0)
		rc = fail(folder, CONSENT_EIO, "%s: %s", name, strerror(errno));
	(void)close(dir); /* only read from */
	return rc;
}

int64_t
keys_made(const char *kid)
{
	char text[CLOCK_TEXT];
	int64_t at = 0;

	if (strlen(kid) < sizeof "20261101T100000Z" - 1)
		return 0;
	(void)snprintf(text, sizeof text, "%.4s-%.2s-%.5s:%.2s:%.3s", kid,
	    kid + 4, kid + 6, kid + 11, kid + 13); /* it has room for this */
	return clock_parse(span_of(text), &at) == CONSENT_OK ? at : 0;
}
