#ifndef CONSENT_CONSENT_SERVICES_H
#define CONSENT_CONSENT_SERVICES_H

/*
 * The services and cookies of a policy as visitors read them: under each
 * category on the preferences page, as a table, and as JSON. No state.
 */

#include <stddef.h>

#include <libconsent/buf.h>

#include "consent/view.h"

/*
 * Writes the services of a category with their cookies, folded away behind
 * their number; nothing when there are none.
 */
void services_write(struct markup *m, const struct view *v, unsigned category);

/* Writes one service with its cookies of a category, as a list. */
void services_write_vendor(
    struct markup *m, const struct view *v, unsigned category, int vendor);

/* The rules that are told: those of our own cookies, then the policy's. */
size_t services_count(const struct view *v);
const struct policy_rule *services_rule(const struct view *v, size_t i);

/* Writes the same as a part of a page of the site's own. */
void services_write_part(struct markup *m, const struct view *v);

/*
 * Writes the table of all cookies and services, a whole document that leads
 * back to a "/path".
 */
void services_write_table(
    struct markup *m, const struct view *v, const char *return_path);

/* Appends the same as JSON. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int services_write_json(const struct view *v, struct buf *out) CONSENT_CHECKED;

#endif
