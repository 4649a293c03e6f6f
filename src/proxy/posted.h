#ifndef CONSENT_PROXY_POSTED_H
#define CONSENT_PROXY_POSTED_H

/*
 * What all forms that visitors post to us have in common: under which notice
 * and in which language they were made, where they lead back to, what their
 * record says of that, and what is told when the notary has answered.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/record.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "proxy/ballot.h"
#include "proxy/call.h"
#include "proxy/refusal.h"
#include "proxy/way.h"

struct notice;

struct posted {
	const struct call *call;
	const struct notice *notice; /* named, or in the language asked for */
	bool has_notice;
	bool is_stale; /* a notice was named that is not in force */
	char back[WAY_BACK];
	size_t back_n;
	int64_t cast_at; /* monotonic ms */
};

/* A form whose fields were not read yet; call is borrowed. */
void posted_begin(struct posted *p, const struct call *call);

/* Reads a field if it is notice, lang or return; else returns false. */
bool posted_read(struct posted *p, struct span name, struct span value);

/* The page to go back to: "/path" in p, or empty. */
struct span posted_back(const struct posted *p);

/* Fills what each record has: action, notice, language, site, signal. */
void posted_record(
    const struct posted *p, enum record_action action, struct record *r);

/*
 * Hands the request to the notary, as one of this visitor. WAIT: its done will
 * be called; READY: nothing is recorded, which is logged and counted.
 */
enum call_result posted_cast(
    struct posted *p, struct ballot_request *request) CONSENT_CHECKED;

/*
 * Counts and logs what the notary said of an action, and why it is refused:
 * _NONE, it is recorded; _MANY, _AGAIN; _UNCHANGED, nothing is recorded.
 */
enum refusal posted_outcome(
    const struct posted *p, enum record_action action, int status);

/* Fills the call's answer with a refusal of the form. */
void posted_refuse(const struct posted *p, enum refusal why);

/* The same for a form that is not read. */
void posted_refuse_unread(const struct call *call, enum refusal why);

#endif
