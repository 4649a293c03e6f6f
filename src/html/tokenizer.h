#ifndef CONSENT_HTML_TOKENIZER_H
#define CONSENT_HTML_TOKENIZER_H

/*
 * Streaming tokenizer of the HTML standard (13.2.5). The caller holds a
 * window of bytes that begins where the last event ended; events reference
 * it. Lossless: the raw bytes of all events, joined, are the input. Nothing
 * is allocated, no byte is looked at twice (but for the few after "<!"), no
 * I/O. It knows no tree: the caller says how the text after a start tag reads
 * and whether the current node is foreign (html/context.h).
 *
 * Text, comments and doctypes come in pieces as the window allows; a tag
 * comes whole, so the window must grow until it ends.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>

enum {
	TOKENIZER_NAME_MAX = 32 /* longest name that can end raw text */
};

enum tokenizer_kind {
	TOKENIZER_TEXT,
	TOKENIZER_START_TAG,
	TOKENIZER_END_TAG,
	TOKENIZER_COMMENT, /* a piece of one, bogus ones too */
	TOKENIZER_DOCTYPE, /* a piece of one */
	TOKENIZER_SILENT /* no token: "</>", CDATA marks, tag cut by the end */
};

enum tokenizer_text {
	TOKENIZER_DATA,
	TOKENIZER_RCDATA,
	TOKENIZER_RAWTEXT,
	TOKENIZER_SCRIPT,
	TOKENIZER_PLAINTEXT,
	TOKENIZER_CDATA
};

enum tokenizer_result {
	TOKENIZER_MORE, /* the window's end was reached without an event */
	TOKENIZER_EVENT,
	TOKENIZER_DONE /* the input has ended and all was told */
};

struct tokenizer_event {
	enum tokenizer_kind kind;
	enum tokenizer_text text; /* TEXT: how it reads */
	struct span raw;	  /* from the window's start */
	struct span data;	  /* COMMENT: the part that is content */
	bool begins;		  /* COMMENT, DOCTYPE: its first piece */
	bool ends;		  /* COMMENT, DOCTYPE: its last piece */
	bool self_closing;	  /* tags: ends in "/>" */
	uint32_t letters;	  /* tags: see tokenizer_letter */
};

struct tokenizer;
struct tokenizer_scan;

/* One state of the standard: eats bytes, may fill the event. */
typedef int tokenizer_state(struct tokenizer *t, struct tokenizer_scan *s);

/* In the caller's memory; holds no resource. Fields are the module's own. */
struct tokenizer {
	tokenizer_state *state;
	tokenizer_state *home;	       /* text state that a "</" returns to */
	enum tokenizer_text text;      /* how text reads now */
	int open;		       /* what the window's start is part of */
	size_t at;		       /* bytes of the window already seen */
	size_t mark;		       /* bytes of it that are decided */
	size_t body;		       /* where a comment's data begins */
	size_t matched;		       /* letters of a name matched so far */
	bool begins;		       /* no piece of this token came yet */
	bool end_tag;		       /* the open tag is an end tag */
	bool self_closing;	       /* the open tag ended in "/>" */
	uint32_t letters;	       /* that its attributes begin with */
	bool foreign;		       /* CDATA sections are recognised */
	size_t name_n;		       /* last start tag's name */
	char name[TOKENIZER_NAME_MAX]; /* in lower case */
};

/* The bit of the names that begin with c, in either case, and maybe others. */
static inline uint32_t
tokenizer_letter(char c)
{
	return UINT32_C(1) << ((unsigned char)c & 31);
}

/* Makes t ready for a document, in the data state. */
void tokenizer_init(struct tokenizer *t);

/*
 * Says how the text that follows reads; name is the start tag before it, in
 * lower case, whose end tag ends it (over TOKENIZER_NAME_MAX bytes: none
 * does). To be called between events only.
 */
void tokenizer_enter(
    struct tokenizer *t, enum tokenizer_text text, struct span name);

/* Says whether the adjusted current node is foreign (13.2.5.42, CDATA). */
void tokenizer_set_foreign(struct tokenizer *t, bool foreign);

/*
 * Looks for the next event in window, which begins with the byte after the
 * last event's raw bytes and never shrinks until the next event. last says
 * that the input ends with the window. *event is filled on TOKENIZER_EVENT;
 * its raw bytes may be none when the input ends inside a comment.
 */
enum tokenizer_result tokenizer_next(struct tokenizer *t, struct span window,
    bool last, struct tokenizer_event *event);

/* Whether t is in the data state outside of any token, half read or not. */
bool tokenizer_is_level(const struct tokenizer *t);

/* Whether t is in the data state and the window is still unseen. */
bool tokenizer_is_between(const struct tokenizer *t);

#endif
