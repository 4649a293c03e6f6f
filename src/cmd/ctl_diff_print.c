#include "cmd/ctl_diff.h"

#include "policy/difference.h"
#include "policy/names.h"

#include <libconsent/buf.h>

#include <stdio.h>
#include <string.h>

enum {
	CELL_BYTES = 8192, /* of one cell of the table */
	CELLS = 4,
	REASONS = 4, /* told of one category; JSON has all */
	DAY = 86400
};

#define BOLD "\33[1m"
#define YELLOW "\33[33m"

struct print {
	const struct difference *d;
	bool colour;
};

static const char *
sign(const struct print *p, const char *code)
{
	return p->colour ? code : "";
}

static const char *
plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* ---- which things a vendor's line tells -------------------------------- */

static const struct difference_vendor *
vendor_of(const struct difference *d, const char *id)
{
	size_t i;

	for (i = 0; id != NULL && i < d->n_vendors; i++)
		if (strcmp(d->vendors[i].id, id) == 0)
			return &d->vendors[i];
	return NULL;
}

/* Whether a side is what the vendor makes of it, or nothing's doing. */
static bool
is_of(const struct difference_side *side, const char *id, const char *category)
{
	if (category == NULL)
		return side->rule == NULL;
	return side->vendor != NULL && strcmp(side->vendor, id) == 0;
}

static const struct policy_category *
category_of(const struct policy *p, const char *id)
{
	return &policy_facts(p)->categories[policy_category(p, span_of(id))];
}

/* Whether it stays in its category, which has another mode or action now. */
static bool
follows_category(
    const struct difference *d, const struct difference_thing *thing)
{
	const struct difference_side *a = &thing->before, *b = &thing->after;
	const struct policy_category *old, *new;

	if (a->category == NULL || b->category == NULL ||
	    strcmp(a->category, b->category) != 0)
		return false;
	old = category_of(d->old, a->category);
	new = category_of(d->new, b->category);
	if (a->required != b->required)
		return true;
	return (a->mode == b->mode ||
		   (a->mode == old->mode && b->mode == new->mode)) &&
	       (a->action == b->action ||
		   (a->action == old->action && b->action == new->action));
}

/* Whether a vendor's line or a switch tells what happens to it. */
static bool
is_told(const struct difference *d, const struct difference_thing *thing)
{
	const char *id = thing->after.vendor != NULL ? thing->after.vendor
						     : thing->before.vendor;
	const struct difference_vendor *v = vendor_of(d, id);

	if (follows_category(d, thing))
		return true;
	return v != NULL && is_of(&thing->before, id, v->from) &&
	       is_of(&thing->after, id, v->to);
}

/* Whether some vendor that changed has a rule of this kind and name in p. */
static bool
has_rule(const struct difference *d, const struct policy *p,
    enum policy_kind kind, const char *name)
{
	const struct policy_facts *facts = policy_facts(p);
	size_t i;

	for (i = 0; i < facts->n_rules; i++) {
		const struct policy_rule *rule = &facts->rules[i];

		if (rule->kind == kind && rule->vendor >= 0 &&
		    strcmp(rule->name, name) == 0)
			return vendor_of(d, facts->vendors[rule->vendor].id) !=
			       NULL;
	}
	return false;
}

bool
ctl_diff_is_told(const struct difference *d, const char *what)
{
	const char *tab = strchr(what, '\t');
	enum policy_kind kind = POLICY_COOKIE;

	if (strncmp(what, "storage\t", 8) == 0)
		kind = POLICY_STORAGE;
	else if (strncmp(what, "cookie\t", 7) != 0)
		return false;
	return has_rule(d, d->old, kind, tab + 1) ||
	       has_rule(d, d->new, kind, tab + 1);
}

/* ---- vendors ------------------------------------------------------------ */

/* "3 hosts, 2 cookies": what a vendor's rules name. */
static void
print_counts(const struct policy *p, const struct policy_vendor *vendor)
{
	static const char *const nouns[] = {
	    "cookie", "address", "inline text", "storage key"};
	const struct policy_facts *facts = policy_facts(p);
	size_t counts[sizeof nouns / sizeof nouns[0]] = {0}, i;
	const char *between = ": ";

	for (i = 0; i < facts->n_rules; i++)
		if (facts->rules[i].vendor >= 0 &&
		    &facts->vendors[facts->rules[i].vendor] == vendor)
			counts[facts->rules[i].kind]++;
	for (i = 0; i < sizeof nouns / sizeof nouns[0]; i++) {
		if (counts[i] == 0)
			continue;
		(void)printf("%s%zu %s%s", between, counts[i], nouns[i],
		    counts[i] == 1	   ? ""
		    : i == POLICY_RESOURCE ? "es"
					   : "s");
		between = ", ";
	}
}

