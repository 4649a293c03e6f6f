#include "proxy/debug.h"

#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/home.h"
#include "proxy/rule_text.h"

bool
debug_is_wanted(const struct head *request, const struct home_client *visitor)
{
	return visitor->is_trusted &&
	       span_equal(
		   head_value(request, SPAN("Consent-Debug")), SPAN("1"));
}

/* A string (RFC 9651 3.3.3); the text is printable ASCII. */
static int
write_string(struct buf *out, const char *text)
{
	int rc = buf_append_byte(out, '"');

	for (; *text != '\0' && rc == CONSENT_OK; text++) {
		if (*text == '"' || *text == '\\')
			rc = buf_append_byte(out, '\\');
		if (rc == CONSENT_OK)
			rc = buf_append_byte(out, *text);
	}
	return rc == CONSENT_OK ? buf_append_byte(out, '"') : rc;
}

/* One member, or nothing of it where it finds no room. */
static int
write_row(struct buf *out, const struct gate *gate,
    const struct page_count *row, const char *from)
{
	static const char *const states[] = {
	    [PAGE_UNDECIDED] = "undecided",
	    [PAGE_DENIED] = "denied",
	    [PAGE_GRANTED] = "granted",
	};
	size_t before = out->n;
	char rule[RULE_TEXT];
	int rc = out->n > 0 ? buf_append(out, SPAN(", ")) : CONSENT_OK;

	rule_text(gate, row, rule);
	if (rc == CONSENT_OK)
		rc = write_string(out, rule);
	if (rc == CONSENT_OK)
		rc =
		    buf_printf(out, ";category=%s;state=%s;count=%zu;from=%s%s",
			rule_category(gate, row),
			states[page_count_state(gate, row)], row->n, from,
			row->answer == GATE_REPORT ? ";report" : "");
	if (rc != CONSENT_OK)
		out->n = before;
	return rc;
}

static int
write_rows(struct buf *out, const struct gate *gate,
    const struct page_counts *counts, const char *from)
{
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; i < counts->n && rc == CONSENT_OK; i++)
		rc = write_row(out, gate, &counts->rows[i], from);
	return rc == CONSENT_OK && counts->others > 0 ? CONSENT_ELIMIT : rc;
}

/* A word at the end of the list. */
static int
write_word(struct buf *out, const char *word)
{
	return buf_printf(out, "%s%s", out->n > 0 ? ", " : "", word);
}

static int
write_facts(struct buf *out, const struct debug_facts *facts)
{
	int rc = write_rows(out, facts->gate, facts->heads, "head");

	if (rc == CONSENT_OK && facts->page != NULL)
		rc = write_rows(out, facts->gate, facts->page, "page");
	out->max = 2 * DEBUG_VALUE; /* the words have room */
	if (rc == CONSENT_ELIMIT)
		rc = write_word(out, "more");
	if (rc == CONSENT_OK && facts->partial)
		rc = write_word(out, "partial");
	return rc == CONSENT_OK && out->n == 0 ? write_word(out, "none") : rc;
}

int
debug_add(struct head *answer, const struct debug_facts *facts)
{
	struct buf value;
	int rc;

	buf_init(&value, DEBUG_VALUE);
	rc = write_facts(&value, facts);
	if (rc == CONSENT_OK)
		rc = head_set(answer, SPAN("Consent-Debug"), buf_span(&value));
	buf_fini(&value);
	return rc;
}
