#include "proxy/inventory_file.h"

#include "audit/store.h"
#include "base/ascii.h"
#include "base/clock.h"
#include "base/log.h"
#include "proxy/inventory.h"
#include "proxy/setup.h"

#include <libconsent/buf.h>

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FORM = 1,    /* of the file */
	PATH = 4097, /* longest, and its NUL */
	HEX = 2 * INVENTORY_NAME + 1
};

/* The folder of a path, open; *name is the file in it. -1 with errno. */
static int
open_folder(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH];
	int n = slash == NULL ? 1 : (int)(slash - path) + 1;

	*name = slash == NULL ? path : slash + 1;
	if (n >= PATH || (*name)[0] == '\0') {
		errno = EINVAL;
		return -1;
	}
	(void)snprintf(
	    folder, sizeof folder, "%.*s", n, slash == NULL ? "." : path);
	return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* ---- reading ---------------------------------------------------------- */

/* Bytes as hex digits: they are any. False where text is none of that. */
static bool
read_bytes(const json_t *from, char *to, size_t max, size_t *n)
{
	const char *text = json_string_value(from);
	size_t i, length = text == NULL ? 1 : strlen(text);

	if (length % 2 != 0 || length / 2 > max)
		return false;
	for (i = 0; i < length; i += 2) {
		int high = ascii_hex_value(text[i]);
		int low = ascii_hex_value(text[i + 1]);

		if (high < 0 || low < 0)
			return false;
		to[i / 2] = (char)(high << 4 | low);
	}
	*n = length / 2;
	return true;
}

static bool
read_row(const json_t *from, struct inventory_row *row)
{
	const json_t *count = json_object_get(from, "count");
	const json_t *first = json_object_get(from, "first");
	const json_t *last = json_object_get(from, "last");
	const json_t *cut = json_object_get(from, "cut");

	if (!json_is_integer(count) || json_integer_value(count) < 1 ||
	    !json_is_integer(first) || !json_is_integer(last) ||
	    json_integer_value(first) < 0 ||
	    json_integer_value(first) > json_integer_value(last) ||
	    !json_is_boolean(cut))
		return false;
	row->count = (uint64_t)json_integer_value(count);
	row->first = json_integer_value(first);
	row->last = json_integer_value(last);
	row->is_cut = json_is_true(cut);
	return read_bytes(json_object_get(from, "name"), row->name,
		   INVENTORY_NAME, &row->n) &&
	       row->n > 0 &&
	       read_bytes(json_object_get(from, "path"), row->path,
		   INVENTORY_PATH, &row->n_path);
}

/* Reads all rows of a kind, and adds them unless that is only a trial. */
static bool
read_kind(const json_t *root, enum inventory_kind kind, struct inventory *v)
{
	const json_t *rows = json_object_get(root, inventory_kind_name(kind));
	struct inventory_row row;
	json_t *from;
	size_t i;

	if (!json_is_array(rows) || json_array_size(rows) > INVENTORY_SUM)
		return false;
	json_array_foreach(rows, i, from)
	{
		if (!read_row(from, &row))
			return false;
		if (v != NULL && !inventory_restore(v, kind, &row))
			return false;
	}
	return true;
}

static bool
read_all(const json_t *root, struct inventory *v)
{
	unsigned kind;

	if (json_integer_value(json_object_get(root, "consentd-inventory")) !=
	    FORM)
		return false;
	for (kind = 0; kind < INVENTORY_KINDS; kind++)
		if (!read_kind(root, (enum inventory_kind)kind, v))
			return false;
	return true;
}

int
inventory_file_read(const char *path, struct inventory *v)
{
	json_t *root = NULL;
	const char *name;
	struct buf text;
	int folder = open_folder(path, &name);
	int rc;

	if (folder < 0)
		return errno == ENOENT ? CONSENT_ENOENT : CONSENT_EIO;
	buf_init(&text, INVENTORY_FILE_BYTES);
	rc = store_read(folder, name, &text);
	(void)close(folder); /* read only */
	if (rc == CONSENT_OK) {
		root = json_loadb(text.n == 0 ? "" : text.p, text.n,
		    JSON_REJECT_DUPLICATES, NULL);
		if (!read_all(root, NULL))
			rc = CONSENT_EINVAL;
		else if (!read_all(root, v))
			rc = CONSENT_ENOMEM;
	}
	json_decref(root);
	buf_fini(&text);
	return rc;
}

/* ---- writing ---------------------------------------------------------- */

static json_t *
write_bytes(const char *bytes, size_t n)
{
	char text[HEX];
	size_t i;

	text[0] = '\0';
	for (i = 0; i < n; i++)
		(void)snprintf(
		    text + 2 * i, 3, "%02x", (unsigned)(unsigned char)bytes[i]);
	return json_string(text);
}

