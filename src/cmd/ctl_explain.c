#include "cmd/ctl.h"
#include "cmd/ctl_json.h"
#include "cmd/ctl_load.h"
#include "policy/candidates.h"
#include "policy/names.h"
#include "trial/question.h"
#include "trial/reading.h"
#include "trial/visitor.h"
#include "trial/words.h"

#include <libconsent/findings.h>
#include <libconsent/policy.h>

#include <jansson.h>

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	EXPLAIN_SCRIPT = 8 << 20, /* longest inline script */
	EXPLAIN_TEXT = 8192,
	EXPLAIN_SHOWN = 32 /* rules that yield, as people are shown them */
};

/* What is asked about, and what the answer is made of. */
struct explanation {
	struct ctl_loaded loaded;
	const char *file;    /* the configuration */
	const char *subject; /* as given */
	struct question question;
	struct buf script;
	const struct policy_facts *facts;
	struct gate_verdict verdict; /* for who has not answered */
	struct candidates candidates;
	bool sensitive; /* on a sensitive path of the site */
	bool is_colour;
};

/* Why a thing that no rule names is where it is; a word for programs. */
static const char *
why_word(const struct explanation *e)
{
	if (e->question.kind == QUESTION_COOKIE)
		return "unknown_cookie";
	if (e->question.kind == QUESTION_INLINE)
		return "no_rule";
	return e->verdict.category == GATE_UNNAMED ? "site" : "third_parties";
}

static const char *
why_text(const struct explanation *e)
{
	if (e->question.kind == QUESTION_COOKIE)
		return "no rule names it: unknown_cookie decides";
	if (e->verdict.subject == GATE_LETTERS)
		return "its host has letters that cannot be told";
	if (e->verdict.category != GATE_UNNAMED)
		return "no rule allows it: third_parties = \"unlisted\"";
	return "no rule names it: it passes";
}

static void
put_text(json_t *o, const char *key, const char *text)
{
	if (text != NULL)
		(void)json_object_set_new(o, key, ctl_json_span(span_of(text)));
}

/* What a rule is, and where it stands. */
static void
put_rule(const struct explanation *e, json_t *o, const struct policy_rule *rule)
{
	put_text(o, "action", policy_action_name(rule->action));
	put_text(o, "name", rule->name);
	put_text(o, "host", rule->host);
	put_text(o, "path", rule->path);
	put_text(o, "file", rule->file);
	(void)json_object_set_new(o, "line", json_integer(rule->line));
	put_text(o, "purpose", rule->purpose);
	put_text(o, "lifetime", rule->lifetime);
	if (rule->vendor >= 0)
		put_text(o, "vendor", e->facts->vendors[rule->vendor].id);
}

static json_t *
other_json(const struct explanation *e, size_t i)
{
	const struct policy_rule *rule = e->candidates.items[i].rule;
	json_t *o = json_pack(
	    "{s:s}", "category", words_category(e->facts, rule->category));
	struct buf why;

	put_rule(e, o, rule);
	buf_init(&why, EXPLAIN_TEXT);
	if (candidates_why(&e->candidates, i, &why) == CONSENT_OK)
		(void)json_object_set_new(
		    o, "why", ctl_json_span(buf_span(&why)));
	buf_fini(&why);
	return o;
}

/* A rule or vendor may have another than its category. */
static const char *
mode_of(const struct explanation *e, const struct policy_category *c)
{
	enum policy_mode mode = c->mode;

	if (e->verdict.answer != GATE_PASS)
		mode = e->verdict.answer == GATE_REPORT ? POLICY_REPORT
							: POLICY_ENFORCE;
	return policy_mode_name(mode);
}

static int
answer_json(const struct explanation *e, int rc)
{
	const struct policy_rule *rule = e->verdict.rule;
	unsigned category = e->verdict.category;
	bool has = category != GATE_UNNAMED;
	json_t *o = json_pack("{s:s, s:s?, s:s, s:s}", "kind",
	    question_kind_name(e->question.kind), "category",
	    has ? words_category(e->facts, category) : NULL, "decided_by",
	    rule != NULL ? "rule" : why_word(e), "answer",
	    words_answer(e->verdict.answer));
	json_t *others = json_array();
	size_t i;

	put_text(o, "subject", e->subject);
	if (has) {
		const struct policy_category *c =
		    &e->facts->categories[category];

		(void)json_object_set_new(
		    o, "required", json_boolean(c->required));
		put_text(o, "mode", mode_of(e, c));
	}
	if (e->sensitive)
		(void)json_object_set_new(o, "sensitive", json_true());
	if (rule != NULL)
		put_rule(e, o, rule);
	for (i = 1; i < e->candidates.n; i++)
		(void)json_array_append_new(others, other_json(e, i));
	(void)json_object_set_new(o, "others", others);
	return ctl_json_print(o, rc);
}

static const char *
sign(const struct explanation *e, const char *code)
{
	return e->is_colour ? code : "";
}

static void
print_other(const struct explanation *e, size_t i)
{
	const struct policy_rule *rule = e->candidates.items[i].rule;
	struct buf text, why;

	buf_init(&text, EXPLAIN_TEXT);
	buf_init(&why, EXPLAIN_TEXT);
	words_rule_placed(e->facts, rule, &text);
	if (candidates_why(&e->candidates, i, &why) == CONSENT_OK)
		(void)printf("  %s%s%s: %.*s\n      %.*s\n", sign(e, "\33[2m"),
		    words_category(e->facts, rule->category), sign(e, "\33[0m"),
		    SPAN_ARG(buf_span(&text)), SPAN_ARG(buf_span(&why)));
	buf_fini(&text);
	buf_fini(&why);
}

