#ifndef CONSENT_HTTP_HEAD_H
#define CONSENT_HTTP_HEAD_H

/*
 * One message head (or trailer section): a start line and fields in order,
 * their bytes in one arena. This header reads; http/head_edit.h changes and
 * writes. The arena and the field table are allocated once, on first use, and
 * reused by head_clear; they never move, so spans into a head stay good until
 * head_clear or head_fini. Nothing is allocated for a field. Not a parser:
 * http/codec.h fills heads from the wire.
 *
 * To walk the fields:
 *	for (i = 0; i < head->count; i++)
 *		if (head->fields[i].live) ...
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	HEAD_BYTES = 32768,	  /* default limit of a received head */
	HEAD_FIELDS = 128,	  /* default limit of its fields */
	HEAD_SPARE_BYTES = 32768, /* arena beyond it, for what we add */
	HEAD_SPARE_FIELDS = 128	  /* fields beyond it, for what we add */
};

/* No such field: what head_find returns. */
#define HEAD_NONE SIZE_MAX

struct head_limits {
	size_t bytes;  /* of a received head; 0: HEAD_BYTES */
	size_t fields; /* of a received head; 0: HEAD_FIELDS */
};

struct head_field {
	struct span name;  /* as sent, case kept */
	struct span value; /* without the blanks around it */
	struct span line;  /* the whole line with its CRLF, as written */
	bool live;	   /* false once dropped */
};

struct head {
	/* a request: status is 0 */
	struct span method; /* case kept */
	struct span target; /* as sent */
	/* a response: method is empty */
	unsigned status;    /* 100 to 599 */
	struct span reason; /* may be empty */
	unsigned minor;	    /* as received, HTTP/1.minor: 0 or 1 */
	bool is_h2;	    /* received over HTTP/2; minor is 1 then */

	struct head_field *fields; /* in order, dropped ones included */
	size_t count;		   /* fields in use */

	struct head_limits limits; /* no zeros left in it */
	char *arena;		   /* bytes + HEAD_SPARE_BYTES */
	size_t used;		   /* bytes of the arena in use */
};

/*
 * Makes an empty head. limits is copied, NULL means the defaults. Allocates
 * nothing; the owner calls head_fini.
 */
void head_init(struct head *h, const struct head_limits *limits);

/* Frees arena and table; all spans into the head end here. */
void head_fini(struct head *h);

/*
 * Allocates arena and table unless they are there; who fills a head calls it.
 * CONSENT_ENOMEM.
 */
int head_open(struct head *h) CONSENT_CHECKED;

/* Forgets start line and fields, keeps the memory for the next message. */
void head_clear(struct head *h);

/*
 * Index of the first live field at or after from with this name (ASCII case
 * folded, RFC 9110 5.1), or HEAD_NONE. Go on with the index plus one.
 */
size_t head_find(const struct head *h, struct span name, size_t from);

/*
 * Value of the first live field of this name, or a span whose pointer is
 * NULL; an empty value has a pointer. Good until head_clear.
 */
struct span head_value(const struct head *h, struct span name);

/*
 * Whether token is a member of the comma-separated list that all live lines
 * of this name make up (RFC 9110 5.6.1), ASCII case folded; members with
 * parameters or quotes are compared as they stand.
 */
bool head_lists(const struct head *h, struct span name, struct span token);

#endif