static json_int_t
bounded(uint64_t n)
{
	return n > INT64_MAX ? INT64_MAX : (json_int_t)n;
}

static json_t *
write_row(const struct inventory_row *row)
{
	int64_t first = row->first < 0 ? 0 : row->first;
	int64_t last = row->last < first ? first : row->last;

	return json_pack("{s:o, s:b, s:I, s:I, s:I, s:o}", "name",
	    write_bytes(row->name, row->n), "cut", row->is_cut, "count",
	    bounded(row->count == 0 ? 1 : row->count), "first",
	    (json_int_t)first, "last", (json_int_t)last, "path",
	    write_bytes(row->path, row->n_path));
}

/* NULL without memory: a list without some of its rows would lose them. */
static json_t *
write_kind(const struct policy *policy, enum inventory_kind kind,
    const struct inventory_sum *sum)
{
	json_t *rows = json_array();
	size_t i;

	for (i = 0; i < sum->n; i++) {
		const struct inventory_row *row = &sum->rows[i];
		struct span name = {row->name, row->n};

		if (!row->is_cut && inventory_is_named(policy, kind, name))
			continue;
		if (json_array_append_new(rows, write_row(row)) != 0) {
			json_decref(rows);
			return NULL;
		}
	}
	return rows;
}

static json_t *
write_all(const struct inventory *v, const struct policy *policy,
    struct inventory_sum *sum)
{
	json_t *root = json_pack("{s:i}", "consentd-inventory", FORM);
	unsigned kind;

	for (kind = 0; kind < INVENTORY_KINDS; kind++) {
		enum inventory_kind k = (enum inventory_kind)kind;

		inventory_add_up(v, k, sum);
		if (json_object_set_new(root, inventory_kind_name(k),
			write_kind(policy, k, sum)) != 0) {
			json_decref(root);
			return NULL;
		}
	}
	return root;
}

int
inventory_file_write(
    const char *path, const struct inventory *v, const struct policy *policy)
{
	struct inventory_sum *sum = malloc(sizeof *sum);
	json_t *root = sum == NULL ? NULL : write_all(v, policy, sum);
	char *text = root == NULL ? NULL : json_dumps(root, JSON_INDENT(1));
	const char *name;
	int folder, rc = CONSENT_ENOMEM;

	free(sum);
	json_decref(root);
	if (text == NULL)
		return rc;
	folder = open_folder(path, &name);
	rc = folder < 0 ? CONSENT_EIO : store_file(folder, name, span_of(text));
	free(text);
	if (folder >= 0)
		(void)close(folder); /* it was synced */
	return rc;
}

/* ---- the parent ------------------------------------------------------- */

static const char *
reason_of(int rc)
{
	if (rc == CONSENT_EIO)
		return strerror(errno);
	return rc == CONSENT_EINVAL ? "it is none of ours" : status_text(rc);
}

/* A wrong file is not written over: somebody may want to look at it. */
static void
set_aside(const char *path)
{
	char other[PATH + 4];

	(void)snprintf(other, sizeof other, "%s.bad", path);
	(void)rename(path, other); /* or it is written over */
}

static void
begin(struct inventory_file *f, struct inventory *v, const char *path)
{
	int rc = inventory_file_read(path, v);

	f->was_read = true;
	f->next = clock_monotonic() + INVENTORY_FILE_MS;
	if (rc == CONSENT_OK || rc == CONSENT_ENOENT)
		return;
	log_warn("inventory.ignored", "file=\"%s\" reason=\"%s\"", path,
	    reason_of(rc));
	if (rc == CONSENT_EINVAL || rc == CONSENT_ELIMIT)
		set_aside(path);
}

void
inventory_file_end(struct inventory_file *f, const struct inventory *v,
    const struct proxy_setup *setup)
{
	uint64_t seen;
	int rc;

	if (setup->inventory == NULL || !f->was_read)
		return;
	seen = inventory_total(v);
	if (seen == f->seen)
		return;
	rc = inventory_file_write(setup->inventory, v, setup->policy);
	if (rc == CONSENT_OK)
		f->seen = seen;
	else if (!f->is_lost)
		log_warn("inventory.unkept", "file=\"%s\" reason=\"%s\"",
		    setup->inventory, reason_of(rc));
	f->is_lost = rc != CONSENT_OK;
}

void
inventory_file_tend(struct inventory_file *f, struct inventory *v,
    const struct proxy_setup *setup)
{
	int64_t now = clock_monotonic();

	if (setup->inventory == NULL)
		return;
	if (!f->was_read)
		begin(f, v, setup->inventory);
	if (now < f->next)
		return;
	f->next = now + INVENTORY_FILE_MS;
	inventory_file_end(f, v, setup);
}
