#include "http/twin.h"

#include "base/ascii.h"

#include "http/head_edit.h"

static bool
is_sign(char c)
{
	return !ascii_is(c, ASCII_ALNUM);
}

bool
twin_is(struct span name, struct span of)
{
	bool differs = false;
	size_t i;

	if (name.n != of.n)
		return false;
	for (i = 0; i < of.n; i++) {
		if (is_sign(of.p[i]) && is_sign(name.p[i]))
			differs |= of.p[i] != name.p[i];
		else if (ascii_lower(of.p[i]) != ascii_lower(name.p[i]))
			return false;
	}
	return differs;
}

bool
twin_in(const struct head *h, struct span of)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		if (h->fields[i].live && twin_is(h->fields[i].name, of))
			return true;
	return false;
}

void
twin_drop(struct head *h, struct span of)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		if (twin_is(h->fields[i].name, of))
			head_drop(h, i);
}
