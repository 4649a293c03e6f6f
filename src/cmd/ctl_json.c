#include "cmd/ctl_json.h"

#include "cmd/ctl.h"

#include <libconsent/buf.h>

#include <stdio.h>

int
ctl_json_print(json_t *value, int rc)
{
	if (value == NULL || json_dumpf(value, stdout, JSON_INDENT(2)) != 0)
		rc = CTL_FAILED;
	(void)putchar('\n');
	json_decref(value);
	return rc;
}

json_t *
ctl_json_span(struct span text)
{
	json_t *all = json_stringn(text.n == 0 ? "" : text.p, text.n);
	struct buf plain;
	size_t i;

	if (all != NULL)
		return all;
	buf_init(&plain, text.n);
	for (i = 0; i < text.n; i++) {
		char c = (unsigned char)text.p[i] < 0x80 ? text.p[i] : '?';

		if (buf_append_byte(&plain, c) != CONSENT_OK)
			break;
	}
	all = json_stringn(plain.n == 0 ? "" : plain.p, plain.n);
	buf_fini(&plain);
	return all;
}
