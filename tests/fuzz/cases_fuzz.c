#include "trial/cases.h"

#include "fuzz.h"
#include "trial/outcome.h"
#include "trial/visitor.h"

#include <libconsent/loader.h>
#include <libconsent/settings.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* libconfig loses the strings of a text that it then cannot parse. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static struct policy *
load(void)
{
	static const char text[] =
	    "version=\"1\";categories=({id=\"e\";required=true;},{id=\"a\";});"
	    "cookies=({name=\"_a*\";category=\"a\";});"
	    "resources=({host=\"t.example\";category=\"a\";},"
	    "{inline=\"track(\";category=\"a\";});";
	const struct loader_options options = {NULL};
	struct settings *settings = NULL;
	struct policy *p = NULL;
	struct findings f;

	findings_init(&f);
	must(settings_parse("fuzz", SPAN(text), &f, &settings) == CONSENT_OK);
	must(policy_load(settings_root(settings), &options, &f, &p) ==
	     CONSENT_OK);
	settings_free(settings);
	findings_fini(&f);
	return p;
}

/* A test that was taken can be run: it passes, or says in words what not. */
static void
run(const struct test_case *test, const struct policy *policy, const char *path)
{
	struct visitor_place place = {.policy = policy};
	struct outcome o;
	size_t i;
	int rc;

	must(test->subject != NULL && test->subject[0] != '\0');
	if (test->question.kind == QUESTION_PAGE)
		return; /* no files are read here */
	outcome_init(&o);
	rc = outcome_run(&o, test, &place, path);
	must(rc == CONSENT_OK || rc == CONSENT_EINVAL || rc == CONSENT_ELIMIT);
	for (i = 0; rc == CONSENT_OK && i < o.n; i++)
		must(outcome_expected(&o, i).n > 0 && outcome_got(&o, i).n > 0);
	outcome_fini(&o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct policy *policy;
	static char path[64];
	static int fd = -1;
	struct cases cases;
	struct findings f;
	size_t i;
	int rc;

	if (policy == NULL) {
		policy = load();
		fd = memfd_create("cases", MFD_CLOEXEC);
		must(fd >= 0);
		(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	}
	must(ftruncate(fd, 0) == 0);
	must(pwrite(fd, data, n, 0) == (ssize_t)n);
	findings_init(&f);
	rc = cases_load(path, policy, &f, &cases);
	must((rc == CONSENT_OK) == (f.errors == 0));
	for (i = 0; rc == CONSENT_OK && i < cases.n; i++)
		run(&cases.items[i], cases.policy, path);
	cases_free(&cases);
	findings_fini(&f);
	return 0;
}
