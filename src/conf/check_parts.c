#include "conf/check_parts.h"

#include <stdlib.h>
#include <string.h>

#include "conf/options.h"

#include <libconsent/setting.h>

enum {
	PORT_MAX = 65535
};

struct place
check_place(const struct check *c, const char *name)
{
	const struct setting *s = options_setting(c->root, name);

	return setting_place(s != NULL ? s : c->root);
}

void
check_replace(struct check *c, char **at, struct span text)
{
	char *copy = strndup(text.p, text.n);

	if (copy == NULL) {
		c->rc = CONSENT_ENOMEM;
		return;
	}
	free(*at);
	*at = copy;
}

void
check_keep_place(struct check *c, struct config_place *at, struct place place)
{
	at->line = place.line;
	at->column = place.column;
	at->length = place.length;
	if (place.file != NULL)
		check_replace(c, &at->file, span_of(place.file));
}

/* "unix:PATH", the path made to count from the configuration's folder. */
static int
parse_local(const struct check *c, const char *text, struct address *out)
{
	char *path = options_path(c->folder, text + strlen("unix:"));
	int rc = CONSENT_ENOMEM;

	if (path != NULL)
		rc = address_from_path(span_of(path), out);
	free(path);
	return rc;
}

/* "127.0.0.1:80" or "[::1]:80". */
static int
parse_tcp(struct span text, struct address *out)
{
	struct span host, port;
	uint64_t number;
	size_t colon = text.n;

	while (colon > 0 && text.p[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return CONSENT_EINVAL;
	host = span_sub(text, 0, colon - 1);
	port = span_sub(text, colon, text.n);
	if (span_starts(host, SPAN("[")) && span_ends(host, SPAN("]")))
		host = span_sub(host, 1, host.n - 2);
	else if (span_find(host, ':') != host.n)
		return CONSENT_EINVAL;
	if (span_to_u64(port, 10, PORT_MAX, &number) != CONSENT_OK)
		return CONSENT_EINVAL;
	return address_from_ip(host, (uint16_t)number, out);
}

void
check_address(struct check *c, const char *text, struct place place,
    struct config_address *out)
{
	int rc;

	if (span_starts(span_of(text), SPAN("unix:")))
		rc = parse_local(c, text, &out->address);
	else
		rc = parse_tcp(span_of(text), &out->address);
	if (rc == CONSENT_OK)
		address_format(&out->address, out->text);
	else if (rc == CONSENT_ENOMEM)
		c->rc = rc;
	else
		findings_error(c->findings, place, FINDING_BAD_VALUE,
		    "%s is no address: write 127.0.0.1:8080, [::1]:8080 or "
		    "unix:PATH",
		    text);
}
