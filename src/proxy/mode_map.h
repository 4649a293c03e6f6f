#ifndef CONSENT_PROXY_MODE_MAP_H
#define CONSENT_PROXY_MODE_MAP_H

/*
 * Which categories have another mode than the policy gives them, for a while:
 * one word that the parent writes (proxy/mode) and the workers read with each
 * request. It names the policy that it is meant for, so that a worker with
 * another one sees nothing.
 */

#include <libconsent/policy.h>

struct mode_map;

struct mode_sets {
	category_set reporting, enforcing;
};

/* Memory that children share; NULL when there is none. */
struct mode_map *mode_map_new(void);

/* Gives it up in this process; NULL is nothing. */
void mode_map_free(struct mode_map *map);

/* In the parent: what holds from now on, under this policy. */
void mode_map_write(
    struct mode_map *map, const struct policy *policy, struct mode_sets sets);

/* In a worker: where mode_map_read looks, and for which policy. */
void mode_map_join(const struct mode_map *map, const struct policy *policy);

/* What holds; nothing where none was joined. */
struct mode_sets mode_map_read(void);

#endif
