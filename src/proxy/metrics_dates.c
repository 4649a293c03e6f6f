#include "proxy/metrics_dates.h"

#include "net/tls_expiry.h"
#include "proxy/metrics_write.h"
#include "proxy/setup.h"

#include <stdbool.h>
#include <stdio.h>

static const char key_name[] = "consentd_key_created_timestamp_seconds";

/* A family while it is written. */
struct dates {
	struct metrics_writer *w;
	enum tls_expiry_kind kind;
	const char *name, *help;
	bool headed; /* there was something to tell */
};

/* Where: the number of a listener in the configuration, or "upstream". */
static void
put_ends(
    struct dates *d, const char *where, const struct tls_expiry *list, size_t n)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (list[i].kind != d->kind)
			continue;
		if (!d->headed)
			metrics_put_head(d->w, d->name, d->help, "gauge");
		d->headed = true;
		metrics_put(d->w, d->name);
		metrics_put(d->w, "{listener=");
		metrics_put_quoted(d->w, where);
		metrics_put(d->w, ",number=\"");
		metrics_put_number(d->w, ++number);
		metrics_put(d->w, "\",file=");
		metrics_put_quoted(d->w, list[i].file);
		metrics_put(d->w, "} ");
		metrics_put_seconds(d->w, (uint64_t)list[i].until);
		metrics_put(d->w, "\n");
	}
}

static void
put_family(struct dates *d, const struct proxy_setup *setup)
{
	struct tls_expiry list[TLS_EXPIRIES];
	char where[24];
	size_t i;

	for (i = 0; i < setup->n_listeners; i++) {
		if (setup->listeners[i].tls == NULL)
			continue;
		(void)snprintf(where, sizeof where, "%zu", i + 1);
		put_ends(d, where, list,
		    tls_server_expiries(setup->listeners[i].tls, list));
	}
	if (setup->upstream_tls != NULL)
		put_ends(d, "upstream", list,
		    tls_client_expiries(setup->upstream_tls, list));
}

static void
put_key(struct metrics_writer *w, const char *use, int64_t at)
{
	if (at <= 0)
		return;
	metrics_put(w, key_name);
	metrics_put(w, "{use=");
	metrics_put_quoted(w, use);
	metrics_put(w, "} ");
	metrics_put_seconds(w, (uint64_t)at);
	metrics_put(w, "\n");
}

static void
put_keys(struct metrics_writer *w, const struct proxy_setup *setup)
{
	if (setup->token_key_made <= 0 && setup->log_key_made <= 0)
		return;
	metrics_put_head(
	    w, key_name, "When the key that signs was made.", "gauge");
	put_key(w, "token", setup->token_key_made);
	put_key(w, "log", setup->log_key_made);
}

void
metrics_dates(struct metrics_writer *w, const struct proxy_setup *setup)
{
	struct dates certificates = {w, TLS_EXPIRY_CERTIFICATE,
	    "consentd_certificate_expiry_timestamp_seconds",
	    "When the first certificate in a file ends.", false};
	struct dates staples = {w, TLS_EXPIRY_STAPLE,
	    "consentd_staple_expiry_timestamp_seconds",
	    "When an OCSP response ends, which is not sent after that.", false};

	put_family(&certificates, setup);
	put_family(&staples, setup);
	put_keys(w, setup);
}
