#include "audit/layout.h"

#include <stdio.h>
#include <string.h>

static const char *const type_names[] = {
    [LAYOUT_CHOICE] = "choice",
    [LAYOUT_POLICY] = "policy",
    [LAYOUT_NOTICE] = "notice",
    [LAYOUT_START] = "start",
    [LAYOUT_STOP] = "stop",
    [LAYOUT_KEY] = "key",
    [LAYOUT_ENFORCEMENT] = "enforcement",
    [LAYOUT_INCIDENT] = "incident",
    [LAYOUT_ERASE] = "erase",
    [LAYOUT_ERASED] = "erased",
};

const char *
layout_type_name(enum layout_type type)
{
	return type_names[type];
}

int
layout_type_of(struct span name, enum layout_type *out)
{
	size_t i;

	for (i = 0; i < sizeof type_names / sizeof type_names[0]; i++) {
		if (span_equal(name, span_of(type_names[i]))) {
			*out = (enum layout_type)i;
			return CONSENT_OK;
		}
	}
	return CONSENT_EINVAL;
}

void
layout_segment_name(uint64_t first, char name[LAYOUT_SEGMENT])
{
	size_t i;

	memcpy(name, "000000000000.jsonl", LAYOUT_SEGMENT);
	for (i = 12; i > 0; i--, first /= 10)
		name[i - 1] = (char)('0' + first % 10);
}

int
layout_segment_first(struct span name, uint64_t *first)
{
	if (name.n != LAYOUT_SEGMENT - 1 ||
	    !span_equal(span_sub(name, 12, 6), SPAN(".jsonl")))
		return CONSENT_EINVAL;
	return span_to_u64(span_sub(name, 0, 12), 10, LAYOUT_SEQ_MAX, first);
}

void
layout_draft_name(uint64_t first, char name[LAYOUT_DRAFT])
{
	char segment[LAYOUT_SEGMENT];

	layout_segment_name(first, segment);
	(void)snprintf(name, LAYOUT_DRAFT, ".%s.tmp", segment);
}

bool
layout_is_draft(struct span name)
{
	uint64_t first;

	return name.n == LAYOUT_DRAFT - 1 && span_starts(name, SPAN(".")) &&
	       span_ends(name, SPAN(".tmp")) &&
	       layout_segment_first(
		   span_sub(name, 1, LAYOUT_SEGMENT - 1), &first) == CONSENT_OK;
}

const char *
layout_folder(enum layout_type type)
{
	return type == LAYOUT_NOTICE ? LAYOUT_NOTICES : LAYOUT_POLICIES;
}

void
layout_text_name(const char *hash, char name[LAYOUT_TEXT])
{
	(void)snprintf(name, LAYOUT_TEXT, "%.64s.json", hash);
}
