#include <libconsent/again.h>

#include "consent/changes.h"
#include "consent/notice_view.h"

/* Behind the heading: nothing else of the notice has one of its level. */
#define AFTER SPAN("</h2>")

int
again_write(const struct notice *n, const struct gate *gate, struct span banner,
    struct buf *out)
{
	size_t at = span_search(banner, AFTER) + AFTER.n;
	struct markup m = {out, CONSENT_OK};
	int rc;

	if (!gate->again || at > banner.n)
		return CONSENT_ENOENT;
	rc = buf_append(out, span_sub(banner, 0, at));
	if (rc == CONSENT_OK)
		changes_write(&m, notice_view(n), TEXT_NOTICE_CHANGED, gate);
	if (rc == CONSENT_OK)
		rc = m.rc;
	if (rc == CONSENT_OK)
		rc = buf_append(out, span_sub(banner, at, banner.n));
	return rc;
}
