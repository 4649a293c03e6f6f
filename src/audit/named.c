#include "audit/named.h"

#include "base/digest.h"

#include <libconsent/policy.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a policy's text says. */
struct named_policy {
	char hash[RECORD_HASH];
	bool tells; /* which categories it has; else it is another software's */
	unsigned n; /* of them that need consent */
	char ids[POLICY_CATEGORIES][RECORD_NAME];
};

int
named_init(struct named *t)
{
	memset(t, 0, sizeof *t);
	buf_init(&t->text, LAYOUT_TEXT_BYTES);
	t->policy = SIZE_MAX;
	return idset_init(&t->known);
}

void
named_fini(struct named *t)
{
	idset_fini(&t->known);
	buf_fini(&t->text);
	free(t->policies);
	t->policies = NULL;
	t->n = t->cap = 0;
}

static int
blame(struct named *t, const char *why)
{
	(void)snprintf(t->why, sizeof t->why, "%s", why);
	return CONSENT_EDENIED;
}

/* A fault of the file that an entry names. */
static int
blame_file(struct named *t, const struct entry *entry, const char *why)
{
	(void)snprintf(t->why, sizeof t->why, "%s/%.*s.json: %s",
	    layout_folder(entry->type), SPAN_ARG(entry->hash), why);
	return CONSENT_EDENIED;
}

/* "p" or "n" and the hash. */
static struct span
key_of(enum layout_type kind, struct span hash, char key[IDSET_TEXT])
{
	key[0] = kind == LAYOUT_POLICY ? 'p' : 'n';
	memcpy(key + 1, hash.p, hash.n);
	return (struct span){key, 1 + hash.n};
}

static int
push(struct named *t, const struct named_policy *policy)
{
	if (t->n == t->cap) {
		size_t cap = t->cap == 0 ? 4 : t->cap * 2;
		struct named_policy *more =
		    realloc(t->policies, cap * sizeof *more);

		if (more == NULL)
			return CONSENT_ENOMEM;
		t->policies = more;
		t->cap = cap;
	}
	t->policies[t->n++] = *policy;
	return CONSENT_OK;
}

static bool
has_category(const struct named_policy *policy, struct span id)
{
	unsigned i;

	for (i = 0; i < policy->n; i++)
		if (span_equal(span_of(policy->ids[i]), id))
			return true;
	return false;
}

/* Remembers which categories of a policy the visitor decides about. */
static int
keep_categories(struct named_policy *policy, const json_t *list)
{
	const json_t *category;
	size_t i;

	json_array_foreach(list, i, category)
	{
		struct span id =
		    span_of(json_string_value(json_object_get(category, "id")));

		if (json_is_true(json_object_get(category, "required")))
			continue;
		if (id.n == 0 || id.n >= RECORD_NAME ||
		    policy->n == POLICY_CATEGORIES || has_category(policy, id))
			return CONSENT_EINVAL;
		memcpy(policy->ids[policy->n++], id.p, id.n);
	}
	return CONSENT_OK;
}

/* The text of a policy is in t->text and has the hash. */
static int
keep_policy(struct named *t, struct span hash)
{
	struct named_policy policy = {.tells = false};
	struct span text = buf_span(&t->text);
	json_t *root = json_loadb(text.p, text.n, 0, NULL);
	const json_t *list = json_object_get(root, "categories");
	int rc = CONSENT_OK;

	memcpy(policy.hash, hash.p, RECORD_HASH - 1);
	policy.tells = json_is_array(list);
	if (policy.tells)
		rc = keep_categories(&policy, list);
	json_decref(root);
	if (rc == CONSENT_EINVAL)
		return blame(t, "a policy with unusable categories");
	return push(t, &policy);
}

/* Reads the text behind a hash into t->text. */
static int
read_text(
    struct named *t, const struct reader *reader, const struct entry *entry)
{
	char wanted[RECORD_HASH] = "", hash[DIGEST_HEX];
	int rc;

	memcpy(wanted, entry->hash.p, RECORD_HASH - 1);
	rc = reader_text(reader, entry->type, wanted, &t->text);
	if (rc == CONSENT_ENOENT)
		return blame_file(t, entry, "the file is not there");
	if (rc == CONSENT_ELIMIT)
		return blame_file(t, entry, "the file is too large");
	if (rc == CONSENT_OK)
		rc = digest_sha256_hex(buf_span(&t->text), hash);
	if (rc == CONSENT_OK && strcmp(hash, wanted) != 0)
		rc = blame_file(t, entry, "its SHA-256 is not its name");
	return rc;
}

int
named_add(
    struct named *t, const struct reader *reader, const struct entry *entry)
{
	char key[IDSET_TEXT];
	int rc =
	    idset_add(&t->known, key_of(entry->type, entry->hash, key), t->n);

	if (rc == CONSENT_EBUSY)
		return CONSENT_OK; /* looked at before */
	if (rc == CONSENT_OK)
		rc = read_text(t, reader, entry);
	if (rc == CONSENT_OK && entry->type == LAYOUT_POLICY)
		rc = keep_policy(t, entry->hash);
	return rc;
}

/* Makes t->policy that of a choice. CONSENT_ENOENT: it is not known. */
static int
find_policy(struct named *t, struct span hash)
{
	char key[IDSET_TEXT];
	uint64_t place;
	int rc;

	if (t->policy < t->n &&
	    span_equal(span_of(t->policies[t->policy].hash), hash))
		return CONSENT_OK;
	rc = idset_find(&t->known, key_of(LAYOUT_POLICY, hash, key), &place);
	if (rc == CONSENT_OK)
		t->policy = (size_t)place;
	return rc;
}

static int
find_notice(struct named *t, struct span hash)
{
	char key[IDSET_TEXT];
	uint64_t place;
	int rc;

	if (span_equal(span_of(t->notice), hash))
		return CONSENT_OK;
	rc = idset_find(&t->known, key_of(LAYOUT_NOTICE, hash, key), &place);
	if (rc == CONSENT_OK)
		memcpy(t->notice, hash.p, RECORD_HASH - 1);
	return rc;
}

/*
 * Whether the ids of a list are categories of the policy, in its order; *n
 * grows by how many there are.
 */
static bool
is_in_order(const struct named_policy *policy, struct span list, unsigned *n)
{
	struct span id;
	unsigned i = 0;

	while (form_next_category(&list, &id)) {
		while (
		    i < policy->n && !span_equal(span_of(policy->ids[i]), id))
			i++;
		if (i++ == policy->n)
			return false;
		(*n)++;
	}
	return true;
}

int
named_check(struct named *t, const struct entry *choice)
{
	const struct named_policy *policy;
	int rc = find_policy(t, choice->policy);
	unsigned all, n = 0;

	if (rc == CONSENT_ENOENT)
		return blame(t, "a policy that was not logged before");
	if (rc == CONSENT_OK)
		rc = find_notice(t, choice->notice);
	if (rc == CONSENT_ENOENT)
		return blame(t, "a notice that was not logged before");
	if (rc != CONSENT_OK)
		return rc;
	policy = &t->policies[t->policy];
	all = span_equal(choice->act, SPAN("embed")) ? 0 : policy->n;
	if (policy->tells &&
	    (!is_in_order(policy, choice->granted, &n) ||
		!is_in_order(policy, choice->denied, &n) || n != all))
		return blame(t, "not the categories of its policy");
	return CONSENT_OK;
}
