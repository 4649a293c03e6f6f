#ifndef CONSENT_UNIT_TRIAL_PLACE_H
#define CONSENT_UNIT_TRIAL_PLACE_H

/*
 * For the tests of trial/: a small policy, and visitors of its site.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trial/visitor.h"

#include <libconsent/loader.h>
#include <libconsent/settings.h>

/* Line 4 is the host's rule, each next line one rule more. */
static const char place_policy[] =
    "version = \"1\"; categories = ( { id = \"essential\"; required = true; },"
    "\n  { id = \"analytics\"; }, { id = \"media\"; mode = \"report\"; } );\n"
    "resources = (\n"
    "  { host = \"tracker.example\"; category = \"analytics\"; },\n"
    "  { host = \"tracker.example\"; path = \"/ok*\"; category = \"media\"; "
    "},\n"
    "  { path = \"/collect*\"; method = \"POST\"; category = \"analytics\"; "
    "},\n"
    "  { inline = \"track(\"; category = \"analytics\"; } );\n"
    "cookies = ( { name = \"_x*\"; category = \"analytics\"; } );\n"
    "sensitive = \"/account*\";\n";

static const char *const place_sites[] = {
    "https://site.example", "http://www.site.example:8080"};

/* Loads a policy; whoever asks frees it. */
static inline struct policy *
place_load(const char *text)
{
	struct settings *settings = NULL;
	struct findings findings;
	struct policy *policy = NULL;

	findings_init(&findings);
	assert_int_equal(
	    settings_parse("policy.conf", span_of(text), &findings, &settings),
	    CONSENT_OK);
	assert_int_equal(
	    policy_load(settings_root(settings), &(struct loader_options){NULL},
		&findings, &policy),
	    CONSENT_OK);
	settings_free(settings);
	findings_fini(&findings);
	return policy;
}

#endif
