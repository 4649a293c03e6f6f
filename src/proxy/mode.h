#ifndef CONSENT_PROXY_MODE_H
#define CONSENT_PROXY_MODE_H

/*
 * The parent's side of modes that hold for a while: takes orders of the control
 * socket, has each begin and each end logged by the notary, tells the workers
 * by the map, and ends what is over. One begins only when its entry is durable;
 * an end holds at once, and its entry follows. Nothing blocks, nothing is kept
 * over a restart.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/policy.h>
#include <libconsent/span.h>

struct mode_map;
struct modes;

enum {
	MODE_LEAST_MS = 1000,
	MODE_MOST_MS = 7 * 86400 * 1000,
	MODE_ANSWER = 512 /* longest answer to an order, and its NUL */
};

/* Nothing toggled; map is borrowed. NULL without memory or descriptors. */
struct modes *modes_new(struct mode_map *map);

/* Closes both ends; NULL is nothing. */
void modes_free(struct modes *m);

/* In a child: closes the parent's end; in all but the notary the other, too. */
void modes_leave(const struct modes *m, bool is_notary);

/* In a worker: from here on mode_map_read knows what holds under policy. */
void modes_join(const struct modes *m, const struct policy *policy);

/* The notary's end, and what becomes readable when it has something to say. */
int modes_notary_end(const struct modes *m);
int modes_fd(const struct modes *m);

/*
 * The policy that orders are about from now on, borrowed until the next call;
 * what holds under the one before ends, why being the reason in the log. NULL:
 * no orders any more.
 */
void modes_renew(struct modes *m, const struct policy *policy, const char *why);

/*
 * An order, "CATEGORY report MILLISECONDS", "CATEGORY enforce MILLISECONDS" or
 * "CATEGORY end". Whether it is answered already, with the JSON object in
 * text; else modes_tend has the answer, and no other order may come before.
 */
bool modes_order(struct modes *m, struct span order, char text[MODE_ANSWER]);

/* Whether an order is under way. */
bool modes_waits(const struct modes *m);

/*
 * Does what is due at now (monotonic ms): hears the notary, ends what is over,
 * tells what is to be logged. Whether the answer to the order is in text.
 */
bool modes_tend(struct modes *m, int64_t now, char text[MODE_ANSWER]);

/* The notary has ended: what it did not log is logged by the next. */
void modes_lose(struct modes *m);

/* A category whose mode is another one for a while. */
struct mode_row {
	const char *category;
	enum policy_mode mode;
	int64_t until; /* wall clock, ms */
};

/* Writes them in the order of the policy; how many they are. */
size_t modes_look(
    const struct modes *m, struct mode_row rows[POLICY_CATEGORIES]);

#endif
