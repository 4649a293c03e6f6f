#include "consent/page_rules.h"

#include <jansson.h>

enum {
	RULES_DEPTH = 32 /* conditions in one another */
};

/* Whether every link that a condition picks is one to the site itself. */
static bool is_bounded(const json_t *where, unsigned depth);

/*
 * A pattern of a path alone, which takes the rest from the base URL. (URL
 * Pattern has no scheme that begins with "/".)
 */
static bool
is_path(const json_t *pattern)
{
	const char *text = json_string_value(pattern);

	return text != NULL && text[0] == '/' && text[1] != '/' &&
	       text[1] != '\\';
}

static bool
are_paths(const json_t *patterns)
{
	size_t i;

	if (!json_is_array(patterns))
		return is_path(patterns);
	for (i = 0; i < json_array_size(patterns); i++)
		if (!is_path(json_array_get(patterns, i)))
			return false;
	return true;
}

static bool
are_bounded(const json_t *list, unsigned depth)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (!is_bounded(json_array_get(list, i), depth))
			return false;
	return json_is_array(list);
}

static bool
is_one_bounded(const json_t *list, unsigned depth)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (is_bounded(json_array_get(list, i), depth))
			return true;
	return false;
}

static bool
is_bounded(const json_t *where, unsigned depth)
{
	const json_t *found;

	if (depth == RULES_DEPTH)
		return false;
	if ((found = json_object_get(where, "and")) != NULL)
		return is_one_bounded(found, depth + 1);
	if ((found = json_object_get(where, "or")) != NULL)
		return are_bounded(found, depth + 1);
	found = json_object_get(where, "href_matches");
	return found != NULL && are_paths(found);
}

/* A rule with URLs of its own is judged by these. */
static bool
picks_links(const json_t *rule)
{
	const char *source = json_string_value(json_object_get(rule, "source"));

	return json_object_get(rule, "where") != NULL ||
	       (source != NULL &&
		   span_equal(span_of(source), SPAN("document")));
}

static bool
list_stays_here(const struct scope *s, const json_t *rules)
{
	/* a path is one of the base URL's host */
	bool is_home = url_origin_equal(s->url, s->page->url);
	const json_t *rule;
	size_t i;

	for (i = 0; i < json_array_size(rules); i++) {
		rule = json_array_get(rules, i);
		if (picks_links(rule) &&
		    !(is_home && is_bounded(json_object_get(rule, "where"), 0)))
			return false;
	}
	return true;
}

bool
page_rules_stay_here(const struct scope *s, struct span text)
{
	json_t *all = NULL, *rules;
	const char *name;
	bool stays = false;

	if (span_search(text, SPAN("document")) == text.n &&
	    span_search(text, SPAN("where")) == text.n &&
	    span_search(text, SPAN("\\u")) == text.n)
		return true;
	/* a name twice is one that others may read otherwise */
	all = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(all))
		goto out;
	stays = true;
	json_object_foreach(all, name, rules) stays =
	    stays && list_stays_here(s, rules);
out:
	json_decref(all);
	return stays;
}
