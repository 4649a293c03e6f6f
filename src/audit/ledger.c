#include "audit/ledger.h"

#include "audit/recall.h"
#include "audit/recover.h"
#include "audit/store.h"
#include "base/clock.h"
#include "base/digest.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAGIC = 0x4c656467
};

struct ledger {
	unsigned magic;
	const char *node, *version;
	uint64_t limit; /* bytes after which a segment ends */
	int dir, lock, entries;
	int segment;		  /* open for writing */
	uint64_t size;		  /* bytes of it that are committed */
	bool stale;		  /* there may be more bytes behind these */
	uint64_t committed, next; /* numbers */
	uint64_t cut;
	struct buf batch; /* what is not committed */
	struct recall *recall;
};

#define CHECK(l) assert((l) != NULL && (l)->magic == MAGIC)

/* Opens the segment that begins with entry first, made when it is missing. */
static int
open_segment(const struct ledger *l, uint64_t first, int *out)
{
	char name[LAYOUT_SEGMENT];
	int fd;

	layout_segment_name(first, name);
	fd = openat(l->entries, name,
	    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return CONSENT_EIO;
	if (fsync(l->entries) != 0) {
		(void)close(fd); /* nothing was written */
		return CONSENT_EIO;
	}
	*out = fd;
	return CONSENT_OK;
}

/* Takes the lock that each open ledger holds. */
static int
take_lock(struct ledger *l)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	l->lock = openat(l->dir, LAYOUT_LOCK,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (l->lock < 0)
		return CONSENT_EIO;
	if (fcntl(l->lock, F_OFD_SETLK, &lock) == 0)
		return CONSENT_OK;
	return errno == EAGAIN || errno == EACCES ? CONSENT_EBUSY : CONSENT_EIO;
}

/* Makes sure that both folders of texts are there. */
static int
make_folders(struct ledger *l)
{
	static const char *const names[] = {LAYOUT_POLICIES, LAYOUT_NOTICES};
	int rc = store_folder(l->dir, LAYOUT_ENTRIES, &l->entries);
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < 2; i++) {
		int fd = -1;

		rc = store_folder(l->dir, names[i], &fd);
		if (fd >= 0)
			(void)close(fd); /* read only: nothing to lose */
	}
	return rc;
}

/* Cuts what stands behind the committed bytes of the segment. */
static int
heal(struct ledger *l)
{
	if (ftruncate(l->segment, (off_t)l->size) != 0 ||
	    fdatasync(l->segment) != 0)
		return CONSENT_EIO;
	l->stale = false;
	return CONSENT_OK;
}

/* Finds the end of the log and makes it good to write on. */
static int
resume(struct ledger *l, const char *dir)
{
	struct recovery found = {0};
	int rc = recover_log(dir, l->recall, &found);

	if (rc == CONSENT_ENOENT)
		rc = CONSENT_OK; /* a log without entries */
	if (rc == CONSENT_OK)
		rc = open_segment(l, found.first, &l->segment);
	if (rc != CONSENT_OK)
		return rc;
	l->size = found.size;
	l->committed = l->next = found.next;
	l->cut = found.cut;
	return heal(l);
}

int
ledger_open(
    const char *dir, const struct ledger_options *options, struct ledger **out)
{
	struct ledger *l = calloc(1, sizeof *l);
	int rc, why;

	if (l == NULL)
		return CONSENT_ENOMEM;
	l->magic = MAGIC;
	l->node = options->node;
	l->version = options->version;
	l->limit = options->segment_size != 0 ? options->segment_size
					      : LEDGER_SEGMENT_BYTES;
	l->dir = l->lock = l->entries = l->segment = -1;
	buf_init(&l->batch, LEDGER_BATCH_BYTES);
	rc = recall_new(LEDGER_ATTEMPTS, LEDGER_TEXTS, &l->recall);
	if (rc == CONSENT_OK)
		rc = store_folder(AT_FDCWD, dir, &l->dir);
	if (rc == CONSENT_OK)
		rc = take_lock(l);
	if (rc == CONSENT_OK)
		rc = make_folders(l);
	if (rc == CONSENT_OK)
		rc = resume(l, dir);
	if (rc == CONSENT_OK) {
		*out = l;
		return rc;
	}
	why = errno;
	ledger_close(l);
	errno = why;
	return rc;
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		(void)close(fd); /* what counts was synced before */
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	CHECK(l);
	if (l->segment >= 0 && l->stale)
		(void)heal(l); /* the next writer does it otherwise */
	close_fd(l->segment);
	close_fd(l->entries);
	close_fd(l->lock);
	close_fd(l->dir);
	recall_free(l->recall);
	buf_fini(&l->batch);
	l->magic = 0;
	free(l);
}

uint64_t
ledger_next(const struct ledger *l)
{
	CHECK(l);
	return l->next;
}

uint64_t
ledger_cut(const struct ledger *l)
{
	CHECK(l);
	return l->cut;
}

bool
ledger_knows(const struct ledger *l, const char *id)
{
	CHECK(l);
	return recall_find(l->recall, span_of(id)) != NULL;
}

