#include "audit/entry.h"

#include "base/clock.h"

#include <inttypes.h>
#include <string.h>

/* ---- writing ---------------------------------------------------------- */

/* A line that grows; the first failure is kept and ends it. */
struct pen {
	struct buf *out;
	int rc;
};

static void
put(struct pen *pen, struct span s)
{
	if (pen->rc == CONSENT_OK)
		pen->rc = buf_append(pen->out, s);
}

/* A text in quotes. Whether it is one is seen when the line is read. */
static void
put_text(struct pen *pen, const char *text)
{
	struct span rest = span_of(text);

	put(pen, SPAN("\""));
	while (rest.n > 0) {
		size_t n = 0;

		while (n < rest.n && rest.p[n] != '"' && rest.p[n] != '\\')
			n++;
		put(pen, span_sub(rest, 0, n));
		if (n < rest.n) {
			put(pen, SPAN("\\"));
			put(pen, span_sub(rest, n++, 1));
		}
		rest = span_sub(rest, n, rest.n);
	}
	put(pen, SPAN("\""));
}

static void
put_name(struct pen *pen, const char *name)
{
	put(pen, SPAN(",\""));
	put(pen, span_of(name));
	put(pen, SPAN("\":"));
}

/* A member; NULL is none, and the reader then misses it. */
static void
put_member(struct pen *pen, const char *name, const char *text)
{
	if (text == NULL)
		return;
	put_name(pen, name);
	put_text(pen, text);
}

static void
put_number(struct pen *pen, const char *name, uint64_t n)
{
	put_name(pen, name);
	if (pen->rc == CONSENT_OK)
		pen->rc = buf_printf(pen->out, "%" PRIu64, n);
}

static void
put_time(struct pen *pen, const char *name, int64_t ms)
{
	char when[CLOCK_TEXT];

	clock_format(ms, when);
	put_member(pen, name, when);
}

static void
put_categories(
    struct pen *pen, const char *name, const struct record *r, bool granted)
{
	bool first = true;
	unsigned i;

	put_name(pen, name);
	put(pen, SPAN("["));
	for (i = 0; i < r->n_categories && i < POLICY_CATEGORIES; i++) {
		if (r->categories[i].granted != granted)
			continue;
		if (!first)
			put(pen, SPAN(","));
		put_text(pen, r->categories[i].id);
		first = false;
	}
	put(pen, SPAN("]"));
}

static void
put_choice(struct pen *pen, const struct entry_fact *fact)
{
	const struct record *r = fact->record;

	/* a refusal must not make a handle of the visitor */
	if (r->sub[0] != '\0' && r->action != RECORD_REJECT)
		put_member(pen, "sub", r->sub);
	put_member(pen, "act", record_action_name(r->action));
	if (r->action == RECORD_EMBED)
		put_member(pen, "embed", r->embed);
	put_categories(pen, "granted", r, true);
	put_categories(pen, "denied", r, false);
	put_member(pen, "policy", r->policy);
	put_member(pen, "notice", r->notice);
	put_member(pen, "lang", r->lang);
	put_member(pen, "signal", r->gpc ? "gpc" : "none");
	put_member(pen, "via", record_via_name(r->via));
	put_member(pen, "kid", fact->kid);
}

/* One row; its first member has the brace where the others have a comma. */
static void
put_sum(struct pen *pen, const struct entry_sum *sum)
{
	put(pen, SPAN("{\"rule\":"));
	put_text(pen, sum->rule);
	put_member(pen, "category", sum->category);
	put_member(pen, "state", sum->state);
	put_number(pen, "count", sum->count);
	put(pen, SPAN("}"));
}

static void
put_enforcement(struct pen *pen, const struct entry_sums *sums)
{
	size_t i;

	put_time(pen, "since", sums->since);
	put_time(pen, "until", sums->until);
	put_number(pen, "screened", sums->screened);
	put_name(pen, "removed");
	for (i = 0; i < sums->n; i++) {
		put(pen, i == 0 ? SPAN("[") : SPAN(","));
		put_sum(pen, &sums->removed[i]);
	}
	put(pen, sums->n == 0 ? SPAN("[]") : SPAN("]"));
	put_number(pen, "confirmed", sums->confirmed);
	put_number(pen, "unconfirmed", sums->unconfirmed);
}

static void
put_seqs(struct pen *pen, const char *name, const struct entry_fact *fact)
{
	size_t i;

	put_name(pen, name);
	put(pen, SPAN("["));
	for (i = 0; pen->rc == CONSENT_OK && i < fact->n_entries; i++)
		pen->rc = buf_printf(pen->out, "%s%" PRIu64, i == 0 ? "" : ",",
		    fact->entries[i]);
	put(pen, SPAN("]"));
}

