#include "http/coding_stack.h"

#include "http/head.h"

#include <stdint.h>
#include <stdlib.h>

struct unstacker {
	uint64_t taken; /* bytes that came over the wire */
	struct sink in; /* the outermost decoder's */
	size_t n;
	struct coder *decoders[CODING_STACK_MAX]; /* innermost first */
};

/* Adds the members of one field value. */
static int
stack_add(struct coding_stack *stack, struct span list)
{
	while (list.p != NULL) {
		struct span member = span_trim(span_cut(&list, ','));
		enum coding coding = coding_named(member);

		if (member.n == 0 || coding == CODING_IDENTITY)
			continue;
		if (coding == CODING_UNKNOWN || stack->n == CODING_STACK_MAX)
			return CONSENT_ECODING;
		stack->of[stack->n++] = coding;
	}
	return CONSENT_OK;
}

int
coding_stack_read(const struct head *h, struct coding_stack *out)
{
	struct span name = SPAN("Content-Encoding");
	struct coding_stack stack = {.n = 0};
	size_t i = head_find(h, name, 0);
	int rc = CONSENT_OK;

	for (; i != HEAD_NONE && rc == CONSENT_OK;
	     i = head_find(h, name, i + 1))
		rc = stack_add(&stack, h->fields[i].value);
	if (rc == CONSENT_OK)
		*out = stack;
	return rc;
}

enum coding
coding_stack_outer(const struct coding_stack *stack)
{
	return stack->n == 0 ? CODING_IDENTITY : stack->of[stack->n - 1];
}

static int
on_wire(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct unstacker *u = ctx;

	u->taken += bytes.n;
	return sink_write(&u->in, bytes, mark);
}

struct unstacker *
unstacker_new(const struct coding_stack *stack, struct sink out)
{
	struct unstacker *u = calloc(1, sizeof *u);
	struct coding_limits limits = {.taken = NULL};

	if (u == NULL || stack->n == 0) {
		free(u);
		return NULL;
	}
	limits.taken = &u->taken;
	for (u->in = out; u->n < stack->n; u->n++) {
		struct coder *c =
		    coder_new_decoder(stack->of[u->n], &limits, u->in);

		if (c == NULL) {
			unstacker_free(u);
			return NULL;
		}
		u->decoders[u->n] = c;
		u->in = coder_sink(c);
	}
	return u;
}

struct sink
unstacker_sink(struct unstacker *u)
{
	return (struct sink){on_wire, u};
}

void
unstacker_free(struct unstacker *u)
{
	size_t i;

	if (u == NULL)
		return;
	for (i = 0; i < u->n; i++)
		coder_free(u->decoders[i]);
	free(u);
}
