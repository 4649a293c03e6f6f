#include "conf/options.h"

#include <stdlib.h>
#include <string.h>

#include "settings/values.h"

#include <libconsent/setting.h>

/* One reading of a table. */
struct reader {
	const struct option *table;
	const struct setting *root;
	const char *folder;
	struct findings *findings;
	int rc; /* the worst so far */
};

const struct setting *
options_setting(const struct setting *root, const char *name)
{
	char group[OPTIONS_NAME];
	const char *dot = strchr(name, '.');
	size_t n;

	if (dot == NULL)
		return setting_member(root, name);
	n = (size_t)(dot - name);
	if (n >= sizeof group)
		return NULL;
	memcpy(group, name, n);
	group[n] = '\0';
	root = setting_member(root, group);
	return root == NULL ? NULL : setting_member(root, dot + 1);
}

char *
options_path(const char *folder, const char *path)
{
	size_t a = strlen(folder), b = strlen(path);
	char *full;

	if (path[0] == '/' || path[0] == '\0' || a == 0)
		return strdup(path);
	full = malloc(a + b + 2);
	if (full == NULL)
		return NULL;
	memcpy(full, folder, a);
	full[a] = '/';
	memcpy(full + a + 1, path, b + 1);
	return full;
}

/* Whether the row is in the section of that name; "" is the outermost one. */
static bool
is_in(const struct option *row, const char *section)
{
	const char *dot = strchr(row->name, '.');
	size_t n = strlen(section);

	if (dot == NULL)
		return n == 0;
	return (size_t)(dot - row->name) == n &&
	       strncmp(row->name, section, n) == 0;
}

static void
reader_note(struct reader *r, int rc)
{
	if (r->rc == CONSENT_OK || rc == CONSENT_ENOMEM)
		r->rc = rc;
}

/* Reports the keys of a group that the table has no row for. */
static void
check_keys(struct reader *r, const char *section, const struct setting *group)
{
	const char *keys[OPTIONS_OF_GROUP + 1];
	size_t n = 0, errors = r->findings->errors;
	const struct option *row;

	for (row = r->table; row->name != NULL; row++)
		if (is_in(row, section) && n < OPTIONS_OF_GROUP)
			keys[n++] =
			    row->name +
			    (*section != '\0' ? strlen(section) + 1 : 0);
	keys[n] = NULL;
	settings_check_keys(group, keys, r->findings);
	if (r->findings->errors != errors)
		reader_note(r, CONSENT_EINVAL);
}

/* What a value is that was refused with this status. */
static enum finding_kind
kind_of(const struct option *row, const struct setting *s, int rc)
{
	if (rc == CONSENT_ELIMIT)
		return FINDING_OUT_OF_RANGE;
	if (rc == CONSENT_ECODING)
		return FINDING_ENCODING;
	switch (row->type) {
	case OPTION_CHOICE:
		return setting_string(s) == NULL ? FINDING_WRONG_TYPE
						 : FINDING_UNKNOWN_WORD;
	case OPTION_SIZE:
	case OPTION_DURATION:
		return setting_string(s) == NULL ? FINDING_WRONG_TYPE
						 : FINDING_BAD_VALUE;
	case OPTION_STRING:
	case OPTION_PATH:
	case OPTION_LIST:
	case OPTION_NUMBER:
	case OPTION_FLAG:
	case OPTION_SECTION:
	case OPTION_ELSEWHERE:
		break;
	}
	return FINDING_WRONG_TYPE;
}

/* The member of a list that is wrong; NULL where the list as a whole is. */
static const struct setting *
wrong_member(const struct option *row, const struct setting *s)
{
	size_t i, n = setting_items(s);

	if (row->type != OPTION_LIST || n > (size_t)row->max)
		return NULL;
	for (i = 0; i < n; i++) {
		const struct setting *member = setting_item(s, i);
		struct span text = span_of(setting_string(member));

		if (member != s && (text.n == 0 || text.n > OPTION_TEXT))
			return member;
	}
	return NULL;
}

/* What is wrong beyond type and range, which are told by what is wanted. */
static const char *
fault_of(const struct option *row, const struct setting *s, int rc)
{
	const char *text = setting_string(s);
	bool is_text = row->type == OPTION_STRING || row->type == OPTION_PATH ||
		       row->type == OPTION_LIST;

	if (rc == CONSENT_ECODING)
		return "must be UTF-8 text on one line";
	if (is_text && text != NULL && row->max == 0 &&
	    strlen(text) > OPTION_TEXT)
		return "must be at most 4096 bytes";
	if (row->type == OPTION_LIST && text != NULL)
		return text[0] == '\0' ? "must not be empty"
				       : "must be at most 4096 bytes";
	return NULL;
}

static void
report_wanted(
    struct reader *r, const struct option *row, const struct setting *s, int rc)
{
	const struct setting *member = wrong_member(row, s);
	const char *fault = fault_of(row, s, rc);
	char wanted[OPTION_WANTED];

