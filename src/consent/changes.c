#include "consent/changes.h"

void
changes_write(struct markup *m, const struct view *v, enum text_id why,
    const struct gate *gate)
{
	unsigned i;

	view_element(m, "p class=\"consent-note\"", v, why);
	markup_raw(m, "<ul class=\"consent-changes\">");
	for (i = 0; i < v->facts->n_categories; i++) {
		const struct policy_category *c = &v->facts->categories[i];

		if (c->required || (gate->decided >> i & 1u) != 0)
			continue;
		markup_element(m, "li", texts_category(v->texts, c->id).name);
	}
	markup_raw(m, "</ul>");
}
