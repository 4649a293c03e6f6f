#include "audit/verify.h"

#include "audit/entry.h"
#include "audit/idset.h"
#include "base/digest.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* What one entry is checked against. */
struct verifier {
	struct reader *reader;
	struct verify_result *out;
	struct idset ids;     /* of all entries */
	struct idset texts;   /* "policies/HASH.json" and so on */
	struct idset choices; /* "HASH ID": place of a policy's category;
				 "HASH": how many of them need consent */
	struct idset erased;  /* tombstones: their number to its `by` */
	uint64_t n_unclaimed; /* tombstones that no erase entry named yet */
	int64_t time;	      /* of the entry before */
	struct buf text;      /* one policy or notice */
};

/* Fills in the fault; returns what a fault returns. */
static int
blame(struct verifier *v, const struct reader_line *line, const char *why)
{
	struct verify_result *out = v->out;

	(void)snprintf(out->file, sizeof out->file, "%s", line->file);
	out->line = line->line;
	out->seq = out->entries;
	(void)snprintf(out->why, sizeof out->why, "%s", why);
	return CONSENT_EDENIED;
}

/* A fault of the text file that an entry names. */
static int
blame_text(struct verifier *v, const struct reader_line *line, const char *path,
    const char *why)
{
	char text[VERIFY_WHY];

	(void)snprintf(text, sizeof text, "%s: %s", path, why);
	return blame(v, line, text);
}

static void
text_path(enum layout_type kind, const char *hash, char path[IDSET_TEXT])
{
	char name[LAYOUT_TEXT];

	layout_text_name(hash, name);
	(void)snprintf(path, IDSET_TEXT, "%s/%s", layout_folder(kind), name);
}

/* The key of a category of a policy; without an id that of the policy. */
static struct span
category_key(const char *policy, const char *id, char key[IDSET_TEXT])
{
	int n = snprintf(key, IDSET_TEXT, "%s %s", policy, id);

	return (struct span){key, n < 0 ? 0 : (size_t)n};
}

/* Remembers which categories of a policy the visitor decides about. */
static int
keep_categories(struct verifier *v, const char *policy, const json_t *list)
{
	char key[IDSET_TEXT];
	const json_t *category;
	size_t i, n = 0;
	int rc = CONSENT_OK;

	json_array_foreach(list, i, category)
	{
		const char *id =
		    json_string_value(json_object_get(category, "id"));

		if (json_is_true(json_object_get(category, "required")))
			continue;
		if (id == NULL || strlen(id) >= RECORD_NAME)
			return CONSENT_EINVAL;
		rc = idset_add(&v->choices, category_key(policy, id, key), n++);
		if (rc != CONSENT_OK)
			return rc == CONSENT_EBUSY ? CONSENT_EINVAL : rc;
	}
	return idset_add(&v->choices, category_key(policy, "", key), n);
}

/*
 * The text of a policy is in v->text and has the hash. One that lists no
 * categories is of another software: its choices are taken as they are.
 */
static int
check_policy(
    struct verifier *v, const struct reader_line *line, const char *policy)
{
	struct span text = buf_span(&v->text);
	json_t *root = json_loadb(text.p, text.n, 0, NULL);
	const json_t *list = json_object_get(root, "categories");
	int rc = CONSENT_OK;

	if (json_is_array(list))
		rc = keep_categories(v, policy, list);
	json_decref(root);
	if (rc == CONSENT_EINVAL)
		return blame(v, line, "a policy with unusable categories");
	return rc;
}

/* A policy or notice entry: its text must be there and have that hash. */
static int
check_text(struct verifier *v, const struct reader_line *line,
    const struct entry *entry)
{
	char path[IDSET_TEXT], hash[DIGEST_HEX];
	int rc;

	text_path(entry->type, entry->hash, path);
	rc = idset_add(&v->texts, span_of(path), entry->seq);
	if (rc == CONSENT_EBUSY)
		return CONSENT_OK; /* looked at before */
	if (rc != CONSENT_OK)
		return rc;
	rc = reader_text(v->reader, entry->type, entry->hash, &v->text);
	if (rc == CONSENT_ENOENT)
		return blame_text(v, line, path, "the file is not there");
	if (rc == CONSENT_ELIMIT)
		return blame_text(v, line, path, "the file is too large");
	if (rc == CONSENT_OK)
		rc = digest_sha256_hex(buf_span(&v->text), hash);
	if (rc == CONSENT_OK && strcmp(hash, entry->hash) != 0)
		return blame_text(v, line, path, "its SHA-256 is not its name");
	if (rc == CONSENT_OK && entry->type == LAYOUT_POLICY)
		rc = check_policy(v, line, entry->hash);
	return rc;
}

