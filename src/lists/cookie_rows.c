#include "lists/cookie_rows.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "lists/csv.h"
#include "policy/glob.h"

#include <libconsent/policy.h>

#include <stdlib.h>
#include <string.h>

enum {
	GLOB_LEAST = 4, /* literal bytes of a glob */
	NAME_LEAST = 3,
	ROWS_MAX = 20000
};

enum column {
	COLUMN_PLATFORM,
	COLUMN_CATEGORY,
	COLUMN_NAME,
	COLUMN_DOMAIN,
	COLUMN_PURPOSE,
	COLUMN_LIFETIME,
	COLUMN_WILDCARD,
	COLUMNS
};

static const char *const column_names[COLUMNS] = {"Platform", "Category",
    "Cookie / Data Key name", "Domain", "Description", "Retention period",
    "Wildcard match"};

/* A row that may be taken, once all are known. */
struct row {
	struct listed_rule rule; /* without a category where it has none */
	const char *category;	 /* as the database says */
};

struct cookie_rows {
	struct cookie_rows_settings settings;
	struct listing *listing;
	struct csv csv;
	size_t columns[COLUMNS]; /* field of each; CSV_FIELDS: there is none */
	size_t n_columns;	 /* of the head; 0: not read yet */
	struct row *rows;
	size_t n, room;
};

/* ---- single rows ------------------------------------------------------- */

static int
read_head(struct cookie_rows *r, const struct csv_record *record)
{
	size_t i, k;

	for (k = 0; k < COLUMNS; k++)
		r->columns[k] = CSV_FIELDS;
	for (i = 0; i < record->n; i++) {
		struct span name = span_trim(record->fields[i]);

		if (i == 0 && span_starts(name, SPAN("\xEF\xBB\xBF")))
			name = span_sub(name, 3, name.n);
		for (k = 0; k < COLUMNS; k++)
			if (span_equal_nocase(name, span_of(column_names[k])))
				r->columns[k] = i;
	}
	r->n_columns = record->n;
	return record->is_broken || r->columns[COLUMN_CATEGORY] == CSV_FIELDS ||
		       r->columns[COLUMN_NAME] == CSV_FIELDS
		   ? CONSENT_EINVAL
		   : CONSENT_OK;
}

static struct span
field(const struct cookie_rows *r, const struct csv_record *record,
    enum column column)
{
	size_t i = r->columns[column];

	return i < record->n ? span_trim(record->fields[i]) : SPAN("");
}

/* Bytes that the name of a cookie has (RFC 9110 5.6.2), and "*". */
static bool
is_name(struct span name)
{
	size_t i;

	for (i = 0; i < name.n; i++)
		if (!ascii_is(name.p[i], ASCII_ALNUM) &&
		    span_find(SPAN("!#$%&'*+-.^_`|~"), name.p[i]) == 15)
			return false;
	return true;
}

/* Whether it is a cookie of another host alone, which never comes by here. */
static bool
is_third_party(struct span domain)
{
	return span_search(domain, SPAN("3rd party")) < domain.n &&
	       span_search(domain, SPAN("1st party")) == domain.n &&
	       span_search(domain, SPAN("dvertiser")) == domain.n;
}

static enum skip
judge_record(const struct cookie_rows *r, const struct csv_record *record)
{
	struct span name = field(r, record, COLUMN_NAME);
	bool is_glob =
	    span_equal(field(r, record, COLUMN_WILDCARD), SPAN("1")) ||
	    span_find(name, '*') < name.n;
	size_t i;

	if (record->is_broken || record->n != r->n_columns)
		return SKIP_COLUMNS;
	for (i = 0; i < record->n; i++)
		if (!utf8_is_all(record->fields[i]))
			return SKIP_ENCODING;
	if (name.n == 0 || !is_name(name))
		return SKIP_NAME;
	if (name.n > LISTING_TEXT)
		return SKIP_TOO_LONG;
	if (is_third_party(field(r, record, COLUMN_DOMAIN)))
		return SKIP_THIRD_PARTY;
	if (glob_literal(name) < (is_glob ? GLOB_LEAST : NAME_LEAST))
		return SKIP_SHORT;
	return SKIP_NOT;
}

