#include <libconsent/csp.h>

#include "consent/csp_source.h"

/* The directives that matter here. */
enum which {
	DEFAULT_SRC,
	SCRIPT_SRC,
	SCRIPT_SRC_ELEM,
	STYLE_SRC,
	STYLE_SRC_ELEM,
	FORM_ACTION,
	REPORT_URI,
	WHICH_COUNT
};

static const struct span names[WHICH_COUNT] = {
    [DEFAULT_SRC] = {"default-src", 11},
    [SCRIPT_SRC] = {"script-src", 10},
    [SCRIPT_SRC_ELEM] = {"script-src-elem", 15},
    [STYLE_SRC] = {"style-src", 9},
    [STYLE_SRC_ELEM] = {"style-src-elem", 14},
    [FORM_ACTION] = {"form-action", 11},
    [REPORT_URI] = {"report-uri", 10},
};

/* One policy: where its directives are, and what is added to them. */
struct policy_text {
	struct span values[WHICH_COUNT]; /* behind the name; NULL: absent */
	struct buf added[WHICH_COUNT];	 /* sources, each with a blank before */
	bool copies[WHICH_COUNT];	 /* absent: default-src and added */
	const struct csp_edit *edit;
	struct buf *out;
	bool changed;
};

static enum which
which_of(struct span name)
{
	enum which i = DEFAULT_SRC;

	while (i < WHICH_COUNT && !span_equal_nocase(name, names[i]))
		i++;
	return i;
}

/* The first of each name counts (2.2.1). */
static void
read_directives(struct policy_text *t, struct span policy)
{
	while (policy.p != NULL) {
		struct span rest = span_cut(&policy, ';');
		enum which which = which_of(csp_token(&rest));

		if (which == WHICH_COUNT || t->values[which].p != NULL)
			continue;
		t->values[which] = rest;
		if (rest.p == NULL)
			t->values[which] = SPAN("");
	}
}

/*
 * The directive that decides for elements: the first of these that is there.
 * WHICH_COUNT: none, so that nothing is forbidden.
 */
static enum which
effective(const struct policy_text *t, enum which elements, enum which all)
{
	if (t->values[elements].p != NULL)
		return elements;
	if (t->values[all].p != NULL)
		return all;
	return t->values[DEFAULT_SRC].p != NULL ? DEFAULT_SRC : WHICH_COUNT;
}

static int
add_text(struct policy_text *t, enum which to, struct span source)
{
	int rc = buf_append_byte(&t->added[to], ' ');

	t->changed = true;
	return rc == CONSENT_OK ? buf_append(&t->added[to], source) : rc;
}

static int
add_url(struct policy_text *t, enum which to, const struct url *url)
{
	int rc = buf_append_byte(&t->added[to], ' ');

	t->changed = true;
	if (rc == CONSENT_OK)
		rc = url_write_origin(url, &t->added[to]);
	/* a policy cannot name queries, nor ";" and ",": ours have none */
	return rc == CONSENT_OK ? buf_append(&t->added[to], url->path) : rc;
}

/*
 * Where a source goes that from does not have: there, or, when that is
 * default-src, into a directive of its own with the same list before it, so
 * that nothing else is allowed by it.
 */
static enum which
target(struct policy_text *t, enum which from, enum which own)
{
	if (from != DEFAULT_SRC)
		return from;
	t->copies[own] = true;
	return own;
}

static int
admit_sheet(struct policy_text *t)
{
	enum which at = effective(t, STYLE_SRC_ELEM, STYLE_SRC);
	const struct url *sheet = t->edit->sheet;

	if (sheet == NULL || at == WHICH_COUNT ||
	    csp_list_allows(t->values[at], sheet))
		return CONSENT_OK;
	return add_url(t, target(t, at, STYLE_SRC), sheet);
}

static int
admit_scripts(struct policy_text *t)
{
	enum which at = effective(t, SCRIPT_SRC_ELEM, SCRIPT_SRC);
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < CSP_SCRIPTS; i++) {
		struct span hash = t->edit->scripts[i];

		if (hash.n > 0 && at != WHICH_COUNT &&
		    !csp_list_allows_inline(t->values[at], hash))
			rc = add_text(t, target(t, at, SCRIPT_SRC), hash);
	}
	return rc;
}

/* form-action stands alone: default-src says nothing of forms. */
static int
admit_form(struct policy_text *t)
{
	const struct url *form = t->edit->form;

	if (form == NULL || t->values[FORM_ACTION].p == NULL ||
	    csp_list_allows(t->values[FORM_ACTION], form))
		return CONSENT_OK;
	return add_url(t, FORM_ACTION, form);
}

/* Who may be told goes to added; *withheld says that somebody may not. */
static int
filter_reports(struct policy_text *t, bool *withheld)
{
	struct span rest = t->values[REPORT_URI], url;
	struct buf *kept = &t->added[REPORT_URI];
	int rc = CONSENT_OK;

	while (t->edit->withholds != NULL && rc == CONSENT_OK &&
	       (url = csp_token(&rest)).n > 0) {
		if (t->edit->withholds(t->edit->ctx, url)) {
			*withheld = true;
			continue;
		}
		rc = buf_append_byte(kept, ' ');
		if (rc == CONSENT_OK)
			rc = buf_append(kept, url);
	}
	return rc;
}

