#ifndef CONSENT_BASE_EMBEDDED_H
#define CONSENT_BASE_EMBEDDED_H

/*
 * Files that tools/embed built into the program: tables of name and bytes,
 * constant, in the order in which the build listed them. A table ends with a
 * row of zeros that its count leaves out, so an empty table is one too.
 */

#include <stddef.h>

#include <libconsent/span.h>

struct embedded_file {
	const char *name;  /* "matomo.conf", "en/cataract.html" */
	const char *bytes; /* n bytes with a NUL behind them */
	size_t n;
};

/* conf/vendors/NAME.conf, each under the name "NAME.conf". */
extern const struct embedded_file embedded_vendors[];
extern const size_t embedded_vendors_count;

/* conf/notices/TAG.conf, each under the name "TAG.conf". */
extern const struct embedded_file embedded_notices[];
extern const size_t embedded_notices_count;

/* conf/policy*.conf, each under its name: "policy-demo.conf" and others. */
extern const struct embedded_file embedded_policies[];
extern const size_t embedded_policies_count;

/* Scripts that go into pages: "guard.min.js". */
extern const struct embedded_file embedded_scripts[];
extern const size_t embedded_scripts_count;

/* conf/postgresql/NNN_*.sql by their numbers, each under its name. */
extern const struct embedded_file embedded_postgresql[];
extern const size_t embedded_postgresql_count;

/* The file of that very name among count files, or NULL. */
const struct embedded_file *embedded_find(
    const struct embedded_file *files, size_t count, struct span name);

/* The file's bytes, without the NUL. */
struct span embedded_span(const struct embedded_file *file);

#endif
