#include "consent/services.h"

#include <stdlib.h>

#include <jansson.h>

#include "policy/lifetime.h"

/* jansson's 0 or -1; takes value. A NULL text becomes null. */
static int
put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value);
}

static json_t *
text_or_null(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

/* For programs, which need not know the words; a session has none. */
static json_t *
seconds_or_null(const char *lifetime)
{
	int64_t seconds = lifetime_seconds(span_of(lifetime));

	return seconds < 0 ? json_null() : json_integer((json_int_t)seconds);
}

static json_t *
category_json(const struct view *v, unsigned i)
{
	const struct policy_category *c = &v->facts->categories[i];
	struct text_category text = texts_category(v->texts, c->id);
	json_t *row = json_object();
	int bad = 0;

	bad |= put(row, "id", json_string(c->id));
	bad |= put(row, "name", json_string(text.name));
	bad |= put(row, "purpose", json_string(text.purpose));
	bad |= put(row, "required", json_boolean(c->required));
	if (bad == 0)
		return row;
	json_decref(row);
	return NULL;
}

static json_t *
vendor_json(const struct view *v, const struct policy_vendor *p)
{
	json_t *row = json_object();
	int bad = 0;

	bad |= put(row, "id", json_string(p->id));
	bad |= put(row, "name", json_string(p->name));
	bad |= put(row, "provider", text_or_null(p->provider));
	bad |= put(
	    row, "category", json_string(v->facts->categories[p->category].id));
	bad |= put(row, "purpose", text_or_null(p->purpose));
	bad |= put(row, "privacy_url", text_or_null(p->privacy_url));
	if (bad == 0)
		return row;
	json_decref(row);
	return NULL;
}

static json_t *
cookie_json(const struct view *v, const struct policy_rule *rule)
{
	json_t *row = json_object();
	int bad = 0;

	bad |= put(row, "name", json_string(rule->name));
	bad |= put(row, "category",
	    json_string(v->facts->categories[rule->category].id));
	bad |= put(row, "service",
	    rule->vendor < 0 ? json_null()
			     : json_string(v->facts->vendors[rule->vendor].id));
	bad |= put(row, "purpose", text_or_null(rule->purpose));
	bad |= put(row, "lifetime", text_or_null(rule->lifetime));
	bad |= put(row, "lifetime_seconds", seconds_or_null(rule->lifetime));
	if (bad == 0)
		return row;
	json_decref(row);
	return NULL;
}

static int
put_lists(json_t *root, const struct view *v)
{
	json_t *categories = json_array(), *services = json_array();
	json_t *cookies = json_array();
	int bad = 0;
	size_t n_rules = services_count(v), i;

	for (i = 0; i < v->facts->n_categories; i++)
		bad |= json_array_append_new(
		    categories, category_json(v, (unsigned)i));
	for (i = 0; i < v->facts->n_vendors; i++)
		bad |= json_array_append_new(
		    services, vendor_json(v, &v->facts->vendors[i]));
	for (i = 0; i < n_rules; i++) {
		if (services_rule(v, i)->kind == POLICY_COOKIE)
			bad |= json_array_append_new(
			    cookies, cookie_json(v, services_rule(v, i)));
	}
	bad |= put(root, "categories", categories);
	bad |= put(root, "services", services);
	bad |= put(root, "cookies", cookies);
	return bad;
}

int
services_write_json(const struct view *v, struct buf *out)
{
	json_t *root = json_object();
	char *text = NULL;
	int bad = 0, rc;

	bad |= put(root, "policy", json_string(v->facts->version));
	bad |= put(root, "hash", json_string(v->facts->hash));
	bad |= put(root, "unknown_cookie",
	    json_string(v->facts->categories[v->facts->unknown_cookie].id));
	bad |= put_lists(root, v);
	if (bad == 0)
		text = json_dumps(root, JSON_COMPACT);
	rc = text == NULL ? CONSENT_ENOMEM : buf_append(out, span_of(text));
	free(text);
	json_decref(root);
	return rc;
}
