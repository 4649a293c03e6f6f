#ifndef CONSENT_POLICY_DIFFERENCE_PARTS_H
#define CONSENT_POLICY_DIFFERENCE_PARTS_H

/*
 * The parts that a difference is made of, for policy/difference alone. Each
 * fills one list of d, whose policies are set. CONSENT_ENOMEM.
 */

#include <stddef.h>

#include <libconsent/status.h>

struct difference;
struct difference_row;
struct difference_thing;
struct difference_vendor;

/* The switches: of the whole policy, of its categories, sensitive paths. */
int difference_switches(struct difference *d) CONSENT_CHECKED;

/* What becomes of the answers about each category. */
int difference_answers(struct difference *d) CONSENT_CHECKED;

/* Makes room for the words about so many things, and all vendors. */
int difference_words_begin(
    struct difference *d, size_t n_things) CONSENT_CHECKED;

/* What visitors read about a thing that a rule names in both policies. */
int difference_words_of_thing(
    struct difference *d, const struct difference_thing *thing) CONSENT_CHECKED;

/* The same for a vendor of both. */
int difference_words_of_vendor(
    struct difference *d, const struct difference_vendor *v) CONSENT_CHECKED;

/* As strcmp, of texts that may be NULL, which come first. */
int difference_compare(const char *a, const char *b);

/* Adds a row to a list with room for it, where before and after differ. */
void difference_row(
    struct difference_row *rows, size_t *n, struct difference_row row);

#endif
