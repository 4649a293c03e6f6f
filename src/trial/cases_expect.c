#include "trial/cases_expect.h"

#include "settings/values.h"

#include <limits.h>

static const char *const answers[] = {[GATE_PASS] = "pass",
    [GATE_WITHHOLD] = "withheld",
    [GATE_REPORT] = "reported",
    NULL};

/* The name that a member is called by in a message. */
static const char *
called(const struct setting *s)
{
	const char *name = setting_name(s);

	return name == NULL ? "this member" : name;
}

const char *
cases_text(const struct cases_reader *r, const struct setting *s)
{
	const char *text = setting_string(s);

	if (text != NULL && *text != '\0')
		return text;
	findings_error(r->findings, setting_place(s), FINDING_WRONG_TYPE,
	    "%s must be a string in quotes%s%s", called(s),
	    text != NULL ? " and not empty" : ", not ",
	    text != NULL ? "" : setting_type_name(s));
	return NULL;
}

/* Says that a word is none of those that are known, and which is near. */
static void
unknown(const struct cases_reader *r, const struct setting *s,
    const char *const *words, const char *what)
{
	const char *text = setting_string(s);
	const char *near = settings_nearest(text, words);

	findings_error(r->findings, setting_place(s), FINDING_UNKNOWN_WORD,
	    "%s \"%s\"%s%s%s", what, text,
	    near == NULL ? "" : ", did you mean \"", near == NULL ? "" : near,
	    near == NULL ? "" : "\"?");
}

/* The ids of all categories behind the words that are in list already. */
static void
add_ids(const struct policy *policy, const char **list, size_t n)
{
	const struct policy_facts *facts = policy_facts(policy);
	unsigned i;

	for (i = 0; i < facts->n_categories; i++)
		list[n++] = facts->categories[i].id;
	list[n] = NULL;
}

int
cases_category(const struct cases_reader *r, const struct setting *s)
{
	const char *ids[POLICY_CATEGORIES + 1];
	const char *text = cases_text(r, s);
	int found;

	if (text == NULL)
		return CASES_ANY;
	found = policy_category(r->policy, span_of(text));
	if (found >= 0)
		return found;
	add_ids(r->policy, ids, 0);
	unknown(r, s, ids, "no category has the id");
	return CASES_ANY;
}

static int
answer_of(const char *text)
{
	int i;

	for (i = 0; answers[i] != NULL; i++)
		if (span_equal(span_of(text), span_of(answers[i])))
			return i;
	return CASES_ANY;
}

static void
read_answer(const struct cases_reader *r, const struct setting *s,
    struct case_expect *out)
{
	const char *text = cases_text(r, s);

	if (text == NULL)
		return;
	out->answer = answer_of(text);
	if (out->answer == CASES_ANY)
		unknown(r, s, answers,
		    "answer must be \"pass\", \"withheld\" or \"reported\", "
		    "not");
}

/* "pass", "withheld", "reported" or the id of a category. */
static void
read_word(const struct cases_reader *r, const struct setting *s,
    struct case_expect *out)
{
	const char *words[POLICY_CATEGORIES + 4] = {
	    answers[0], answers[1], answers[2]};
	const char *text = cases_text(r, s);

	if (text == NULL)
		return;
	out->answer = answer_of(text);
	if (out->answer != CASES_ANY)
		return;
	out->category = policy_category(r->policy, span_of(text));
	if (out->category >= 0)
		return;
	out->category = CASES_ANY;
	add_ids(r->policy, words, 3);
	unknown(r, s, words, "no answer and no category is called");
}

static void
read_thing(const struct cases_reader *r, const struct setting *group,
    struct case_expect *out)
{
	static const char *const keys[] = {
	    "answer", "category", "rule", "vendor", NULL};
	const struct setting *s;

	settings_check_keys(group, keys, r->findings);
	if ((s = setting_member(group, "answer")) != NULL)
		read_answer(r, s, out);
	if ((s = setting_member(group, "category")) != NULL)
		out->category = cases_category(r, s);
	if ((s = setting_member(group, "rule")) != NULL)
		out->rule = cases_text(r, s);
	if ((s = setting_member(group, "vendor")) != NULL)
		out->vendor = cases_text(r, s);
}

