#ifndef CONSENT_CONSENT_NOTICE_COOKIE_H
#define CONSENT_CONSENT_NOTICE_COOKIE_H

/*
 * A cookie of our own, as notices tell it beside those of the policy. No
 * functions.
 */

/* What a cookie is for that we set ourselves. */
enum notice_use {
	NOTICE_USE_CHOICE,  /* keeps the choice */
	NOTICE_USE_SWEPT,   /* remembers what is being deleted */
	NOTICE_USE_VARIANT, /* tells a cache which version of a page to give */
	NOTICE_USE_LANGUAGE /* keeps the language that was asked for */
};

struct notice_cookie {
	const char *name;
	enum notice_use use;
	unsigned
	    days; /* that it is kept; 0: an hour, a language's the session */
};

#endif
