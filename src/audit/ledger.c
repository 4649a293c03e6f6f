#include "audit/ledger.h"

#include "audit/press.h"
#include "audit/publish.h"
#include "audit/reader.h"
#include "audit/recall.h"
#include "audit/recover.h"
#include "audit/store.h"
#include "audit/syncer.h"
#include "audit/tile.h"
#include "base/clock.h"
#include "base/digest.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
	const struct note_ring *ring;
	void (*on_written)(void *ctx);
	void *ctx;
	struct syncer *syncer; /* or NULL: commits wait themselves */
	struct press *press;
	bool is_behind; /* it missed entries that are durable */
	bool publishes; /* in the background, as far as anybody was told */
	char *path;	/* of the directory */
	uint64_t limit; /* bytes after which a segment ends */
	int64_t most;	/* ms after which it does; 0: never */
	int dir, lock, entries;
	int segment;		  /* open for writing */
	uint64_t first;		  /* its first entry */
	int64_t began;		  /* the time of that; 0: it is empty */
	bool ends;		  /* what is not committed begins another */
	uint64_t size;		  /* bytes of it that are committed */
	bool stale;		  /* there may be more bytes behind these */
	uint64_t committed, next; /* numbers */
	uint64_t written;	  /* bytes committed since it was opened */
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
	    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    store_mode(l->entries));
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
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, store_mode(l->dir));
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
	l->first = found.first;
	l->began = found.began;
	l->size = found.size;
	l->committed = l->next = found.next;
	l->cut = found.cut;
	return heal(l);
}

/* Tells a publisher of the entries that it does not know yet. */
static int
feed(const struct ledger *l, struct publisher *p, uint64_t from)
{
	enum reader_state state = READER_LINE;
	struct reader *reader = NULL;
	struct reader_line line;
	char stray[LAYOUT_NAME];
	int rc = reader_open(l->path, &reader, stray);

	if (rc == CONSENT_OK && from < l->committed)
		reader_seek(reader, reader_find(reader, from));
	while (rc == CONSENT_OK && from < l->committed) {
		struct entry_peek peek;

		rc = reader_next(reader, &state, &line);
		if (rc == CONSENT_OK &&
		    (state != READER_LINE || !entry_peek(line.text, &peek)))
			rc = CONSENT_EINVAL;
		if (rc != CONSENT_OK || peek.seq < from)
			continue;
		rc = peek.seq == from ? publisher_add(p, line.text)
				      : CONSENT_EINVAL;
		from++;
	}
	reader_close(reader);
	if (rc == CONSENT_OK && !publisher_is_complete(p))
		rc = CONSENT_EDENIED; /* more was signed than is there */
	return rc;
}