static void
read_texts(const struct cases_reader *r, const struct setting *s,
    struct case_texts *out)
{
	size_t n = s == NULL ? 0 : setting_items(s), i;

	if (n > CASES_TEXTS) {
		findings_error(r->findings, setting_place(s), FINDING_TOO_MUCH,
		    "more than %d texts in %s", CASES_TEXTS, called(s));
		return;
	}
	for (i = 0; i < n; i++) {
		out->items[out->n] = cases_text(r, setting_item(s, i));
		if (out->items[out->n] != NULL)
			out->n++;
	}
}

/* A count, or CASES_ANY, which is reported. */
static int
read_number(const struct cases_reader *r, const struct setting *s)
{
	int64_t n;

	if (setting_int(s, &n) == CONSENT_OK && n >= 0 && n <= INT_MAX)
		return (int)n;
	findings_error(r->findings, setting_place(s), FINDING_OUT_OF_RANGE,
	    "%s must be a whole number from 0", called(s));
	return CASES_ANY;
}

static void
read_count(const struct cases_reader *r, const struct setting *group,
    struct case_count *out)
{
	static const char *const keys[] = {"rule", "n", NULL};
	const struct setting *rule = setting_member(group, "rule");
	const struct setting *n = setting_member(group, "n");

	settings_check_keys(group, keys, r->findings);
	if (rule == NULL || n == NULL) {
		findings_error(r->findings, setting_place(group),
		    FINDING_WRONG_TYPE,
		    "counts has groups with a rule and how often, such as "
		    "{ rule = \"matomo.cloud\"; n = 1; }");
		return;
	}
	out->rule = cases_text(r, rule);
	out->n = read_number(r, n);
}

static void
read_counts(const struct cases_reader *r, const struct setting *s,
    struct case_expect *out)
{
	size_t n = setting_items(s), i;

	if (n > CASES_COUNTS) {
		findings_error(r->findings, setting_place(s), FINDING_TOO_MUCH,
		    "more than %d rows in counts", CASES_COUNTS);
		return;
	}
	for (i = 0; i < n; i++)
		read_count(r, setting_item(s, i), &out->counts[i]);
	out->n_counts = n;
}

static void
read_page(const struct cases_reader *r, const struct setting *group,
    struct case_expect *out)
{
	static const char *const keys[] = {
	    "clean", "removed", "absent", "present", "counts", NULL};
	const struct setting *s;

	settings_check_keys(group, keys, r->findings);
	if ((s = setting_member(group, "clean")) != NULL &&
	    setting_bool(s, &out->clean) != CONSENT_OK)
		findings_error(r->findings, setting_place(s),
		    FINDING_WRONG_TYPE, "clean must be true or false");
	if ((s = setting_member(group, "removed")) != NULL)
		out->removed = read_number(r, s);
	read_texts(r, setting_member(group, "absent"), &out->absent);
	read_texts(r, setting_member(group, "present"), &out->present);
	if ((s = setting_member(group, "counts")) != NULL)
		read_counts(r, s, out);
}

/* "clean" alone is the usual one for a page. */
static void
read_page_word(const struct cases_reader *r, const struct setting *s,
    struct case_expect *out)
{
	const char *text = cases_text(r, s);

	if (text == NULL)
		return;
	out->clean = span_equal(span_of(text), SPAN("clean"));
	if (!out->clean)
		findings_error(r->findings, setting_place(s),
		    FINDING_WRONG_TYPE,
		    "of a page expect \"clean\", or a group with clean, "
		    "removed, absent, present and counts");
}

void
cases_expect(const struct cases_reader *r, const struct setting *group,
    struct test_case *test)
{
	const struct setting *s = setting_member(group, "expect");
	bool is_page = test->question.kind == QUESTION_PAGE;
	bool is_group = s != NULL && setting_type(s) == SETTING_GROUP;

	test->expect = (struct case_expect){
	    .answer = CASES_ANY, .category = CASES_ANY, .removed = CASES_ANY};
	if (s == NULL)
		findings_error(r->findings, setting_place(group),
		    FINDING_MISSING_KEY, "this test has no expect");
	else if (is_page && is_group)
		read_page(r, s, &test->expect);
	else if (is_page)
		read_page_word(r, s, &test->expect);
	else if (is_group)
		read_thing(r, s, &test->expect);
	else
		read_word(r, s, &test->expect);
}
