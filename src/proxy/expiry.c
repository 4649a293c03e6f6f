#include "proxy/expiry.h"

#include "base/log.h"
#include "net/tls_expiry.h"
#include "proxy/setup.h"

#include <stdbool.h>
#include <stddef.h>

static const int64_t day = (int64_t)24 * 3600 * 1000;

/* Whether so many ms before its end lie between the last look and now. */
static bool
is_passed(const struct expiry *e, int64_t at, int64_t now)
{
	return at <= now && (e->looked == 0 || at > e->looked);
}

static void
tell_certificate(
    const struct expiry *e, const struct tls_expiry *one, int64_t now)
{
	static const int days[] = {30, 14, 7, 1};
	size_t i;

	if (one->until <= now) {
		if (is_passed(e, one->until, now))
			log_error("certificate.expired", "file=%s", one->file);
		return;
	}
	for (i = 0; i < sizeof days / sizeof *days; i++) {
		if (!is_passed(e, one->until - days[i] * day, now))
			continue;
		log_warn("certificate.expires", "file=%s days=%lld", one->file,
		    (long long)((one->until - now) / day));
		return;
	}
}

static void
tell(const struct expiry *e, const struct tls_expiry *list, size_t n,
    int64_t now)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (list[i].kind == TLS_EXPIRY_CERTIFICATE)
			tell_certificate(e, &list[i], now);
		else if (is_passed(e, list[i].until, now))
			log_warn("staple.expired",
			    "file=%s reason=\"it is not sent any more\"",
			    list[i].file);
	}
}

void
expiry_look(struct expiry *e, const struct proxy_setup *setup, int64_t now)
{
	struct tls_expiry list[TLS_EXPIRIES];
	size_t i;

	/* a clock that was set back is looked at, too */
	if (e->looked != 0 && now >= e->looked && now - e->looked < EXPIRY_EACH)
		return;
	for (i = 0; i < setup->n_listeners; i++)
		if (setup->listeners[i].tls != NULL)
			tell(e, list,
			    tls_server_expiries(setup->listeners[i].tls, list),
			    now);
	if (setup->upstream_tls != NULL)
		tell(e, list, tls_client_expiries(setup->upstream_tls, list),
		    now);
	e->looked = now;
}
