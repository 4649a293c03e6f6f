#include "report/version.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
	PATH = 200, /* longest path of names that is shown whole */
	DEPTH = 32, /* objects in one another that are taken apart */
	PIECE = 160 /* texts up to this length stay on one line */
};

/* Where lines go; the first failure is kept. */
struct pen {
	struct buf *out;
	int rc;
};

int
version_read(struct span text, struct version **out)
{
	json_error_t error;
	json_t *root = json_loadb(text.n == 0 ? "" : text.p, text.n, 0, &error);

	if (root == NULL)
		return json_error_code(&error) == json_error_out_of_memory
			   ? CONSENT_ENOMEM
			   : CONSENT_EINVAL;
	if (!json_is_object(root)) {
		json_decref(root);
		return CONSENT_EINVAL;
	}
	*out = (struct version *)root; /* it has nothing else */
	return CONSENT_OK;
}

static const json_t *
root_of(const struct version *v)
{
	return (const json_t *)v;
}

void
version_free(struct version *v)
{
	json_decref((json_t *)v);
}

static const char *
text_or_nothing(const json_t *value)
{
	const char *text = json_string_value(value);

	return text != NULL ? text : "";
}

const char *
version_text(const struct version *v, const char *path)
{
	const json_t *at = root_of(v);
	struct span rest = span_of(path);

	while (rest.p != NULL) {
		struct span name = span_cut(&rest, '.');

		at = json_object_getn(at, name.p, name.n);
	}
	return text_or_nothing(at);
}

size_t
version_count(const struct version *v, const char *name)
{
	return json_array_size(json_object_get(root_of(v), name));
}

static const json_t *
item(const struct version *v, const char *list, size_t i, const char *name)
{
	const json_t *all = json_object_get(root_of(v), list);

	return json_object_get(json_array_get(all, i), name);
}

const char *
version_item(
    const struct version *v, const char *list, size_t i, const char *name)
{
	return text_or_nothing(item(v, list, i, name));
}

bool
version_item_is(
    const struct version *v, const char *list, size_t i, const char *name)
{
	return json_is_true(item(v, list, i, name));
}

static void
put(struct pen *pen, struct span s)
{
	if (pen->rc == CONSENT_OK)
		pen->rc = buf_append(pen->out, s);
}

/* Text on one line: what would end it, or is seen by nobody, is a blank. */
static void
put_text(struct pen *pen, struct span s)
{
	size_t i, from = 0;

	for (i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] >= ' ')
			continue;
		put(pen, span_sub(s, from, i - from));
		put(pen, SPAN(" "));
		from = i + 1;
	}
	put(pen, span_sub(s, from, s.n));
}

static void
put_number(struct pen *pen, const json_t *value)
{
	if (pen->rc != CONSENT_OK)
		return;
	if (json_is_integer(value))
		pen->rc = buf_printf(pen->out, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
	else
		pen->rc = buf_printf(pen->out, "%g", json_real_value(value));
}

static void put_inside(struct pen *pen, const json_t *value, unsigned depth);

static void
put_members(struct pen *pen, const json_t *object, unsigned depth)
{
	/* jansson's iterators want a pointer without const; none writes */
	json_t *members = (json_t *)(uintptr_t)object;
	const char *name, *between = "";
	json_t *value;

	json_object_foreach(members, name, value)
	{
		put(pen, span_of(between));
		put_text(pen, span_of(name));
		put(pen, SPAN(" "));
		put_inside(pen, value, depth + 1);
		between = "; ";
	}
}

static void
put_list(struct pen *pen, const json_t *list, unsigned depth)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			put(pen, SPAN(", "));
		put_inside(pen, json_array_get(list, i), depth + 1);
	}
}

