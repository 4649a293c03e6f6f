#include "proxy/metrics_write.h"

#include <inttypes.h>

void
metrics_put(struct metrics_writer *w, const char *text)
{
	if (w->rc == CONSENT_OK)
		w->rc = buf_append(w->out, span_of(text));
}

void
metrics_put_quoted(struct metrics_writer *w, const char *value)
{
	metrics_put(w, "\"");
	for (; *value != '\0' && w->rc == CONSENT_OK; value++) {
		if (*value == '\\' || *value == '"')
			w->rc = buf_append_byte(w->out, '\\');
		if (w->rc != CONSENT_OK)
			return;
		if ((unsigned char)*value < 0x20)
			metrics_put(w, "?");
		else
			w->rc = buf_append_byte(w->out, *value);
	}
	metrics_put(w, "\"");
}

void
metrics_put_number(struct metrics_writer *w, uint64_t n)
{
	if (w->rc == CONSENT_OK)
		w->rc = buf_printf(w->out, "%" PRIu64, n);
}

void
metrics_put_seconds(struct metrics_writer *w, uint64_t ms)
{
	if (w->rc == CONSENT_OK)
		w->rc = buf_printf(
		    w->out, "%" PRIu64 ".%03" PRIu64, ms / 1000, ms % 1000);
}

void
metrics_put_head(struct metrics_writer *w, const char *name, const char *help,
    const char *type)
{
	metrics_put(w, "# HELP ");
	metrics_put(w, name);
	metrics_put(w, " ");
	metrics_put(w, help);
	metrics_put(w, "\n# TYPE ");
	metrics_put(w, name);
	metrics_put(w, " ");
	metrics_put(w, type);
	metrics_put(w, "\n");
}
