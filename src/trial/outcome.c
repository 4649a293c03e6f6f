#include "trial/outcome.h"

#include "trial/reading.h"
#include "trial/rewrite.h"
#include "trial/visitor.h"
#include "trial/words.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
	OUTCOME_PATH = 4096,
	OUTCOME_SHOWN = 60 /* bytes of a text that are shown */
};

void
outcome_init(struct outcome *o)
{
	o->n = 0;
	buf_init(&o->text, OUTCOME_TEXT);
}

void
outcome_fini(struct outcome *o)
{
	buf_fini(&o->text);
	o->n = 0;
}

struct span
outcome_expected(const struct outcome *o, size_t fault)
{
	const struct outcome_fault *f = &o->faults[fault];

	return span_sub(buf_span(&o->text), f->expected, f->got - f->expected);
}

struct span
outcome_got(const struct outcome *o, size_t fault)
{
	const struct outcome_fault *f = &o->faults[fault];

	return span_sub(buf_span(&o->text), f->got, f->end - f->got);
}

/* Adds words; those that find no room are not worth a failure. */
static void
say(struct outcome *o, const char *text)
{
	if (buf_append(&o->text, span_of(text)) != CONSENT_OK)
		return;
}

static void
say_quoted(struct outcome *o, struct span text)
{
	if (buf_printf(&o->text, "\"%.*s%s\"",
		SPAN_ARG(span_sub(text, 0, OUTCOME_SHOWN)),
		text.n > OUTCOME_SHOWN ? "..." : "") != CONSENT_OK)
		return;
}

static void
say_number(struct outcome *o, size_t n)
{
	if (buf_printf(&o->text, "%zu", n) != CONSENT_OK)
		return;
}

/* Begins a fault: what was expected goes next. NULL: there are enough. */
static struct outcome_fault *
fault_begin(struct outcome *o)
{
	struct outcome_fault *f;

	if (o->n == OUTCOME_FAULTS)
		return NULL;
	f = &o->faults[o->n++];
	*f = (struct outcome_fault){
	    .expected = o->text.n, .got = o->text.n, .end = o->text.n};
	return f;
}

/* What was expected is said: what was got goes next. */
static void
fault_turn(struct outcome *o, struct outcome_fault *f)
{
	f->got = f->end = o->text.n;
}

static void
fault_end(
    struct outcome *o, struct outcome_fault *f, const struct policy_rule *rule)
{
	f->end = o->text.n;
	f->rule = rule;
}

static void
fault(struct outcome *o, const char *expected, const char *got,
    const struct policy_rule *rule)
{
	struct outcome_fault *f = fault_begin(o);

	if (f == NULL)
		return;
	say(o, expected);
	fault_turn(o, f);
	say(o, got);
	fault_end(o, f, rule);
}

static void
check_rule(struct outcome *o, const struct case_expect *expect,
    const struct policy_rule *rule)
{
	struct outcome_fault *f;

	if (expect->rule == NULL ||
	    words_is_pattern(rule, span_of(expect->rule)))
		return;
	f = fault_begin(o);
	if (f == NULL)
		return;
	say(o, "rule ");
	say_quoted(o, span_of(expect->rule));
	fault_turn(o, f);
	if (rule == NULL)
		say(o, "no rule");
	else
		words_rule(rule, &o->text);
	fault_end(o, f, rule);
}

static void
check_vendor(struct outcome *o, const struct case_expect *expect,
    const struct policy_facts *facts, const struct policy_rule *rule)
{
	const char *got = rule != NULL && rule->vendor >= 0
			      ? facts->vendors[rule->vendor].id
			      : NULL;
	struct outcome_fault *f;

	if (expect->vendor == NULL ||
	    (got != NULL && strcmp(got, expect->vendor) == 0))
		return;
	f = fault_begin(o);
	if (f == NULL)
		return;
	say(o, "vendor ");
	say_quoted(o, span_of(expect->vendor));
	fault_turn(o, f);
	if (got == NULL)
		say(o, rule == NULL ? "no rule" : "a rule of no vendor");
	else
		say_quoted(o, span_of(got));
	fault_end(o, f, rule);
}

static void
check_thing(struct outcome *o, const struct test_case *test,
    const struct visitor *v, struct gate_verdict got)
{
	const struct case_expect *expect = &test->expect;
	const struct policy_facts *facts = v->gate.facts;

	if (expect->answer != CASES_ANY && expect->answer != (int)got.answer)
		fault(o, words_answer((enum gate_answer)expect->answer),
		    words_answer(got.answer), got.rule);
	if (expect->category != CASES_ANY &&
	    expect->category != (int)got.category)
		fault(o, words_category(facts, (unsigned)expect->category),
		    got.category == GATE_UNNAMED
			? "no category: it passes for everyone"
			: words_category(facts, got.category),
		    got.rule);
	check_rule(o, expect, got.rule);
	check_vendor(o, expect, facts, got.rule);
}

/* How often rules of a pattern took something out, and the last of them. */
static size_t
count_of(const struct page_counts *counts, const char *pattern,
    const struct policy_rule **rule)
{
	size_t n = 0, i;

	for (i = 0; i < counts->n; i++) {
		const struct page_count *row = &counts->rows[i];

		if (!words_is_pattern(row->rule, span_of(pattern)))
			continue;
		n += row->n;
		*rule = row->rule;
	}
	return n;
}

