#include "proxy/tongue_name.h"

#include "http/head.h"

#include <libconsent/cookie.h>
#include <libconsent/notice.h>

static const char secure_name[] = "__Host-consent-language";
static const char plain_name[] = "consent-language";

const char *
tongue_cookie(struct span site)
{
	return span_starts(site, SPAN("https")) ? secure_name : plain_name;
}

bool
tongue_owns(struct span name)
{
	return span_equal(name, span_of(secure_name)) ||
	       span_equal(name, span_of(plain_name));
}

/* The notice of just this tag: what we set ourselves is nothing else. */
static const struct notice *
notice_tagged(const struct notice_set *notices, struct span tag)
{
	size_t i;

	for (i = 0; i < notice_count(notices); i++) {
		const struct notice *n = notice_at(notices, i);

		if (span_equal(span_of(notice_facts(n)->lang), tag))
			return n;
	}
	return NULL;
}

const struct notice *
tongue_chosen(const struct head *request, struct span scheme,
    const struct notice_set *notices)
{
	struct span own = span_of(tongue_cookie(scheme)), name = SPAN("Cookie");
	size_t i = head_find(request, name, 0);

	for (; i != HEAD_NONE; i = head_find(request, name, i + 1)) {
		const struct notice *found = NULL;
		struct cookie_walk walk;
		struct cookie_pair pair;

		cookie_walk_init(&walk, request->fields[i].value);
		while (found == NULL && cookie_next(&walk, &pair))
			if (span_equal(pair.name, own))
				found = notice_tagged(notices, pair.value);
		if (found != NULL)
			return found;
	}
	return NULL;
}
