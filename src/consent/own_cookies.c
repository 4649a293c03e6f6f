#include "consent/own_cookies.h"

#include <stdio.h>
#include <string.h>

/* The category that needs no consent; the loader sees that there is one. */
static unsigned
essential(const struct policy_facts *facts)
{
	unsigned i;

	for (i = 0; i + 1 < facts->n_categories; i++)
		if (facts->categories[i].required)
			break;
	return i;
}

/* Whether the policy names that very cookie, in words of the site's own. */
static bool
is_told(const struct policy_facts *facts, const char *name)
{
	size_t i;

	for (i = 0; i < facts->n_rules; i++)
		if (facts->rules[i].kind == POLICY_COOKIE &&
		    strcmp(facts->rules[i].name, name) == 0)
			return true;
	return false;
}

/* As a policy says it: pages tell it in the words of their language. */
static int
write_days(unsigned days, char out[OWN_TEXT])
{
	int n = snprintf(out, OWN_TEXT, "%u days", days);

	return n > 0 && n < OWN_TEXT ? CONSENT_OK : CONSENT_ELIMIT;
}

static const char *
purpose(const struct texts *texts, enum notice_use use)
{
	switch (use) {
	case NOTICE_USE_CHOICE:
		return texts_get(texts, TEXT_OWN_CHOICE);
	case NOTICE_USE_SWEPT:
		return texts_get(texts, TEXT_OWN_SWEPT);
	case NOTICE_USE_LANGUAGE:
		return texts_get(texts, TEXT_OWN_LANGUAGE);
	case NOTICE_USE_VARIANT:
		break;
	}
	return texts_get(texts, TEXT_OWN_VARIANT);
}

/* Of one that is not kept for days. */
static const char *
short_lifetime(enum notice_use use)
{
	return use == NOTICE_USE_LANGUAGE ? "session" : "1 hour";
}

static int
add(struct own_cookies *own, const struct texts *texts,
    const struct notice_cookie *cookie, unsigned category)
{
	struct policy_rule *rule;
	char *name, *lifetime;
	int n, rc = CONSENT_OK;

	if (own->n == OWN_COOKIES)
		return CONSENT_ELIMIT;
	rule = &own->rules[own->n];
	name = own->names[own->n];
	lifetime = own->lifetimes[own->n];
	n = snprintf(name, OWN_TEXT, "%s", cookie->name);
	if (n <= 0 || n >= OWN_TEXT)
		return CONSENT_ELIMIT;
	if (cookie->days > 0)
		rc = write_days(cookie->days, lifetime);
	*rule = (struct policy_rule){.kind = POLICY_COOKIE,
	    .name = name,
	    .category = category,
	    .vendor = -1,
	    .ground = POLICY_GROUND_REQUESTED,
	    .purpose = purpose(texts, cookie->use),
	    .lifetime =
		cookie->days > 0 ? lifetime : short_lifetime(cookie->use)};
	own->n++;
	return rc;
}

int
own_cookies_fill(struct own_cookies *own, const struct view *v,
    const struct notice_cookie *cookies, size_t n)
{
	int rc = CONSENT_OK;
	size_t i;

	own->n = 0;
	for (i = 0; i < n && rc == CONSENT_OK; i++)
		if (!is_told(v->facts, cookies[i].name))
			rc = add(
			    own, v->texts, &cookies[i], essential(v->facts));
	return rc;
}
