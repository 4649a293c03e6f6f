#include "web/accept.h"

#include "base/ascii.h"

enum {
	WEIGHT_ONE = 1000 /* q=1 in thousandths */
};

/* A qvalue (RFC 9110 12.4.2) in thousandths. */
static int
weight_parse(struct span s)
{
	int weight, scale = WEIGHT_ONE;
	size_t i;

	if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') ||
	    (s.n > 1 && s.p[1] != '.'))
		return WEIGHT_ONE;
	weight = (s.p[0] - '0') * scale;
	for (i = 2; i < s.n; i++) {
		if (!ascii_is(s.p[i], ASCII_DIGIT))
			return WEIGHT_ONE;
		scale /= 10;
		weight += (s.p[i] - '0') * scale;
	}
	return weight > WEIGHT_ONE ? WEIGHT_ONE : weight;
}

/* The weight among the parameters behind a type. */
static int
weight_of(struct span parameters)
{
	while (parameters.p != NULL) {
		struct span one = span_trim(span_cut(&parameters, ';'));
		size_t at = span_find(one, '=');

		if (span_equal_nocase(
			span_trim(span_sub(one, 0, at)), SPAN("q")))
			return weight_parse(
			    span_trim(span_sub(one, at + 1, one.n)));
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
