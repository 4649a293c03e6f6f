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
 * is no encoding's is skipped, as browsers do; but in Content-Type those of
 * encodings that browsers gave up for their danger (UTF-7 and such) are
 * unreadable. *basis says what decided.
 *
 * A page that neither a mark nor Content-Type declares may be read again in
 * another encoding: by a meta element anywhere (13.2.3.5), or because its
 * bytes look like it. Of all encodings only ISO-2022-JP would read other
 * markup, and only where its escapes stand: see charset_escapes.
 */
enum charset charset_sniff(
    struct span label, struct span first, enum charset_basis *basis);

/*
 * The same for XML (RFC 7303, XML 1.0 F): mark, Content-Type, XML declaration,
 * else UTF-8. An encoding that is declared and not known is unreadable.
 */
enum charset charset_sniff_xml(struct span label, struct span first);

/*
 * The name of the encoding that a meta element in the first bytes of a page
 * declares, in a spelling of the page; empty where none does, or where what
 * the sniffing finds stands inside of a script or such and is no element.
 */
struct span charset_named(struct span first);

/*
 * The label in the XML declaration that the first bytes of a page may begin
 * with, whether an encoding has it or not; empty where there is none.
 */
struct span charset_declared(struct span first);

/*
 * Whether bytes have an escape of ISO-2022-JP, which may begin in those before:
 * *escaped, false at first, keeps what is needed of them.
 */
bool charset_escapes(bool *escaped, struct span bytes);

/*
 * The encoding that a label stands for, blanks around it ignored, case
 * folded; false when it is none, and *out is left alone.
 */
bool charset_find(struct span label, enum charset *out);

/* Whether a label, blanks around it ignored, case folded, is one of UTF-8. */
bool charset_is_utf8(struct span label);

/*
 * The label inside the content attribute of a meta http-equiv, by the rules for
 * extracting a character encoding from one; empty when there is none.
 */
struct span charset_in_content(struct span content);

#endif
