#include "conf/config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libconsent/buf.h>
#include <libconsent/findings.h>
#include <libconsent/guard.h>
#include <libconsent/loader.h>
#include <libconsent/settings.h>

#include "base/embedded.h"
#include "conf/check.h"
#include "conf/check_look.h"
#include "conf/check_parts.h"
#include "conf/options.h"
#include "consent/consent_mode.h"
#include "consent/site_script.h"
#include "policy/lint_categories.h"
#include "proxy/sweep.h"
#include "proxy/tongue_name.h"
#include "proxy/variant_name.h"

enum {
	OWN_NAME = 96,	  /* bytes of a cookie's name, with the NUL */
	DEMO_TEXT = 16384 /* the demonstration's own settings */
};

/* The policy of the demonstration, as the build knows it. */
#define DEMO_POLICY "policy-demo.conf"

/* What one configuration is made from. */
struct source {
	const struct setting *root;
	const struct setting *policy; /* or NULL */
	const char *folder;	      /* that relative paths count from */
};

/* The folder part of path in memory of the caller's; "." where there is none.
 */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static const char *
or_null(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

static int
load_policy(struct config *config, const struct source *source,
    struct findings *findings)
{
	struct loader_options options = {or_null(config->vendor_directory)};

	if (source->policy == NULL) {
		findings_error(findings, setting_place(source->root),
		    FINDING_MISSING_KEY, "policy is missing");
		return CONSENT_EINVAL;
	}
	return policy_load(source->policy, &options, findings, &config->policy);
}

/* A category may be there for consent mode alone. */
static void
warn_unused(const struct config *config, struct findings *findings)
{
	const char *used[CONSENT_MODE_TYPES + 1] = {NULL};
	size_t i, n = 0;

	for (i = 0; i < CONSENT_MODE_TYPES; i++)
		if (config->consent_mode[i][0] != '\0')
			used[n++] = config->consent_mode[i];
	lint_categories(config->policy, used, findings);
}

/* The cookies that the configuration makes us set. */
struct own_names {
	char token[OWN_NAME], variant[OWN_NAME];
	struct notice_cookie cookies[4];
	size_t n;
};

static void
name_cookies(const struct config *config, struct own_names *own)
{
	const struct token_options *token = &config->token;
	struct span name = token_cookie_name(token);

	(void)snprintf(own->token, sizeof own->token, "%.*s", SPAN_ARG(name));
	(void)snprintf(own->variant, sizeof own->variant, "%.*s%.*s",
	    SPAN_ARG(name), SPAN_ARG(VARIANT_COOKIE_ENDS));
	own->cookies[0] = (struct notice_cookie){
	    own->token, NOTICE_USE_CHOICE, token->lifetime_days};
	own->cookies[1] = (struct notice_cookie){
	    sweep_cookie(token->sites[0]), NOTICE_USE_SWEPT, 0};
	own->n = 2;
	if (config->cdn_variant[0] != '\0')
		own->cookies[own->n++] = (struct notice_cookie){
		    own->variant, NOTICE_USE_VARIANT, token->lifetime_days};
	if (config->languages.n != 1) /* of one alone none is chosen */
		own->cookies[own->n++] = (struct notice_cookie){
		    tongue_cookie(span_of(token->sites[0])),
		    NOTICE_USE_LANGUAGE, 0};
}

static int
load_notices(struct config *config, struct findings *findings)
{
	struct notice_look look = check_look_of(&config->look);
	const struct notice_terms terms = {.address = or_null(config->address),
	    .jurisdiction = or_null(config->jurisdiction),
	    .lifetime_days = config->token.lifetime_days,
	    .retain_days = config->log_retain_days};
	struct own_names own;
	struct notice_options options = {
	    .look = &look,
	    .languages = config->languages.items,
	    .n_languages = config->languages.n,
	    .directory = or_null(config->notice_directory),
	    .site = config->sites.items[0],
	    .sites = config->sites.items,
	    .n_sites = config->sites.n,
	    .prefix = config->prefix,
	    .policy_url = or_null(config->policy_url),
	    .controller = or_null(config->controller),
	    .contact = or_null(config->contact),
	    .cookies = own.cookies,
	    .terms = &terms,
	};

	name_cookies(config, &own);
	options.n_cookies = own.n;
	return notice_set_new(
	    config->policy, &options, findings, &config->notices);
}

/* The sites as URLs, for the call: their texts stand in the buffers. */
struct parsed_sites {
	struct url urls[CONFIG_SITES];
	struct buf texts[CONFIG_SITES];
	size_t n;
};

static int
parse_sites(struct parsed_sites *s, const struct option_list *sites)
{
	int rc = CONSENT_OK;

	for (s->n = 0; s->n < sites->n && rc == CONSENT_OK; s->n++) {
		buf_init(&s->texts[s->n], URL_SCRATCH);
		rc = url_parse(span_of(sites->items[s->n]), NULL,
		    &s->texts[s->n], &s->urls[s->n]);
	}
	return rc;
}

/* A wall that keeps more out than its author may have meant is told. */
static void
warn_narrowing(const struct csp_options *options, struct findings *findings)
{
	const struct policy_facts *facts = policy_facts(options->policy);
	size_t i = csp_next_narrowing(options, 0);

	for (; i < facts->n_rules; i = csp_next_narrowing(options, i + 1)) {
		const struct policy_rule *rule = &facts->rules[i];
		const struct place place = {
		    .file = rule->file, .line = rule->line};

		/* names on this machine are nobody's domain */
		if (span_ends(span_of(rule->host), SPAN(".localhost")))
			continue;
		findings_warn(findings, place, FINDING_CSP_NARROW,
		    "while %s is withheld, the Content-Security-Policy lets "
		    "through of the site's own domain only the sites and the "
		    "hosts of rules: name others that pages need as essential",
		    rule->host);
	}
}

/* What browsers are to hold back themselves, compiled for these sites. */
static int
load_csp(struct config *config, struct findings *findings)
{
	const struct place nowhere = {.file = NULL};
	struct parsed_sites sites = {.n = 0};
	struct csp_options options = {.policy = config->policy,
	    .sites = sites.urls,
	    .report_name = SPAN("consent")};
	char path[CONFIG_PREFIX + sizeof "/report"];
	int rc = parse_sites(&sites, &config->sites);

	(void)snprintf(path, sizeof path, "%s/report", config->prefix);
	options.report_path = span_of(path);
	options.n_sites = sites.n;
	if (rc == CONSENT_OK)
		rc = csp_new(&options, &config->csp);
	if (rc == CONSENT_OK)
		warn_narrowing(&options, findings);
	if (rc == CONSENT_ELIMIT) {
		findings_error(findings, nowhere, FINDING_TOO_MUCH,
		    "the Content-Security-Policy would be longer than %d "
		    "bytes: name fewer hosts, or set csp = \"off\"",
		    CSP_BYTES);
		rc = CONSENT_EINVAL;
	}
	while (sites.n > 0)
		buf_fini(&sites.texts[--sites.n]);
	return rc;
}

/* The guard, and what it cannot hold back for want of room. */
static int
load_guard(struct config *config, struct findings *findings)
{
	const struct policy_facts *facts = policy_facts(config->policy);
	int rc = guard_new(config->policy, &config->guard);
	size_t left = rc == CONSENT_OK ? guard_left(config->guard) : 0;
	struct place place = {.file = NULL};

	if (left == 0)
		return rc;
	place.file = facts->rules[facts->n_named].file;
	place.line = facts->rules[facts->n_named].line;
	findings_warn(findings, place, FINDING_TOO_MUCH,
	    "%zu hosts of lists have no room in the guard: what scripts of a "
	    "page load from them passes; name the vendors that the site uses",
	    left);
	return rc;
}

/* Whether the category of a type can grant it; what is odd is told. */
static bool
check_type(const struct config *config, enum consent_mode_type type,
    struct place place, struct findings *findings)
{
	const char *name = consent_mode_name(type);
	const char *id = config->consent_mode[type];
	int category = policy_category(config->policy, span_of(id));

	if (!consent_mode_may_grant(config->policy, id)) {
		findings_error(findings, place, FINDING_UNKNOWN_CATEGORY,
		    "consent_mode.%s: \"%s\" is no category that needs "
		    "consent",
		    name, id);
		return false;
	}
	if ((policy_facts(config->policy)->reported >> category & 1) != 0)
		findings_warn(findings, place, FINDING_CONFLICT,
		    "consent_mode.%s: the tags of \"%s\" are loaded before "
		    "consent, while its mode is \"report\"",
		    name, id);
	return true;
}

/* Google's consent mode, where some type has a category. */
static int
load_mode(struct config *config, const struct source *source,
    struct findings *findings)
{
	const struct setting *group =
	    setting_member(source->root, "consent_mode");
	const char *ids[CONSENT_MODE_TYPES];
	int rc = CONSENT_OK, i;
	bool any = false;

	for (i = 0; i < CONSENT_MODE_TYPES; i++) {
		enum consent_mode_type type = (enum consent_mode_type)i;
		const struct setting *member;

		ids[i] = config->consent_mode[i];
		if (ids[i][0] == '\0')
			continue;
		any = true;
		member = setting_member(group, consent_mode_name(type));
		if (!check_type(config, type, setting_place(member), findings))
			rc = CONSENT_EINVAL;
	}
	return rc == CONSENT_OK && any ? consent_mode_new(ids, &config->mode)
				       : rc;
}

/* The worse of two results: no memory before mistakes before success. */
static int
worse(int a, int b)
{
	if (a == CONSENT_ENOMEM || b == CONSENT_OK)
		return a;
	return b;
}

/* Everything is looked at, so that one run names all mistakes. */
static int
build(
    const struct source *source, struct findings *findings, struct config **out)
{
	struct config *config = calloc(1, sizeof *config);
	int rc;

	if (config == NULL)
		return CONSENT_ENOMEM;
	rc = options_read(
	    config_options(), source->root, source->folder, findings, config);
	if (rc != CONSENT_ENOMEM)
		rc = worse(config_check(
			       config, source->root, source->folder, findings),
		    rc);
	if (rc != CONSENT_ENOMEM)
		rc = worse(load_policy(config, source, findings), rc);
	if (rc == CONSENT_OK)
		warn_unused(config, findings);
	if (rc == CONSENT_OK)
		rc = load_notices(config, findings);
	if (rc == CONSENT_OK)
		rc = load_csp(config, findings);
	if (rc == CONSENT_OK)
		rc = load_guard(config, findings);
	if (rc == CONSENT_OK)
		rc = site_script_new(config->prefix, &config->script);
	if (rc == CONSENT_OK)
		rc = load_mode(config, source, findings);
	if (rc != CONSENT_OK) {
		config_free(config);
		return rc;
	}
	*out = config;
	return CONSENT_OK;
}

int
config_load(const char *path, struct findings *findings, struct config **out)
{
	struct settings *settings = NULL;
	char *folder = NULL;
	int rc = settings_load(path, findings, &settings);

	if (rc != CONSENT_OK)
		return rc;
	folder = folder_of(path);
	if (folder != NULL) {
		const struct setting *root = settings_root(settings);
		struct source source = {
		    root, setting_member(root, "policy"), folder};

		rc = build(&source, findings, out);
	} else
		rc = CONSENT_ENOMEM;
	free(folder);
	settings_free(settings);
	return rc;
}

/* Writes the demonstration's settings, but for its policy. */
static int
write_demo(const struct config_demo *demo, struct buf *text)
{
	int rc = buf_printf(text,
	    "listen = ( { address = \"127.0.0.1:%u\"; http2 = true; },\n"
	    "  { address = \"127.0.0.1:%u\"; tls : {\n"
	    "    certificate = \"%s\"; key = \"%s\"; }; } );\n"
	    "upstream = \"http://127.0.0.1:%u\";\n"
	    "workers = 1;\n"
	    "limits : { connections = 1000; };\n"
	    "control = \"control.sock\";\n"
	    "notice : { policy_url = \"/cookie-policy\";\n"
	    "  controller = \"Averon International Hospital\"; };\n"
	    "policy : { };\n",
	    demo->port, demo->tls_port, demo->certificate, demo->key,
	    demo->origin);

	if (rc != CONSENT_OK)
		return rc;
	if (demo->site != NULL)
		return buf_printf(text, "site = \"%s\";\n", demo->site);
	return buf_printf(text,
	    "site = ( \"http://localhost:%u\", \"http://127.0.0.1:%u\",\n"
	    "  \"https://localhost:%u\", \"https://127.0.0.1:%u\" );\n",
	    demo->port, demo->port, demo->tls_port, demo->tls_port);
}

static int
parse_demo(const struct config_demo *demo, struct findings *findings,
    struct settings **out)
{
	struct buf text;
	int rc;

	buf_init(&text, DEMO_TEXT);
	rc = write_demo(demo, &text);
	if (rc == CONSENT_OK)
		rc =
		    settings_parse("demo.conf", buf_span(&text), findings, out);
	buf_fini(&text);
	return rc;
}

int
config_demo(const struct config_demo *demo, struct findings *findings,
    struct config **out)
{
	const struct embedded_file *file = embedded_find(
	    embedded_policies, embedded_policies_count, SPAN(DEMO_POLICY));
	struct settings *settings = NULL, *policy = NULL;
	int rc = CONSENT_ENOENT;

	if (file != NULL)
		rc = settings_parse(
		    DEMO_POLICY, embedded_span(file), findings, &policy);
	if (rc == CONSENT_OK)
		rc = parse_demo(demo, findings, &settings);
	if (rc == CONSENT_OK) {
		struct source source = {settings_root(settings),
		    settings_root(policy), demo->folder};

		rc = build(&source, findings, out);
	}
	settings_free(settings);
	settings_free(policy);
	return rc;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	csp_free(config->csp);
	guard_free(config->guard);
	site_script_free(config->script);
	consent_mode_free(config->mode);
	notice_set_free(config->notices);
	policy_free(config->policy);
	free(config->domain);
	check_listen_free(config);
	check_upstream_free(config);
	options_free(config_options(), config);
	free(config);
}