/* Goes on with what was published of the log, all of it read anew. */
static int
resume_publishing(struct ledger *l)
{
	struct publisher *p = NULL;
	uint64_t from = 0;
	int rc;

	press_free(l->press);
	l->press = NULL;
	l->publishes = false;
	rc = publisher_open(l->dir, l->ring, &from, &p);
	if (rc == CONSENT_OK)
		rc = feed(l, p, from);
	if (rc == CONSENT_OK)
		rc = press_new(p, &l->press);
	if (rc != CONSENT_OK)
		publisher_close(p);
	l->is_behind = rc != CONSENT_OK;
	return rc;
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
	l->ring = options->ring;
	l->limit = options->segment_size != 0 ? options->segment_size
					      : LEDGER_SEGMENT_BYTES;
	l->most = options->segment_ms;
	l->on_written = options->on_written;
	l->ctx = options->ctx;
	l->dir = l->lock = l->entries = l->segment = -1;
	buf_init(&l->batch, LEDGER_BATCH_BYTES);
	l->path = strdup(dir);
	rc = l->path == NULL
		 ? CONSENT_ENOMEM
		 : recall_new(LEDGER_ATTEMPTS, LEDGER_TEXTS, &l->recall);
	if (rc == CONSENT_OK)
		rc = store_folder(AT_FDCWD, dir, &l->dir);
	if (rc == CONSENT_OK)
		rc = take_lock(l);
	if (rc == CONSENT_OK)
		rc = make_folders(l);
	if (rc == CONSENT_OK)
		rc = resume(l, dir);
	if (rc == CONSENT_OK)
		rc = resume_publishing(l);
	if (rc == CONSENT_OK) {
		/* where no thread may be made, it goes without */
		if (l->on_written != NULL &&
		    syncer_new(&l->syncer) != CONSENT_OK)
			l->syncer = NULL;
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
	syncer_free(l->syncer);
	if (l->segment >= 0 && l->stale)
		(void)heal(l); /* the next writer does it otherwise */
	close_fd(l->segment);
	close_fd(l->entries);
	close_fd(l->lock);
	close_fd(l->dir);
	press_free(l->press);
	free(l->path);
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

struct ledger_facts
ledger_facts(const struct ledger *l)
{
	CHECK(l);
	return (struct ledger_facts){.cut = l->cut,
	    .published = l->press == NULL ? 0 : press_published(l->press),
	    .written = l->written};
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
	/* what can never be proven must not be granted */
	if (l->is_behind)
		return CONSENT_EIO;
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
	if (rc == CONSENT_OK && fact->type == LAYOUT_ERASE)
		l->ends |= fact->entries[fact->n_entries - 1] >= l->first;
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
	l->ends = false;
}

/*
 * Whether the segment is full, or old, or what comes does not belong there. One
 * that began when the clock was ahead would be young for long.
 */
static bool
is_over(const struct ledger *l)
{
	int64_t age = l->began == 0 ? 0 : clock_now() - l->began;

	return l->size >= l->limit || (l->size > 0 && l->ends) ||
	       (l->most > 0 && (age >= l->most || -age >= l->most));
}

/* Ends the segment and begins the next one when it is time. */
static int
rotate(struct ledger *l)
{
	int fd = -1, rc;

	if (!is_over(l))
		return CONSENT_OK;
	rc = open_segment(l, l->committed, &fd);
	if (rc != CONSENT_OK)
		return rc;
	close_fd(l->segment);
	l->segment = fd;
	l->first = l->committed;
	l->began = 0;
	l->size = 0;
	return heal(l); /* a try that failed may have left bytes */
}

/* Hands what just became durable to be published. */
static void
hand_on(struct ledger *l)
{
	/* the entries count all the same, and can be read */
	if (!l->is_behind &&
	    press_add(l->press, buf_span(&l->batch)) != CONSENT_OK)
		l->is_behind = true;
}

static int
begin_publishing(struct ledger *l)
{
	int rc = l->is_behind ? resume_publishing(l) : CONSENT_OK;

	if (rc == CONSENT_OK)
		press_begin(l->press);
	return rc;
}

/* What came of it; what cannot go on is read anew the next time. */
static int
settle_publishing(struct ledger *l, int rc)
{
	if (rc != CONSENT_OK && rc != CONSENT_EIO)
		l->is_behind = true;
	return rc;
}

int
ledger_publish(struct ledger *l)
{
	int rc;

	CHECK(l);
	l->publishes = false;
	rc = begin_publishing(l);
	return rc == CONSENT_OK ? settle_publishing(l, press_wait(l->press))
				: rc;
}

int
ledger_publish_step(struct ledger *l)
{
	int rc;

	CHECK(l);
	if (!l->publishes) {
		rc = begin_publishing(l);
		l->publishes = rc == CONSENT_OK;
		return rc == CONSENT_OK ? CONSENT_EBUSY : rc;
	}
	if (!press_is_done(l->press, &rc))
		return CONSENT_EBUSY;
	l->publishes = false;
	return settle_publishing(l, rc);
}

int
ledger_forget(struct ledger *l, uint64_t bundle)
{
	struct tile tile = {TILE_ENTRIES, bundle, TILE_WIDTH};
	char path[TILE_PATH], partial[TILE_PATH + 2];
	int rc;

	CHECK(l);
	if (l->press != NULL)
		press_forget(l->press, bundle);
	tile_path(&tile, path);
	(void)snprintf(partial, sizeof partial, "%s.p", path);
	rc = store_remove_folder(l->dir, partial);
	return rc == CONSENT_OK ? store_remove(l->dir, path) : rc;
}

/* Makes what was written last. */
static int
sync_segment(struct ledger *l)
{
	bool apart = l->syncer != NULL && l->next - l->committed >= LEDGER_MANY;

	if (apart)
		syncer_begin(l->syncer, l->segment);
	if (l->on_written != NULL)
		l->on_written(l->ctx);
	if (apart)
		return syncer_end(l->syncer);
	return fdatasync(l->segment) == 0 ? CONSENT_OK : CONSENT_EIO;
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
	if (rc == CONSENT_OK)
		rc = sync_segment(l);
	if (rc == CONSENT_OK) {
		l->stale = l->ends = false;
		l->began = l->began == 0 ? clock_now() : l->began;
		l->size += l->batch.n;
		l->written += l->batch.n;
		l->committed = l->next;
		hand_on(l);
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
