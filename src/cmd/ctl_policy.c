#include "cmd/ctl.h"
#include "cmd/ctl_load.h"
#include "settings/findings.h"

#include <libconsent/policy.h>
#include <libconsent/url.h>

#include <jansson.h>

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SCRIPT_BYTES = 8 << 20 /* longest inline script */
};

static json_t *
finding_json(const struct finding *f)
{
	json_t *o = json_pack("{s:s, s:s}", "level",
	    findings_level_name(f->level), "text", f->text);

	if (f->place.file != NULL)
		(void)json_object_set_new(
		    o, "file", json_string(f->place.file));
	if (f->place.line > 0)
		(void)json_object_set_new(
		    o, "line", json_integer(f->place.line));
	return o;
}

/* Prints value and a newline, and lets go of it. CTL_FAILED when it is NULL. */
static int
print_json(json_t *value, int rc)
{
	if (value == NULL || json_dumpf(value, stdout, JSON_INDENT(2)) != 0)
		rc = CTL_FAILED;
	(void)putchar('\n');
	json_decref(value);
	return rc;
}

static int
print_findings_json(const struct findings *findings, int rc)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < findings->n; i++)
		(void)json_array_append_new(
		    list, finding_json(&findings->items[i]));
	return print_json(list, rc);
}

static void
print_summary(const char *path, const struct findings *f)
{
	if (f->errors + f->warnings == 0)
		(void)printf("%s: nothing is wrong\n", path);
	else
		(void)printf("%s: %zu error%s, %zu warning%s\n", path,
		    f->errors, f->errors == 1 ? "" : "s", f->warnings,
		    f->warnings == 1 ? "" : "s");
}

/* The exit code of a load: what cannot be read is not merely wrong. */
static int
exit_code(int rc)
{
	if (rc == CONSENT_OK)
		return CTL_YES;
	return rc == CONSENT_EINVAL ? CTL_NO : CTL_FAILED;
}

int
ctl_check(int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
	struct findings findings;
	struct ctl_loaded loaded;
	const char *path = CTL_FILE;
	bool json = false;
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'j')
			return CTL_FAILED;
		json = true;
	}
	if (argc - optind > 1) {
		(void)fputs("check takes one file\n", stderr);
		return CTL_FAILED;
	}
	if (optind < argc)
		path = argv[optind];
	findings_init(&findings);
	rc = ctl_load(path, &findings, &loaded);
	if (rc == CONSENT_OK)
		rc = ctl_load_certificates(&loaded, &findings);
	ctl_unload(&loaded);
	if (rc != CONSENT_OK && findings.errors == 0)
		findings_error(
		    &findings, (struct place){path, 0}, "%s", status_text(rc));
	rc = exit_code(rc);
	if (json) {
		rc = print_findings_json(&findings, rc);
	} else {
		findings_print(&findings, stderr);
		print_summary(path, &findings);
	}
	findings_fini(&findings);
	return rc;
}

/* What is asked about, and what the answer is made of. */
struct question {
	struct ctl_loaded loaded;
	const char *file;		/* the configuration */
	const char *kind;		/* "cookie", "url" or "inline" */
	const char *subject;		/* as given */
	const struct policy_rule *rule; /* that decided, or NULL */
	int category;			/* or -1: nothing holds it back */
	const char *why;		/* where no rule decided */
	bool sensitive;			/* on a sensitive path of the site */
};

static const struct policy_facts *
facts_of(const struct question *q)
{
	return policy_facts(q->loaded.policy);
}

static void
ask_cookie(struct question *q)
{
	q->rule = policy_find_cookie(q->loaded.policy, span_of(q->subject));
	if (q->rule != NULL)
		return;
	q->category = (int)facts_of(q)->unknown_cookie;
	q->why = "unknown_cookie";
}

