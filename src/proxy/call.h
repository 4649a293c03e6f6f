#ifndef CONSENT_PROXY_CALL_H
#define CONSENT_PROXY_CALL_H

/*
 * A request for one of our own paths, as endpoints get it. No functions.
 */

struct answer;
struct head;
struct home;
struct home_client;
struct visit;

enum {
	CALL_BODY = 4096 /* longest request body */
};

enum call_result {
	CALL_READY, /* the answer is complete */
	CALL_WAIT   /* done will be called when it is */
};

/* A request to ourselves; all borrowed until it was answered. */
struct call {
	const struct home *home;
	const struct home_client *client;
	const struct visit *visit;
	const struct head *request;
	struct answer *answer;	 /* to be filled */
	void (*done)(void *ctx); /* the answer is complete, from the loop */
	void *ctx;
};

#endif
