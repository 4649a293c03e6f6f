#ifndef CONSENT_UNIT_FAILING_GIVE_UP_H
#define CONSENT_UNIT_FAILING_GIVE_UP_H

/*
 * A case whose memory was refused may give up where it finds another outcome
 * than it asserts: what it registered is ended as ever, and asserts hold there
 * again. Its asserts are those of cmocka until memory is refused. In what the
 * loop calls back nothing is left behind: the case gives up after the turn.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/clock.h"

#include "failing_reach.h"

enum {
	FAILING_ENDS = 16,   /* most that is registered at once */
	FAILING_PATIENCE = 5 /* ms, of a case that waits in vain */
};

/* What a case has to end, whatever happens. */
struct failing_end {
	void (*end)(void *ctx);
	void *ctx;
};

static struct {
	const char *stack; /* where that of the case begins */
	bool strict;	   /* asserts hold again */
	bool gave_up;
	bool in_turn;  /* the loop calls */
	bool gives_up; /* after this turn */
	int64_t until; /* it waits; 0: memory was not refused yet */
	size_t n_ends;
	struct failing_end ends[FAILING_ENDS];
} trial;

/*
 * What follows is the test's own memory, which does not fail and does not
 * count. Returns what failing_resume takes.
 */
static inline bool
failing_pause(void)
{
	bool on = failing.on;

	failing.on = false;
	return on;
}

/* The memory of what is tested follows. */
static inline void
failing_resume(bool on)
{
	failing.on = on;
}

/* Registers what the case is to end. */
static inline void
failing_later(void (*end)(void *ctx), void *ctx)
{
	if (trial.n_ends == FAILING_ENDS)
		abort();
	trial.ends[trial.n_ends++] = (struct failing_end){end, ctx};
}

/*
 * Begins to end what was registered, if it was; asserts hold until
 * failing_ended, which takes what this returns.
 */
static inline bool
failing_ends(const void *ctx)
{
	size_t i = trial.n_ends;
	bool strict = trial.strict;

	trial.strict = true;
	while (i > 0 && trial.ends[i - 1].ctx != ctx)
		i--;
	if (i == 0)
		return strict;
	trial.n_ends--;
	for (; i <= trial.n_ends; i++)
		trial.ends[i - 1] = trial.ends[i];
	return strict;
}

/* It has ended. */
static inline void
failing_ended(bool strict)
{
	trial.strict = strict;
}

/* Ends the case here. */
static inline _Noreturn void
failing_give_up(void)
{
	trial.strict = trial.gave_up = true;
	while (trial.n_ends > 0) {
		struct failing_end last = trial.ends[--trial.n_ends];

		last.end(last.ctx);
	}
	failing_abandon(trial.stack);
	mock_assert(0, "it gives up", __FILE__, __LINE__);
	abort(); /* that did not return */
}

/* Whether what does not hold is forgiven; it may not return. */
static inline bool
failing_forgives(void)
{
	if (!failing.on || !failing.failed || trial.strict) {
		failing.on = false;
		return false;
	}
	if (!trial.in_turn)
		failing_give_up();
	trial.gives_up = true;
	return true;
}

/* What must hold whether there is memory or not. */
static inline void
failing_must(bool holds, const char *what)
{
	if (holds)
		return;
	failing.on = false;
	print_error("%s when allocation %lu failed\n", what, failing.fail);
	fail();
}

/*
 * event_base_loop, which gives up in time once memory was refused. There are
 * many runs of a case: none of them waits.
 */
static inline int
failing_turn(struct event_base *base, int flags)
{
	int rc;

	trial.in_turn = true;
	rc =
	    event_base_loop(base, failing.on ? flags | EVLOOP_NONBLOCK : flags);
	trial.in_turn = false;
	if (!failing.on || !failing.failed || trial.strict)
		return rc;
	if (trial.until == 0)
		trial.until = clock_monotonic() + FAILING_PATIENCE;
	if (trial.gives_up || clock_monotonic() > trial.until)
		failing_give_up();
	return rc;
}

#endif
