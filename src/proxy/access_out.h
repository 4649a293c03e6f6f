#ifndef CONSENT_PROXY_ACCESS_OUT_H
#define CONSENT_PROXY_ACCESS_OUT_H

/*
 * Where lines about requests go, as the operator asks: standard output, a file,
 * or the system's log. Like base/log, a process has one such place. Lines wait
 * in a room until the loop has had its turn and are written together. What
 * cannot be written is lost and counted: no request waits for it. The parent
 * opens, for the workers may not.
 *
 * To the socket of syslog each is a datagram of its own: PRI (RFC 3164 4.1.1),
 * then "consentd[PID]: " (4.1.3, 5.3). The HEADER of 4.1.2 is left out: its
 * host is in no local message, and its time, which syslog(3) writes, the
 * receiver knows as well. One that relays the message adds both (4.3.2). All in
 * all it has 1024 bytes at most (4.1).
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

struct log_room;

enum access_to {
	ACCESS_LOG, /* events of base/log, on stderr; needs nothing of this */
	ACCESS_NONE,
	ACCESS_STDOUT,
	ACCESS_FILE,
	ACCESS_SYSLOG
};

enum access_form {
	ACCESS_JSON,
	ACCESS_COMMON /* the Common Log Format of NCSA httpd */
};

enum {
	ACCESS_DATAGRAM = 1024, /* longest message of syslog, RFC 3164 4.1 */
	ACCESS_LINE = 1000	/* longest line, its end included */
};

struct access_plan {
	enum access_to to;
	enum access_form form;
	const char *file; /* or the socket of syslog; borrowed */
	unsigned sample;  /* one of so many requests has a line; 0 as 1 */
};

/* What a worker writes by; all borrowed. */
struct access_user {
	const struct access_plan *plan;
	int fd;			    /* of access_open; taken over */
	struct log_room *room;	    /* where lines wait */
	void (*on_line)(void *ctx); /* the first of them does */
	void *ctx;
};

/*
 * Opens the place; *fd becomes -1 where there is nothing to be opened. A file
 * is made with mode 0640 and appended to. CONSENT_EIO: why is logged.
 */
int access_open(const struct access_plan *plan, int *fd) CONSENT_CHECKED;

/* Closes what access_open gave. */
void access_close(const struct access_plan *plan, int fd);

/* From now on lines of this process go there; NULL ends that. */
void access_join(const struct access_user *user);

/* The plan that was joined. Before that: events of base/log. */
const struct access_plan *access_joined(void);

/* Whether it is this request's turn to have a line. */
bool access_is_due(void);

/* Takes a line with its end, of at most ACCESS_LINE bytes. */
void access_add(struct span line);

/* Writes the lines that wait. */
void access_flush(void);

/* The file was opened anew: lines go to fd, which is taken over. */
void access_renew(int fd);

/* For the parent: writes what a worker left in its room. */
void access_rescue(
    const struct access_plan *plan, int fd, struct log_room *room);

#endif