/* A value within a line. */
static void
put_inside(struct pen *pen, const json_t *value, unsigned depth)
{
	if (depth > DEPTH)
		put(pen, SPAN("..."));
	else if (json_is_object(value))
		put_members(pen, value, depth);
	else if (json_is_array(value))
		put_list(pen, value, depth);
	else if (json_is_string(value))
		put_text(pen, (struct span){json_string_value(value),
				  json_string_length(value)});
	else if (json_is_number(value))
		put_number(pen, value);
	else
		put(pen, json_is_true(value)	? SPAN("yes")
			 : json_is_false(value) ? SPAN("no")
						: SPAN("nothing"));
}

static void
put_path(struct pen *pen, struct span path)
{
	put_text(pen, path);
	put(pen, SPAN(": "));
}

/* Whether what stands from an opening brace to the next is a rule's inside. */
static bool
is_rule(struct span inside)
{
	return span_find(inside, ':') < inside.n;
}

/*
 * Where a long text may be broken: before a tag, after a rule of a sheet, and
 * after a sentence.
 */
static size_t
piece_length(struct span s)
{
	size_t i, brace = 0;

	for (i = 1; i < s.n; i++) {
		if (s.p[i - 1] == '{')
			brace = i;
		if (s.p[i] == '<' && i + 1 < s.n && s.p[i + 1] != '/')
			return i;
		if (s.p[i - 1] == '}' && is_rule(span_sub(s, brace, i - brace)))
			return i;
		if (s.p[i - 1] == '\n' ||
		    (s.p[i - 1] == ' ' && i > 1 && s.p[i - 2] == '.'))
			return i;
	}
	return s.n;
}

/* A text on lines of its own, each with the path before it. */
static void
write_text(struct pen *pen, struct span path, struct span text)
{
	bool breaks = text.n > PIECE;

	do {
		size_t n = breaks ? piece_length(text) : text.n;

		put_path(pen, path);
		put_text(pen, span_sub(text, 0, n));
		put(pen, SPAN("\n"));
		text = span_sub(text, n, text.n);
	} while (text.n > 0);
}

static bool
is_plain_list(const json_t *list)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (json_is_object(json_array_get(list, i)) ||
		    json_is_array(json_array_get(list, i)))
			return false;
	return true;
}

static void
write_list(struct pen *pen, struct span path, const json_t *list)
{
	size_t i;

	if (is_plain_list(list)) {
		put_path(pen, path);
		put_list(pen, list, 0);
		put(pen, SPAN("\n"));
		return;
	}
	for (i = 0; i < json_array_size(list); i++) {
		put_path(pen, path);
		put_inside(pen, json_array_get(list, i), 0);
		put(pen, SPAN("\n"));
	}
}

static void write_value(struct pen *pen, struct span path, const json_t *value);

static void
write_members(struct pen *pen, struct span path, const json_t *object)
{
	json_t *members = (json_t *)(uintptr_t)object; /* as in put_members */
	char room[PATH];
	const char *name;
	json_t *value;

	json_object_foreach(members, name, value)
	{
		size_t n = strlen(name), front = path.n > 0 ? path.n + 1 : 0;

		if (front + n > sizeof room) {
			put_path(pen, path);
			put_inside(pen, value, 0);
			put(pen, SPAN("\n"));
			continue;
		}
		if (path.n > 0) {
			memcpy(room, path.p, path.n);
			room[path.n] = '.';
		}
		memcpy(room + front, name, n);
		write_value(pen, (struct span){room, front + n}, value);
	}
}

/* Ends: jansson has read no deeper than 2,048 objects in one another. */
static void
write_value(struct pen *pen, struct span path, const json_t *value)
{
	if (json_is_object(value) && path.n < PATH / 2) {
		write_members(pen, path, value);
	} else if (json_is_array(value)) {
		write_list(pen, path, value);
	} else if (json_is_string(value)) {
		write_text(pen, path,
		    (struct span){
			json_string_value(value), json_string_length(value)});
	} else {
		put_path(pen, path);
		put_inside(pen, value, 0);
		put(pen, SPAN("\n"));
	}
}

int
version_lines(const struct version *v, struct buf *out)
{
	struct pen pen = {out, CONSENT_OK};

	write_members(&pen, SPAN(""), root_of(v));
	return pen.rc;
}
