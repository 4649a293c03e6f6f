#ifndef CONSENT_SETTINGS_VALUES_H
#define CONSENT_SETTINGS_VALUES_H

/*
 * How values of settings are read everywhere alike: lists that may be one
 * value, durations and sizes with units, unknown keys with the nearest known
 * one. No state.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/setting.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

/*
 * Where a list is meant, one value, an array and a list are all taken: how
 * many values s stands for (a scalar or a group: 1), and value i, or NULL.
 */
size_t setting_items(const struct setting *s);
const struct setting *setting_item(const struct setting *s, size_t i);

/*
 * A duration in milliseconds: a string with a unit ("250ms", "10s", "5m",
 * "1h", "185d", "2w"), or a whole number of unit_ms each. CONSENT_EINVAL when
 * it is none or negative, CONSENT_ELIMIT when it passes 2^53 milliseconds.
 */
int setting_duration(
    const struct setting *s, int64_t unit_ms, int64_t *out) CONSENT_CHECKED;

/*
 * A size in bytes: a whole number, or a string with a unit of 1024 ("64K",
 * "64M", "1G", with or without a B behind). Codes as for setting_duration.
 */
int setting_size(const struct setting *s, int64_t *out) CONSENT_CHECKED;

/* The same for text alone. CONSENT_EINVAL, CONSENT_ELIMIT. */
int settings_duration(struct span text, int64_t *out) CONSENT_CHECKED;
int settings_size(struct span text, int64_t *out) CONSENT_CHECKED;

/*
 * The candidate that is nearest to a mistyped name, or NULL when none is near
 * enough to be meant. The candidates end with NULL.
 */
const char *settings_nearest(const char *name, const char *const *candidates);

/*
 * Reports every member of a group whose name is not in keys (NULL at the end)
 * as an error, with the nearest known key.
 */
void settings_check_keys(const struct setting *group, const char *const *keys,
    struct findings *findings);

#endif
