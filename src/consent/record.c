#include <libconsent/record.h>

#include <stdio.h>
#include <string.h>

static const char *const action_names[] = {
    [RECORD_ACCEPT] = "accept",
    [RECORD_REJECT] = "reject",
    [RECORD_CHOOSE] = "choose",
    [RECORD_WITHDRAW] = "withdraw",
    [RECORD_EMBED] = "embed",
};

static const char *const via_names[] = {
    [RECORD_VIA_NOTICE] = "notice",
    [RECORD_VIA_PREFERENCES] = "preferences",
    [RECORD_VIA_API] = "api",
};

const char *
record_action_name(enum record_action action)
{
	return action_names[action];
}

int
record_action_of(struct span name, enum record_action *out)
{
	size_t i;

	for (i = 0; i < sizeof action_names / sizeof action_names[0]; i++) {
		if (span_equal(name, span_of(action_names[i]))) {
			*out = (enum record_action)i;
			return CONSENT_OK;
		}
	}
	return CONSENT_EINVAL;
}

const char *
record_via_name(enum record_via via)
{
	return via_names[via];
}

void
record_decide(
    struct record *r, const struct policy *policy, category_set granted)
{
	const struct policy_facts *facts = policy_facts(policy);
	unsigned i;

	r->n_categories = 0;
	for (i = 0; i < facts->n_categories; i++) {
		const struct policy_category *from = &facts->categories[i];
		struct record_category *to = &r->categories[r->n_categories];

		if (from->required)
			continue;
		/* the loader keeps ids shorter than RECORD_NAME */
		(void)snprintf(to->id, sizeof to->id, "%s", from->id);
		memcpy(to->rev, from->rev, sizeof to->rev);
		to->granted = (granted >> i & 1u) != 0;
		r->n_categories++;
	}
	(void)snprintf(r->policy, sizeof r->policy, "%s", facts->hash);
}

bool
record_decides(enum record_action action)
{
	return action != RECORD_EMBED;
}

bool
record_grants(const struct record *r)
{
	unsigned i;

	for (i = 0; i < r->n_categories; i++) {
		if (r->categories[i].granted)
			return true;
	}
	return false;
}

/* Category of today's policy that c still speaks of, or -1. */
static int
category_today(const struct record_category *c, const struct policy *policy)
{
	const struct policy_facts *facts = policy_facts(policy);
	int i = policy_category(policy, span_of(c->id));

	if (i < 0 || facts->categories[i].required)
		return -1;
	return strcmp(c->rev, facts->categories[i].rev) == 0 ? i : -1;
}

category_set
record_granted(const struct record *r, const struct policy *policy)
{
	category_set set = 0;
	unsigned i;

	for (i = 0; i < r->n_categories; i++) {
		int at = category_today(&r->categories[i], policy);

		if (at >= 0 && r->categories[i].granted)
			set |= (category_set)1 << at;
	}
	return set;
}

category_set
record_decided(const struct record *r, const struct policy *policy)
{
	category_set set = 0;
	unsigned i;

	for (i = 0; i < r->n_categories; i++) {
		int at = category_today(&r->categories[i], policy);

		if (at >= 0)
			set |= (category_set)1 << at;
	}
	return set;
}
