#include "proxy/crowd.h"

#include "base/digest.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	ROWS = 16384 /* a power of two; chains take what is more */
};

struct crowd_household {
	struct crowd_household *next;
	unsigned char key[CROWD_KEY];
	size_t n; /* connections, never 0 */
};

struct crowd {
	size_t most;
	uint64_t secret; /* nobody outside can aim at a row */
	struct crowd_household *rows[ROWS];
};

int
crowd_new(size_t most, struct crowd **out)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);

	if (crowd == NULL)
		return CONSENT_ENOMEM;
	crowd->most = most;
	if (digest_random(&crowd->secret, sizeof crowd->secret) != CONSENT_OK) {
		free(crowd);
		return CONSENT_ENOMEM;
	}
	*out = crowd;
	return CONSENT_OK;
}

void
crowd_free(struct crowd *crowd)
{
	free(crowd);
}

/* Where the pointer to a household of that key is, or would be appended. */
static struct crowd_household **
find_household(struct crowd *crowd, const unsigned char *key)
{
	struct crowd_household **at;
	uint64_t hash = crowd->secret;
	size_t i;

	for (i = 0; i < CROWD_KEY; i++) {
		hash = (hash ^ key[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	at = &crowd->rows[hash & (ROWS - 1)];
	while (*at != NULL && memcmp((*at)->key, key, CROWD_KEY) != 0)
		at = &(*at)->next;
	return at;
}

int
crowd_enter(struct crowd *crowd, const unsigned char key[CROWD_KEY],
    struct crowd_seat *seat)
{
	struct crowd_household **at;

	if (crowd->most == 0)
		return CONSENT_OK;
	at = find_household(crowd, key);
	if (*at != NULL && (*at)->n >= crowd->most)
		return CONSENT_EBUSY;
	if (*at == NULL) {
		*at = calloc(1, sizeof **at);
		if (*at == NULL)
			return CONSENT_ENOMEM;
		memcpy((*at)->key, key, CROWD_KEY);
	}
	(*at)->n++;
	seat->household = *at;
	return CONSENT_OK;
}

void
crowd_leave(struct crowd *crowd, struct crowd_seat *seat)
{
	struct crowd_household *household = seat->household;

	seat->household = NULL;
	if (household == NULL || --household->n != 0)
		return;
	*find_household(crowd, household->key) = household->next;
	free(household);
}
