#ifndef CONSENT_PROXY_REPORT_H
#define CONSENT_PROXY_REPORT_H

/*
 * What browsers tell of our Content-Security-Policy (CSP3 5.3 report-uri,
 * Reporting API report-to): POST PREFIX/report. Anybody can send such a
 * thing, so it is small, limited for each address and in all, and believed in
 * nothing but counts. Of a report the blocked host and the directive are
 * looked at; page, referrer, sample and browser are forgotten with the body.
 *
 * A load that the wall held back is counted; one that it only told of, by a
 * visitor who has not agreed to it, is a leak and becomes an incident.
 */

#include <libconsent/span.h>
#include <libconsent/status.h>

struct call;
struct report_desk;

enum {
	REPORT_BODY = 65536,	 /* longest request body */
	REPORT_MOST = 32,	 /* reports of one request that are read */
	REPORT_EACH_MINUTE = 60, /* requests of one address */
	REPORT_ALL_MINUTE = 3000 /* of all, to one worker */
};

/* What limits them. CONSENT_ENOMEM. */
int report_desk_new(struct report_desk **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void report_desk_free(struct report_desk *d);

/* Takes a request and fills its answer: 204, or what was wrong with it. */
void report_take(const struct call *call, struct span body);

#endif
