#ifndef CONSENT_UNIT_CONF_LOADED_H
#define CONSENT_UNIT_CONF_LOADED_H

/* Configurations that are loaded from a file, and what is said of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <libconsent/buf.h>
#include <libconsent/findings.h>
#include <libconsent/span.h>

#include "conf/config.h"

enum {
	SAID_BYTES = 4096
};

/* A policy that says little, to stand behind the settings of a test. */
static const char policy[] =
    "policy : {\n"
    "  version = \"1\";\n"
    "  unknown_cookie = \"analytics\";\n"
    "  categories = ( { id = \"essential\"; required = true; },\n"
    "    { id = \"analytics\"; } );\n"
    "  cookies = ( { name = \"_pk_*\"; category = \"analytics\"; } );\n"
    "};\n";

/* What one loading gave. */
struct loaded {
	int rc;
	struct config *config;
	char folder[32];
	char said[SAID_BYTES]; /* the findings, a line each */
};

/* Loads a file of the text and what stands behind it, in a folder of its own.
 */
static inline void
load(struct loaded *l, const char *text, const char *behind)
{
	struct findings findings;
	char path[64];
	size_t i, used = 0;
	FILE *file;

	*l = (struct loaded){.folder = "/tmp/config-XXXXXX"};
	assert_non_null(mkdtemp(l->folder));
	assert_true(snprintf(path, sizeof path, "%s/a.conf", l->folder) > 0);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fprintf(file, "%s%s", text, behind) > 0);
	assert_int_equal(fclose(file), 0);
	findings_init(&findings);
	l->rc = config_load(path, &findings, &l->config);
	for (i = 0; i < findings.n && used < SAID_BYTES; i++)
		used += (size_t)snprintf(l->said + used, SAID_BYTES - used,
		    "%u: %s: %s\n", findings.items[i].place.line,
		    findings_level_name(findings.items[i].level),
		    findings.items[i].text);
	findings_fini(&findings);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(l->folder), 0);
}

#endif