	option_wanted(row, wanted);
	if (member != NULL)
		findings_error(r->findings, setting_place(member),
		    kind_of(row, s, rc),
		    "each of %s must be a string that is not empty", row->name);
	else
		findings_error(r->findings, setting_place(s),
		    kind_of(row, s, rc), "%s %s%s", row->name,
		    fault != NULL ? fault : "must be ",
		    fault != NULL ? "" : wanted);
}

static void
report(
    struct reader *r, const struct option *row, const struct setting *s, int rc)
{
	char fix[OPTION_WANTED];

	report_wanted(r, row, s, rc);
	if (option_fix(row, s, fix))
		findings_fix(r->findings, fix);
	reader_note(r, CONSENT_EINVAL);
}

/* A path is kept as it is to be opened. */
static int
complete_path(const struct reader *r, struct option_value *value)
{
	char *full = options_path(r->folder, value->text);

	if (full == NULL)
		return CONSENT_ENOMEM;
	free(value->text);
	value->text = full;
	return CONSENT_OK;
}

/* Moves a value to its place in target. */
static void
keep(struct reader *r, const struct option *row, struct option_value *value,
    void *target)
{
	int rc = CONSENT_OK;

	if (row->type == OPTION_PATH)
		rc = complete_path(r, value);
	if (rc == CONSENT_OK) {
		option_clear(row, target);
		option_store(row, value, target);
	} else
		reader_note(r, rc);
	option_value_fini(value);
}

static void
read_option(struct reader *r, const struct option *row, void *target)
{
	const struct setting *s = options_setting(r->root, row->name);
	struct option_value value = {0};
	int rc = CONSENT_ENOENT;

	if (s != NULL)
		rc = option_from_setting(row, s, &value);
	else if (row->initial == NULL) {
		findings_error(r->findings, setting_place(r->root),
		    FINDING_MISSING_KEY, "%s is missing", row->name);
		reader_note(r, CONSENT_EINVAL);
	}
	if (s != NULL && rc == CONSENT_ENOMEM)
		reader_note(r, rc);
	else if (s != NULL && rc != CONSENT_OK)
		report(r, row, s, rc);
	/* a bad value gives way to the default, so that checks can go on */
	if (rc != CONSENT_OK && row->initial != NULL)
		rc = option_from_initial(row, &value);
	if (rc == CONSENT_OK)
		keep(r, row, &value, target);
	else if (rc == CONSENT_ENOMEM)
		reader_note(r, rc);
}

int
options_read(const struct option *table, const struct setting *root,
    const char *folder, struct findings *findings, void *target)
{
	struct reader r = {table, root, folder, findings, CONSENT_OK};
	const struct option *row;

	check_keys(&r, "", root);
	for (row = table; row->name != NULL; row++) {
		const struct setting *s = options_setting(root, row->name);

		if (option_has_value(row))
			read_option(&r, row, target);
		else if (s != NULL && row->choices == NULL &&
			 setting_type(s) != SETTING_GROUP)
			report(&r, row, s, CONSENT_EINVAL);
		else if (s != NULL && row->type == OPTION_SECTION)
			check_keys(&r, row->name, s);
	}
	return r.rc;
}

void
options_free(const struct option *table, void *target)
{
	for (; table->name != NULL; table++)
		if (option_has_value(table))
			option_clear(table, target);
}

/* A line of the table of a section. */
static int
write_row(const struct option *row, struct buf *out)
{
	char wanted[OPTION_WANTED];
	const char *dot = strchr(row->name, '.');
	int rc;

	option_wanted(row, wanted);
	rc = buf_printf(
	    out, "| `%s` | %s | ", dot != NULL ? dot + 1 : row->name, wanted);
	if (rc != CONSENT_OK)
		return rc;
	if (row->initial == NULL)
		rc = buf_append(out, SPAN("must be given"));
	else if (row->initial[0] == '\0')
		rc = buf_append(out, SPAN("none"));
	else
		rc = buf_printf(out, "`%s`", row->initial);
	if (rc != CONSENT_OK)
		return rc;
	return buf_printf(out, " | %s |\n", row->help);
}

static int
write_section(
    const struct option *table, const struct option *head, struct buf *out)
{
	const char *name = head == NULL ? "" : head->name;
	int rc = CONSENT_OK;

	if (head != NULL)
		rc = buf_printf(out, "\n## `%s`\n\n%s\n\n", name, head->help);
	if (rc == CONSENT_OK)
		rc =
		    buf_append(out, SPAN("| key | takes | default | meaning |\n"
					 "| --- | --- | --- | --- |\n"));
	for (; rc == CONSENT_OK && table->name != NULL; table++)
		if (is_in(table, name) && table->type != OPTION_SECTION)
			rc = write_row(table, out);
	return rc;
}

int
options_markdown(const struct option *table, struct buf *out)
{
	int rc = write_section(table, NULL, out);
	const struct option *row;

	for (row = table; rc == CONSENT_OK && row->name != NULL; row++)
		if (row->type == OPTION_SECTION)
			rc = write_section(table, row, out);
	return rc;
}
