#include "audit/entry.h"

#include "audit/form.h"
#include "base/clock.h"

#include <jansson.h>
#include <string.h>

/* jansson gives NULL for text that is not UTF-8; set_new then fails. */
static int
set_text(json_t *entry, const char *name, const char *text)
{
	return json_object_set_new(
	    entry, name, text == NULL ? NULL : json_string(text));
}

static int
set_categories(
    json_t *entry, const char *name, const struct record *r, bool granted)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < r->n_categories && i < POLICY_CATEGORIES; i++) {
		if (r->categories[i].granted != granted)
			continue;
		if (json_array_append_new(
			list, json_string(r->categories[i].id)) != 0) {
			json_decref(list);
			return -1;
		}
	}
	return json_object_set_new(entry, name, list);
}

static int
set_choice(json_t *entry, const struct entry_fact *fact)
{
	const struct record *r = fact->record;

	/* a refusal must not make a handle of the visitor */
	if (r->sub[0] != '\0' && r->action != RECORD_REJECT &&
	    set_text(entry, "sub", r->sub) != 0)
		return -1;
	if (set_text(entry, "act", record_action_name(r->action)) != 0 ||
	    (r->action == RECORD_EMBED &&
		set_text(entry, "embed", r->embed) != 0) ||
	    set_categories(entry, "granted", r, true) != 0 ||
	    set_categories(entry, "denied", r, false) != 0 ||
	    set_text(entry, "policy", r->policy) != 0 ||
	    set_text(entry, "notice", r->notice) != 0 ||
	    set_text(entry, "lang", r->lang) != 0 ||
	    set_text(entry, "signal", r->gpc ? "gpc" : "none") != 0 ||
	    set_text(entry, "via", record_via_name(r->via)) != 0)
		return -1;
	return set_text(entry, "kid", fact->kid);
}

static int
set_run(json_t *entry, const struct entry_fact *fact)
{
	if (set_text(entry, "what", fact->what) != 0)
		return -1;
	return set_text(entry, "why", fact->why);
}

static int
set_key(json_t *entry, const struct entry_fact *fact)
{
	if (set_text(entry, "kid", fact->kid) != 0 ||
	    set_text(entry, "alg", fact->alg) != 0)
		return -1;
	return set_run(entry, fact);
}

static int
set_number(json_t *entry, const char *name, uint64_t n)
{
	return json_object_set_new(entry, name, json_integer((json_int_t)n));
}

static int
set_time(json_t *entry, const char *name, int64_t ms)
{
	char when[CLOCK_TEXT];

	clock_format(ms, when);
	return set_text(entry, name, when);
}

static json_t *
sum_json(const struct entry_sum *sum)
{
	json_t *o = json_object();

	if (set_text(o, "rule", sum->rule) != 0 ||
	    set_text(o, "category", sum->category) != 0 ||
	    set_text(o, "state", sum->state) != 0 ||
	    set_number(o, "count", sum->count) != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

static int
set_removed(json_t *entry, const struct entry_sums *sums)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < sums->n; i++)
		if (json_array_append_new(list, sum_json(&sums->removed[i])) !=
		    0) {
			json_decref(list);
			return -1;
		}
	return json_object_set_new(entry, "removed", list);
}

static int
set_enforcement(json_t *entry, const struct entry_sums *sums)
{
	if (set_time(entry, "since", sums->since) != 0 ||
	    set_time(entry, "until", sums->until) != 0 ||
	    set_number(entry, "screened", sums->screened) != 0 ||
	    set_removed(entry, sums) != 0 ||
	    set_number(entry, "confirmed", sums->confirmed) != 0)
		return -1;
	return set_number(entry, "unconfirmed", sums->unconfirmed);
}

static int
set_incident(json_t *entry, const struct entry_fact *fact)
{
	if (set_text(entry, "what", fact->what) != 0 ||
	    set_time(entry, "since", fact->since) != 0)
		return -1;
	return set_number(entry, "count", fact->count);
}

static int
set_fact(json_t *entry, const struct entry_fact *fact)
{
	if (fact->type == LAYOUT_CHOICE)
		return set_choice(entry, fact);
	if (fact->type == LAYOUT_POLICY || fact->type == LAYOUT_NOTICE)
		return set_text(entry, "hash", fact->hash);
	if (fact->type == LAYOUT_START || fact->type == LAYOUT_STOP)
		return set_run(entry, fact);
	if (fact->type == LAYOUT_KEY)
		return set_key(entry, fact);
	if (fact->type == LAYOUT_ENFORCEMENT)
		return set_enforcement(entry, fact->sums);
	if (fact->type == LAYOUT_INCIDENT)
		return set_incident(entry, fact);
	return -1;
}

static int
set_head(json_t *entry, const struct entry_head *head, enum layout_type type)
{
	char when[CLOCK_TEXT];

	clock_format(head->time, when);
	if (json_object_set_new(
		entry, "seq", json_integer((json_int_t)head->seq)) != 0 ||
	    set_text(entry, "id", head->id) != 0 ||
	    set_text(entry, "time", when) != 0 ||
	    set_text(entry, "type", layout_type_name(type)) != 0 ||
	    set_text(entry, "node", head->node) != 0)
		return -1;
	return set_text(entry, "version", head->version);
}

/* Where the bytes of an entry go. */
struct output {
	struct buf *out;
	int rc;
};

static int
on_dump(const char *p, size_t n, void *ctx)
{
	struct output *output = ctx;

	output->rc = buf_append(output->out, (struct span){p, n});
	return output->rc;
}

