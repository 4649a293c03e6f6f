#include "net/resolver.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <libconsent/span.h>

#include "harness.h"

/* A loop and who answers; with memory refused, that is told and no more. */
struct desk {
	struct harness h;
	struct resolver *resolver;
};

struct answer {
	struct resolver_query query;
	unsigned times;
	int rc;
	size_t count;
	struct address first;
};

static void
on_done(void *ctx, int rc, const struct address *list, size_t count)
{
	struct answer *a = ctx;

	failing_must((rc == CONSENT_OK) == (count != 0),
	    "addresses and an error, or neither");
	a->times++;
	a->rc = rc;
	a->count = count;
	if (count != 0)
		a->first = list[0];
}

/* In who answers: what is refused is the memory of who asks. */
static void
spare(void)
{
	failing.on = false;
}

static void
desk_fini(void *ctx)
{
	struct desk *d = ctx;
	bool strict = failing_ends(d);

	resolver_free(d->resolver);
	harness_fini(&d->h);
	failing_ended(strict);
}

static void
desk_init(struct desk *d)
{
	d->resolver = NULL;
	harness_init(&d->h);
	failing_later(desk_fini, d);
	d->resolver = resolver_new(d->h.loop, spare);
	assert_non_null(d->resolver);
}

static bool
answer_came(void *ctx)
{
	return ((struct answer *)ctx)->times != 0;
}

static int
ask(struct desk *d, struct answer *a, struct span host)
{
	*a = (struct answer){.query = {.on_done = on_done, .ctx = a}};
	return resolver_ask(d->resolver, &a->query, host, 8080);
}

static void
finds_names_of_this_machine(void **state)
{
	struct desk d;
	struct answer a;
	char text[ADDRESS_TEXT];

	(void)state;
	desk_init(&d);
	assert_int_equal(ask(&d, &a, SPAN("localhost")), CONSENT_OK);
	assert_int_equal(a.times, 0);
	assert_true(harness_until(&d.h, answer_came, &a));
	assert_int_equal(a.rc, CONSENT_OK);
	assert_true(a.count >= 1 && a.count <= ADDRESS_LIST);
	address_format(&a.first, text);
	assert_true(strcmp(text, "127.0.0.1:8080") == 0 ||
		    strcmp(text, "[::1]:8080") == 0);
	desk_fini(&d);
}

static void
tells_names_that_are_none(void **state)
{
	struct desk d;
	struct answer a;
	char longest[ADDRESS_HOST_BYTES + 1];

	(void)state;
	memset(longest, 'a', sizeof longest);
	desk_init(&d);
	assert_int_equal(ask(&d, &a, SPAN("")), CONSENT_EINVAL);
	assert_int_equal(ask(&d, &a, SPAN("a\0b")), CONSENT_EINVAL);
	assert_int_equal(ask(&d, &a, (struct span){longest, sizeof longest}),
	    CONSENT_EINVAL);
	assert_int_equal(ask(&d, &a, SPAN("no..name")), CONSENT_OK);
	assert_true(harness_until(&d.h, answer_came, &a));
	assert_true(a.rc != CONSENT_OK);
	assert_int_equal(a.count, 0);
	desk_fini(&d);
}

static void
forgets_who_cancels(void **state)
{
	struct desk d;
	struct answer a, b;

	(void)state;
	desk_init(&d);
	assert_int_equal(ask(&d, &a, SPAN("localhost")), CONSENT_OK);
	assert_int_equal(ask(&d, &b, SPAN("localhost")), CONSENT_OK);
	resolver_cancel(&a.query);
	resolver_cancel(&a.query);
	assert_true(harness_until(&d.h, answer_came, &b));
	assert_int_equal(a.times, 0);
	assert_int_equal(ask(&d, &a, SPAN("localhost")), CONSENT_OK);
	resolver_free(d.resolver); /* with a question open */
	d.resolver = NULL;
	harness_turn(&d.h);
	assert_int_equal(a.times, 0);
	desk_fini(&d);
}

static void
bounds_its_questions(void **state)
{
	static struct answer list[RESOLVER_QUERIES + 1];
	struct desk d;
	size_t i;
	int rc = CONSENT_OK;

	(void)state;
	desk_init(&d);
	for (i = 0; i <= RESOLVER_QUERIES && rc == CONSENT_OK; i++)
		rc = ask(&d, &list[i], SPAN("localhost"));
	assert_int_equal(rc, CONSENT_EBUSY);
	assert_true(harness_until(&d.h, answer_came, &list[i - 2]));
	desk_fini(&d);
}

/* The one child of a process, 0 when the kernel does not tell. */
static pid_t
read_child(pid_t of)
{
	char path[64];
	long pid = 0;
	char text[32] = "";
	uint64_t number = 0;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/children",
	    (long)of, (long)of);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	if (fgets(text, sizeof text, f) != NULL) {
		struct span rest = span_of(text);

		if (span_to_u64(span_cut(&rest, ' '), 10, INT32_MAX, &number) ==
		    CONSENT_OK)
			pid = (long)number;
	}
	(void)fclose(f);
	return (pid_t)pid;
}

static pid_t
only_child(pid_t of)
{
	bool on = failing_pause();
	pid_t pid = read_child(of);

	failing_resume(on);
	return pid;
}

/* A condition: the process is no child of ours any more. */
static bool
has_gone(void *ctx)
{
	return only_child(getpid()) != *(const pid_t *)ctx;
}

static void
starts_another_helper(void **state)
{
	struct desk d;
	struct answer a;
	pid_t pid;

	(void)state;
	desk_init(&d);
	pid = only_child(getpid());
	if (pid != 0) {
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_true(harness_until(&d.h, has_gone, &pid));
	}
	assert_int_equal(ask(&d, &a, SPAN("localhost")), CONSENT_OK);
	assert_true(harness_until(&d.h, answer_came, &a));
	assert_int_equal(a.rc, CONSENT_OK);
	assert_true(pid == 0 || pid != only_child(getpid()));
	desk_fini(&d);
}

/*
 * What a name server sends may kill who reads it, but nobody else: once, for no
 * memory of who asks has a part in it.
 */
static void
outlives_who_answers(void **state)
{
	struct desk d;
	struct answer a;
	pid_t helper, who;

	(void)state;
	desk_init(&d);
	assert_int_equal(ask(&d, &a, SPAN("localhost")), CONSENT_OK);
	assert_true(harness_until(&d.h, answer_came, &a));
	helper = only_child(getpid());
	who = helper == 0 || failing.on ? 0 : only_child(helper);
	if (who != 0)
		assert_int_equal(kill(who, SIGKILL), 0);
	while (who != 0 && only_child(helper) == who)
		(void)sched_yield(); /* or it takes the question with it */
	assert_int_equal(ask(&d, &a, SPAN("localhost")), CONSENT_OK);
	assert_true(harness_until(&d.h, answer_came, &a));
	assert_int_equal(a.rc, CONSENT_OK);
	assert_int_equal(only_child(getpid()), helper);
	desk_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_names_of_this_machine),
	    cmocka_unit_test(tells_names_that_are_none),
	    cmocka_unit_test(forgets_who_cancels),
	    cmocka_unit_test(bounds_its_questions),
	    cmocka_unit_test(starts_another_helper),
	    cmocka_unit_test(outlives_who_answers),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
