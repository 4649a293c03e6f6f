#ifndef CONSENT_HTTP_BODY_H
#define CONSENT_HTTP_BODY_H

/*
 * How the end of a body is known (RFC 9112 6.3): said by the codec of what it
 * reads and told to the framer of what is written. No functions.
 */

enum body_kind {
	BODY_NONE,	  /* there is none: HEAD, 1xx, 204, 304, most GETs */
	BODY_LENGTH,	  /* exactly the announced number of bytes */
	BODY_CHUNKED,	  /* chunks and a last one */
	BODY_UNTIL_CLOSE, /* a response up to the end of the connection */
	BODY_TUNNEL	  /* after 101 or CONNECT: no longer HTTP at all */
};

#endif
