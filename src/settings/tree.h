#ifndef CONSENT_SETTINGS_TREE_H
#define CONSENT_SETTINGS_TREE_H

/*
 * What a tree of settings is inside, for the two files that see libconfig:
 * settings/settings, which makes it, and settings/setting, which reads it.
 */

#include <libconfig.h>

#include "settings/expand.h"

struct marks;
struct setting;

/*
 * A node is libconfig's own; struct setting is only its name for others. The
 * hook of the root leads from any node back to struct settings, that of
 * another node to its marks, where these are known.
 */
struct settings {
	config_t config;
	struct expansion expansion;
	struct marks *marks;
};

/* What libconfig calls it. */
static inline const config_setting_t *
tree_inner(const struct setting *s)
{
	return (const config_setting_t *)s;
}

/* What everybody else calls it. */
static inline const struct setting *
tree_outer(const config_setting_t *s)
{
	return (const struct setting *)s;
}

#endif
