#ifndef CONSENT_UNIT_PROXY_FIXTURE_H
#define CONSENT_UNIT_PROXY_FIXTURE_H

/*
 * A small policy and a visitor, for tests of what screens heads: essential
 * "session", analytics "_ga*", tracker.example and, in a box, video.example; a
 * site of one origin.
 */

#include "http/codec.h"
#include "http/head_edit.h"
#include "proxy/setup.h"
#include "proxy/visit.h"

#include <libconsent/findings.h>
#include <libconsent/loader.h>
#include <libconsent/settings.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The policy, as its author would write it. */
static const char fixture_policy[] =
    "version = \"2026-11-01\";\n"
    "unknown_cookie = \"analytics\";\n"
    "categories = ( { id = \"essential\"; required = true; },\n"
    "  { id = \"analytics\"; } );\n"
    "cookies = ( { name = \"session\"; category = \"essential\";\n"
    "    ground = \"requested\"; purpose = \"Keeps you signed in\"; },\n"
    "  { name = \"_ga*\"; category = \"analytics\"; } );\n"
    "resources = ( { host = \"tracker.example\";\n"
    "  category = \"analytics\"; },\n"
    "  { host = \"video.example\"; category = \"analytics\";\n"
    "    action = \"placeholder\"; } );\n"
    "sensitive = ( { path = \"/account*\"; } );\n";

struct fixture {
	struct proxy_setup setup;
	struct policy *policy;
	struct visit visit;
	struct codec codec;
	struct buf text;
	struct buf site_text; /* behind the URL of the site */
};

/* Opens the gate on a path for what a visitor decided; NULL: nothing yet. */
static inline void
fixture_gate(struct fixture *f, const char *path, const struct record *record)
{
	struct gate_options gate = {.policy = f->policy,
	    .record = record,
	    .sites = f->setup.site_urls,
	    .n_sites = 1,
	    .path = span_of(path)};

	gate_open(&f->visit.gate, &gate);
}

/* Opens the gate for a visitor who agreed to all. */
static inline void
fixture_grant(struct fixture *f, const char *path)
{
	struct record record = {.action = RECORD_ACCEPT};

	record_decide(&record, f->policy, ~(category_set)0);
	fixture_gate(f, path, &record);
}

/* Loads the policy and opens the gate for a visitor who did not choose. */
static inline void
fixture_open(struct fixture *f, const char *path)
{
	struct findings findings;
	struct settings *settings = NULL;
	struct loader_options options = {NULL};

	memset(f, 0, sizeof *f);
	findings_init(&findings);
	assert_int_equal(settings_parse("policy.conf", span_of(fixture_policy),
			     &findings, &settings),
	    CONSENT_OK);
	assert_int_equal(policy_load(settings_root(settings), &options,
			     &findings, &f->policy),
	    CONSENT_OK);
	settings_free(settings);
	findings_fini(&findings);
	f->setup.policy = f->policy;
	f->setup.prefix = "/.consent";
	f->setup.sites[0] = "https://site.example";
	f->setup.token.sites = f->setup.sites;
	f->setup.token.n_sites = 1;
	buf_init(&f->visit.url_text, 65536);
	buf_init(&f->visit.url_scratch, URL_SCRATCH);
	buf_init(&f->site_text, URL_SCRATCH);
	buf_init(&f->text, 65536);
	assert_int_equal(url_parse(span_of(f->setup.sites[0]), NULL,
			     &f->site_text, &f->setup.site_urls[0]),
	    CONSENT_OK);
	f->visit.url = f->setup.site_urls[0];
	f->visit.scheme = SPAN("https");
	fixture_gate(f, path, NULL);
}

/* Frees all of it. */
static inline void
fixture_close(struct fixture *f)
{
	visit_fini(&f->visit);
	buf_fini(&f->site_text);
	buf_fini(&f->text);
	policy_free(f->policy);
}

/* Reads a message head; valid until fixture_unread. */
static inline struct head *
fixture_read(struct fixture *f, enum codec_role role, const char *text)
{
	struct span body;
	size_t used;

	codec_init(&f->codec, role, NULL);
	assert_int_equal(
	    codec_feed(&f->codec, span_of(text), &used, &body), CODEC_HEAD);
	return codec_head(&f->codec);
}

/* Forgets the head that was read. */
static inline void
fixture_unread(struct fixture *f)
{
	codec_fini(&f->codec);
}

/* The head as it would be written now, with a NUL. */
static inline const char *
fixture_text(struct fixture *f)
{
	buf_clear(&f->text);
	assert_int_equal(
	    head_write(codec_head(&f->codec), &f->text), CONSENT_OK);
	assert_int_equal(buf_append_byte(&f->text, '\0'), CONSENT_OK);
	return f->text.p;
}

#endif
