#ifndef CONSENT_CENSUS_FRONTIER_H
#define CONSENT_CENSUS_FRONTIER_H

/*
 * The URLs that a scan knows, each once, and which of them comes next: those
 * fewer links away first. Bounded.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	FRONTIER_URL = 2048,   /* longest URL */
	FRONTIER_KNOWN = 20000 /* that are remembered */
};

struct frontier_entry {
	char *url;
	uint64_t key;
	unsigned depth; /* links from the first */
};

/* Begins with zeros. */
struct frontier {
	struct frontier_entry *entries;
	uint32_t *slots; /* entry + 1, by its key */
	size_t n, room, next;
};

/*
 * Adds a URL unless it is known; whether it was. CONSENT_ELIMIT: it is too
 * long, or there are too many; CONSENT_ENOMEM.
 */
int frontier_add(struct frontier *f, struct span url, unsigned depth,
    bool *is_new) CONSENT_CHECKED;

/* The next one, or NULL. */
const struct frontier_entry *frontier_take(struct frontier *f);

/* How many wait. */
size_t frontier_waiting(const struct frontier *f);

/* Frees all. */
void frontier_fini(struct frontier *f);

#endif
