#ifndef CONSENT_HTML_CHARSET_H
#define CONSENT_HTML_CHARSET_H

/*
 * Which bytes of a page are markup. Answers by the encoding sniffing of HTML
 * (13.2.3.2) and the labels of the Encoding standard (4.2): byte order mark,
 * then the label of Content-Type, then a meta element or XML declaration in
 * the first 1,024 bytes. Converts nothing, keeps nothing.
 *
 * Single-byte encodings, UTF-8, GBK, GB18030, Big5, EUC-JP, EUC-KR and
 * Shift_JIS are all read as bytes: none of their trailing bytes is '<', '>',
 * '&', a quote, a blank or '='; letters, '[', ']' and '\' may be.
 */

#include <stdbool.h>

#include <libconsent/span.h>

enum {
	CHARSET_SNIFF_BYTES = 1024 /* what charset_sniff wants to see */
};

enum charset {
	CHARSET_ASCII_COMPATIBLE, /* markup is ASCII bytes: read as it is */
	CHARSET_UTF16LE,
	CHARSET_UTF16BE,
	CHARSET_UNREADABLE /* ISO-2022-JP, "replacement", unknown labels */
};

enum charset_basis {
	CHARSET_BASIS_BOM,
	CHARSET_BASIS_HEADER,
	CHARSET_BASIS_META,
	CHARSET_BASIS_DEFAULT /* nothing said: a browser may guess */
};

/*
 * The encoding of a page: label is the charset parameter of Content-Type
 * (empty: none given), first its first bytes, decoded of any content coding:
 * CHARSET_SNIFF_BYTES of them, or all when the page is shorter. A label that
 * is no encoding's is unreadable in Content-Type and skipped in a meta
 * element, as browsers do. Without any declaration, bytes that look like the
 * escapes of ISO-2022-JP are unreadable, for browsers detect these. *basis
 * says what decided.
 */
enum charset charset_sniff(
    struct span label, struct span first, enum charset_basis *basis);

/*
 * The encoding that a label stands for, blanks around it ignored, case
 * folded; false when it is none, and *out is left alone. For meta elements
 * met later in a page of CHARSET_BASIS_DEFAULT, which browsers still follow.
 */
bool charset_find(struct span label, enum charset *out);

/*
 * The label inside the content attribute of a meta http-equiv, by the rules for
 * extracting a character encoding from one; empty when there is none.
 */
struct span charset_in_content(struct span content);

#endif