static void
put_fact(struct pen *pen, const struct entry_fact *fact)
{
	if (fact->type == LAYOUT_CHOICE)
		put_choice(pen, fact);
	else if (fact->type == LAYOUT_ENFORCEMENT)
		put_enforcement(pen, fact->sums);
	else if (fact->type == LAYOUT_POLICY || fact->type == LAYOUT_NOTICE)
		put_member(pen, "hash", fact->hash);
	if (fact->type == LAYOUT_KEY) {
		put_member(pen, "kid", fact->kid);
		put_member(pen, "alg", fact->alg);
	}
	if (fact->type == LAYOUT_INCIDENT) {
		put_member(pen, "what", fact->what);
		put_time(pen, "since", fact->since);
		put_number(pen, "count", fact->count);
	}
	if (fact->type == LAYOUT_ERASE) {
		put_seqs(pen, "entries", fact);
		put_member(pen, "why", fact->why);
	}
	if (fact->type == LAYOUT_START || fact->type == LAYOUT_STOP ||
	    fact->type == LAYOUT_KEY) {
		put_member(pen, "what", fact->what);
		put_member(pen, "why", fact->why);
	}
}

static void
put_head(struct pen *pen, const struct entry_head *head, enum layout_type type)
{
	if (pen->rc == CONSENT_OK)
		pen->rc = buf_printf(pen->out, "{\"seq\":%" PRIu64, head->seq);
	put_member(pen, "id", head->id);
	put_time(pen, "time", head->time);
	put_member(pen, "type", layout_type_name(type));
	put_member(pen, "node", head->node);
	put_member(pen, "version", head->version);
}

int
entry_write(const struct entry_head *head, const struct entry_fact *fact,
    struct buf *out)
{
	struct pen pen = {out, CONSENT_OK};
	size_t before = out->n;
	struct entry entry;
	const char *why;

	put_head(&pen, head, fact->type);
	put_fact(&pen, fact);
	put(&pen, SPAN("}"));
	if (pen.rc == CONSENT_OK && out->n - before > LAYOUT_LINE)
		pen.rc = CONSENT_ELIMIT;
	if (pen.rc == CONSENT_OK)
		pen.rc = entry_read(
		    span_sub(buf_span(out), before, out->n), &entry, &why);
	put(&pen, SPAN("\n"));
	if (pen.rc != CONSENT_OK)
		out->n = before;
	return pen.rc;
}

/* ---- reading ---------------------------------------------------------- */

#define MEMBER(text, what, field) FORM_MEMBER(text, what, struct entry, field)
/* The same, which some entries of the type do not have. */
#define OPTIONAL(text, what, field)                                            \
	{                                                                      \
		.name = ",\"" text "\":", .n = sizeof(text) + 3,               \
		.at = offsetof(struct entry, field), .kind = (what),           \
		.optional = true                                               \
	}
#define END                                                                    \
	{                                                                      \
		.name = NULL                                                   \
	}

static const struct form_member seq_members[] = {
    MEMBER("seq", FORM_SEQ, seq), END};

static const struct form_member head_members[] = {MEMBER("id", FORM_ID, id),
    MEMBER("time", FORM_TIME, time), MEMBER("type", FORM_TYPE, type_name),
    MEMBER("node", FORM_NAME, node), MEMBER("version", FORM_NAME, version),
    END};

static const struct form_member choice_members[] = {
    OPTIONAL("sub", FORM_ID, sub), MEMBER("act", FORM_ACT, act),
    OPTIONAL("embed", FORM_HOST, embed),
    MEMBER("granted", FORM_CATEGORIES, granted),
    MEMBER("denied", FORM_CATEGORIES, denied),
    MEMBER("policy", FORM_HASH, policy), MEMBER("notice", FORM_HASH, notice),
    MEMBER("lang", FORM_LANG, lang), MEMBER("signal", FORM_SIGNAL, signal),
    MEMBER("via", FORM_VIA, via), MEMBER("kid", FORM_NAME, kid), END};

static const struct form_member text_members[] = {
    MEMBER("hash", FORM_HASH, hash), END};

static const struct form_member run_members[] = {
    MEMBER("what", FORM_TEXT, what), MEMBER("why", FORM_TEXT, why), END};

static const struct form_member key_members[] = {MEMBER("kid", FORM_NAME, kid),
    MEMBER("alg", FORM_NAME, alg), MEMBER("what", FORM_TEXT, what),
    MEMBER("why", FORM_TEXT, why), END};

static const struct form_member enforcement_members[] = {
    MEMBER("since", FORM_TIME, since), MEMBER("until", FORM_TIME, until),
    MEMBER("screened", FORM_COUNT, screened),
    MEMBER("removed", FORM_SUMS, removed),
    MEMBER("confirmed", FORM_COUNT, confirmed),
    MEMBER("unconfirmed", FORM_COUNT, unconfirmed), END};