/* Whether the choice in line, just written to the batch, is a new one. */
static int
settle_choice(struct ledger *l, struct span line, struct ledger_place *place)
{
	const struct recall_attempt *known;
	struct recall_attempt attempt;
	struct entry_peek peek;
	int rc = CONSENT_EINVAL;

	if (entry_peek(line, &peek))
		rc = recall_read(line, &peek, &attempt);
	if (rc != CONSENT_OK)
		return rc;
	known = recall_find(l->recall, peek.id);
	if (known == NULL) {
		recall_add(l->recall, &attempt);
		return CONSENT_OK;
	}
	if (memcmp(known->essence, attempt.essence, sizeof attempt.essence) !=
	    0)
		return CONSENT_EDENIED;
	*place = (struct ledger_place){known->seq, known->time, true};
	return CONSENT_OK;
}

/* The texts that a choice names must stand in the log before it. */
static bool
has_texts(const struct ledger *l, const struct record *r)
{
	return recall_has_text(l->recall, LAYOUT_POLICY, r->policy) &&
	       recall_has_text(l->recall, LAYOUT_NOTICE, r->notice);
}

int
ledger_append(
    struct ledger *l, const struct entry_fact *fact, struct ledger_place *out)
{
	struct ledger_place place = {.time = clock_now()};
	struct entry_head head = {.time = place.time};
	char id[DIGEST_ID_TEXT] = "";
	int rc = CONSENT_OK;
	size_t mark;

	CHECK(l);
	mark = l->batch.n;
	head.seq = place.seq = l->next;
	head.node = l->node;
	head.version = l->version;
	head.id = fact->type == LAYOUT_CHOICE ? fact->record->id : id;
	if (l->next > LAYOUT_SEQ_MAX)
		return CONSENT_ELIMIT;
	if (fact->type == LAYOUT_CHOICE && !has_texts(l, fact->record))
		return CONSENT_ENOENT;
	if (fact->type != LAYOUT_CHOICE)
		rc = digest_new_id(id);
	if (rc == CONSENT_OK)
		rc = entry_write(&head, fact, &l->batch);
	if (rc == CONSENT_OK && fact->type == LAYOUT_CHOICE)
		rc = settle_choice(l,
		    span_sub(buf_span(&l->batch), mark, l->batch.n - mark - 1),
		    &place);
	if (rc != CONSENT_OK || place.again)
		l->batch.n = mark;
	else
		l->next++;
	if (rc == CONSENT_OK)
		*out = place;
	return rc;
}

void
ledger_rollback(struct ledger *l)
{
	CHECK(l);
	buf_clear(&l->batch);
	recall_rollback(l->recall);
	l->next = l->committed;
}

/* Ends the segment and begins the next one when it is full. */
static int
rotate(struct ledger *l)
{
	int fd = -1, rc;

	if (l->size < l->limit)
		return CONSENT_OK;
	rc = open_segment(l, l->committed, &fd);
	if (rc != CONSENT_OK)
		return rc;
	close_fd(l->segment);
	l->segment = fd;
	l->size = 0;
	return heal(l); /* a try that failed may have left bytes */
}

int
ledger_commit(struct ledger *l)
{
	int why, rc = CONSENT_OK;

	CHECK(l);
	if (l->batch.n == 0)
		return CONSENT_OK;
	if (l->stale)
		rc = heal(l);
	if (rc == CONSENT_OK)
		rc = rotate(l);
	if (rc == CONSENT_OK) {
		l->stale = true;
		rc = store_write(l->segment, buf_span(&l->batch), l->size);
	}
	if (rc == CONSENT_OK && fdatasync(l->segment) != 0)
		rc = CONSENT_EIO;
	if (rc == CONSENT_OK) {
		l->stale = false;
		l->size += l->batch.n;
		l->committed = l->next;
		buf_clear(&l->batch);
		recall_commit(l->recall);
		return CONSENT_OK;
	}
	why = errno;
	if (l->stale)
		(void)heal(l); /* stays stale when this fails, too */
	ledger_rollback(l);
	errno = why;
	return rc;
}

int
ledger_record_text(
    struct ledger *l, enum layout_type kind, const char *hash, struct span text)
{
	struct entry_fact fact = {.type = kind, .hash = hash};
	char own[DIGEST_HEX], name[LAYOUT_TEXT];
	struct ledger_place place;
	int rc, folder = -1;

	CHECK(l);
	if (text.n > LAYOUT_TEXT_BYTES)
		return CONSENT_ELIMIT;
	rc = digest_sha256_hex(text, own);
	if (rc == CONSENT_OK && strcmp(own, hash) != 0)
		rc = CONSENT_EINVAL;
	if (rc != CONSENT_OK)
		return rc;
	layout_text_name(hash, name);
	rc = store_folder(l->dir, layout_folder(kind), &folder);
	if (rc == CONSENT_OK && store_holds(folder, name, text) != CONSENT_OK)
		rc = store_file(folder, name, text);
	close_fd(folder);
	if (rc != CONSENT_OK || recall_is_newest(l->recall, kind, hash) ||
	    (kind == LAYOUT_NOTICE && recall_has_text(l->recall, kind, hash)))
		return rc;
	rc = ledger_append(l, &fact, &place);
	if (rc == CONSENT_OK)
		recall_add_text(l->recall, kind, hash);
	return rc;
}