/* The rules that fit as well, the nearest first. */
static void
print_others(const struct explanation *e)
{
	size_t n = e->candidates.n, i;

	if (n < 2)
		return;
	(void)fputs("these fit, too, and yield to it:\n", stdout);
	for (i = 1; i < n && i <= EXPLAIN_SHOWN; i++)
		print_other(e, i);
	if (i < n)
		(void)printf("  and %zu more (--json has all)\n", n - i);
}

static void
answer_text(const struct explanation *e)
{
	const struct policy_rule *rule = e->verdict.rule;
	unsigned category = e->verdict.category;
	bool has = category != GATE_UNNAMED;
	struct buf text;

	buf_init(&text, EXPLAIN_TEXT);
	if (rule != NULL)
		words_rule_placed(e->facts, rule, &text);
	(void)printf("%s%s%s: %.*s", sign(e, "\33[1m"),
	    has ? words_category(e->facts, category) : "none",
	    sign(e, "\33[0m"),
	    SPAN_ARG(rule != NULL ? buf_span(&text) : span_of(why_text(e))));
	buf_fini(&text);
	if (rule != NULL && policy_action_name(rule->action) != NULL)
		(void)printf(
		    "; action \"%s\"", policy_action_name(rule->action));
	if (has && (e->facts->required >> category & 1) != 0)
		(void)fputs("; always passes", stdout);
	if (e->verdict.answer == GATE_REPORT)
		(void)fputs("; only reported", stdout);
	if (e->sensitive)
		(void)fputs("; the path is sensitive", stdout);
	(void)putchar('\n');
	print_others(e);
}

static int
ask(struct explanation *e)
{
	struct visitor_place place = {.policy = e->loaded.policy,
	    .sites = e->loaded.sites,
	    .n_sites = e->loaded.n_sites};
	struct visitor_options options = {.place = &place, .undecided = true};
	struct visitor v;
	int rc = visitor_open(&v, &options);

	if (rc != CONSENT_OK)
		return rc;
	e->facts = v.gate.facts;
	rc = question_ask(&v, &e->question, &e->verdict);
	if (rc == CONSENT_OK)
		rc = question_candidates(&v, &e->question, &e->candidates);
	if (rc == CONSENT_OK)
		rc = question_is_sensitive(&v, &e->question, &e->sensitive);
	visitor_close(&v);
	if (rc != CONSENT_OK)
		(void)fprintf(stderr, "%s: %s\n", e->subject,
		    rc == CONSENT_EINVAL ? "no browser would load this"
					 : status_text(rc));
	return rc;
}

/* A script is named by its file; all else stands there itself. */
static int
read_subject(struct explanation *e)
{
	int rc;

	e->question.subject = span_of(e->subject);
	if (e->question.kind != QUESTION_INLINE)
		return CONSENT_OK;
	rc = reading_file(e->subject, &e->script);
	e->question.subject = buf_span(&e->script);
	if (rc != CONSENT_OK)
		(void)fprintf(stderr, "%s: %s\n", e->subject,
		    rc == CONSENT_EIO ? strerror(errno) : status_text(rc));
	return rc;
}

static int
explain(struct explanation *e, bool json)
{
	struct findings findings;
	int rc;

	findings_init(&findings);
	buf_init(&e->script, EXPLAIN_SCRIPT);
	rc = ctl_load(e->file, &findings, &e->loaded);
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	if (rc == CONSENT_OK)
		rc = read_subject(e);
	if (rc == CONSENT_OK)
		rc = ask(e);
	if (rc != CONSENT_OK) {
		rc = CTL_FAILED;
	} else {
		rc = e->verdict.rule != NULL ? CTL_YES : CTL_NO;
		if (json)
			rc = answer_json(e, rc);
		else
			answer_text(e);
	}
	candidates_free(&e->candidates);
	buf_fini(&e->script);
	ctl_unload(&e->loaded);
	findings_fini(&findings);
	return rc;
}

int
ctl_explain(int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'},
	    {"method", required_argument, NULL, 'm'},
	    {"cookie", required_argument, NULL, 'k'},
	    {"url", required_argument, NULL, 'u'},
	    {"inline", required_argument, NULL, 'i'}, {NULL, 0, NULL, 0}};
	static const enum question_kind kinds[128] = {['k'] = QUESTION_COOKIE,
	    ['u'] = QUESTION_URL,
	    ['i'] = QUESTION_INLINE};
	struct explanation e = {.file = CTL_FILE};
	bool json = false;
	int c, n = 0;

	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (c == '?')
			return CTL_FAILED;
		if (c == 'j') {
			json = true;
		} else if (c == 'c') {
			e.file = optarg;
		} else if (c == 'm') {
			e.question.method = optarg;
		} else {
			e.question.kind = kinds[c];
			e.subject = optarg;
			n++;
		}
	}
	if (n != 1 || optind < argc ||
	    (e.question.method != NULL && e.question.kind != QUESTION_URL)) {
		(void)fputs("explain takes one of --cookie NAME, --url URL, "
			    "--inline FILE|-; with --url also --method NAME\n",
		    stderr);
		return CTL_FAILED;
	}
	e.is_colour = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL;
	return explain(&e, json);
}
