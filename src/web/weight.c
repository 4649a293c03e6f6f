#include "web/weight.h"

#include "base/ascii.h"

int
weight_parse(struct span s)
{
	int weight, scale = WEIGHT_ONE;
	size_t i;

	if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') ||
	    (s.n > 1 && s.p[1] != '.'))
		return -1;
	weight = (s.p[0] - '0') * scale;
	for (i = 2; i < s.n; i++) {
		if (!ascii_is(s.p[i], ASCII_DIGIT))
			return -1;
		scale /= 10;
		weight += (s.p[i] - '0') * scale;
	}
	return weight > WEIGHT_ONE ? -1 : weight;
}
