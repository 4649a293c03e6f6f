#ifndef CONSENT_HTML_CHARSET_TRAIL_H
#define CONSENT_HTML_CHARSET_TRAIL_H

/*
 * Encodings where the second byte of a character may be ASCII: Shift_JIS, GBK,
 * gb18030 and Big5 have 0x40 to 0x7E there, which is '@', letters, '[', '\',
 * ']', '{', '|' and '}'. Markup is not made of these, but CSS is and the end of
 * a CDATA section. EUC-KR has letters alone, EUC-JP nothing of ASCII. What a
 * decoder makes of pairs that stand for nothing is left out. No I/O.
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

/* How bytes pair. */
enum charset_pairs {
	CHARSET_PAIRS_NONE,
	CHARSET_PAIRS_SHIFT_JIS,
	CHARSET_PAIRS_CHINESE /* GBK, gb18030 and Big5 lead alike */
};

/* How those of the encoding pair that a label stands for. */
enum charset_pairs charset_pairs_of(struct span label);

/*
 * Whether a byte that CSS gives a meaning may be the second of a pair, in some
 * of these encodings: a look, before text is read in each way.
 */
bool charset_trail_may_hide(struct span text);

/*
 * Appends text with each ASCII second byte made one beyond ASCII, so that it
 * reads as a part of a name; as long as text. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int charset_trail_mask(enum charset_pairs pairs, struct span text,
    struct buf *out) CONSENT_CHECKED;

/* A watch over the bytes of a page; zeros but for pairs at the start. */
struct charset_trail {
	enum charset_pairs pairs;
	bool lead;	    /* the last byte waits for its second */
	unsigned char seen; /* of a pair with ']' and "]>" behind it */
};

/*
 * Whether bytes end a CDATA section for who reads bytes, and not for who reads
 * characters: "]]>" whose first byte is the second of a pair.
 */
bool charset_trail_ends(struct charset_trail *t, struct span bytes);

#endif
