#include "proxy/verify.h"

#include "http/head.h"
#include "proxy/answer.h"
#include "proxy/prefix.h"
#include "proxy/visit.h"

#include <libconsent/buf.h>
#include <libconsent/gate.h>

enum {
	VERIFY_BYTES = 1024 /* of the categories' ids */
};

static bool
is_read(struct span method)
{
	return span_equal(method, SPAN("GET")) ||
	       span_equal(method, SPAN("HEAD"));
}

void
verify_answer(struct answer *a, const struct visit *v,
    const struct proxy_setup *setup, const struct head *request)
{
	struct buf granted;

	if (prefix_verified(setup, v->path).n == 0 &&
	    !is_read(request->method)) {
		answer_start(a, 405);
		answer_field(a, SPAN("Allow"), SPAN("GET, HEAD"));
		return;
	}
	answer_start(a, 200);
	buf_init(&granted, VERIFY_BYTES);
	if (a->rc == CONSENT_OK)
		a->rc = gate_write_granted(&v->gate, &granted);
	answer_field(a, SPAN("Consent"), buf_span(&granted));
	buf_fini(&granted);
}