static void
ask_parsed(struct question *q, const struct url *url, bool is_site)
{
	const struct policy_facts *facts = facts_of(q);
	struct buf path;
	int rc;

	q->rule = policy_find_url(q->loaded.policy, url, is_site);
	if (q->rule == NULL) {
		q->why = is_site ? "site" : "third_parties";
		if (!is_site && url->kind == URL_NETWORK &&
		    facts->third_parties == POLICY_THIRD_UNLISTED)
			q->category = (int)facts->unknown_cookie;
	}
	if (!is_site)
		return;
	buf_init(&path, URL_SCRATCH);
	rc = buf_append(&path, url->path);
	if (rc == CONSENT_OK && url->has_query)
		rc = buf_append_byte(&path, '?');
	if (rc == CONSENT_OK && url->has_query)
		rc = buf_append(&path, url->query);
	q->sensitive = rc == CONSENT_OK &&
		       policy_is_sensitive(q->loaded.policy, buf_span(&path));
	buf_fini(&path);
}

/* A path alone is one of the site. */
static int
ask_url(struct question *q)
{
	struct buf base_scratch, scratch;
	struct url base, url;
	int rc;

	buf_init(&base_scratch, URL_SCRATCH);
	buf_init(&scratch, URL_SCRATCH);
	rc = url_parse(
	    SPAN("https://site.invalid/"), NULL, &base_scratch, &base);
	if (rc == CONSENT_OK)
		rc = url_parse(span_of(q->subject), &base, &scratch, &url);
	if (rc == CONSENT_OK)
		ask_parsed(q, &url,
		    url_origin_equal(&base, &url) ||
			ctl_is_site(&q->loaded, &url));
	buf_fini(&scratch);
	buf_fini(&base_scratch);
	if (rc != CONSENT_OK)
		(void)fprintf(
		    stderr, "%s: no browser would load this\n", q->subject);
	return rc;
}

/* Reads a script from a file, or from stdin for "-". */
static int
script_read(const char *path, struct buf *out)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char piece[8192];
	int rc = CONSENT_OK;
	size_t n;

	if (in == NULL) {
		perror(path);
		return CONSENT_EIO;
	}
	while (rc == CONSENT_OK && (n = fread(piece, 1, sizeof piece, in)) > 0)
		rc = buf_append(out, (struct span){piece, n});
	if (rc == CONSENT_OK && ferror(in) != 0)
		rc = CONSENT_EIO;
	if (rc != CONSENT_OK)
		(void)fprintf(stderr, "%s: %s\n", path, status_text(rc));
	if (in != stdin)
		(void)fclose(in); /* only read from */
	return rc;
}

static int
ask_inline(struct question *q)
{
	struct buf script;
	int rc;

	buf_init(&script, SCRIPT_BYTES);
	rc = script_read(q->subject, &script);
	if (rc == CONSENT_OK) {
		q->rule =
		    policy_find_inline(q->loaded.policy, buf_span(&script));
		q->why = "no_rule";
	}
	buf_fini(&script);
	return rc;
}

static int
ask(struct question *q)
{
	int rc = CONSENT_OK;

	q->category = -1;
	if (strcmp(q->kind, "cookie") == 0)
		ask_cookie(q);
	else if (strcmp(q->kind, "url") == 0)
		rc = ask_url(q);
	else
		rc = ask_inline(q);
	if (q->rule != NULL)
		q->category = (int)q->rule->category;
	return rc;
}

static void
put_text(json_t *o, const char *key, const char *text)
{
	if (text != NULL)
		(void)json_object_set_new(o, key, json_string(text));
}

static int
answer_json(const struct question *q, int rc)
{
	const struct policy_facts *facts = facts_of(q);
	const struct policy_rule *rule = q->rule;
	const struct policy_category *c =
	    q->category < 0 ? NULL : &facts->categories[q->category];
	json_t *o = json_pack("{s:s, s:s, s:s?, s:s}", "kind", q->kind,
	    "subject", q->subject, "category", c == NULL ? NULL : c->id,
	    "decided_by", rule != NULL ? "rule" : q->why);

	if (c != NULL) {
		(void)json_object_set_new(
		    o, "required", json_boolean(c->required));
		put_text(
		    o, "mode", c->mode == POLICY_REPORT ? "report" : "enforce");
	}
	if (q->sensitive)
		(void)json_object_set_new(o, "sensitive", json_true());
	if (rule == NULL)
		return print_json(o, rc);
	put_text(o, "action", policy_action_name(rule->action));
	put_text(o, "name", rule->name);
	put_text(o, "host", rule->host);
	put_text(o, "path", rule->path);
	put_text(o, "file", rule->file);
	(void)json_object_set_new(o, "line", json_integer(rule->line));
	put_text(o, "purpose", rule->purpose);
	put_text(o, "lifetime", rule->lifetime);
	if (rule->vendor >= 0)
		put_text(o, "vendor", facts->vendors[rule->vendor].id);
	return print_json(o, rc);
}