/* Whether a text was logged before; CONSENT_ENOENT when it was not. */
static int
find_text(struct verifier *v, enum layout_type kind, const char *hash)
{
	char path[IDSET_TEXT];
	uint64_t seq;

	text_path(kind, hash, path);
	return idset_find(&v->texts, span_of(path), &seq);
}

/*
 * Whether the ids of a list are categories of the policy that need consent, in
 * its order; adds how many there are. CONSENT_ENOENT when they are not.
 */
static int
count_categories(
    struct verifier *v, const struct entry *entry, const char *name, size_t *n)
{
	const json_t *id, *list = json_object_get(entry->root, name);
	uint64_t place, least = 0;
	char key[IDSET_TEXT];
	size_t i;

	json_array_foreach(list, i, id)
	{
		int rc = idset_find(&v->choices,
		    category_key(entry->policy, json_string_value(id), key),
		    &place);

		if (rc != CONSENT_OK)
			return rc;
		if (place < least)
			return CONSENT_ENOENT;
		least = place + 1;
		(*n)++;
	}
	return CONSENT_OK;
}

/*
 * A choice decides about each category of its policy, once; one embed about
 * none (form_check).
 */
static int
check_categories(struct verifier *v, const struct reader_line *line,
    const struct entry *entry)
{
	char key[IDSET_TEXT];
	uint64_t all = 0;
	size_t n = 0;
	int rc =
	    idset_find(&v->choices, category_key(entry->policy, "", key), &all);

	if (rc == CONSENT_ENOENT)
		return CONSENT_OK; /* the policy does not say */
	if (strcmp(entry->act, record_action_name(RECORD_EMBED)) == 0)
		all = 0;
	if (rc == CONSENT_OK)
		rc = count_categories(v, entry, "granted", &n);
	if (rc == CONSENT_OK)
		rc = count_categories(v, entry, "denied", &n);
	if (rc == CONSENT_ENOENT || (rc == CONSENT_OK && n != all))
		return blame(v, line, "not the categories of its policy");
	return rc;
}

static int
check_choice(struct verifier *v, const struct reader_line *line,
    const struct entry *entry)
{
	int rc = find_text(v, LAYOUT_POLICY, entry->policy);

	if (rc == CONSENT_ENOENT)
		return blame(v, line, "a policy that was not logged before");
	if (rc == CONSENT_OK)
		rc = find_text(v, LAYOUT_NOTICE, entry->notice);
	if (rc == CONSENT_ENOENT)
		return blame(v, line, "a notice that was not logged before");
	if (rc == CONSENT_OK)
		rc = check_categories(v, line, entry);
	v->out->choices++;
	return rc;
}

/* The spelling under which a tombstone waits for its erase entry. */
static struct span
number_text(uint64_t seq, char text[24])
{
	(void)snprintf(text, 24, "%" PRIu64, seq);
	return span_of(text);
}

static int
check_erased(struct verifier *v, const struct entry *entry)
{
	char text[24];

	v->out->erased++;
	v->n_unclaimed++;
	return idset_add(&v->erased, number_text(entry->seq, text), entry->by);
}

/* Each entry that is said to be erased must be a tombstone that says so. */
static int
check_erase(struct verifier *v, const struct reader_line *line,
    const struct entry *entry)
{
	const json_t *list = json_object_get(entry->root, "entries");
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		uint64_t by = 0, seq = (uint64_t)json_integer_value(
				     json_array_get(list, i));
		char text[24];
		int rc = idset_find(&v->erased, number_text(seq, text), &by);

		if (rc == CONSENT_ENOENT)
			return blame(v, line, "an entry that is still there");
		if (rc != CONSENT_OK)
			return rc;
		if (by == entry->seq)
			v->n_unclaimed--;
		else if (by > entry->seq)
			return blame(v, line, "an entry erased by another");
	}
	return CONSENT_OK;
}

static int
check_by_type(struct verifier *v, const struct reader_line *line,
    const struct entry *entry)
{
	if (entry->type == LAYOUT_CHOICE)
		return check_choice(v, line, entry);
	if (entry->type == LAYOUT_POLICY || entry->type == LAYOUT_NOTICE)
		return check_text(v, line, entry);
	if (entry->type == LAYOUT_ERASE)
		return check_erase(v, line, entry);
	if (entry->type == LAYOUT_ERASED)
		return check_erased(v, entry);
	return CONSENT_OK;
}

