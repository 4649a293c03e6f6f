#include "consent/claims.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/ascii.h"
#include "base/clock.h"

enum {
	SECOND_MS = 1000,
	/* iss aud iat exp act cat rev; and with a grant sub jti seq */
	MEMBERS_REFUSAL = 7,
	MEMBERS_GRANT = 10,
	HALF_YEAR = 184 /* days: no half of a year is longer */
};

static const int64_t day_ms = INT64_C(86400) * SECOND_MS;
static const char audience[] = "consent";
static const char signal_gpc[] = "gpc";

/* The site of that very spelling, or NULL. */
static const char *
find_site(const struct claims_issuer *issuer, const char *site)
{
	size_t i;

	for (i = 0; i < issuer->n_sites; i++) {
		if (strcmp(issuer->sites[i], site) == 0)
			return issuer->sites[i];
	}
	return NULL;
}

/*
 * Refusals are rounded to the month, and hold for half a year however short a
 * yes is meant to live.
 */
unsigned
claims_days_most(const struct claims_issuer *issuer)
{
	unsigned days = issuer->lifetime_days;

	if (days < HALF_YEAR)
		days = HALF_YEAR;
	days += CLAIMS_GRACE_DAYS;
	return days < CLAIMS_DAYS_MAX ? days : CLAIMS_DAYS_MAX;
}

/* When a choice made at issued ends. */
static int64_t
choose_expiry(
    const struct claims_issuer *issuer, const struct record *r, int64_t issued)
{
	int64_t days =
	    record_grants(r) ? issuer->lifetime_days : claims_days_most(issuer);

	if (days > CLAIMS_DAYS_MAX)
		days = CLAIMS_DAYS_MAX;
	return issued + days * day_ms;
}

/* Puts a new value under a name; 0 or -1 (jansson's). Takes value. */
static int
put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new_nocheck(object, name, value);
}

static int
put_categories(json_t *claims, const struct record *r)
{
	json_t *granted = json_array(), *revs = json_object();
	int bad = 0;
	unsigned i;

	for (i = 0; i < r->n_categories; i++) {
		const struct record_category *c = &r->categories[i];

		bad |= put(revs, c->id, json_string(c->rev));
		if (c->granted)
			bad |=
			    json_array_append_new(granted, json_string(c->id));
	}
	bad |= put(claims, "cat", granted);
	bad |= put(claims, "rev", revs);
	return bad;
}

/* What only a token that grants something may carry. */
static int
put_handle(json_t *claims, const struct record *r)
{
	int bad = 0;

	bad |= put(claims, "sub", json_string(r->sub));
	bad |= put(claims, "jti", json_string(r->id));
	bad |= put(claims, "seq", json_integer((json_int_t)r->seq));
	if (r->gpc)
		bad |= put(claims, "sig", json_string(signal_gpc));
	return bad;
}

static int
append_json(const json_t *claims, struct buf *out)
{
	char *text = json_dumps(claims, JSON_COMPACT | JSON_SORT_KEYS);
	int rc;

	if (text == NULL)
		return CONSENT_ENOMEM;
	rc = buf_append(out, span_of(text));
	free(text);
	return rc;
}

int
claims_write(const struct claims_issuer *issuer, const struct record *record,
    int64_t *expires, struct buf *out)
{
	bool grants = record_grants(record);
	int64_t issued = grants ? record->time - record->time % SECOND_MS
				: clock_month_start(record->time);
	int64_t end = choose_expiry(issuer, record, issued);
	json_t *claims;
	int bad = 0, rc;

	if (find_site(issuer, record->site) == NULL)
		return CONSENT_EINVAL;
	if (grants && (record->sub[0] == '\0' || record->id[0] == '\0'))
		return CONSENT_EINVAL;
	claims = json_object();
	bad |= put(claims, "iss", json_string(record->site));
	bad |= put(claims, "aud", json_string(audience));
	bad |= put(claims, "iat", json_integer(issued / SECOND_MS));
	bad |= put(claims, "exp", json_integer(end / SECOND_MS));
	bad |=
	    put(claims, "act", json_string(record_action_name(record->action)));
	bad |= put_categories(claims, record);
	if (grants)
		bad |= put_handle(claims, record);
	rc = bad != 0 ? CONSENT_ENOMEM : append_json(claims, out);
	json_decref(claims);
	if (rc == CONSENT_OK)
		*expires = end;
	return rc;
}

/* Copies a string of at most size - 1 bytes. */
static bool
copy_text(const json_t *value, size_t size, char *out)
{
	const char *text = json_string_value(value);

	if (text == NULL || json_string_length(value) >= size)
		return false;
	memcpy(out, text, json_string_length(value) + 1);
	return true;
}

