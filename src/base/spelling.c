#include "base/spelling.h"

#include "base/ascii.h"

bool
spelling_is_all(struct span s, unsigned mask)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!ascii_is(s.p[i], mask))
			return false;
	return s.n != 0;
}

struct span
spelling_trim(struct span s, unsigned mask)
{
	while (s.n > 0 && ascii_is(s.p[0], mask))
		s = span_sub(s, 1, s.n);
	while (s.n > 0 && ascii_is(s.p[s.n - 1], mask))
		s.n--;
	return s;
}
