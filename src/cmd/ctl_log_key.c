#include "cmd/ctl_log_key.h"

#include "cmd/ctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int
complain(const struct log_call *call, const char *path, const char *why)
{
	(void)fprintf(
	    stderr, "consentctl log %s: %s: %s\n", call->command, path, why);
	return CTL_FAILED;
}

static int
read_all(FILE *file, struct buf *out)
{
	char piece[4096];
	size_t n;

	while ((n = fread(piece, 1, sizeof piece, file)) > 0) {
		int rc = buf_append(out, (struct span){piece, n});

		if (rc != CONSENT_OK)
			return rc;
	}
	return ferror(file) ? CONSENT_EIO : CONSENT_OK;
}

int
log_file_read(const struct log_call *call, const char *path, struct buf *out)
{
	FILE *file = fopen(path, "re");
	int rc;

	if (file == NULL)
		return complain(call, path, strerror(errno));
	rc = read_all(file, out);
	(void)fclose(file); /* read only: nothing to lose */
	if (rc == CONSENT_ELIMIT)
		return complain(call, path, "too large to be what was asked");
	return rc == CONSENT_OK ? CTL_YES
				: complain(call, path, status_text(rc));
}

/* Adds the key of one line; blank ones are none. */
static int
add_key(struct note_ring *ring, struct span line)
{
	int rc;

	if (span_trim(line).n == 0)
		return CONSENT_OK;
	if (ring->n == NOTE_KEYS)
		return CONSENT_ELIMIT;
	rc = note_key_read(line, &ring->keys[ring->n]);
	if (rc == CONSENT_OK)
		ring->kids[ring->n++][0] = '\0';
	return rc;
}

static int
add_keys(struct note_ring *ring, struct span text)
{
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && text.p != NULL)
		rc = add_key(ring, span_cut(&text, '\n'));
	return rc == CONSENT_OK && ring->n == 0 ? CONSENT_EINVAL : rc;
}

int
log_key_read(const struct log_call *call, struct note_ring *ring)
{
	struct buf text;
	int code, rc;

	ring->n = 0;
	if (add_keys(ring, span_of(call->key)) == CONSENT_OK)
		return CTL_YES;
	buf_init(&text, (size_t)NOTE_KEYS * NOTE_VKEY);
	code = log_file_read(call, call->key, &text);
	if (code == CTL_YES) {
		rc = add_keys(ring, buf_span(&text));
		if (rc == CONSENT_EINVAL)
			code = complain(call, call->key,
			    "not a verifier key such as "
			    "library.example/one+12ab34cd+AQ...");
		else if (rc != CONSENT_OK)
			code = complain(call, call->key, status_text(rc));
	}
	buf_fini(&text);
	return code;
}
