#include "http/proxy_protocol.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The same from memory of exactly n bytes: a read behind them is found. */
static enum proxy_protocol_result
parse_front(struct span seen, size_t n, struct proxy_protocol *out)
{
	char *copy = malloc(n + 1);
	enum proxy_protocol_result result;

	must(copy != NULL);
	if (n != 0)
		memcpy(copy + 1, seen.p, n);
	result = proxy_protocol_parse((struct span){copy + 1, n}, out);
	free(copy);
	return result;
}

/*
 * However the bytes arrive, the result is one and the same: MORE until the
 * header is whole, then DONE with the same facts, or BROKEN for good.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span all = {(const char *)data, n};
	struct proxy_protocol whole = {.n = 0}, part = {.n = 0};
	enum proxy_protocol_result last, result = PROXY_PROTOCOL_MORE;
	size_t i;

	last = parse_front(all, n, &whole);
	if (last == PROXY_PROTOCOL_MORE)
		must(n < PROXY_PROTOCOL_MAX && whole.n == 0);
	if (last == PROXY_PROTOCOL_DONE)
		must(whole.n >= 15 && whole.n <= n &&
		     whole.n <= PROXY_PROTOCOL_MAX);
	for (i = 0; i <= n && result == PROXY_PROTOCOL_MORE; i++)
		result = parse_front(all, i, &part);
	must(result == last);
	if (last == PROXY_PROTOCOL_DONE) {
		must(i - 1 == whole.n && part.n == whole.n);
		must(part.has_client == whole.has_client);
		must(part.port == whole.port);
		must(memcmp(&part.client, &whole.client, sizeof part.client) ==
		     0);
	}
	return 0;
}
