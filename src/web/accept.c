#include "web/accept.h"

#include "web/weight.h"

/* The weight among the parameters behind a type. */
static int
weight_of(struct span parameters)
{
	while (parameters.p != NULL) {
		struct span one = span_trim(span_cut(&parameters, ';'));
		size_t at = span_find(one, '=');
		int weight;

		if (!span_equal_nocase(
			span_trim(span_sub(one, 0, at)), SPAN("q")))
			continue;
		weight = weight_parse(span_trim(span_sub(one, at + 1, one.n)));
		return weight < 0 ? WEIGHT_ONE : weight;
	}
	return WEIGHT_ONE;
}

int
accept_weight(struct span accept, struct span type)
{
	struct span rest = accept;

	while (rest.p != NULL) {
		struct span piece = span_cut(&rest, ',');
		struct span name = span_trim(span_cut(&piece, ';'));

		if (span_equal_nocase(name, type))
			return weight_of(piece);
	}
	return -1;
}

bool
accept_prefers(struct span accept, struct span type)
{
	int weight = accept_weight(accept, type);

	return weight > 0 && weight >= accept_weight(accept, SPAN("text/html"));
}
