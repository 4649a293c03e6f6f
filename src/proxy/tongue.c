#include "proxy/tongue.h"

#include "proxy/answer.h"
#include "proxy/home.h"
#include "proxy/posted.h"
#include "proxy/tongue_name.h"
#include "proxy/visit.h"
#include "proxy/way.h"
#include "web/form.h"

#include <libconsent/notice.h>

enum {
	TONGUE_LINE = 256 /* bytes of what is set */
};

struct tongue {
	struct posted posted;
	const struct notice *wanted; /* in the first language that is known */
};

static enum refusal
read_form(struct tongue *t, struct span text)
{
	const struct notice_set *notices = t->posted.call->visit->notices;
	struct span name, value;
	struct buf scratch;
	struct form form;
	int rc;

	buf_init(&scratch, CALL_BODY);
	form_init(&form, text, &scratch);
	while ((rc = form_next(&form, &name, &value)) == CONSENT_OK) {
		(void)posted_read(&t->posted, name, value);
		if (t->wanted == NULL && span_equal(name, SPAN("lang")))
			t->wanted = notice_in(notices, value);
	}
	buf_fini(&scratch);
	return rc == CONSENT_ENOENT && t->wanted != NULL ? REFUSAL_NONE
							 : REFUSAL_LANGUAGE;
}

/* For as long as the browser runs: no Max-Age. */
static void
set_cookie(const struct tongue *t)
{
	struct span scheme = t->posted.call->visit->scheme;
	struct answer *a = t->posted.call->answer;
	struct buf line;
	int rc;

	buf_init(&line, TONGUE_LINE);
	rc = buf_printf(&line, "%s=%s; Path=/%s; HttpOnly; SameSite=Lax",
	    tongue_cookie(scheme), notice_facts(t->wanted)->lang,
	    span_equal(scheme, SPAN("https")) ? "; Secure" : "");
	answer_field(a, SPAN("Set-Cookie"), buf_span(&line));
	buf_fini(&line);
	if (rc != CONSENT_OK)
		a->rc = rc;
}

/* To the page that the form was on; one that is not known: the preferences. */
static void
lead_back(const struct tongue *t)
{
	const char *prefix = t->posted.call->home->setup->prefix;
	struct answer *a = t->posted.call->answer;
	struct span back = posted_back(&t->posted);
	struct buf path;
	int rc;

	buf_init(&path, WAY_BACK);
	rc = back.n > 0 ? buf_append(&path, back)
			: buf_printf(&path, "%s/", prefix);
	answer_field(a, SPAN("Location"), buf_span(&path));
	buf_fini(&path);
	if (rc != CONSENT_OK)
		a->rc = rc;
}

void
tongue_take(const struct call *call, struct span form)
{
	struct tongue t = {.wanted = NULL};
	enum refusal refusal = way_check(call);

	posted_begin(&t.posted, call);
	if (refusal == REFUSAL_NONE)
		refusal = read_form(&t, form);
	if (refusal != REFUSAL_NONE) {
		posted_refuse(&t.posted, refusal);
		return;
	}
	answer_start(call->answer, 303);
	set_cookie(&t);
	lead_back(&t);
}
