#ifndef CONSENT_PROXY_KEY_BOARD_H
#define CONSENT_PROXY_KEY_BOARD_H

/*
 * What checks the signatures of tokens at this moment: memory that the parent
 * alone can write and the workers read before each token. So a key that comes
 * or goes does so in all of them at once, and no worker has to be replaced. Has
 * no key that only signs.
 */

#include <libconsent/seal.h>
#include <libconsent/status.h>

struct key_board;
struct token_checker;

/* An empty board; NULL where there is no memory for it. */
struct key_board *key_board_new(void);

/* In the parent: gives it up; NULL is nothing. */
void key_board_free(struct key_board *board);

/* In a child that checks no token: no key is left. */
void key_board_leave(const struct key_board *board);

/*
 * In the parent: from now on the keys of ring count, and no others. It is all
 * there or, on CONSENT_ELIMIT and CONSENT_ENOMEM, as it was.
 */
int key_board_write(
    struct key_board *board, const struct seal_ring *ring) CONSENT_CHECKED;

/*
 * In a worker: ring and checker follow the board from now on; both are
 * borrowed. The board cannot be written here, whoever runs the process. NULL:
 * none.
 */
void key_board_join(const struct key_board *board, struct seal_ring *ring,
    struct token_checker *checker);

/*
 * In a worker, before a key is used: takes over what has changed. Where memory
 * is short no key is left, so that no token counts, and the next call tries
 * again.
 */
void key_board_follow(void);

#endif
