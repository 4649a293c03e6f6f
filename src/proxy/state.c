#include "proxy/state.h"

#include "base/clock.h"

#include <jansson.h>
#include <stdlib.h>

/* The ids of the categories whose bit is (or is not) in set. */
static json_t *
list_categories(const struct policy_facts *facts, category_set set)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; list != NULL && i < facts->n_categories; i++)
		if (set >> i & 1)
			(void)json_array_append_new(
			    list, json_string(facts->categories[i].id));
	return list;
}

int
state_write(
    const struct gate *gate, const struct record *record, struct buf *out)
{
	const struct policy_facts *facts = gate->facts;
	json_t *expires = json_null(), *state;
	char when[CLOCK_TEXT];
	char *text;
	int rc = CONSENT_ENOMEM;

	if (record != NULL) {
		clock_format(record->expires, when);
		expires = json_string(when);
	}
	state = json_pack("{s:b,s:o,s:o,s:s,s:s,s:o}", "decided",
	    !gate_asks(gate), "granted", list_categories(facts, gate->granted),
	    "denied", list_categories(facts, ~gate->granted), "policy",
	    facts->version, "signal", gate->gpc ? "gpc" : "none", "expires",
	    expires);
	text = state == NULL ? NULL : json_dumps(state, JSON_COMPACT);
	if (text != NULL)
		rc = buf_append(out, span_of(text));
	free(text);
	json_decref(state);
	return rc;
}
