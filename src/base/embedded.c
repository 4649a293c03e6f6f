#include "base/embedded.h"

const struct embedded_file *
embedded_find(const struct embedded_file *files, size_t count, struct span name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (span_equal(span_of(files[i].name), name))
			return &files[i];
	return NULL;
}

struct span
embedded_span(const struct embedded_file *file)
{
	return (struct span){file->bytes, file->n};
}