static int
check_entry(struct verifier *v, const struct reader_line *line,
    const struct entry *entry)
{
	int rc;

	if (entry->seq != v->out->entries)
		return blame(v, line, "the number does not follow");
	if (line->line == 1 && line->first != entry->seq)
		return blame(v, line, "not the number in the file's name");
	if (entry->type != LAYOUT_ERASED) {
		rc = idset_add(&v->ids, span_of(entry->id), entry->seq);
		if (rc == CONSENT_EBUSY)
			return blame(v, line, "an id that was used before");
		if (rc != CONSENT_OK)
			return rc;
		if (entry->time < v->time)
			v->out->backward++;
		v->time = entry->time;
	}
	return check_by_type(v, line, entry);
}

static int
check_line(struct verifier *v, const struct reader_line *line)
{
	struct entry entry;
	const char *why;
	int rc = entry_read(line->text, &entry, &why);

	if (rc == CONSENT_EINVAL)
		return blame(v, line, why);
	if (rc != CONSENT_OK)
		return rc;
	rc = check_entry(v, line, &entry);
	entry_fini(&entry);
	if (rc == CONSENT_OK)
		v->out->entries++;
	return rc;
}

/* What stands behind the last whole line. */
static int
check_end(
    struct verifier *v, enum reader_state state, const struct reader_line *line)
{
	size_t n = reader_segments(v->reader);
	struct reader_line end = {.file = LAYOUT_ENTRIES, .line = 0};

	if (state == READER_BROKEN)
		return blame(v, line, "not a line that ends in time");
	if (state == READER_PARTIAL && !reader_is_live(v->reader))
		return blame(v, line, "the last line is not complete");
	if (state == READER_PARTIAL)
		v->out->unfinished = line->text.n;
	if (n > 0 && reader_first(v->reader, n - 1) > v->out->entries) {
		layout_segment_name(reader_first(v->reader, n - 1),
		    end.file + sizeof LAYOUT_ENTRIES);
		end.file[sizeof LAYOUT_ENTRIES - 1] = '/';
		return blame(v, &end, "a segment that does not follow");
	}
	if (v->n_unclaimed > 0 && state == READER_END)
		return blame(v, &end, "erased entries that no entry explains");
	return CONSENT_OK;
}

static int
check_lines(struct verifier *v)
{
	enum reader_state state = READER_LINE;
	struct reader_line line = {.line = 0};
	int rc;

	for (;;) {
		rc = reader_next(v->reader, &state, &line);
		if (rc != CONSENT_OK)
			return rc;
		if (state != READER_LINE)
			return check_end(v, state, &line);
		rc = check_line(v, &line);
		if (rc != CONSENT_OK)
			return rc;
	}
}

static int
open_log(struct verifier *v, const char *dir)
{
	struct reader_line line = {.line = 0};
	char stray[LAYOUT_NAME] = "";
	int rc = reader_open(dir, &v->reader, stray);

	if (rc != CONSENT_EINVAL)
		return rc;
	rc = blame(v, &line, "not a segment of the log");
	(void)snprintf(v->out->file, sizeof v->out->file, "%s/%.200s",
	    LAYOUT_ENTRIES, stray);
	return rc;
}

int
verify_run(const char *dir, struct verify_result *out)
{
	struct verifier v = {.out = out, .time = INT64_MIN};
	int rc;

	memset(out, 0, sizeof *out);
	buf_init(&v.text, LAYOUT_TEXT_BYTES);
	rc = idset_init(&v.ids);
	if (rc == CONSENT_OK)
		rc = idset_init(&v.texts);
	if (rc == CONSENT_OK)
		rc = idset_init(&v.choices);
	if (rc == CONSENT_OK)
		rc = idset_init(&v.erased);
	if (rc == CONSENT_OK)
		rc = open_log(&v, dir);
	if (rc == CONSENT_OK) {
		out->segments = reader_segments(v.reader);
		rc = check_lines(&v);
	}
	reader_close(v.reader);
	buf_fini(&v.text);
	idset_fini(&v.ids);
	idset_fini(&v.texts);
	idset_fini(&v.choices);
	idset_fini(&v.erased);
	return rc;
}
