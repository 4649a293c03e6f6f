#ifndef CONSENT_SETTINGS_SETTINGS_H
#define CONSENT_SETTINGS_SETTINGS_H

/*
 * Configuration files in libconfig's syntax as a typed tree in which each
 * value knows its file and line. Every mistake of syntax goes into findings in
 * words (the first of each file); the meaning is the readers' business. Owns
 * all that it reads; one thread at a time.
 */

#include <libconsent/findings.h>
#include <libconsent/setting.h>
#include <libconsent/settings_limits.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

struct settings;

/*
 * Reads the file at path and what it includes; relative includes count from
 * the folder of path. On failure the reasons are in findings and *out is not
 * written: CONSENT_EIO (path itself cannot be read), CONSENT_EINVAL (anything
 * wrong in the text), CONSENT_ENOMEM.
 */
int settings_load(const char *path, struct findings *findings,
    struct settings **out) CONSENT_CHECKED;

/*
 * Parses text as a file called name, in which nothing can be included.
 * CONSENT_EINVAL, CONSENT_ENOMEM; *out as above.
 */
int settings_parse(const char *name, struct span text,
    struct findings *findings, struct settings **out) CONSENT_CHECKED;

/* The outermost group. */
const struct setting *settings_root(const struct settings *s);

/* Frees the tree; NULL is nothing. */
void settings_free(struct settings *s);

CONSENT_END

#endif
