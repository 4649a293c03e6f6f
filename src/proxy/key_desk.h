#ifndef CONSENT_PROXY_KEY_DESK_H
#define CONSENT_PROXY_KEY_DESK_H

/*
 * The parent's side of orders about keys: lists them, makes a new one that
 * signs from now on, takes one away at once. The folder of keys is changed
 * first and then read anew, so that what holds is what a start would find. The
 * workers learn it from the board in the same moment; the notary, which signs,
 * is replaced for the news, and the answer comes when its successor has logged
 * them. Nothing blocks but the disk.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>

struct key_board;
struct key_desk;
struct key_news;
struct proxy_setup;

/* Both are borrowed. NULL without memory. */
struct key_desk *key_desk_new(struct key_board *board, struct key_news *news);

/* Frees; NULL is nothing. */
void key_desk_free(struct key_desk *d);

/* Notes in a setup when the newest key of each of its rings was made. */
void key_desk_date(struct proxy_setup *setup);

/*
 * The setup in force, borrowed until the next call, whose keys count in all
 * workers from now on: orders replace the two rings in it. Logged where that
 * fails; then those before still count. NULL: no orders any more.
 */
void key_desk_renew(struct key_desk *d, struct proxy_setup *setup);

/*
 * An order: "" lists; "rotate" or "rotate log"; "revoke KID" or "revoke KID
 * REASON". Whether it is answered already, with *text a line of JSON to be
 * freed, NULL without memory. If not, keys have changed, and key_desk_tend has
 * the answer.
 */
bool key_desk_order(struct key_desk *d, struct span order, char **text);

/* Whether an order is under way: no other may come then. */
bool key_desk_waits(const struct key_desk *d);

/* Whether its answer is in *text, at now (monotonic ms). */
bool key_desk_tend(struct key_desk *d, int64_t now, char **text);

#endif
