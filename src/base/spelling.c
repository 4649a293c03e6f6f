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
