#include <libconsent/settings.h>

#include "settings/marks.h"
#include "settings/tree.h"

#include <stdlib.h>
#include <string.h>

/* Says why libconfig failed at a line, in better words where there are some. */
static void
report(const struct source *s, const config_t *config, struct place place,
    struct findings *findings)
{
	const char *text = config_error_text(config);

	if (s != NULL && s->scan.hint_at.line != 0 &&
	    s->scan.hint_at.line <= place.line) {
		findings_error(findings, s->scan.hint_at, FINDING_SYNTAX, "%s",
		    s->scan.hint);
		if (s->scan.fix[0] != '\0')
			findings_fix(findings, s->scan.fix);
	} else if (text != NULL && strstr(text, "duplicate") != NULL) {
		findings_error(findings, place, FINDING_DUPLICATE_KEY,
		    "this name has been set in this group before");
	} else {
		findings_error(findings, place, FINDING_SYNTAX,
		    "syntax error here or on the line before");
	}
}

/* Reports the first syntax error of one source, its includes left out. */
static int
check_alone(const struct source *s, struct findings *findings)
{
	config_t config;
	struct buf text;
	size_t i;
	int rc;

	buf_init(&text, SETTINGS_BYTES + 1);
	rc = buf_append(&text, buf_span(&s->text));
	if (rc == CONSENT_OK)
		rc = buf_append_byte(&text, '\0');
	if (rc != CONSENT_OK)
		goto out;
	for (i = 0; i < s->scan.n_includes; i++) {
		const struct scan_include *it = &s->scan.includes[i];

		memset(text.p + it->from, ' ', it->to - it->from);
		/* a member, which a comma before it asks for */
		if (!it->in_group)
			memcpy(text.p + it->from, "{}", 2);
	}
	config_init(&config);
	if (config_read_string(&config, text.p) != CONFIG_TRUE)
		report(s, &config,
		    (struct place){.file = s->path,
			.line = (unsigned)config_error_line(&config)},
		    findings);
	config_destroy(&config);
out:
	buf_fini(&text);
	return rc;
}

/* The first syntax error of each file, since libconfig stops at the first. */
static int
check_sources(const struct expansion *e, struct findings *findings)
{
	size_t i;
	int rc = CONSENT_OK;

	for (i = 0; rc == CONSENT_OK && i < e->n_sources; i++)
		if (e->sources[i].settings && !e->sources[i].scan.unreadable)
			rc = check_alone(&e->sources[i], findings);
	return rc;
}

/* How many nodes there are below this one. */
static size_t
count_nodes(const config_setting_t *node)
{
	int i, count = config_setting_is_aggregate(node)
			   ? config_setting_length(node)
			   : 0;
	size_t n = 0;

	for (i = 0; i < count; i++)
		n +=
		    1 + count_nodes(config_setting_get_elem(node, (unsigned)i));
	return n;
}

/* Hooks marks to the nodes below this one, which are as many or more. */
static void
hook_marks(config_setting_t *node, struct marks **next, const struct marks *end)
{
	int i, count = config_setting_is_aggregate(node)
			   ? config_setting_length(node)
			   : 0;

	for (i = 0; i < count && *next < end; i++) {
		config_setting_t *member =
		    config_setting_get_elem(node, (unsigned)i);

		config_setting_set_hook(member, (*next)++);
		hook_marks(member, next, end);
	}
}

/* Without memory for marks there are lines without columns. */
static void
mark_nodes(struct settings *s)
{
	config_setting_t *root = config_root_setting(&s->config);
	size_t n = count_nodes(root);
	struct marks *next;

	s->marks = calloc(n + 1, sizeof *s->marks);
	if (s->marks == NULL)
		return;
	next = s->marks;
	n = marks_find(
	    tree_outer(root), buf_span(&s->expansion.whole), s->marks, n);
	hook_marks(root, &next, s->marks + n);
}

static int
parse_whole(struct settings *s, struct findings *findings)
{
	size_t errors = findings->errors;
	struct place place;
	int rc;

	if (config_read_string(&s->config, s->expansion.whole.p) ==
	    CONFIG_TRUE) {
		config_setting_set_hook(config_root_setting(&s->config), s);
		mark_nodes(s);
		return CONSENT_OK;
	}
	rc = check_sources(&s->expansion, findings);
	if (rc != CONSENT_OK)
		return rc;
	if (findings->errors == errors) {
		place = expand_place(
		    &s->expansion, (unsigned)config_error_line(&s->config));
		report(NULL, &s->config, place, findings);
	}
	return CONSENT_EINVAL;
}

static struct settings *
settings_new(void)
{
	struct settings *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	config_init(&s->config);
	expand_init(&s->expansion);
	return s;
}

/* Parses what was expanded with this result; s is freed on failure. */
static int
settings_finish(struct settings *s, int rc, struct findings *findings,
    struct settings **out)
{
	if (rc == CONSENT_OK)
		rc = parse_whole(s, findings);
	else if (rc == CONSENT_EINVAL &&
		 check_sources(&s->expansion, findings) != CONSENT_OK)
		rc = CONSENT_ENOMEM;
	if (rc == CONSENT_OK)
		*out = s;
	else
		settings_free(s);
	return rc;
}

int
settings_load(
    const char *path, struct findings *findings, struct settings **out)
{
	struct settings *s = settings_new();

	if (s == NULL)
		return CONSENT_ENOMEM;
	return settings_finish(
	    s, expand_load(&s->expansion, path, findings), findings, out);
}

int
settings_parse(const char *name, struct span text, struct findings *findings,
    struct settings **out)
{
	struct settings *s = settings_new();

	if (s == NULL)
		return CONSENT_ENOMEM;
	return settings_finish(
	    s, expand_text(&s->expansion, name, text, findings), findings, out);
}

const struct setting *
settings_root(const struct settings *s)
{
	return tree_outer(config_root_setting(&s->config));
}

void
settings_free(struct settings *s)
{
	if (s == NULL)
		return;
	config_destroy(&s->config);
	expand_fini(&s->expansion);
	free(s->marks);
	free(s);
}
