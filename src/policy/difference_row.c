#include "policy/difference.h"
#include "policy/difference_parts.h"

#include <string.h>

int
difference_compare(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

void
difference_row(
    struct difference_row *rows, size_t *n, struct difference_row row)
{
	if (difference_compare(row.before, row.after) != 0)
		rows[(*n)++] = row;
}
