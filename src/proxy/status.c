#include "proxy/status.h"

#include "base/clock.h"
#include "base/version.h"
#include "policy/names.h"
#include "proxy/family.h"
#include "proxy/findings_json.h"
#include "proxy/metrics.h"
#include "proxy/mode.h"
#include "proxy/ready.h"

#include <libconsent/findings.h>

#include <jansson.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A time of the wall clock, or null where there is none. */
static json_t *
write_time(int64_t when)
{
	char text[CLOCK_TEXT];

	if (when <= 0)
		return json_null();
	clock_format(when, text);
	return json_string(text);
}

static json_t *
write_number(uint64_t n)
{
	return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

/* Text that an operator wrote may be no UTF-8: then it is left out. */
static json_t *
write_text(const char *text)
{
	json_t *string = text == NULL ? NULL : json_string(text);

	return string == NULL ? json_null() : string;
}

static json_t *
write_processes(const struct family *family)
{
	struct family_member members[FAMILY_MEMBERS];
	size_t n = family_look(family, members, FAMILY_MEMBERS), i;
	int64_t now = clock_monotonic();
	json_t *list = json_array();

	(void)json_array_append_new(
	    list, json_pack("{s:s, s:I}", "role", "parent", "pid",
		      (json_int_t)getpid()));
	for (i = 0; i < n; i++)
		(void)json_array_append_new(
		    list, json_pack("{s:s, s:I, s:I, s:b, s:b}", "role",
			      members[i].role, "pid",
			      (json_int_t)members[i].pid, "uptime_seconds",
			      (json_int_t)((now - members[i].started) / 1000),
			      "well", (int)members[i].is_well, "leaving",
			      (int)members[i].is_leaving));
	return list;
}

static json_t *
write_ready(const struct metrics *m)
{
	struct ready ready;
	json_t *checks = json_object();
	size_t i;

	ready_judge(m, clock_monotonic(), &ready);
	for (i = 0; i < READY_CHECKS; i++)
		(void)json_object_set_new(checks, ready.checks[i].name,
		    json_string(ready.checks[i].reason == NULL
				    ? "ok"
				    : ready.checks[i].reason));
	return json_pack(
	    "{s:b, s:o}", "ready", (int)ready.all, "checks", checks);
}

static uint64_t
sum_range(const struct metrics *m, unsigned first, unsigned n)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < n; i++)
		sum += metrics_sum(m, first + i);
	return sum;
}

static json_t *
write_numbers(const struct metrics *m)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "connections",
	    write_number(metrics_sum(m, METRIC_OPEN)), "requests_open",
	    write_number(metrics_sum(m, METRIC_LIVE)), "requests",
	    write_number(
		sum_range(m, METRIC_REQUESTS, NAMES_METHODS * NAMES_STATUSES)),
	    "choices",
	    write_number(
		sum_range(m, METRIC_CHOICES, NAMES_ACTIONS * NAMES_RESULTS)),
	    "ledger_entries",
	    write_number(metrics_most(m, METRIC_LEDGER_ENTRIES)));
}

static json_t *
write_restarts(const struct metrics *m)
{
	const struct names *roles = names_of(NAMES_OF_ROLES);
	json_t *object = json_object();
	unsigned i;

	for (i = 0; i < NAMES_ROLES; i++)
		(void)json_object_set_new(object, roles->values[i],
		    write_number(metrics_sum(m, METRIC_RESTARTS + i)));
	return object;
}

static json_t *
write_last(const struct status_reload *reload)
{
	if (reload->at == 0)
		return json_null();
	return json_pack("{s:o, s:s, s:o, s:I, s:I}", "at",
	    write_time(reload->at), "result",
	    reload->refused == NULL ? "done" : "refused", "reason",
	    write_text(reload->refused), "errors",
	    (json_int_t)reload->findings->errors, "warnings",
	    (json_int_t)reload->findings->warnings);
}

/* Categories whose mode is not the policy's, for a while. */
static json_t *
write_toggles(const struct modes *modes)
{
	struct mode_row rows[POLICY_CATEGORIES];
	size_t n = modes_look(modes, rows), i;
	json_t *list = json_array();

	for (i = 0; i < n; i++)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s, s:o, s:I}", "category",
			rows[i].category, "mode",
			policy_mode_name(rows[i].mode), "until",
			write_time(rows[i].until), "seconds_left",
			(json_int_t)((rows[i].until - clock_now()) / 1000)));
	return list;
}

/* One line of text, to be freed; lets go of the value. */
static char *
spell(json_t *value)
{
	char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT);

	json_decref(value);
	return text;
}

char *
status_write(const struct status_facts *facts)
{
	const struct policy_facts *policy = policy_facts(facts->setup->policy);
	const struct metrics *m = facts->metrics;
	int64_t started = (int64_t)metrics_most(m, METRIC_STARTED_AT);
	int64_t loaded = (int64_t)metrics_most(m, METRIC_LOADED_AT);

	return spell(json_pack(
	    "{s:s, s:o, s:I, s:b, s:{s:o, s:o}, s:{s:o, s:s}, s:I, s:o, s:o, "
	    "s:o, s:o, s:o, s:o}",
	    "version", CONSENT_VERSION, "started", write_time(started),
	    "uptime_seconds", (json_int_t)((clock_now() - started) / 1000),
	    "stopping", (int)facts->stopping, "configuration", "file",
	    write_text(facts->file), "loaded", write_time(loaded), "policy",
	    "version", write_text(policy->version), "hash", policy->hash,
	    "workers", (json_int_t)facts->setup->workers, "readiness",
	    write_ready(m), "processes", write_processes(facts->family),
	    "restarts", write_restarts(m), "numbers", write_numbers(m), "modes",
	    write_toggles(facts->modes), "reload", write_last(&facts->reload)));
}

static json_t *
write_category(const struct policy_category *c, const struct modes *modes)
{
	struct mode_row rows[POLICY_CATEGORIES];
	size_t n = modes_look(modes, rows), i = 0;
	const char *mode = c->required ? NULL : policy_mode_name(c->mode);

	while (i < n && strcmp(rows[i].category, c->id) != 0)
		i++;
	return json_pack("{s:s, s:b, s:s?, s:s?, s:o}", "category", c->id,
	    "required", (int)c->required, "policy", mode, "mode",
	    i < n ? policy_mode_name(rows[i].mode) : mode, "until",
	    i < n ? write_time(rows[i].until) : json_null());
}

char *
status_write_modes(const struct policy *policy, const struct modes *modes)
{
	const struct policy_facts *facts = policy_facts(policy);
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < facts->n_categories; i++)
		(void)json_array_append_new(
		    list, write_category(&facts->categories[i], modes));
	return spell(json_pack("{s:o}", "categories", list));
}

char *
status_write_reload(const struct status_reload *reload)
{
	const struct findings *f = reload->findings;

	return spell(json_pack("{s:s, s:o, s:I, s:I, s:o}", "result",
	    reload->refused == NULL ? "done" : "refused", "reason",
	    write_text(reload->refused), "errors", (json_int_t)f->errors,
	    "warnings", (json_int_t)f->warnings, "findings",
	    findings_json_write(f)));
}
