#include "net/tls_expiry.h"

#include <time.h>

#include "net/tls_context.h"

enum {
	SECOND = 1000 /* ms */
};

size_t
tls_server_expiries(
    const struct tls_server *server, struct tls_expiry out[TLS_EXPIRIES])
{
	size_t i, n = 0;

	for (i = 0; i < server->n; i++) {
		const struct tls_entry *entry = &server->entries[i];

		out[n++] = (struct tls_expiry){TLS_EXPIRY_CERTIFICATE,
		    entry->file, (int64_t)entry->until * SECOND};
		if (entry->staple.until != 0)
			out[n++] = (struct tls_expiry){TLS_EXPIRY_STAPLE,
			    entry->ocsp, (int64_t)entry->staple.until * SECOND};
	}
	return n;
}

size_t
tls_client_expiries(const struct tls_client *client, struct tls_expiry *out)
{
	if (client->file == NULL)
		return 0;
	*out = (struct tls_expiry){TLS_EXPIRY_CERTIFICATE, client->file,
	    (int64_t)client->until * SECOND};
	return 1;
}
