#ifndef CONSENT_HTTP_CODEC_TYPES_H
#define CONSENT_HTTP_CODEC_TYPES_H

/*
 * The types of the codec; http/codec.h has its functions and says how they are
 * used. The fields of struct codec are the codec's own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>

#include "http/body.h"
#include "http/head.h"

enum {
	CODEC_START_BYTES = 8192,   /* default limit of a request line */
	CODEC_TRAILER_BYTES = 4096, /* limit of a trailer section */
	CODEC_TRAILER_FIELDS = 32,  /* and of its fields */
	CODEC_CHUNK_LINE = 256,	    /* of a chunk's size line, CRLF included */
	CODEC_EXTENSION_BYTES = 16384, /* of all extensions of one body */
	CODEC_INTERIMS = 16,  /* interim responses before a final one */
	CODEC_EMPTY_LINES = 2 /* before a request line */
};

enum codec_role {
	CODEC_READS_REQUESTS,
	CODEC_READS_RESPONSES
};

enum codec_event {
	CODEC_MORE,  /* all consumed; more bytes are needed */
	CODEC_HEAD,  /* a head is complete: codec_head */
	CODEC_BODY,  /* *body has some bytes of the body */
	CODEC_END,   /* the message is complete: codec_trailers, codec_next */
	CODEC_BROKEN /* refused: codec_fault; close the connection */
};

/* What comes next that the bytes themselves do not tell. */
enum codec_expected {
	CODEC_ORDINARY,
	CODEC_ANSWER_TO_HEAD,	 /* no body, whatever its head says */
	CODEC_ANSWER_TO_CONNECT, /* a 2xx makes a tunnel */
	CODEC_TUNNEL		 /* from here on all is body */
};

struct codec_limits {
	struct head_limits head; /* zeros: the defaults */
	size_t start_bytes;	 /* request line; 0: CODEC_START_BYTES */
	uint64_t body_bytes;	 /* of one body; 0: no limit */
};

/* Why a message was refused. */
struct codec_fault {
	unsigned status;    /* to answer a request with; 502 for a response */
	const char *reason; /* fixed token for logs and counters: "bare-lf" */
	const char *text;   /* one English sentence */
};

struct codec {
	struct head head;
	struct head trailers;
	struct codec_limits limits;
	struct codec_fault fault; /* reason is NULL while there is none */
	enum codec_role role;
	enum codec_expected expected;
	unsigned state; /* a row of the table in codec.c */
	enum body_kind kind;
	uint64_t length;   /* announced with BODY_LENGTH */
	uint64_t left;	   /* bytes of this body or chunk to come */
	uint64_t taken;	   /* bytes of body so far, for the limit */
	size_t extensions; /* bytes of chunk extensions so far */
	size_t line;	   /* where the line being read starts in the arena */
	size_t chunk_n;	   /* bytes in chunk_line */
	unsigned interims; /* interim responses so far */
	unsigned empties;  /* empty lines before the message so far */
	bool keep;	   /* another message may follow */
	char chunk_line[CODEC_CHUNK_LINE];
};

#endif