static void
print_vendor(const struct print *p, const struct difference_vendor *v)
{
	const struct policy_vendor *vendor = v->after ? v->after : v->before;

	(void)printf("- `%s`", v->id);
	if (vendor->provider != NULL)
		(void)printf(" (%s)", vendor->provider);
	if (v->from == NULL)
		(void)printf(" is **new** in %s", v->to);
	else if (v->to == NULL)
		(void)printf(" is **gone** from %s", v->from);
	else if (strcmp(v->from, v->to) != 0)
		(void)printf(" **moves** from %s to %s", v->from, v->to);
	else if (v->new_mode == POLICY_REPORT)
		(void)printf(" is **only reported** now, in %s", v->to);
	else
		(void)printf(" is **enforced** now, in %s", v->to);
	if (v->to != NULL && v->new_mode == POLICY_REPORT &&
	    (v->from == NULL || strcmp(v->from, v->to) != 0))
		(void)fputs(", only reported", stdout);
	print_counts(v->after != NULL ? p->d->new : p->d->old, vendor);
	(void)putchar('\n');
}

static void
print_heading(const struct print *p, const char *text)
{
	(void)printf(
	    "\n%s### %s%s\n\n", sign(p, BOLD), text, sign(p, "\33[0m"));
}

static void
print_vendors(const struct print *p)
{
	size_t i;

	if (p->d->n_vendors == 0)
		return;
	print_heading(p, "Vendors");
	for (i = 0; i < p->d->n_vendors; i++)
		print_vendor(p, &p->d->vendors[i]);
}

/* ---- things ------------------------------------------------------------- */

/* A code span; what would end it or the cell is told apart. */
static int
write_code(struct buf *out, const char *text)
{
	const char *mark = strchr(text, '`') == NULL ? "`" : "``";
	int rc = buf_append(out, span_of(mark));

	for (; rc == CONSENT_OK && *text != '\0'; text++)
		rc = *text == '|' ? buf_append(out, SPAN("\\|"))
				  : buf_append_byte(out, *text);
	return rc == CONSENT_OK ? buf_append(out, span_of(mark)) : rc;
}

static int
write_thing(struct buf *out, const struct difference_thing *thing)
{
	static const char *const nouns[] = {
	    "cookie ", "", "inline ", "storage "};
	const struct policy_rule *subject = thing->subject;
	int rc = buf_append(out, span_of(nouns[subject->kind]));

	if (rc == CONSENT_OK && subject->host != NULL)
		rc = buf_append(out, SPAN("host "));
	if (rc == CONSENT_OK && subject->name != NULL)
		rc = write_code(out, subject->name);
	if (rc == CONSENT_OK && subject->host != NULL)
		rc = write_code(out, subject->host);
	if (rc == CONSENT_OK && subject->path != NULL)
		rc = buf_append(out,
		    subject->host != NULL ? SPAN(", path ") : SPAN("path "));
	if (rc == CONSENT_OK && subject->path != NULL)
		rc = write_code(out, subject->path);
	if (rc == CONSENT_OK && thing->method >= 0)
		rc = buf_printf(
		    out, ", %s", policy_method_name((unsigned)thing->method));
	return rc;
}

static int
write_side(struct buf *out, const struct difference_thing *thing,
    const struct difference_side *side)
{
	const char *action = policy_action_name(side->action);

	if (side->category == NULL)
		return buf_append(out, SPAN("passes"));
	return buf_printf(out, "%s%s%s%s%s%s", side->category,
	    side->required ? ", always passes" : "",
	    side->mode == POLICY_REPORT ? ", only reported" : "",
	    action == NULL ? "" : ", ", action == NULL ? "" : action,
	    side->rule != NULL || thing->subject->kind == POLICY_INLINE
		? ""
		: " (unnamed)");
}

/* The row's cells. */
static int
write_cells(struct buf cells[CELLS], const struct difference_thing *thing)
{
	const struct policy_rule *rule =
	    thing->after.rule != NULL ? thing->after.rule : thing->before.rule;
	int rc = write_thing(&cells[0], thing);

	if (rc == CONSENT_OK)
		rc = write_side(&cells[1], thing, &thing->before);
	if (rc == CONSENT_OK)
		rc = write_side(&cells[2], thing, &thing->after);
	if (rc == CONSENT_OK && rule != NULL)
		rc = buf_printf(&cells[3], "%s%s:%u",
		    thing->after.rule == NULL ? "was " : "", rule->file,
		    rule->line);
	return rc;
}

