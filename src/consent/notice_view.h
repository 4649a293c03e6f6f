#ifndef CONSENT_CONSENT_NOTICE_VIEW_H
#define CONSENT_CONSENT_NOTICE_VIEW_H

/*
 * What consent/notice gives to pages that are rendered beside it.
 */

#include <libconsent/span.h>

#include "consent/view.h"

struct notice;

enum {
	NOTICE_RETURN = 512 /* longest path to go back to, with its NUL */
};

/* The view of a notice; it lives as long as the set. */
const struct view *notice_view(const struct notice *n);

/* The path to go back to as text: never another site's; "/" instead. */
void notice_return(struct span path, char out[NOTICE_RETURN]);

#endif
