#include "proxy/findings_json.h"

#include <libconsent/findings.h>

#include <limits.h>
#include <string.h>

/* Text of an operator's may be no UTF-8: then it is left out. */
static void
put_text(json_t *o, const char *key, const char *text)
{
	if (text != NULL)
		(void)json_object_set_new(o, key, json_string(text));
}

static void
put_number(json_t *o, const char *key, unsigned n)
{
	if (n > 0)
		(void)json_object_set_new(o, key, json_integer(n));
}

static json_t *
write_finding(const struct finding *f)
{
	json_t *o = json_pack("{s:s, s:s}", "level",
	    findings_level_name(f->level), "id", finding_kind_id(f->kind));

	put_text(o, "text", f->text);
	put_text(o, "file", f->place.file);
	put_number(o, "line", f->place.line);
	put_number(o, "column", f->place.column);
	put_number(o, "length", f->place.length);
	put_text(o, "taken", f->wanted);
	put_text(o, "fix", f->fix);
	return o;
}

json_t *
findings_json_write(const struct findings *findings)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; list != NULL && i < findings->n; i++)
		if (json_array_append_new(
			list, write_finding(&findings->items[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static unsigned
get_number(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 && n <= UINT_MAX ? (unsigned)n : 0;
}

static const char *
get_text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* Both ends are of one build as a rule; another's new kind is a value's. */
static enum finding_kind
get_kind(const json_t *o)
{
	const char *id = get_text(o, "id");
	unsigned kind;

	for (kind = 0; id != NULL && kind < FINDING_KINDS; kind++)
		if (strcmp(id, finding_kind_id((enum finding_kind)kind)) == 0)
			return (enum finding_kind)kind;
	return FINDING_BAD_VALUE;
}

static void
read_finding(const json_t *o, struct findings *f)
{
	const struct place place = {.file = get_text(o, "file"),
	    .line = get_number(o, "line"),
	    .column = get_number(o, "column"),
	    .length = get_number(o, "length")};
	const char *level = get_text(o, "level"), *text = get_text(o, "text");
	const char *const wanted[] = {get_text(o, "taken"), NULL};

	if (text == NULL)
		text = "a text that is not UTF-8";
	if (level != NULL &&
	    strcmp(level, findings_level_name(FINDING_WARNING)) == 0)
		findings_warn(f, place, get_kind(o), "%s", text);
	else
		findings_error(f, place, get_kind(o), "%s", text);
	findings_wanted(f, wanted);
	findings_fix(f, get_text(o, "fix"));
}

/* How many there were, of which the list has some. */
static size_t
get_count(const json_t *object, const char *key, size_t least)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 && (size_t)n > least ? (size_t)n : least;
}

void
findings_json_read(const json_t *object, struct findings *findings)
{
	json_t *o;
	size_t i;

	json_array_foreach(json_object_get(object, "findings"), i, o)
	{
		read_finding(o, findings);
	}
	findings->errors = get_count(object, "errors", findings->errors);
	findings->warnings = get_count(object, "warnings", findings->warnings);
}