/* One line of what is a paragraph in the list, not too long; NULL: none. */
static int
keep_text(struct cookie_rows *r, struct span text, const char **out)
{
	char line[LISTING_TEXT];
	size_t n = 0, i;

	for (i = 0; i < text.n && n < sizeof line; i++) {
		bool blank =
		    (unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7F;

		if (!blank)
			line[n++] = text.p[i];
		else if (n > 0 && line[n - 1] != ' ')
			line[n++] = ' ';
	}
	n = utf8_valid((struct span){line, n});
	utf8_tame(line, n);
	while (n > 0 && line[n - 1] == ' ')
		n--;
	if (n == 0 || (n == 4 && memcmp(line, "#N/A", 4) == 0))
		return CONSENT_OK;
	*out = listing_keep(r->listing, (struct span){line, n});
	return *out == NULL ? CONSENT_ENOMEM : CONSENT_OK;
}

/* The name, as a glob where it is the first part of many. */
static int
keep_name(
    struct cookie_rows *r, const struct csv_record *record, const char **out)
{
	struct span name = field(r, record, COLUMN_NAME);
	char text[LISTING_TEXT + 1];

	memcpy(text, name.p, name.n);
	if (span_equal(field(r, record, COLUMN_WILDCARD), SPAN("1")) &&
	    !span_ends(name, SPAN("*")))
		text[name.n++] = '*';
	*out = listing_keep(r->listing, (struct span){text, name.n});
	return *out == NULL ? CONSENT_ENOMEM : CONSENT_OK;
}

/* The policy's category for one of the database, or NULL. */
static const char *
mapped(const struct cookie_rows *r, struct span category)
{
	size_t i;

	for (i = 0; i < r->settings.n_map; i++)
		if (span_equal_nocase(r->settings.map[i].from, category))
			return r->settings.map[i].to;
	return NULL;
}

static int
add_row(struct cookie_rows *r, const struct csv_record *record)
{
	size_t room = r->room == 0 ? 256 : 2 * r->room;
	struct row row = {.rule = {.line = record->line}}, *rows;
	struct span category = field(r, record, COLUMN_CATEGORY);
	int rc = keep_name(r, record, &row.rule.pattern);

	row.rule.category = mapped(r, category);
	if (rc == CONSENT_OK)
		rc = keep_text(r, category, &row.category);
	if (rc == CONSENT_OK)
		rc = keep_text(
		    r, field(r, record, COLUMN_PLATFORM), &row.rule.about);
	if (rc == CONSENT_OK)
		rc = keep_text(
		    r, field(r, record, COLUMN_PURPOSE), &row.rule.purpose);
	if (rc == CONSENT_OK)
		rc = keep_text(
		    r, field(r, record, COLUMN_LIFETIME), &row.rule.lifetime);
	if (rc != CONSENT_OK)
		return rc;
	if (r->n == r->room) {
		rows = reallocarray(r->rows, room, sizeof *rows);
		if (rows == NULL)
			return CONSENT_ENOMEM;
		r->rows = rows;
		r->room = room;
	}
	r->rows[r->n++] = row;
	return CONSENT_OK;
}

static int
on_record(void *ctx, const struct csv_record *record)
{
	struct cookie_rows *r = ctx;
	enum skip why;

	if (r->n_columns == 0)
		return read_head(r, record);
	r->listing->entries++;
	why = r->n == ROWS_MAX ? SKIP_FULL : judge_record(r, record);
	if (why == SKIP_NOT)
		return add_row(r, record);
	skips_add(&r->listing->skips, why, record->line,
	    record->n > r->columns[COLUMN_NAME] ? field(r, record, COLUMN_NAME)
						: SPAN(""));
	return CONSENT_OK;
}

/* ---- all rows ---------------------------------------------------------- */

static bool
is_tracking(const char *category)
{
	return category != NULL && (strcmp(category, "Analytics") == 0 ||
				       strcmp(category, "Marketing") == 0);
}

/* Whether a row that is said to be harmless has neighbours that track. */
static bool
is_doubtful(const struct cookie_rows *r, const struct row *row)
{
	size_t i;

	if (is_tracking(row->category) || row->rule.about == NULL)
		return false;
	for (i = 0; i < r->n; i++)
		if (is_tracking(r->rows[i].category) &&
		    r->rows[i].rule.about != NULL &&
		    strcmp(r->rows[i].rule.about, row->rule.about) == 0)
			return true;
	return false;
}

static bool
is_ambiguous(const struct cookie_rows *r, const struct row *row)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (strcmp(r->rows[i].rule.pattern, row->rule.pattern) == 0 &&
		    r->rows[i].category != NULL && row->category != NULL &&
		    strcmp(r->rows[i].category, row->category) != 0)
			return true;
	return false;
}

