#include "consent/failure.h"

#include "consent/ways.h"

void
failure_write(struct markup *m, const struct view *v, enum text_id why,
    const char *return_path)
{
	const struct view_place choices = {"/", NULL, return_path};

	view_page_start(m, v, TEXT_FAILED_TITLE, &choices);
	view_element(m, "p class=\"consent-lead\" role=\"alert\"", v, why);
	ways_write(m, v, return_path);
	view_page_end(m, v, return_path);
}
