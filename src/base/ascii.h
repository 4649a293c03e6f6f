#ifndef CONSENT_BASE_ASCII_H
#define CONSENT_BASE_ASCII_H

/*
 * ASCII classes by table, free of locale. Bytes over 0x7F are in no class.
 */

#include <stdbool.h>

enum ascii_class {
	ASCII_UPPER = 1u << 0,
	ASCII_LOWER = 1u << 1,
	ASCII_DIGIT = 1u << 2,
	ASCII_HEX = 1u << 3,
	ASCII_SPACE = 1u << 4,	 /* TAB LF FF CR SP: WHATWG ASCII whitespace */
	ASCII_TCHAR = 1u << 5,	 /* RFC 9110 5.6.2 token characters */
	ASCII_CONTROL = 1u << 6, /* 0x00-0x1F and 0x7F */
	ASCII_ALPHA = ASCII_UPPER | ASCII_LOWER,
	ASCII_ALNUM = ASCII_UPPER | ASCII_LOWER | ASCII_DIGIT
};

/* The classes of each byte, as a mask of enum ascii_class. */
extern const unsigned char ascii_table[256];

/* Whether byte c is in any class of the mask. */
static inline bool
ascii_is(char c, unsigned mask)
{
	return (ascii_table[(unsigned char)c] & mask) != 0;
}

/* c with an upper-case ASCII letter made lower-case. */
static inline char
ascii_lower(char c)
{
	return ascii_is(c, ASCII_UPPER) ? (char)(c | 0x20) : c;
}

/* The value of a hexadecimal digit, or -1. */
int ascii_hex_value(char c);

#endif
