#ifndef CONSENT_CONSENT_TEXT_CHECK_H
#define CONSENT_CONSENT_TEXT_CHECK_H

/*
 * What each text of a notice must be, wherever it stands in the file. Borrows
 * from the settings; what is wrong goes into the findings.
 */

#include <stdbool.h>

struct findings;
struct setting;

/*
 * The text at s, which messages call name: not empty, UTF-8, without control
 * characters but for ends of lines. NULL where it is none.
 */
const char *text_want(
    const struct setting *s, const char *name, struct findings *findings);

/* The same for a member that must be there. */
const char *text_want_member(
    const struct setting *group, const char *name, struct findings *findings);

/* Whether s, which messages call name, is a group. */
bool text_want_group(
    const struct setting *s, const char *name, struct findings *findings);

/* Braces stand for what is known (NULL at the end), or would be shown. */
void text_check_braces(const struct setting *s, const char *name,
    const char *const *known, struct findings *findings);

#endif
