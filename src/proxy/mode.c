#include "proxy/mode.h"

#include "base/clock.h"
#include "base/log.h"
#include "proxy/mode_map.h"
#include "proxy/mode_wire.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	NOTES = 4 * POLICY_CATEGORIES, /* most that wait to be logged */
	RETRY_MS = 1000,	       /* of an end that could not be logged */
	CATEGORY_TEXT = 40	       /* longest id of a category, and NUL */
};

/* A mode that holds for a while. */
struct toggle {
	bool holds;
	enum policy_mode mode;
	int64_t end;   /* monotonic ms */
	int64_t until; /* the same by the wall clock */
};

/* Something to be logged. */
struct note {
	struct mode_note packet;
	char category[CATEGORY_TEXT];
	unsigned index;	      /* of the category */
	struct toggle toggle; /* that begins with it */
	bool answers;	      /* an order waits for it */
	const char *undone;   /* why it is not to begin any more, or NULL */
};

struct modes {
	struct mode_map *map;
	const struct policy *policy; /* NULL: none */
	int ours, theirs;
	struct toggle toggles[POLICY_CATEGORIES];
	struct note notes[NOTES]; /* the oldest first */
	size_t n;
	bool sent;	 /* the first of them */
	bool lost;	 /* and the notary that had it has ended */
	uint64_t number; /* of the last note */
	int64_t retry;	 /* monotonic ms; 0: not */
};

/* ---- life --------------------------------------------------------------- */

struct modes *
modes_new(struct mode_map *map)
{
	struct modes *m = calloc(1, sizeof *m);
	int ends[2];

	if (m == NULL ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, ends) != 0) {
		free(m);
		return NULL;
	}
	m->map = map;
	m->ours = ends[0];
	m->theirs = ends[1];
	return m;
}

void
modes_free(struct modes *m)
{
	if (m == NULL)
		return;
	modes_leave(m, false);
	free(m);
}

void
modes_leave(const struct modes *m, bool is_notary)
{
	(void)close(m->ours);
	if (!is_notary)
		(void)close(m->theirs);
}

void
modes_join(const struct modes *m, const struct policy *policy)
{
	mode_map_join(m->map, policy);
}

int
modes_notary_end(const struct modes *m)
{
	return m->theirs;
}

int
modes_fd(const struct modes *m)
{
	return m->ours;
}

/* ---- what holds --------------------------------------------------------- */

static const char *
mode_name(enum policy_mode mode)
{
	return mode == POLICY_REPORT ? "report" : "enforce";
}

/* Tells the workers. */
static void
publish(const struct modes *m)
{
	struct mode_sets sets = {0, 0};
	unsigned i;

	for (i = 0; i < POLICY_CATEGORIES; i++) {
		category_set bit = (category_set)1 << i;

		if (!m->toggles[i].holds)
			continue;
		if (m->toggles[i].mode == POLICY_REPORT)
			sets.reporting |= bit;
		else
			sets.enforcing |= bit;
	}
	if (m->policy != NULL)
		mode_map_write(m->map, m->policy, sets);
}

/* Puts something at the end of what is to be logged; NULL: no room. */
static struct note *
add_note(struct modes *m, unsigned index, enum policy_mode mode)
{
	const char *id = policy_facts(m->policy)->categories[index].id;
	struct note *note = &m->notes[m->n];

	if (m->n == NOTES) {
		log_error("mode.unlogged", "reason=\"too many wait\"");
		return NULL;
	}
	m->n++;
	memset(note, 0, sizeof *note);
	note->index = index;
	note->packet.magic = MODE_WIRE_NOTE;
	note->packet.version = MODE_WIRE_VERSION;
	note->packet.number = ++m->number;
	/* the loader keeps ids shorter than these */
	(void)snprintf(note->category, sizeof note->category, "%s", id);
	(void)snprintf(note->packet.what, sizeof note->packet.what,
	    "mode of %s: %s", id, mode_name(mode));
	return note;
}

/* At once; its entry follows. */
static struct note *
end_toggle(struct modes *m, unsigned index, const char *why)
{
	struct toggle *t = &m->toggles[index];
	struct note *note = add_note(m, index, t->mode);

	t->holds = false;
	publish(m);
	log_info("mode.ended", "category=%s mode=%s reason=\"%s\"",
	    policy_facts(m->policy)->categories[index].id, mode_name(t->mode),
	    why);
	if (note != NULL)
		(void)snprintf(
		    note->packet.why, sizeof note->packet.why, "%s", why);
	return note;
}

void
modes_renew(struct modes *m, const struct policy *policy, const char *why)
{
	unsigned i;
	size_t k;

	for (i = 0; i < POLICY_CATEGORIES; i++)
		if (m->toggles[i].holds)
			(void)end_toggle(m, i, why);
	for (k = 0; k < m->n; k++)
		m->notes[k].undone = why;
	m->policy = policy;
}