/* Columns that a text takes: its characters. */
static size_t
width_of(struct span text)
{
	size_t i, n = 0;

	for (i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xC0) != 0x80;
	return n;
}

static void
measure(const struct buf cells[CELLS], size_t widths[CELLS])
{
	size_t i;

	for (i = 0; i < CELLS; i++)
		if (width_of(buf_span(&cells[i])) > widths[i])
			widths[i] = width_of(buf_span(&cells[i]));
}

static void
print_cells(const struct buf cells[CELLS], const size_t widths[CELLS])
{
	size_t i, n;

	for (i = 0; i < CELLS; i++) {
		(void)printf("%s%.*s", i == 0 ? "| " : " | ",
		    SPAN_ARG(buf_span(&cells[i])));
		for (n = width_of(buf_span(&cells[i])); n < widths[i]; n++)
			(void)putchar(' ');
	}
	(void)fputs(" |\n", stdout);
}

static void
print_line(const size_t widths[CELLS])
{
	size_t i, n;

	for (i = 0; i < CELLS; i++) {
		(void)fputs(i == 0 ? "| " : " | ", stdout);
		for (n = 0; n < widths[i]; n++)
			(void)putchar('-');
	}
	(void)fputs(" |\n", stdout);
}

/* Fills the cells of a row, 0 being the heads; whether it is shown. */
static bool
fill_row(const struct print *p, struct buf cells[CELLS], size_t row)
{
	static const char *const heads[CELLS] = {
	    "what", "before", "after", "rule"};
	const struct difference_thing *thing;
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; i < CELLS; i++)
		cells[i].n = 0;
	if (row > 0) {
		thing = &p->d->things[row - 1];
		return !is_told(p->d, thing) &&
		       write_cells(cells, thing) == CONSENT_OK;
	}
	for (i = 0; rc == CONSENT_OK && i < CELLS; i++)
		rc = buf_append(&cells[i], span_of(heads[i]));
	return rc == CONSENT_OK;
}

static void
print_table(const struct print *p)
{
	size_t widths[CELLS] = {0}, row, i;
	struct buf cells[CELLS];

	for (i = 0; i < CELLS; i++)
		buf_init(&cells[i], CELL_BYTES);
	for (row = 0; row <= p->d->n_things; row++)
		if (fill_row(p, cells, row))
			measure(cells, widths);
	for (row = 0; row <= p->d->n_things; row++) {
		if (fill_row(p, cells, row))
			print_cells(cells, widths);
		if (row == 0)
			print_line(widths);
	}
	for (i = 0; i < CELLS; i++)
		buf_fini(&cells[i]);
}

static void
print_things(const struct print *p)
{
	size_t i = 0;

	while (i < p->d->n_things && is_told(p->d, &p->d->things[i]))
		i++;
	if (i == p->d->n_things)
		return;
	print_heading(p, "Cookies, addresses, scripts, storage");
	print_table(p);
}

/* ---- switches and words ------------------------------------------------- */

static void
print_row(const struct difference_row *row, const char *quote)
{
	(void)printf("- `%s`", row->what);
	if (row->before != NULL && row->after != NULL)
		(void)printf(": %s%s%s → %s%s%s\n", quote, row->before, quote,
		    quote, row->after, quote);
	else if (row->after != NULL)
		(void)printf(" is **new**: %s%s%s\n", quote, row->after, quote);
	else
		(void)printf(
		    " is **gone**, was: %s%s%s\n", quote, row->before, quote);
}

static void
print_rows(const struct print *p, const char *heading,
    const struct difference_row *rows, size_t n)
{
	bool words = rows == p->d->words;
	size_t i;

	if (n == 0)
		return;
	print_heading(p, heading);
	for (i = 0; i < n; i++)
		print_row(&rows[i], words ? "\"" : "");
}

/* ---- who is asked again -------------------------------------------------- */

static void
print_lifetime(const char *text)
{
	uint64_t seconds;

	if (span_to_u64(span_of(text), 10, UINT64_MAX, &seconds) ==
		CONSENT_OK &&
	    seconds % DAY == 0)
		(void)printf("%llu day%s", (unsigned long long)(seconds / DAY),
		    plural(seconds / DAY));
	else if (span_to_u64(span_of(text), 10, UINT64_MAX, &seconds) ==
		 CONSENT_OK)
		(void)printf("%s s", text);
	else
		(void)fputs(text[0] == '\0' ? "unsaid" : text, stdout);
}

