#include "consent/bundle.h"

#include "consent/preferences.h"
#include "consent/texts.h"

#include <jansson.h>
#include <stdlib.h>

enum {
	PAGE_MAX = 1 << 20 /* a ceiling for the page of choices */
};

static int
put_text(json_t *root, const char *name, struct span text)
{
	return json_object_set_new(
	    root, name, json_stringn(text.p == NULL ? "" : text.p, text.n));
}

static int
put_word(json_t *root, const char *name, const char *word)
{
	return put_text(root, name, word == NULL ? SPAN("") : span_of(word));
}

static int
put_number(json_t *root, const char *name, unsigned n)
{
	return json_object_set_new(root, name, json_integer((json_int_t)n));
}

/* The page as it is first shown: nothing chosen, every switch off. */
static int
put_preferences(json_t *root, const struct view *view)
{
	struct preferences nobody = {.return_path = "/"};
	struct markup m = {NULL, CONSENT_OK};
	struct buf page;
	int bad;

	buf_init(&page, PAGE_MAX);
	m.out = &page;
	preferences_write(&m, view, &nobody);
	bad = m.rc != CONSENT_OK ||
	      put_text(root, "preferences", buf_span(&page)) != 0;
	buf_fini(&page);
	return bad;
}

static int
put_texts(json_t *root, const struct view *view)
{
	json_t *texts = json_object();
	unsigned i;
	int bad = 0;

	for (i = 0; i < TEXT_COUNT; i++)
		bad |= put_word(texts, texts_key((enum text_id)i),
		    texts_get(view->texts, (enum text_id)i));
	return bad | json_object_set_new(root, "texts", texts);
}

/* What a record says besides what was shown. */
static int
put_terms(json_t *root, const struct bundle_parts *parts)
{
	json_t *o = json_object();
	int bad = 0;

	/* what is asked for is consent; essential things are not asked for */
	bad |= put_word(o, "basis", "consent");
	bad |= put_word(o, "address", parts->address);
	bad |= put_word(o, "jurisdiction", parts->jurisdiction);
	bad |= put_number(o, "lifetime_days", parts->lifetime_days);
	bad |= put_number(o, "retain_days", parts->retain_days);
	bad |= put_word(o, "withdraw", parts->view->prefix);
	return bad | json_object_set_new(root, "terms", o);
}

static json_t *
to_json(const struct bundle_parts *parts)
{
	const struct view *v = parts->view;
	json_t *root = json_object();
	int bad = 0;

	bad |= put_word(root, "lang", texts_language(v->texts));
	bad |= put_word(root, "site", v->site);
	bad |= put_word(root, "controller", v->controller);
	bad |= put_word(root, "contact", v->contact);
	bad |= put_word(root, "policy", v->facts->hash);
	bad |= put_word(root, "policy_url", v->policy_url);
	bad |= put_text(root, "banner", parts->banner);
	bad |= put_text(root, "control", parts->control);
	bad |= put_text(root, "box", parts->box);
	bad |= put_text(root, "css", parts->css);
	bad |= put_text(root, "table", parts->table);
	bad |= put_texts(root, v);
	bad |= put_preferences(root, v);
	if (parts->has_terms)
		bad |= put_terms(root, parts);
	if (bad == 0)
		return root;
	json_decref(root);
	return NULL;
}

int
bundle_write(const struct bundle_parts *parts, struct buf *out)
{
	json_t *root = to_json(parts);
	char *text;
	int rc;

	if (root == NULL)
		return CONSENT_ENOMEM;
	text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(root);
	if (text == NULL)
		return CONSENT_ENOMEM;
	rc = buf_append(out, span_of(text));
	free(text);
	return rc;
}
