#include "consent/logo.h"

void
logo_write(struct markup *m, const char *origin, const char *path)
{
	if (path == NULL)
		return;
	markup_raw(m, "<img class=\"consent-logo\" alt=\"\" src=\"");
	markup_text(m, origin);
	markup_text(m, path);
	markup_raw(m, "\"/>");
}
