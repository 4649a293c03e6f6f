#ifndef CONSENT_SETTINGS_MARKS_H
#define CONSENT_SETTINGS_MARKS_H

/*
 * Finds where each node of a tree stands in the text that it was parsed from:
 * libconfig remembers lines alone. Goes through text and tree side by side;
 * what it cannot follow has no mark, so that no place is ever made up.
 */

#include <stddef.h>

#include <libconsent/span.h>

#include "settings/mark.h"

struct setting;

/*
 * Fills one for each node below root, in the order of the text: a node, what
 * is in it, the next. Gives how many were filled, from the first on; max is
 * how many there is room for.
 */
size_t marks_find(const struct setting *root, struct span text,
    struct marks *out, size_t max);

#endif
