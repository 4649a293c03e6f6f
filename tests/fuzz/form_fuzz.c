#include "web/form.h"

#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* How many pieces between ampersands are not empty: the fields there are. */
static size_t
count_pieces(struct span body)
{
	size_t n = 0;

	while (body.p != NULL)
		n += span_cut(&body, '&').n != 0;
	return n;
}

/*
 * A walk ends, gives no more than there is, decodes to no more bytes than
 * were written, and leaves the text of each field readable.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span body = {(const char *)data, n}, name, value;
	struct buf scratch;
	struct form form;
	size_t fields = 0, bytes = 0, i;
	unsigned seen = 0;
	int rc;

	buf_init(&scratch, n + 1);
	form_init(&form, body, &scratch);
	while ((rc = form_next(&form, &name, &value)) == CONSENT_OK) {
		fields++;
		bytes += name.n + value.n;
		for (i = 0; i < name.n; i++)
			seen += (unsigned char)name.p[i];
		for (i = 0; i < value.n; i++)
			seen += (unsigned char)value.p[i];
		must(fields <= FORM_FIELDS);
	}
	must(bytes <= n && (seen == 0 || bytes > 0));
	if (rc == CONSENT_ENOENT)
		must(fields == count_pieces(body));
	else
		must(rc == CONSENT_ELIMIT && fields == FORM_FIELDS);
	buf_fini(&scratch);
	return 0;
}
