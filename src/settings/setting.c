#include <libconsent/setting.h>

#include "settings/mark.h"
#include "settings/tree.h"

enum setting_type
setting_type(const struct setting *s)
{
	switch (config_setting_type(tree_inner(s))) {
	case CONFIG_TYPE_STRING:
		return SETTING_STRING;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return SETTING_INT;
	case CONFIG_TYPE_FLOAT:
		return SETTING_FLOAT;
	case CONFIG_TYPE_BOOL:
		return SETTING_BOOL;
	case CONFIG_TYPE_ARRAY:
		return SETTING_ARRAY;
	case CONFIG_TYPE_LIST:
		return SETTING_LIST;
	default:
		return SETTING_GROUP;
	}
}

const char *
setting_type_name(const struct setting *s)
{
	static const char *const names[] = {
	    [SETTING_STRING] = "a string",
	    [SETTING_INT] = "an integer",
	    [SETTING_FLOAT] = "a number with a fraction",
	    [SETTING_BOOL] = "true or false",
	    [SETTING_GROUP] = "a group",
	    [SETTING_ARRAY] = "an array",
	    [SETTING_LIST] = "a list",
	};

	return names[setting_type(s)];
}

const char *
setting_name(const struct setting *s)
{
	return config_setting_name(tree_inner(s));
}

static struct place
place_of(const struct setting *s, const struct mark *mark)
{
	const config_setting_t *root =
	    config_root_setting(tree_inner(s)->config);
	const struct settings *all = config_setting_get_hook(root);

	if (mark == NULL || mark->n == 0)
		return expand_place(
		    &all->expansion, config_setting_source_line(tree_inner(s)));
	return expand_spot(&all->expansion, mark->line, mark->at, mark->n);
}

/* NULL where the node has none, as the root. */
static const struct marks *
marks_of(const struct setting *s)
{
	return config_setting_is_root(tree_inner(s))
		   ? NULL
		   : config_setting_get_hook(tree_inner(s));
}

/* Where s begins; NULL where that is not known. */
static const struct mark *
mark_of(const struct setting *s)
{
	const struct marks *marks = marks_of(s);

	if (marks == NULL)
		return NULL;
	if (config_setting_is_aggregate(tree_inner(s)) && marks->name.n > 0)
		return &marks->name;
	return &marks->value;
}

struct place
setting_place(const struct setting *s)
{
	return place_of(s, mark_of(s));
}

struct place
setting_line(const struct setting *s)
{
	const config_setting_t *root =
	    config_root_setting(tree_inner(s)->config);
	const struct settings *all = config_setting_get_hook(root);
	const struct mark *mark = mark_of(s);

	return expand_place(
	    &all->expansion, mark == NULL || mark->n == 0
				 ? config_setting_source_line(tree_inner(s))
				 : mark->line);
}

struct place
setting_name_place(const struct setting *s)
{
	const struct marks *marks = marks_of(s);

	if (marks == NULL || marks->name.n == 0)
		return setting_place(s);
	return place_of(s, &marks->name);
}

size_t
setting_count(const struct setting *s)
{
	int n = config_setting_is_aggregate(tree_inner(s))
		    ? config_setting_length(tree_inner(s))
		    : 0;

	return n < 0 ? 0 : (size_t)n;
}

const struct setting *
setting_at(const struct setting *s, size_t i)
{
	if (i >= setting_count(s))
		return NULL;
	return tree_outer(config_setting_get_elem(tree_inner(s), (unsigned)i));
}

const struct setting *
setting_member(const struct setting *s, const char *name)
{
	if (!config_setting_is_group(tree_inner(s)))
		return NULL;
	return tree_outer(config_setting_get_member(tree_inner(s), name));
}

const char *
setting_string(const struct setting *s)
{
	return s != NULL && setting_type(s) == SETTING_STRING
		   ? config_setting_get_string(tree_inner(s))
		   : NULL;
}

int
setting_int(const struct setting *s, int64_t *out)
{
	if (setting_type(s) != SETTING_INT)
		return CONSENT_EINVAL;
	*out = config_setting_get_int64(tree_inner(s));
	return CONSENT_OK;
}

int
setting_bool(const struct setting *s, bool *out)
{
	if (setting_type(s) != SETTING_BOOL)
		return CONSENT_EINVAL;
	*out = config_setting_get_bool(tree_inner(s)) != 0;
	return CONSENT_OK;
}