static int
dump(const json_t *entry, struct buf *out)
{
	struct output output = {out, CONSENT_OK};
	size_t before = out->n;
	int rc = CONSENT_OK;

	if (json_dump_callback(entry, on_dump, &output, JSON_COMPACT) != 0)
		rc = output.rc != CONSENT_OK ? output.rc : CONSENT_ENOMEM;
	if (rc == CONSENT_OK && out->n - before > LAYOUT_LINE)
		rc = CONSENT_ELIMIT;
	if (rc == CONSENT_OK)
		rc = buf_append_byte(out, '\n');
	if (rc != CONSENT_OK)
		out->n = before;
	return rc;
}

int
entry_write(const struct entry_head *head, const struct entry_fact *fact,
    struct buf *out)
{
	json_t *entry = json_object();
	enum layout_type type;
	int rc = CONSENT_EINVAL;

	if (entry == NULL)
		return CONSENT_ENOMEM;
	if (set_head(entry, head, fact->type) != 0 ||
	    set_fact(entry, fact) != 0 || form_check(entry, &type) != NULL)
		goto out;
	rc = dump(entry, out);
out:
	json_decref(entry);
	return rc;
}

/* The bytes of a line that were not yet met in the dump of its values. */
static int
on_compare(const char *p, size_t n, void *ctx)
{
	struct span *rest = ctx;

	if (n > rest->n || memcmp(rest->p, p, n) != 0)
		return -1;
	rest->p += n;
	rest->n -= n;
	return 0;
}

static const char *
member(const json_t *entry, const char *name)
{
	const char *text = json_string_value(json_object_get(entry, name));

	return text != NULL ? text : "";
}

static uint64_t
number(const json_t *entry, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(entry, name));
}

static void
fill(json_t *root, enum layout_type type, struct entry *out)
{
	*out = (struct entry){.type = type,
	    .seq = number(root, "seq"),
	    .by = number(root, "by"),
	    .id = member(root, "id"),
	    .node = member(root, "node"),
	    .version = member(root, "version"),
	    .sub = member(root, "sub"),
	    .act = member(root, "act"),
	    .policy = member(root, "policy"),
	    .notice = member(root, "notice"),
	    .lang = member(root, "lang"),
	    .hash = member(root, type == LAYOUT_ERASED ? "erased" : "hash"),
	    .root = root};
	if (type != LAYOUT_ERASED && clock_parse(span_of(member(root, "time")),
					 &out->time) != CONSENT_OK)
		out->time = 0; /* form_check has refused it before */
}

int
entry_read(struct span line, struct entry *out, const char **why)
{
	struct span rest = line;
	enum layout_type type = LAYOUT_CHOICE;
	json_error_t error;
	json_t *root = NULL;
	int rc = CONSENT_EINVAL;

	*why = "longer than a line may be";
	if (line.n > LAYOUT_LINE)
		return CONSENT_EINVAL;
	root = json_loadb(
	    line.n == 0 ? "" : line.p, line.n, JSON_REJECT_DUPLICATES, &error);
	*why = "not a JSON object";
	if (root == NULL)
		return json_error_code(&error) == json_error_out_of_memory
			   ? CONSENT_ENOMEM
			   : CONSENT_EINVAL;
	*why = form_check(root, &type);
	if (*why != NULL)
		goto out;
	if (json_dump_callback(root, on_compare, &rest, JSON_COMPACT) != 0 ||
	    rest.n != 0) {
		*why = "not spelled as the writer spells it";
		goto out;
	}
	fill(root, type, out);
	root = NULL;
	rc = CONSENT_OK;
out:
	json_decref(root);
	return rc;
}

void
entry_fini(struct entry *entry)
{
	json_decref(entry->root);
	entry->root = NULL;
}

/* Skips text at the front of *s. */
static bool
skip(struct span *s, struct span text)
{
	if (!span_starts(*s, text))
		return false;
	*s = span_sub(*s, text.n, s->n);
	return true;
}

bool
entry_peek(struct span line, struct entry_peek *out)
{
	struct span type, s = line;
	size_t n;

	if (line.n > LAYOUT_LINE || memchr(line.p, '\0', line.n) != NULL ||
	    !span_ends(line, SPAN("}")) || !skip(&s, SPAN("{\"seq\":")))
		return false;
	n = span_find(s, ',');
	if (span_to_u64(span_sub(s, 0, n), 10, LAYOUT_SEQ_MAX, &out->seq) !=
	    CONSENT_OK)
		return false;
	s = span_sub(s, n, s.n);
	out->type = LAYOUT_ERASED;
	if (span_starts(s, SPAN(",\"erased\":")))
		return true;
	if (!skip(&s, SPAN(",\"id\":\"")))
		return false;
	out->id = span_sub(s, 0, RECORD_ID - 1);
	s = span_sub(s, RECORD_ID - 1, s.n);
	if (!skip(&s, SPAN("\",\"time\":\"")) ||
	    clock_parse(span_sub(s, 0, 24), &out->time) != CONSENT_OK)
		return false;
	s = span_sub(s, 24, s.n);
	if (!skip(&s, SPAN("\",\"type\":\"")))
		return false;
	type = span_sub(s, 0, span_find(s, '"'));
	return layout_type_of(type, &out->type) == CONSENT_OK;
}

struct span
entry_essence(struct span line)
{
	struct span version = SPAN("\"version\":\"");
	size_t to, from = span_search(line, SPAN("\",\"type\":\"choice\","));

	if (from == line.n)
		return SPAN("");
	/* names hold no quotes, so the next one ends the version */
	from += span_search(span_sub(line, from, line.n), version) + version.n;
	from += span_find(span_sub(line, from, line.n), '"') + 2;
	to = span_search(line, SPAN("\",\"kid\":\""));
	if (to == line.n || from >= to)
		return SPAN("");
	return span_sub(line, from, to - from);
}