/* What the policy says of the very same name already. */
static enum skip
judge_known(const struct cookie_rows *r, const struct row *row)
{
	const struct policy_facts *facts;
	size_t i;

	if (r->settings.policy == NULL)
		return SKIP_NOT;
	facts = policy_facts(r->settings.policy);
	for (i = 0; i < facts->n_rules; i++) {
		const struct policy_rule *rule = &facts->rules[i];

		if (rule->kind != POLICY_COOKIE ||
		    strcmp(rule->name, row->rule.pattern) != 0)
			continue;
		if (r->settings.output != NULL &&
		    strcmp(rule->file, r->settings.output) == 0)
			continue;
		return is_tracking(row->category) &&
			       (facts->required >> rule->category & 1) != 0
			   ? SKIP_ESSENTIAL
			   : SKIP_KNOWN;
	}
	return SKIP_NOT;
}

static enum skip
judge_row(const struct cookie_rows *r, const struct row *row)
{
	enum skip why = judge_known(r, row);

	if (why != SKIP_NOT)
		return why;
	if (row->rule.category == NULL)
		return SKIP_CATEGORY;
	if (is_ambiguous(r, row))
		return SKIP_AMBIGUOUS;
	return is_doubtful(r, row) ? SKIP_DOUBTFUL : SKIP_NOT;
}

static int
finish(struct cookie_rows *r)
{
	size_t i;
	int rc = CONSENT_OK;

	for (i = 0; i < r->n && rc == CONSENT_OK; i++) {
		const struct row *row = &r->rows[i];
		enum skip why = judge_row(r, row);

		if (why == SKIP_NOT)
			rc = listing_add(r->listing, &row->rule, &why);
		if (why == SKIP_NOT)
			r->listing->taken++;
		else
			skips_add(&r->listing->skips, why, row->rule.line,
			    span_of(row->rule.pattern));
	}
	return rc;
}

int
cookie_rows_new(const struct cookie_rows_settings *settings,
    struct listing *listing, struct cookie_rows **out)
{
	struct cookie_rows *r = calloc(1, sizeof *r);

	if (r == NULL)
		return CONSENT_ENOMEM;
	r->settings = *settings;
	r->listing = listing;
	csv_init(&r->csv, on_record, r);
	*out = r;
	return CONSENT_OK;
}

int
cookie_rows_feed(struct cookie_rows *r, struct span piece)
{
	return csv_feed(&r->csv, piece);
}

int
cookie_rows_end(struct cookie_rows *r)
{
	int rc = csv_end(&r->csv);

	if (rc == CONSENT_OK && r->n_columns == 0)
		rc = CONSENT_EINVAL;
	return rc == CONSENT_OK ? finish(r) : rc;
}

void
cookie_rows_free(struct cookie_rows *r)
{
	if (r == NULL)
		return;
	csv_fini(&r->csv);
	free(r->rows);
	free(r);
}
