#ifndef CONSENT_UNIT_AUDIT_FIXTURE_H
#define CONSENT_UNIT_AUDIT_FIXTURE_H

/* A folder for a log, files in it as bytes, and a record to fill it with. */

#include "audit/ledger.h"
#include "audit/verify.h"
#include "base/digest.h"
#include <libconsent/record.h>

#include <fcntl.h>
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

#define POLICY_TEXT span_of(fixture_policy)
#define NOTICE_TEXT SPAN("{\"title\":\"Cookies\"}")

/* The parts of a policy that a verifier looks at. */
static const char fixture_policy[] =
    "{\"categories\":[{\"id\":\"essential\",\"required\":true},"
    "{\"id\":\"analytics\",\"required\":false},"
    "{\"id\":\"marketing\",\"required\":false}]}";

#define ORIGIN "library.example/one"

/* The key of the case's log, in the folder "keys". */
static struct note_ring fixture_ring;

static const struct ledger_options fixture_options = {
    .node = "library.example/one", .version = "1.0.0", .ring = &fixture_ring};

/* For nftw: takes one thing away. */
static inline int
fixture_remove(
    const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

/* Makes an empty folder; the log goes to "log" in it. */
static inline int
fixture_setup(void **state)
{
	char *dir = strdup("/tmp/consent-audit-XXXXXX");
	char error[KEYS_ERROR];
	struct keys_folder folder = {"keys", SIGNER_ED25519, error};

	if (dir == NULL || mkdtemp(dir) == NULL || chdir(dir) != 0)
		return -1;
	*state = dir;
	return note_ring_open(&folder, ORIGIN, &fixture_ring);
}

/* Takes the folder away. */
static inline int
fixture_teardown(void **state)
{
	int rc = chdir("/");

	note_ring_fini(&fixture_ring);
	if (rc == 0)
		rc = nftw(*state, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return rc;
}

/* A choice of a new visitor that grants one category of two. */
static inline void
fixture_record(struct record *r)
{
	memset(r, 0, sizeof *r);
	assert_int_equal(digest_new_id(r->id), CONSENT_OK);
	assert_int_equal(digest_new_id(r->sub), CONSENT_OK);
	r->action = RECORD_CHOOSE;
	r->n_categories = 2;
	memcpy(r->categories[0].id, "analytics", 10);
	r->categories[0].granted = true;
	memcpy(r->categories[1].id, "marketing", 10);
	assert_int_equal(digest_sha256_hex(POLICY_TEXT, r->policy), CONSENT_OK);
	assert_int_equal(digest_sha256_hex(NOTICE_TEXT, r->notice), CONSENT_OK);
	memcpy(r->lang, "en", 3);
	memcpy(r->site, "https://library.example", 24);
	r->via = RECORD_VIA_NOTICE;
}

/* Records both texts and commits. */
static inline void
fixture_introduce(struct ledger *l)
{
	struct record r;

	fixture_record(&r);
	assert_int_equal(
	    ledger_record_text(l, LAYOUT_POLICY, r.policy, POLICY_TEXT),
	    CONSENT_OK);
	assert_int_equal(
	    ledger_record_text(l, LAYOUT_NOTICE, r.notice, NOTICE_TEXT),
	    CONSENT_OK);
	assert_int_equal(ledger_commit(l), CONSENT_OK);
}

/* Appends n choices of different visitors and commits. */
static inline void
fixture_fill(struct ledger *l, size_t n)
{
	struct entry_fact fact = {.type = LAYOUT_CHOICE, .kid = "k1"};
	struct ledger_place place;
	struct record r;

	fact.record = &r;
	for (; n > 0; n--) {
		fixture_record(&r);
		assert_int_equal(ledger_append(l, &fact, &place), CONSENT_OK);
		assert_false(place.again);
	}
	assert_int_equal(ledger_commit(l), CONSENT_OK);
}

/* A log of both texts and n choices, published and closed. */
static inline void
fixture_log(const char *dir, size_t n)
{
	struct ledger *l = NULL;

	assert_int_equal(ledger_open(dir, &fixture_options, &l), CONSENT_OK);
	fixture_introduce(l);
	fixture_fill(l, n);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	ledger_close(l);
}

/* Takes away what a log has published, so that nothing of it is signed. */
static inline void
fixture_unpublish(const char *dir)
{
	char path[64];

	(void)snprintf(path, sizeof path, "%s/tile", dir);
	assert_int_equal(
	    nftw(path, fixture_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	(void)snprintf(path, sizeof path, "%s/checkpoint", dir);
	assert_int_equal(unlink(path), 0);
}

/* The bytes of a file; the caller fini's them. */
static inline void
fixture_read(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY);
	char *room;
	ssize_t n;

	assert_true(fd >= 0);
	buf_init(out, 1 << 24);
	do {
		assert_int_equal(buf_reserve(out, 65536, &room), CONSENT_OK);
		n = read(fd, room, 65536);
		assert_true(n >= 0);
		out->n += (size_t)n;
	} while (n > 0);
	(void)close(fd);
}

/* Makes a file hold these bytes. */
static inline void
fixture_write(const char *path, struct span bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
	(void)close(fd);
}

#endif
