#include "settings/settings.h"

#include "settings/expand.h"

#include <libconfig.h>

#include <stdlib.h>
#include <string.h>

/*
 * A node is libconfig's own; struct setting is only its name outside of this
 * file. The hook of the root leads from any node back to struct settings.
 */
struct settings {
	config_t config;
	struct expansion expansion;
};

static const config_setting_t *
inner(const struct setting *s)
{
	return (const config_setting_t *)s;
}

static const struct setting *
outer(const config_setting_t *s)
{
	return (const struct setting *)s;
}

/* Says why libconfig failed at a line, in better words where there are some. */
static void
report(const struct source *s, const config_t *config, struct place place,
    struct findings *findings)
{
	const char *text = config_error_text(config);

	if (s != NULL && s->scan.hint_line != 0 &&
	    s->scan.hint_line <= place.line) {
		place.line = s->scan.hint_line;
		findings_error(findings, place, "%s", s->scan.hint);
	} else if (text != NULL && strstr(text, "duplicate") != NULL) {
		findings_error(findings, place,
		    "this name has been set in this group before");
	} else {
		findings_error(
		    findings, place, "syntax error here or on the line before");
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
	}
	config_init(&config);
	if (config_read_string(&config, text.p) != CONFIG_TRUE)
		report(s, &config,
		    (struct place){
			s->path, (unsigned)config_error_line(&config)},
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

static int
parse_whole(struct settings *s, struct findings *findings)
{
	size_t errors = findings->errors;
	struct place place;
	int rc;

	if (config_read_string(&s->config, s->expansion.whole.p) ==
	    CONFIG_TRUE) {
		config_setting_set_hook(config_root_setting(&s->config), s);
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
	return outer(config_root_setting(&s->config));
}

void
settings_free(struct settings *s)
{
	if (s == NULL)
		return;
	config_destroy(&s->config);
	expand_fini(&s->expansion);
	free(s);
}

enum setting_type
setting_type(const struct setting *s)
{
	switch (config_setting_type(inner(s))) {
	case CONFIG_TYPE_STRING:
		return SETTING_STRING;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return SETTING_INT;
	case CONFIG_TYPE_FLOAT:
		return SETTING_FLOAT;
	case CONFIG_TYPE_BOOL:
		return SETTING_BOOL;
	case CONFIG_TYPE_ARRAY:
		return SETTING_ARRAY;
	case CONFIG_TYPE_LIST:
		return SETTING_LIST;
	default:
		return SETTING_GROUP;
	}
}

const char *
setting_type_name(const struct setting *s)
{
	static const char *const names[] = {
	    [SETTING_STRING] = "a string",
	    [SETTING_INT] = "an integer",
	    [SETTING_FLOAT] = "a number with a fraction",
	    [SETTING_BOOL] = "true or false",
	    [SETTING_GROUP] = "a group",
	    [SETTING_ARRAY] = "an array",
	    [SETTING_LIST] = "a list",
	};

	return names[setting_type(s)];
}

const char *
setting_name(const struct setting *s)
{
	return config_setting_name(inner(s));
}

struct place
setting_place(const struct setting *s)
{
	const config_setting_t *root = config_root_setting(inner(s)->config);
	const struct settings *all = config_setting_get_hook(root);

	return expand_place(
	    &all->expansion, config_setting_source_line(inner(s)));
}

size_t
setting_count(const struct setting *s)
{
	int n = config_setting_is_aggregate(inner(s))
		    ? config_setting_length(inner(s))
		    : 0;

	return n < 0 ? 0 : (size_t)n;
}

const struct setting *
setting_at(const struct setting *s, size_t i)
{
	if (i >= setting_count(s))
		return NULL;
	return outer(config_setting_get_elem(inner(s), (unsigned)i));
}

const struct setting *
setting_member(const struct setting *s, const char *name)
{
	if (!config_setting_is_group(inner(s)))
		return NULL;
	return outer(config_setting_get_member(inner(s), name));
}

const char *
setting_string(const struct setting *s)
{
	return s != NULL && setting_type(s) == SETTING_STRING
		   ? config_setting_get_string(inner(s))
		   : NULL;
}

int
setting_int(const struct setting *s, int64_t *out)
{
	if (setting_type(s) != SETTING_INT)
		return CONSENT_EINVAL;
	*out = config_setting_get_int64(inner(s));
	return CONSENT_OK;
}

int
setting_bool(const struct setting *s, bool *out)
{
	if (setting_type(s) != SETTING_BOOL)
		return CONSENT_EINVAL;
	*out = config_setting_get_bool(inner(s)) != 0;
	return CONSENT_OK;
}