static const struct form_member incident_members[] = {
    MEMBER("what", FORM_TEXT, what), MEMBER("since", FORM_TIME, since),
    MEMBER("count", FORM_COUNT, count), END};

static const struct form_member erase_members[] = {
    MEMBER("entries", FORM_SEQS, entries), MEMBER("why", FORM_TEXT, why), END};

static const struct form_member erased_members[] = {
    MEMBER("erased", FORM_HASH, hash), MEMBER("by", FORM_SEQ, by), END};

/* What follows the head; an erased entry has none. */
static const struct form_member *const type_members[] = {
    [LAYOUT_CHOICE] = choice_members,
    [LAYOUT_POLICY] = text_members,
    [LAYOUT_NOTICE] = text_members,
    [LAYOUT_START] = run_members,
    [LAYOUT_STOP] = run_members,
    [LAYOUT_KEY] = key_members,
    [LAYOUT_ENFORCEMENT] = enforcement_members,
    [LAYOUT_INCIDENT] = incident_members,
    [LAYOUT_ERASE] = erase_members,
    [LAYOUT_ERASED] = erased_members,
};

/* Whether two lists have a category in common. */
static bool
do_meet(struct span granted, struct span denied)
{
	struct span id, other;

	while (form_next_category(&granted, &id)) {
		struct span rest = denied;

		while (form_next_category(&rest, &other))
			if (span_equal(id, other))
				return true;
	}
	return false;
}

/* What the members of a choice mean together. */
static const char *
check_choice(const struct entry *e)
{
	bool grants = e->granted.n > 0, denies = e->denied.n > 0;
	bool is_embed = span_equal(e->act, SPAN("embed"));

	if (is_embed != (e->embed.n > 0))
		return "an embed that is not named, or no embed that is";
	if (is_embed && (grants || denies))
		return "an embed that decides about categories";
	if (do_meet(e->granted, e->denied))
		return "a category both granted and denied";
	if (grants && e->sub.n == 0)
		return "a grant without a subject";
	if (span_equal(e->act, SPAN("reject")) && (grants || e->sub.n > 0))
		return "a refusal that grants or has a subject";
	if (span_equal(e->act, SPAN("withdraw")) && grants)
		return "a withdrawal that grants";
	if (span_equal(e->act, SPAN("accept")) && denies)
		return "an acceptance that denies";
	return NULL;
}

/* What stands behind the number. */
static const char *
read_members(struct span *rest, struct entry *out)
{
	const char *why;

	if (span_starts(*rest, SPAN(",\"erased\":"))) {
		out->type = LAYOUT_ERASED;
	} else {
		why = form_take(rest, ',', head_members, out);
		if (why == NULL &&
		    layout_type_of(out->type_name, &out->type) != CONSENT_OK)
			why = "an unknown type of entry";
		if (why != NULL)
			return why;
	}
	return form_take(rest, ',', type_members[out->type], out);
}

/* What all members of an entry mean together. */
static const char *
check_whole(const struct entry *e)
{
	if (e->type == LAYOUT_CHOICE)
		return check_choice(e);
	if (e->type == LAYOUT_ERASED && e->by <= e->seq)
		return "erased by an entry that came before";
	return NULL;
}

int
entry_read(struct span line, struct entry *out, const char **why)
{
	struct span rest = line;
	struct entry entry;

	memset(&entry, 0, sizeof entry);
	*why = "longer than a line may be";
	if (line.n > LAYOUT_LINE)
		return CONSENT_EINVAL;
	*why = form_take(&rest, '{', seq_members, &entry);
	if (*why == NULL)
		*why = read_members(&rest, &entry);
	if (*why == NULL && !span_equal(rest, SPAN("}")))
		*why = "a member or a byte that does not belong there";
	if (*why == NULL)
		*why = check_whole(&entry);
	if (*why != NULL)
		return CONSENT_EINVAL;
	*out = entry;
	return CONSENT_OK;
}

/* ---- looking at parts ------------------------------------------------- */

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

/* 64 lower-case hex digits. */
static int
read_hash(struct span hex, struct merkle_hash *out)
{
	size_t i;

	for (i = 0; i < sizeof out->bytes; i++) {
		uint64_t byte;

		if (span_to_u64(span_sub(hex, 2 * i, 2), 16, 255, &byte) !=
		    CONSENT_OK)
			return CONSENT_EINVAL;
		out->bytes[i] = (unsigned char)byte;
	}
	return CONSENT_OK;
}

int
entry_leaf(struct span line, struct merkle_hash *out, bool *erased)
{
	struct entry_peek peek;
	size_t at;

	*erased = entry_peek(line, &peek) && peek.type == LAYOUT_ERASED;
	if (!*erased)
		return merkle_leaf(line, out);
	at = span_find(line, ',') + sizeof ",\"erased\":\"" - 1;
	return read_hash(span_sub(line, at, 2 * MERKLE_BYTES), out);
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
