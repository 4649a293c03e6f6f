#ifndef CONSENT_REPORT_SUMMARY_H
#define CONSENT_REPORT_SUMMARY_H

/*
 * What a consent log says in sums: choices by act, day, language and so on,
 * what was withheld, and the few entries that are told one by one (policies,
 * notices, keys, incidents, erasures, starts and stops). Is fed lines that
 * entry_read has passed; keeps no visitor. No I/O.
 */

#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "audit/layout.h"
#include "report/tally.h"

#include <libconsent/span.h>
#include <libconsent/status.h>

/* Columns of choices: as enum record_action. */
enum {
	SUMMARY_ACTS = 5,
	SUMMARY_EVENTS = 100000 /* most lines that are kept */
};

/* Columns of what was withheld. */
enum summary_state {
	SUMMARY_UNDECIDED,
	SUMMARY_DENIED,
	SUMMARY_GRANTED,
	SUMMARY_STATES
};

/* How choices are put together. */
enum summary_period {
	SUMMARY_DAY,
	SUMMARY_WEEK, /* by its Monday */
	SUMMARY_MONTH
};

/* A line that is told for itself. */
struct summary_event {
	enum layout_type type;
	uint64_t seq;
	int64_t time;	  /* ms */
	char *text;	  /* the summary's own copy of the line */
	struct span line; /* in it */
};

struct summary {
	enum summary_period period;
	uint64_t entries;
	uint64_t types[LAYOUT_ERASED + 1];
	uint64_t first, last;	       /* numbers */
	int64_t first_time, last_time; /* ms; 0: no entry has a time */
	uint64_t acts[SUMMARY_ACTS];

	/* choices, a column for each act */
	struct tally periods, languages, policies, signals, ways;
	/* what choices said of each category: granted, denied */
	struct tally categories;

	/* enforcement */
	int64_t since, until; /* ms; what it speaks of */
	uint64_t screened, confirmed, unconfirmed;
	struct tally rules;	/* "RULE\nCATEGORY"; a column for each state */
	struct tally withheld;	/* by category */
	struct tally incidents; /* times, and entries that tell of them */

	struct summary_event *events;
	size_t n_events, cap_events;
	uint64_t untold; /* events over SUMMARY_EVENTS */
};

/* Makes s empty. CONSENT_EIO without random bytes. */
int summary_init(struct summary *s, enum summary_period period) CONSENT_CHECKED;

/* Frees what s holds. */
void summary_fini(struct summary *s);

/* Takes an entry that was read from a line. CONSENT_ENOMEM. */
int summary_add(struct summary *s, const struct entry *entry,
    struct span line) CONSENT_CHECKED;

/* Keeps an entry as an event and counts it nowhere. CONSENT_ENOMEM. */
int summary_keep(struct summary *s, const struct entry *entry,
    struct span line) CONSENT_CHECKED;

/* Puts all rows in order when everything was added. */
void summary_sort(struct summary *s);

/* Puts events of several logs in the order of their times. */
void summary_sort_events(struct summary *s);

/* Writes the first day of the period of a time: "2026-11-01", "2026-11". */
void summary_period_name(
    enum summary_period period, int64_t when, char name[16]);

#endif