/* Copies an id of 128 bits in base64url. */
static bool
copy_id(const json_t *value, char out[RECORD_ID])
{
	size_t i;

	if (json_string_length(value) != RECORD_ID - 1 ||
	    !copy_text(value, RECORD_ID, out))
		return false;
	for (i = 0; i < RECORD_ID - 1; i++) {
		if (!ascii_is(out[i], ASCII_ALNUM) && out[i] != '-' &&
		    out[i] != '_')
			return false;
	}
	return true;
}

/* Seconds in milliseconds; negative for anything that is not a time. */
static int64_t
read_time(const json_t *value)
{
	json_int_t seconds = json_integer_value(value);

	if (!json_is_integer(value) || seconds < 0 ||
	    seconds > INT64_MAX / SECOND_MS)
		return -1;
	return seconds * SECOND_MS;
}

static bool
read_times(const json_t *claims, struct record *r)
{
	int64_t now = clock_now();

	r->time = read_time(json_object_get(claims, "iat"));
	r->expires = read_time(json_object_get(claims, "exp"));
	if (r->time < 0 || r->expires <= now ||
	    r->time > now + CLAIMS_LEEWAY_MS)
		return false;
	return r->expires > r->time &&
	       r->expires - r->time <= CLAIMS_DAYS_MAX * day_ms;
}

static bool
is_rev(const char *rev)
{
	size_t i;

	for (i = 0; rev[i] != '\0'; i++) {
		if (!ascii_is(rev[i], ASCII_HEX) ||
		    ascii_is(rev[i], ASCII_UPPER))
			return false;
	}
	return i == POLICY_REV - 1;
}

static bool
read_revs(json_t *revs, struct record *r)
{
	const char *id;
	json_t *value;

	if (!json_is_object(revs) || json_object_size(revs) > POLICY_CATEGORIES)
		return false;
	json_object_foreach(revs, id, value)
	{
		struct record_category *c = &r->categories[r->n_categories];
		size_t n = strlen(id);

		if (n == 0 || n >= sizeof c->id ||
		    !copy_text(value, sizeof c->rev, c->rev) || !is_rev(c->rev))
			return false;
		memcpy(c->id, id, n + 1);
		r->n_categories++;
	}
	return true;
}

/* Marks one decided category as granted; once only. */
static bool
grant(struct record *r, const char *id)
{
	unsigned i;

	for (i = 0; i < r->n_categories; i++) {
		struct record_category *c = &r->categories[i];

		if (strcmp(c->id, id) == 0 && !c->granted)
			return c->granted = true;
	}
	return false;
}

static bool
read_grants(const json_t *granted, struct record *r)
{
	size_t i;

	if (!json_is_array(granted))
		return false;
	for (i = 0; i < json_array_size(granted); i++) {
		const char *id = json_string_value(json_array_get(granted, i));

		if (id == NULL || !grant(r, id))
			return false;
	}
	return true;
}

static bool
read_action(const json_t *value, struct record *r)
{
	const char *name = json_string_value(value);

	return name != NULL &&
	       record_action_of(span_of(name), &r->action) == CONSENT_OK &&
	       record_decides(r->action);
}

static bool
read_handle(const json_t *claims, struct record *r)
{
	const json_t *seq = json_object_get(claims, "seq");
	const char *signal = json_string_value(json_object_get(claims, "sig"));

	r->gpc = signal != NULL && strcmp(signal, signal_gpc) == 0;
	if (json_object_size(claims) != MEMBERS_GRANT + (r->gpc ? 1u : 0u))
		return false;
	if (!json_is_integer(seq) || json_integer_value(seq) < 0)
		return false;
	r->seq = (uint64_t)json_integer_value(seq);
	return copy_id(json_object_get(claims, "sub"), r->sub) &&
	       copy_id(json_object_get(claims, "jti"), r->id);
}

static bool
read_all(
    const struct claims_issuer *issuer, const json_t *claims, struct record *r)
{
	const char *aud = json_string_value(json_object_get(claims, "aud"));

	if (aud == NULL || strcmp(aud, audience) != 0)
		return false;
	if (!copy_text(
		json_object_get(claims, "iss"), sizeof r->site, r->site) ||
	    find_site(issuer, r->site) == NULL)
		return false;
	if (!read_times(claims, r) ||
	    !read_action(json_object_get(claims, "act"), r) ||
	    !read_revs(json_object_get(claims, "rev"), r) ||
	    !read_grants(json_object_get(claims, "cat"), r))
		return false;
	if (!record_grants(r))
		return json_object_size(claims) == MEMBERS_REFUSAL;
	return (r->action == RECORD_ACCEPT || r->action == RECORD_CHOOSE) &&
	       read_handle(claims, r);
}

int
claims_read(
    const struct claims_issuer *issuer, struct span claims, struct record *out)
{
	struct record r = {.n_categories = 0};
	json_t *json =
	    json_loadb(claims.p, claims.n, JSON_REJECT_DUPLICATES, NULL);
	bool good = json_is_object(json) && read_all(issuer, json, &r);

	json_decref(json);
	if (!good)
		return CONSENT_EDENIED;
	*out = r;
	return CONSENT_OK;
}