static void
check_count(struct outcome *o, const struct case_count *want,
    const struct page_counts *counts)
{
	const struct policy_rule *rule = NULL;
	size_t n = count_of(counts, want->rule, &rule);
	struct outcome_fault *f;

	if (n == (size_t)want->n)
		return;
	f = fault_begin(o);
	if (f == NULL)
		return;
	say_number(o, (size_t)want->n);
	say(o, " by rule ");
	say_quoted(o, span_of(want->rule));
	fault_turn(o, f);
	say_number(o, n);
	fault_end(o, f, rule);
}

static void
check_texts(struct outcome *o, const struct case_texts *texts, struct span page,
    bool present)
{
	size_t i;

	for (i = 0; i < texts->n; i++) {
		struct span text = span_of(texts->items[i]);
		struct outcome_fault *f;

		if ((span_search(page, text) < page.n) == present)
			continue;
		f = fault_begin(o);
		if (f == NULL)
			return;
		say_quoted(o, text);
		say(o, present ? " in the page" : " gone");
		fault_turn(o, f);
		say(o, present ? "gone" : "still in the page");
		fault_end(o, f, NULL);
	}
}

/* What is left of others, each host once where it comes in a row. */
static void
say_strangers(struct outcome *o, const struct rewrite *r)
{
	const char *last = NULL;
	size_t i;

	for (i = 0; i < r->n_marks; i++) {
		const char *host = r->marks[i].host;

		if (host == NULL || (last != NULL && strcmp(last, host) == 0))
			continue;
		say(o, last == NULL ? "" : ", ");
		say(o, host);
		last = host;
	}
}

/* Who agreed to everything gets the page unread. */
static void
check_clean(struct outcome *o, const struct visitor *v, const struct rewrite *r)
{
	bool judged = !gate_grants_all(&v->gate);
	struct outcome_fault *f;

	if (judged && rewrite_strangers(r) == 0)
		return;
	f = fault_begin(o);
	if (f == NULL)
		return;
	say(o, "no third party that no rule names");
	fault_turn(o, f);
	if (judged)
		say_strangers(o, r);
	else
		say(o, "nothing is judged for who agreed to everything");
	fault_end(o, f, NULL);
}

static void
check_removed(struct outcome *o, int expected, const struct page_counts *counts)
{
	struct outcome_fault *f;

	if (expected == CASES_ANY || (size_t)expected == counts->withheld)
		return;
	f = fault_begin(o);
	if (f == NULL)
		return;
	say_number(o, (size_t)expected);
	say(o, " removed");
	fault_turn(o, f);
	say_number(o, counts->withheld);
	say(o, " removed");
	fault_end(o, f, NULL);
}

static void
check_page(struct outcome *o, const struct case_expect *expect,
    const struct visitor *v, const struct rewrite *r)
{
	size_t i;

	check_texts(o, &expect->absent, buf_span(&r->out), false);
	check_texts(o, &expect->present, buf_span(&r->out), true);
	for (i = 0; i < expect->n_counts; i++)
		check_count(o, &expect->counts[i], &r->counts);
	check_removed(o, expect->removed, &r->counts);
	if (expect->clean)
		check_clean(o, v, r);
}

/* A page's file is named from the folder of the tests. */
static int
page_path(const char *tests, const char *page, char out[OUTCOME_PATH])
{
	const char *slash = *page == '/' ? NULL : strrchr(tests, '/');
	int n = snprintf(out, OUTCOME_PATH, "%.*s%s",
	    slash == NULL ? 0 : (int)(slash - tests) + 1, tests, page);

	return n < 0 || n >= OUTCOME_PATH ? CONSENT_ELIMIT : CONSENT_OK;
}

/* A test must not wait for a pipe, nor read a device without an end. */
static bool
is_regular(const char *file)
{
	struct stat st;

	return stat(file, &st) == 0 && S_ISREG(st.st_mode);
}

static int
run_page(struct outcome *o, const struct test_case *test,
    const struct visitor *v, const char *path)
{
	char file[OUTCOME_PATH];
	struct rewrite r = {.n_marks = 0};
	struct buf page;
	int rc;

	buf_init(&page, OUTCOME_PAGE);
	rc = page_path(path, test->subject, file);
	if (rc == CONSENT_OK)
		rc = is_regular(file) ? reading_file(file, &page) : CONSENT_EIO;
	if (rc != CONSENT_OK) {
		buf_fini(&page);
		return CONSENT_EIO;
	}
	rc = rewrite_page(
	    &r, v, rewrite_kind(span_of(test->subject)), buf_span(&page));
	if (rc == CONSENT_ELIMIT) {
		fault(o, "a page that can be read",
		    "one that is cut: markup that cannot be placed", NULL);
		rc = CONSENT_OK;
	} else if (rc == CONSENT_OK) {
		check_page(o, &test->expect, v, &r);
	}
	rewrite_fini(&r);
	buf_fini(&page);
	return rc;
}

static int
run_thing(
    struct outcome *o, const struct test_case *test, const struct visitor *v)
{
	struct gate_verdict verdict;
	int rc = question_ask(v, &test->question, &verdict);

	if (rc == CONSENT_OK)
		check_thing(o, test, v, verdict);
	return rc;
}

int
outcome_run(struct outcome *o, const struct test_case *test,
    const struct visitor_place *place, const char *path)
{
	struct visitor_options options = {.place = place,
	    .at = test->at,
	    .granted = test->granted,
	    .gpc = test->gpc};
	struct visitor v;
	int rc = visitor_open(&v, &options);

	if (rc != CONSENT_OK)
		return rc;
	if (test->question.kind == QUESTION_PAGE)
		rc = run_page(o, test, &v, path);
	else
		rc = run_thing(o, test, &v);
	visitor_close(&v);
	return rc;
}