/* What the rule names, as it would be written. */
static void
print_pattern(const struct policy_rule *rule)
{
	switch (rule->kind) {
	case POLICY_COOKIE:
		(void)printf("cookie \"%s\"", rule->name);
		break;
	case POLICY_INLINE:
		(void)printf("inline \"%s\"", rule->name);
		break;
	case POLICY_STORAGE:
		(void)printf("storage \"%s\"", rule->name);
		break;
	case POLICY_RESOURCE:
		if (rule->host != NULL)
			(void)printf("host \"%s\"", rule->host);
		if (rule->path != NULL)
			(void)printf("%spath \"%s\"",
			    rule->host == NULL ? "" : " ", rule->path);
		break;
	}
}

/* Why a thing that no rule names is where it is. */
static const char *
why_text(const struct question *q)
{
	if (q->category >= 0 && strcmp(q->kind, "cookie") == 0)
		return "no rule names it: unknown_cookie decides";
	if (q->category >= 0)
		return "no rule allows it: third_parties = \"unlisted\"";
	return "no rule names it: it passes";
}

static void
answer_text(const struct question *q)
{
	const struct policy_facts *facts = facts_of(q);
	const struct policy_rule *rule = q->rule;

	(void)fputs(
	    q->category < 0 ? "none" : facts->categories[q->category].id,
	    stdout);
	if (rule == NULL) {
		(void)printf(": %s", why_text(q));
	} else {
		(void)printf(": %s:%u: ", rule->file, rule->line);
		print_pattern(rule);
		if (rule->vendor >= 0)
			(void)printf(" of vendor \"%s\"",
			    facts->vendors[rule->vendor].id);
	}
	if (rule != NULL && policy_action_name(rule->action) != NULL)
		(void)printf(
		    "; action \"%s\"", policy_action_name(rule->action));
	if (q->category >= 0 && (facts->required >> q->category & 1) != 0)
		(void)fputs("; always passes", stdout);
	if (q->category >= 0 && (facts->reported >> q->category & 1) != 0)
		(void)fputs("; only reported", stdout);
	if (q->sensitive)
		(void)fputs("; the path is sensitive", stdout);
	(void)putchar('\n');
}

static int
explain(struct question *q, bool json)
{
	struct findings findings;
	int rc;

	findings_init(&findings);
	rc = ctl_load(q->file, &findings, &q->loaded);
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	if (rc == CONSENT_OK)
		rc = ask(q);
	if (rc != CONSENT_OK) {
		rc = CTL_FAILED;
	} else {
		rc = q->rule != NULL ? CTL_YES : CTL_NO;
		if (json)
			rc = answer_json(q, rc);
		else
			answer_text(q);
	}
	ctl_unload(&q->loaded);
	findings_fini(&findings);
	return rc;
}

int
ctl_explain(int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'},
	    {"config", required_argument, NULL, 'c'},
	    {"cookie", required_argument, NULL, 'k'},
	    {"url", required_argument, NULL, 'u'},
	    {"inline", required_argument, NULL, 'i'}, {NULL, 0, NULL, 0}};
	static const char *const kinds[128] = {
	    ['k'] = "cookie", ['u'] = "url", ['i'] = "inline"};
	struct question q = {.file = CTL_FILE};
	bool json = false;
	int c, n = 0;

	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (c == '?')
			return CTL_FAILED;
		if (c == 'j') {
			json = true;
		} else if (c == 'c') {
			q.file = optarg;
		} else {
			q.kind = kinds[c];
			q.subject = optarg;
			n++;
		}
	}
	if (n != 1 || optind < argc) {
		(void)fputs("explain takes one of --cookie NAME, --url URL, "
			    "--inline FILE|-\n",
		    stderr);
		return CTL_FAILED;
	}
	return explain(&q, json);
}
