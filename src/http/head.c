#include "http/head.h"

#include <stdlib.h>

void
head_init(struct head *h, const struct head_limits *limits)
{
	*h = (struct head){.limits = {HEAD_BYTES, HEAD_FIELDS}};
	if (limits != NULL && limits->bytes != 0)
		h->limits.bytes = limits->bytes;
	if (limits != NULL && limits->fields != 0)
		h->limits.fields = limits->fields;
}

void
head_fini(struct head *h)
{
	free(h->arena);
	free(h->fields);
	*h = (struct head){.limits = h->limits};
}

void
head_clear(struct head *h)
{
	*h = (struct head){
	    .fields = h->fields,
	    .limits = h->limits,
	    .arena = h->arena,
	};
}

int
head_open(struct head *h)
{
	struct head_field *fields;
	char *arena;

	if (h->arena != NULL)
		return CONSENT_OK;
	arena = malloc(h->limits.bytes + HEAD_SPARE_BYTES);
	/* no zeros: only what was counted is looked at */
	fields =
	    malloc((h->limits.fields + HEAD_SPARE_FIELDS) * sizeof *fields);
	if (arena == NULL || fields == NULL) {
		free(arena);
		free(fields);
		return CONSENT_ENOMEM;
	}
	h->arena = arena;
	h->fields = fields;
	return CONSENT_OK;
}

size_t
head_find(const struct head *h, struct span name, size_t from)
{
	size_t i;

	for (i = from; i < h->count; i++)
		if (h->fields[i].live && h->fields[i].name.n == name.n &&
		    span_equal_nocase(h->fields[i].name, name))
			return i;
	return HEAD_NONE;
}

struct span
head_value(const struct head *h, struct span name)
{
	size_t i = head_find(h, name, 0);

	return i == HEAD_NONE ? (struct span){NULL, 0} : h->fields[i].value;
}

static bool
list_has(struct span list, struct span token)
{
	while (list.p != NULL)
		if (span_equal_nocase(span_trim(span_cut(&list, ',')), token))
			return true;
	return false;
}

bool
head_lists(const struct head *h, struct span name, struct span token)
{
	size_t i = head_find(h, name, 0);

	for (; i != HEAD_NONE; i = head_find(h, name, i + 1))
		if (list_has(h->fields[i].value, token))
			return true;
	return false;
}
