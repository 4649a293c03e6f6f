#include "proxy/memo_key.h"

#include "base/siphash.h"
#include "http/head.h"
#include "proxy/plan.h"
#include "proxy/told.h"
#include "proxy/visit.h"

#include <libconsent/page.h>

#include <string.h>

_Static_assert(sizeof(struct memo_facts) == 48, "no padding is compared");
_Static_assert(sizeof(category_set) == sizeof(uint32_t), "sets fit");

enum memo_flag {
	FLAG_NAMES_SITE = 1u << 0,
	FLAG_WANTS_NOTICE = 1u << 1,
	FLAG_HAS_TONGUE = 1u << 2,
	FLAG_AGAIN = 1u << 3, /* an answer is there, and not enough */
	FLAG_GPC = 1u << 4,
	FLAG_LOST = 1u << 5,  /* its head lost something: see body.c */
	FLAG_SCRIPT = 1u << 6 /* scripts of the site may know the choice */
};

static bool
forbids(const struct head *head)
{
	return head_lists(head, SPAN("Cache-Control"), SPAN("no-store"));
}

bool
memo_key_suits(const struct plan *plan, const struct visit *visit,
    const struct memo_heads *heads)
{
	if (plan->unread || plan->form == MIME_PARTS)
		return false;
	if (visit->gate.sensitive || heads->response->status != 200)
		return false;
	return span_equal(heads->request->method, SPAN("GET")) &&
	       head_find(heads->request, SPAN("Authorization"), 0) ==
		   HEAD_NONE &&
	       !forbids(heads->request) && !forbids(heads->response);
}

static uint32_t
flags_of(const struct visit *v)
{
	bool lost = v->removed != NULL && v->removed->withheld > 0;
	uint32_t flags = 0;

	flags |= v->names_site ? FLAG_NAMES_SITE : 0;
	flags |= v->wants_notice ? FLAG_WANTS_NOTICE : 0;
	flags |= v->has_tongue ? FLAG_HAS_TONGUE : 0;
	flags |= v->gate.again ? FLAG_AGAIN : 0;
	flags |= v->gate.gpc ? FLAG_GPC : 0;
	flags |= lost ? FLAG_LOST : 0;
	flags |= v->script != NULL ? FLAG_SCRIPT : 0;
	return flags;
}

static uint32_t
codings_of(const struct coding_stack *stack)
{
	uint32_t all = (uint32_t)stack->n;
	size_t i;

	for (i = 0; i < stack->n; i++)
		all = all << 4 | (uint32_t)stack->of[i];
	return all;
}

/* The URL is a stranger's to choose; the rest, of a few values, is not. */
static int
hash(struct siphash *hasher, struct memo_key *key)
{
	struct span facts = {(const char *)&key->facts, sizeof key->facts};
	uint64_t of_url;
	int rc = siphash(hasher, key->url, &of_url);

	if (rc == CONSENT_OK)
		key->hash = told_key(told_key(of_url, facts), key->charset);
	return rc;
}

int
memo_key_of(const struct plan *plan, const struct visit *visit,
    struct siphash *hasher, struct memo_key *key)
{
	const struct gate *gate = &visit->gate;

	*key = (struct memo_key){
	    .url = buf_span(&visit->url_text), .charset = plan->charset};
	key->facts =
	    (struct memo_facts){.notice = (uint64_t)(uintptr_t)visit->notice,
		.site = (uint32_t)visit->site,
		.form = (uint32_t)plan->form,
		.granted = gate->granted,
		.agreed = gate->agreed,
		.decided = gate->decided,
		.signaled = gate->signaled,
		.reported = gate->reported,
		.codings = codings_of(&plan->codings),
		.flags = flags_of(visit)};
	return hash(hasher, key);
}