/* ---- orders ------------------------------------------------------------- */

static bool
refuse(char text[MODE_ANSWER], const char *why)
{
	(void)snprintf(text, MODE_ANSWER, "{\"error\":\"%s\"}", why);
	return true;
}

static bool
order_end(struct modes *m, unsigned index, char text[MODE_ANSWER])
{
	struct note *note;

	if (!m->toggles[index].holds)
		return refuse(text, "it has no mode but the policy's");
	note = end_toggle(m, index, "an operator ended it");
	if (note == NULL)
		return refuse(text, "it has ended, and that cannot be logged");
	note->answers = true;
	return false;
}

/* The toggle's text in the log: how long it was asked for. */
static void
say_how_long(struct note *note, int64_t ms)
{
	char until[CLOCK_TEXT];

	clock_format(note->toggle.until, until);
	(void)snprintf(note->packet.why, sizeof note->packet.why,
	    "an operator asked for %" PRId64 " s, until %s", ms / 1000, until);
}

static bool
order_begin(struct modes *m, unsigned index, const struct toggle *wanted,
    char text[MODE_ANSWER])
{
	const struct policy_facts *facts = policy_facts(m->policy);
	struct note *note;

	if ((facts->required >> index & 1) != 0)
		return refuse(
		    text, "it is required: it always passes, in no mode");
	if (facts->categories[index].mode == wanted->mode &&
	    !m->toggles[index].holds)
		return refuse(text, "the policy has it in that mode already");
	if (m->retry != 0)
		return refuse(text, "the log cannot be written");
	if (m->n + 2 > NOTES)
		return refuse(text, "too many orders");
	if (m->toggles[index].holds)
		(void)end_toggle(m, index, "another order took its place");
	note = add_note(m, index, wanted->mode);
	note->packet.begins = 1;
	note->answers = true;
	note->toggle = *wanted;
	note->toggle.until = clock_now() + wanted->end;
	say_how_long(note, wanted->end);
	return false;
}

/* Which note an order waits for, there is one at most; n: none. */
static size_t
find_waiting(const struct modes *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (m->notes[i].answers)
			break;
	return i;
}

bool
modes_waits(const struct modes *m)
{
	return find_waiting(m) < m->n;
}

/* What an order says; end is how long it holds here. */
static bool
read_toggle(struct span mode, struct span time, struct toggle *out)
{
	uint64_t ms;

	if (span_equal(mode, SPAN("report")))
		out->mode = POLICY_REPORT;
	else if (span_equal(mode, SPAN("enforce")))
		out->mode = POLICY_ENFORCE;
	else
		return false;
	if (span_to_u64(time, 10, MODE_MOST_MS, &ms) != CONSENT_OK ||
	    ms < MODE_LEAST_MS)
		return false;
	out->holds = true;
	out->end = (int64_t)ms;
	return true;
}

bool
modes_order(struct modes *m, struct span order, char text[MODE_ANSWER])
{
	struct span id = span_cut(&order, ' '), word = span_cut(&order, ' ');
	struct toggle wanted = {.holds = false};
	int index;

	if (m->policy == NULL)
		return refuse(text, "consentd stops");
	index = policy_category(m->policy, id);
	if (index < 0)
		return refuse(text, "the policy has no such category");
	if (span_equal(word, SPAN("end")) && order.p == NULL)
		return order_end(m, (unsigned)index, text);
	if (!read_toggle(word, order, &wanted))
		return refuse(text,
		    "a mode is report or enforce, for 1 second to 7 days");
	return order_begin(m, (unsigned)index, &wanted, text);
}

/* ---- the notary --------------------------------------------------------- */

static void
drop(struct modes *m, size_t i)
{
	m->n--;
	memmove(
	    &m->notes[i], &m->notes[i + 1], (m->n - i) * sizeof m->notes[0]);
}

/* With what is known of its way. */
static void
drop_first(struct modes *m)
{
	drop(m, 0);
	m->sent = false;
	m->lost = false;
}

/* Its entry is there, and so it holds from now on. */
static void
begin(struct modes *m, const struct note *note, int64_t now)
{
	struct toggle *t = &m->toggles[note->index];

	*t = note->toggle;
	t->end += now;
	publish(m);
	log_warn("mode.began", "category=%s mode=%s seconds=%" PRId64,
	    note->category, mode_name(t->mode), note->toggle.end / 1000);
}

/* An entry says that it began, or may say so: another says that it did not. */
static void
undo(struct modes *m, const struct note *note, const char *why)
{
	struct note *end = &m->notes[m->n++]; /* its own place is free */

	*end = *note;
	end->packet.number = ++m->number;
	end->packet.begins = 0;
	end->answers = false;
	(void)snprintf(end->packet.why, sizeof end->packet.why,
	    "it did not begin: %s", why);
}