/* A fact whose name stayed: what is different about it. */
static void
print_changed(const struct difference_row *row)
{
	const char *tab = strchr(row->what, '\t');

	if (tab == NULL) {
		(void)printf(
		    "its `revision` is %s, was %s", row->after, row->before);
	} else if (strncmp(row->what, "cookie\t", 7) == 0) {
		(void)printf("cookie `%s` lives ", tab + 1);
		print_lifetime(row->after);
		(void)fputs(", not ", stdout);
		print_lifetime(row->before);
	} else {
		(void)printf("vendor `%s` has another provider or other "
			     "purposes",
		    tab + 1);
	}
}

static void
print_reason(const struct difference_row *row)
{
	const char *tab = strchr(row->what, '\t');
	int n = tab == NULL ? 0 : (int)(tab - row->what);

	if (row->before != NULL && row->after != NULL)
		print_changed(row);
	else if (strcmp(row->what, "unknown") == 0)
		(void)printf("cookies that no rule names are %s",
		    row->after != NULL ? "of it now" : "of it no more");
	else if (tab == NULL)
		(void)printf("its `revision` is %s",
		    row->after != NULL ? row->after : "gone");
	else
		(void)printf("%.*s%s `%s` is %s", n, row->what,
		    row->what[0] == 's' ? " key" : "", tab + 1,
		    row->after != NULL ? "new" : "gone");
}

/* Vendors and the like come first: they say most. */
static bool
is_large(const struct difference_row *row)
{
	return strncmp(row->what, "cookie\t", 7) != 0 &&
	       strncmp(row->what, "storage\t", 8) != 0;
}

static void
print_reasons(const struct print *p, const struct difference_answer *a)
{
	size_t i, told = 0, left = 0;
	int large;

	for (large = 1; large >= 0; large--)
		for (i = 0; i < a->n_reasons; i++) {
			const struct difference_row *row = &a->reasons[i];

			if (is_large(row) != (large == 1) ||
			    ctl_diff_is_told(p->d, row->what))
				continue;
			if (told == REASONS) {
				left++;
				continue;
			}
			(void)fputs(told++ > 0 ? "; " : ": ", stdout);
			print_reason(row);
		}
	if (left > 0)
		(void)printf("; and %zu more", left);
}

static void
print_answer(const struct print *p, const struct difference_answer *a)
{
	(void)printf("- `%s`: ", a->category);
	switch (a->fate) {
	case DIFFERENCE_KEPT:
		(void)fputs("nobody, answers stand", stdout);
		break;
	case DIFFERENCE_NEW:
		(void)fputs("**everybody**: nobody answered it yet", stdout);
		break;
	case DIFFERENCE_GONE:
		(void)fputs("nobody, it asks no more", stdout);
		break;
	case DIFFERENCE_CHANGED:
		(void)fputs("**everybody who answered**", stdout);
		print_reasons(p, a);
		break;
	}
	(void)putchar('\n');
}

static void
print_answers(const struct print *p)
{
	size_t i;

	print_heading(p, "Who is asked again");
	for (i = 0; i < p->d->n_answers; i++)
		print_answer(p, &p->d->answers[i]);
}

/* ---- the whole ----------------------------------------------------------- */

static void
print_title(const struct print *p)
{
	const struct policy_facts *old = policy_facts(p->d->old);
	const struct policy_facts *new = policy_facts(p->d->new);

	(void)printf("%s## Policy %s", sign(p, BOLD), old->version);
	if (strcmp(old->version, new->version) != 0)
		(void)printf(" → %s", new->version);
	(void)printf("%s\n", sign(p, "\33[0m"));
	if (difference_hides(p->d))
		(void)printf("\n%s> **Warning:** the meaning changed and "
			     "`policy.version` is still \"%s\":\n"
			     "> visitors and the log would see one name for "
			     "two policies.%s\n",
		    sign(p, YELLOW), new->version, sign(p, "\33[0m"));
}

static void
print_nothing(const struct print *p)
{
	const struct policy_facts *old = policy_facts(p->d->old);
	const struct policy_facts *new = policy_facts(p->d->new);

	if (strcmp(old->hash, new->hash) == 0)
		(void)puts("\nNothing changes: it is the same policy.");
	else
		(void)puts("\nNothing changes for visitors: what is written "
			   "differently decides the same,\nand nobody is asked "
			   "again.");
}

void
ctl_diff_print(const struct difference *d, bool colour)
{
	struct print p = {d, colour};

	print_title(&p);
	if (!difference_has_meaning(d) && d->n_words == 0) {
		print_nothing(&p);
		return;
	}
	print_vendors(&p);
	print_things(&p);
	print_rows(&p, "Switches", d->switches, d->n_switches);
	print_answers(&p);
	print_rows(&p, "Words that visitors read", d->words, d->n_words);
}