/* A list without 'none', which would stand for nothing beside others. */
static int
write_list(struct buf *out, struct span list)
{
	struct span token;
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && (token = csp_token(&list)).n > 0) {
		if (span_equal_nocase(token, SPAN("'none'")))
			continue;
		rc = buf_append_byte(out, ' ');
		if (rc == CONSENT_OK)
			rc = buf_append(out, token);
	}
	return rc;
}

/* A directive that changed, in its new form, behind what stood before it. */
static int
write_directive(struct policy_text *t, struct span piece, enum which which)
{
	struct span rest = piece;
	struct span name = csp_token(&rest);
	size_t upto = (size_t)(name.p - piece.p) + name.n;
	int rc;

	rc = buf_append(t->out, span_sub(piece, 0, upto));
	if (rc == CONSENT_OK && which != REPORT_URI)
		rc = write_list(t->out, rest);
	if (rc == CONSENT_OK)
		rc = buf_append(t->out, buf_span(&t->added[which]));
	return rc;
}

static int
write_piece(struct policy_text *t, struct span piece, bool seen[WHICH_COUNT],
    bool reports_change)
{
	struct span rest = piece;
	enum which which = which_of(csp_token(&rest));
	bool first = which < WHICH_COUNT && !seen[which];

	if (which < WHICH_COUNT)
		seen[which] = true;
	/* a second one, which means nothing, would count once the first goes */
	if (which == REPORT_URI && reports_change)
		return first && t->added[which].n > 0
			   ? write_directive(t, piece, which)
			   : CONSENT_OK;
	if (first && which != REPORT_URI && t->added[which].n > 0)
		return write_directive(t, piece, which);
	return buf_append(t->out, piece);
}

/* Directives that the policy did not have. */
static int
write_copies(struct policy_text *t)
{
	int rc = CONSENT_OK;
	enum which i;

	for (i = DEFAULT_SRC; i < WHICH_COUNT && rc == CONSENT_OK; i++) {
		if (!t->copies[i])
			continue;
		rc = buf_append(t->out, SPAN("; "));
		if (rc == CONSENT_OK)
			rc = buf_append(t->out, names[i]);
		if (rc == CONSENT_OK)
			rc = write_list(t->out, t->values[DEFAULT_SRC]);
		if (rc == CONSENT_OK)
			rc = buf_append(t->out, buf_span(&t->added[i]));
	}
	return rc;
}

static int
write_policy(struct policy_text *t, struct span policy, bool reports_change)
{
	bool seen[WHICH_COUNT] = {false};
	bool more = false;
	int rc = CONSENT_OK;

	while (policy.p != NULL && rc == CONSENT_OK) {
		if (more)
			rc = buf_append_byte(t->out, ';');
		more = true;
		if (rc == CONSENT_OK)
			rc = write_piece(
			    t, span_cut(&policy, ';'), seen, reports_change);
	}
	return rc == CONSENT_OK ? write_copies(t) : rc;
}

/* One policy, without the commas around it. */
static int
edit_policy(struct policy_text *t, struct span policy, bool *changed)
{
	bool withheld = false;
	int rc;

	read_directives(t, policy);
	rc = admit_sheet(t);
	if (rc == CONSENT_OK)
		rc = admit_scripts(t);
	if (rc == CONSENT_OK)
		rc = admit_form(t);
	if (rc == CONSENT_OK)
		rc = filter_reports(t, &withheld);
	if (rc != CONSENT_OK)
		return rc;
	if (!t->changed && !withheld)
		return buf_append(t->out, policy);
	*changed = true;
	return write_policy(t, policy, withheld);
}

static int
edit_one(struct span policy, const struct csp_edit *edit, struct buf *out,
    bool *changed)
{
	struct policy_text t = {.edit = edit, .out = out};
	enum which i;
	int rc;

	for (i = DEFAULT_SRC; i < WHICH_COUNT; i++)
		buf_init(&t.added[i], CSP_SITE_BYTES);
	rc = edit_policy(&t, policy, changed);
	for (i = DEFAULT_SRC; i < WHICH_COUNT; i++)
		buf_fini(&t.added[i]);
	return rc;
}

int
csp_edit(struct span value, const struct csp_edit *edit, struct buf *out,
    bool *changed)
{
	size_t before = out->n;
	bool more = false;
	int rc = CONSENT_OK;

	*changed = false;
	while (value.p != NULL && rc == CONSENT_OK) {
		if (more)
			rc = buf_append_byte(out, ',');
		more = true;
		if (rc == CONSENT_OK)
			rc =
			    edit_one(span_cut(&value, ','), edit, out, changed);
	}
	if (rc != CONSENT_OK)
		out->n = before;
	return rc;
}