static void
answer_done(const struct note *note, uint64_t seq, char text[MODE_ANSWER])
{
	char until[CLOCK_TEXT];

	if (note->packet.begins == 0) {
		(void)snprintf(text, MODE_ANSWER,
		    "{\"category\":\"%s\",\"ended\":true,\"seq\":%" PRIu64 "}",
		    note->category, seq);
		return;
	}
	clock_format(note->toggle.until, until);
	(void)snprintf(text, MODE_ANSWER,
	    "{\"category\":\"%s\",\"mode\":\"%s\",\"until\":\"%s\",\"seq\":"
	    "%" PRIu64 "}",
	    note->category, mode_name(note->toggle.mode), until, seq);
}

/* The first note is logged. Whether that is the answer. */
static bool
logged(struct modes *m, uint64_t seq, int64_t now, char text[MODE_ANSWER])
{
	struct note note = m->notes[0];

	drop_first(m);
	m->retry = 0;
	if (note.packet.begins != 0 && note.undone != NULL) {
		undo(m, &note, note.undone);
		return note.answers && refuse(text, note.undone);
	}
	if (note.packet.begins != 0)
		begin(m, &note, now);
	if (note.answers)
		answer_done(&note, seq, text);
	return note.answers;
}

/*
 * The first note is not logged: what should begin does not, and an end is tried
 * again. An order that waits, for this note or for one behind it, is told so
 * now: how long the log stays as it is nobody knows. Whether there is one.
 */
static bool
failed(struct modes *m, int64_t now, char text[MODE_ANSWER])
{
	size_t i = find_waiting(m);
	bool waits = i < m->n, begins = waits && m->notes[i].packet.begins != 0;

	m->sent = false;
	m->lost = false;
	if (begins)
		drop(m, i);
	else if (waits)
		m->notes[i].answers = false;
	m->retry = m->n > 0 ? now + RETRY_MS : 0;
	return waits &&
	       refuse(text, begins ? "the log cannot be written"
				   : "it has ended; the log cannot be written");
}

/* The notary ended with it. Whether that is the answer. */
static bool
abandoned(struct modes *m, char text[MODE_ANSWER])
{
	struct note note = m->notes[0];

	m->sent = false;
	m->lost = false;
	if (note.packet.begins == 0)
		return false; /* the next one logs it, if need be twice */
	drop_first(m);
	undo(m, &note, "the notary has ended");
	return note.answers && refuse(text, "the notary has ended: ask again");
}

/* Reads reports up to that of the first note. */
static bool
receive(const struct modes *m, struct mode_report *out)
{
	for (;;) {
		ssize_t n =
		    recv(m->ours, out, sizeof *out, MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		if (n != (ssize_t)sizeof *out ||
		    out->magic != MODE_WIRE_REPORT ||
		    out->version != MODE_WIRE_VERSION)
			log_warn("mode.malformed", "bytes=%zd", n);
		else if (m->sent && m->n > 0 &&
			 out->number == m->notes[0].packet.number)
			return true;
	}
}

static bool
hear(struct modes *m, int64_t now, char text[MODE_ANSWER])
{
	struct mode_report report;

	if (receive(m, &report))
		return report.status == CONSENT_OK
			   ? logged(m, report.seq, now, text)
			   : failed(m, now, text);
	return m->lost && abandoned(m, text);
}

static void
tell(struct modes *m, int64_t now)
{
	if (m->n == 0 || m->sent || now < m->retry)
		return;
	m->sent = send(m->ours, &m->notes[0].packet, sizeof m->notes[0].packet,
		      MSG_DONTWAIT | MSG_NOSIGNAL) ==
		  (ssize_t)sizeof m->notes[0].packet;
}

bool
modes_tend(struct modes *m, int64_t now, char text[MODE_ANSWER])
{
	bool answered = hear(m, now, text);
	unsigned i;

	for (i = 0; i < POLICY_CATEGORIES; i++)
		if (m->toggles[i].holds && now >= m->toggles[i].end)
			(void)end_toggle(m, i, "its time is over");
	tell(m, now);
	return answered;
}

void
modes_lose(struct modes *m)
{
	struct mode_note packet;

	if (!m->sent)
		return;
	m->lost = true;
	/* what it had not read was not logged: it is told to the next */
	while (recv(m->theirs, &packet, sizeof packet, MSG_DONTWAIT) > 0) {
		m->sent = false;
		m->lost = false;
	}
}

size_t
modes_look(const struct modes *m, struct mode_row rows[POLICY_CATEGORIES])
{
	size_t n = 0;
	unsigned i;

	for (i = 0; i < POLICY_CATEGORIES; i++)
		if (m->toggles[i].holds)
			rows[n++] = (struct mode_row){
			    policy_facts(m->policy)->categories[i].id,
			    m->toggles[i].mode, m->toggles[i].until};
	return n;
}
