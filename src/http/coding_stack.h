#ifndef CONSENT_HTTP_CODING_STACK_H
#define CONSENT_HTTP_CODING_STACK_H

/*
 * The codings of one body, which may be several on top of each other (RFC
 * 9110 8.4): read off a head, and undone in one chain of decoders. What comes
 * out is bounded by what came over the wire, however many there are between.
 */

#include <stddef.h>

#include <libconsent/sink.h>
#include <libconsent/status.h>

#include "http/coding.h"

enum {
	CODING_STACK_MAX = 3 /* nobody needs two; each holds a window */
};

/* In the order in which they were applied: the last is the outermost. */
struct coding_stack {
	size_t n; /* 0: the bytes are plain */
	enum coding of[CODING_STACK_MAX];
};

/*
 * Reads all Content-Encoding lines of h. "identity" and empty members count
 * for nothing. CONSENT_ECODING for one that is not known, or too many.
 */
int coding_stack_read(
    const struct head *h, struct coding_stack *out) CONSENT_CHECKED;

/* The outermost: what a body is coded with again; or CODING_IDENTITY. */
enum coding coding_stack_outer(const struct coding_stack *stack);

struct unstacker;

/*
 * A chain that undoes the stack and writes plain bytes to out. The caller
 * owns it. NULL without memory, or for an empty stack.
 */
struct unstacker *unstacker_new(
    const struct coding_stack *stack, struct sink out);

/* Where the coded body goes; good until unstacker_free; as coder_sink. */
struct sink unstacker_sink(struct unstacker *u);

/* Frees; NULL is nothing. */
void unstacker_free(struct unstacker *u);

#endif
