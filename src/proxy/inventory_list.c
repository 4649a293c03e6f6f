#include "proxy/inventory_list.h"

#include "base/clock.h"
#include "proxy/inventory.h"

#include <libconsent/policy.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_TEXT = 4 * INVENTORY_NAME + 4, /* "..." and NUL included */
	PATH_TEXT = 4 * INVENTORY_PATH + 1,
	ROW_TEXT = 144 + 2 * PATH_TEXT /* of a row besides its name, at most */
};

/* The last moment that a time of ours can be spelled for: the year 9999. */
static const int64_t last_time = 253402300799999;

/* A list while it is made. */
struct listing {
	json_t *rows, *forgotten;
	size_t text; /* how long the rows of this kind can be */
};

static bool
is_plain(char c)
{
	return c > ' ' && c < 0x7f && c != '\\';
}

static size_t
spell_bytes(struct span bytes, bool keeps_blanks, char *to)
{
	size_t n = 0, i;

	for (i = 0; i < bytes.n; i++) {
		if (is_plain(bytes.p[i]) || (keeps_blanks && bytes.p[i] == ' '))
			to[n++] = bytes.p[i];
		else
			n += (size_t)snprintf(to + n, 5, "\\x%02x",
			    (unsigned)(unsigned char)bytes.p[i]);
	}
	to[n] = '\0';
	return n;
}

/* The name for people and programs: it says nothing but itself. */
static void
spell_name(const struct inventory_row *row, enum inventory_kind kind,
    char to[NAME_TEXT])
{
	bool is_host = kind == INVENTORY_HOST || kind == INVENTORY_REPORTED;
	struct span name = {row->name, row->n};
	size_t n = 0;

	if (row->is_cut && is_host)
		n += (size_t)snprintf(to, NAME_TEXT, "...");
	n += spell_bytes(name, kind == INVENTORY_INLINE, to + n);
	(void)snprintf(
	    to + n, NAME_TEXT - n, "%s", row->is_cut && !is_host ? "..." : "");
}

static json_t *
write_time(int64_t when)
{
	char text[CLOCK_TEXT];

	if (when < 0 || when > last_time)
		return json_null();
	clock_format(when, text);
	return json_string(text);
}

static json_int_t
bounded(uint64_t n)
{
	return n > INT64_MAX ? INT64_MAX : (json_int_t)n;
}

/* Whether the row has a place in the answer. */
static bool
fits(struct listing *l, const char *name)
{
	/* a backslash is two bytes of JSON */
	size_t n = 2 * strlen(name) + ROW_TEXT;

	if (n > INVENTORY_LIST_TEXT / INVENTORY_KINDS - l->text)
		return false;
	l->text += n;
	return true;
}

static bool
put_row(struct listing *l, enum inventory_kind kind,
    const struct inventory_row *row)
{
	char name[NAME_TEXT], path[PATH_TEXT];
	json_t *made;

	spell_name(row, kind, name);
	(void)spell_bytes((struct span){row->path, row->n_path}, false, path);
	if (!fits(l, name))
		return false;
	made = json_pack("{s:s, s:s, s:I, s:o, s:o}", "kind",
	    inventory_kind_name(kind), "name", name, "count",
	    bounded(row->count), "first", write_time(row->first), "last",
	    write_time(row->last));
	if (path[0] != '\0')
		(void)json_object_set_new(made, "path", json_string(path));
	(void)json_array_append_new(l->rows, made);
	return true;
}

/* The most frequent first, then by name. */
static int
compare(const void *one, const void *other)
{
	const struct inventory_row *a = one, *b = other;
	size_t n = a->n < b->n ? a->n : b->n;
	int order;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	order = memcmp(a->name, b->name, n);
	if (order != 0)
		return order;
	return a->n < b->n ? -1 : a->n > b->n;
}

static void
put_kind(struct listing *l, enum inventory_kind kind, struct inventory_sum *sum,
    const struct policy *policy)
{
	uint64_t forgotten = sum->forgotten;
	size_t i;

	l->text = 0;
	qsort(sum->rows, sum->n, sizeof sum->rows[0], compare);
	for (i = 0; i < sum->n; i++) {
		struct span name = {sum->rows[i].name, sum->rows[i].n};

		if (!sum->rows[i].is_cut &&
		    inventory_is_named(policy, kind, name))
			continue;
		if (!put_row(l, kind, &sum->rows[i]) && forgotten < INT64_MAX)
			forgotten++;
	}
	(void)json_object_set_new(l->forgotten, inventory_kind_name(kind),
	    json_integer(bounded(forgotten)));
}

/* Which category what is new is proposed for. */
static const char *
category_of(const struct policy *policy)
{
	const struct policy_facts *facts = policy_facts(policy);
	unsigned i = facts->unknown_cookie;

	if (facts->categories[i].required)
		for (i = 0; i + 1 < facts->n_categories; i++)
			if (!facts->categories[i].required)
				break;
	return facts->categories[i].id;
}

char *
inventory_list(const struct inventory *inventory, const struct policy *policy)
{
	struct inventory_sum *sum = malloc(sizeof *sum);
	struct listing l = {.rows = json_array(), .forgotten = json_object()};
	json_t *root = NULL;
	char *text = NULL;
	unsigned kind;

	for (kind = 0; sum != NULL && kind < INVENTORY_KINDS; kind++) {
		inventory_add_up(inventory, (enum inventory_kind)kind, sum);
		put_kind(&l, (enum inventory_kind)kind, sum, policy);
	}
	root = json_pack("{s:o, s:o, s:s}", "rows", l.rows, "forgotten",
	    l.forgotten, "category", category_of(policy));
	if (sum != NULL && root != NULL)
		text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	free(sum);
	return text;
}
