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

static json_t *
make_state(const struct gate *gate, category_set granted)
{
	const struct policy_facts *facts = gate->facts;

	return json_pack("{s:b,s:o,s:o,s:s}", "decided", !gate_asks(gate),
	    "granted", list_categories(facts, granted), "denied",
	    list_categories(facts, ~granted), "policy", facts->version);
}

/* Appends a state, which is freed. */
static int
dump(json_t *state, size_t flags, struct buf *out)
{
	char *text = state == NULL ? NULL : json_dumps(state, flags);
	int rc = CONSENT_ENOMEM;

	if (text != NULL)
		rc = buf_append(out, span_of(text));
	free(text);
	json_decref(state);
	return rc;
}

int
state_write_page(const struct gate *gate, struct buf *out)
{
	return dump(make_state(gate, gate->agreed),
	    JSON_COMPACT | JSON_ENSURE_ASCII, out);
}

int
state_write(
    const struct gate *gate, const struct record *record, struct buf *out)
{
	json_t *expires = json_null();
	json_t *state = make_state(gate, gate->granted);
	char when[CLOCK_TEXT];

	if (record != NULL) {
		clock_format(record->expires, when);
		expires = json_string(when);
	}
	/* a failure shows in what is there: the state is NULL or lacks one */
	if (json_object_set_new(state, "signal",
		json_string(gate->gpc ? "gpc" : "none")) != 0 ||
	    json_object_set_new(state, "expires", expires) != 0) {
		json_decref(state);
		state = NULL;
	}
	return dump(state, JSON_COMPACT, out);
}
