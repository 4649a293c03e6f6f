#include "report/parts.h"

#include "audit/entry.h"

enum {
	ROWS = 200 /* most rows of a table; the newest */
};

/* How entries of a type are told. */
struct kind {
	enum layout_type types[2]; /* twice the same where there is one */
	const char *id, *heading, *words, *none;
	struct page_column columns[6];
	unsigned width; /* columns */
	void (*cells)(struct page *p, const struct entry *entry);
};

static void
cell_text(struct page *p, struct span text)
{
	char plain[LAYOUT_NAME];
	size_t n = form_plain(text, plain);

	markup_raw(&p->m, "<td>");
	page_foreign(p, (struct span){plain, n});
	markup_raw(&p->m, "</td>");
}

static void
key_cells(struct page *p, const struct entry *entry)
{
	cell_text(p, entry->kid);
	cell_text(p, entry->alg);
	cell_text(p, entry->what);
	cell_text(p, entry->why);
}

static void
incident_cells(struct page *p, const struct entry *entry)
{
	cell_text(p, entry->what);
	markup_raw(&p->m, "<td>");
	page_time(p, entry->since);
	markup_raw(&p->m, "</td>");
	page_cell_number(p, entry->count);
}

static void
erase_cells(struct page *p, const struct entry *entry)
{
	struct span list = entry->entries;
	uint64_t seq, first = 0, last = 0, n = 0;

	for (; form_next_seq(&list, &seq); n++) {
		first = n == 0 ? seq : first;
		last = seq;
	}
	page_cell_number(p, n);
	page_cell_number(p, first);
	page_cell_number(p, last);
	cell_text(p, entry->why);
}

static void
run_cells(struct page *p, const struct entry *entry)
{
	markup_raw(&p->m,
	    entry->type == LAYOUT_START ? "<td>start</td>" : "<td>stop</td>");
	cell_text(p, entry->what);
	cell_text(p, entry->why);
	cell_text(p, entry->node);
}

static const struct kind kinds[] = {
    {{LAYOUT_INCIDENT, LAYOUT_INCIDENT}, "incidents", "Incidents",
	"Things that leaked, or could not be judged.",
	"None was logged in that time.",
	{{"Logged", PAGE_TEXT}, {"What", PAGE_TEXT}, {"Since", PAGE_TEXT},
	    {"Times", PAGE_NUMBER}, {NULL, PAGE_TEXT}},
	4, incident_cells},
    {{LAYOUT_ERASE, LAYOUT_ERASE}, "erasures", "Erasures",
	"Entries whose personal part was taken away; their hash stays, so that "
	"the tree can be checked on.",
	"Nothing was erased in that time.",
	{{"Logged", PAGE_TEXT}, {"Entries", PAGE_NUMBER},
	    {"First", PAGE_NUMBER}, {"Last", PAGE_NUMBER}, {"Why", PAGE_TEXT},
	    {NULL, PAGE_TEXT}},
	5, erase_cells},
    {{LAYOUT_KEY, LAYOUT_KEY}, "keys", "Keys",
	"Which key signed what from when on. Whether one belongs to the "
	"operator has to be known from elsewhere.",
	"The log tells of no key.",
	{{"From", PAGE_TEXT}, {"Key", PAGE_TEXT}, {"Kind", PAGE_TEXT},
	    {"What", PAGE_TEXT}, {"Why", PAGE_TEXT}, {NULL, PAGE_TEXT}},
	5, key_cells},
    {{LAYOUT_START, LAYOUT_STOP}, "runs", "Starts and stops",
	"When the log was written, and by which machine. A start that follows "
	"no stop tells of a crash.",
	"None in that time.",
	{{"Time", PAGE_TEXT}, {"Entry", PAGE_TEXT}, {"What", PAGE_TEXT},
	    {"Why", PAGE_TEXT}, {"Machine", PAGE_TEXT}, {NULL, PAGE_TEXT}},
	5, run_cells},
};

static bool
is_of(const struct kind *kind, const struct summary_event *event)
{
	return event->type == kind->types[0] || event->type == kind->types[1];
}

static void
write_event(
    struct page *p, const struct kind *kind, const struct summary_event *event)
{
	struct entry entry;
	const char *why;

	/* it was read once already */
	if (entry_read(event->line, &entry, &why) != CONSENT_OK)
		return;
	markup_raw(&p->m, "<tr><th scope=\"row\">");
	page_time(p, event->time);
	markup_raw(&p->m, "</th>");
	kind->cells(p, &entry);
	markup_raw(&p->m, "</tr>\n");
}

static void
write_kind(struct page *p, const struct kind *kind)
{
	const struct summary *s = p->report->summary;
	size_t i, n = 0, skipped = 0;

	for (i = 0; i < s->n_events; i++)
		n += is_of(kind, &s->events[i]);
	page_section(p, kind->id, kind->heading);
	markup_raw(&p->m, "<p>");
	markup_raw(&p->m, n > 0 ? kind->words : kind->none);
	markup_raw(&p->m, "</p>\n");
	if (n > 0) {
		page_table(p, kind->heading, kind->columns);
		for (i = 0; i < s->n_events; i++)
			if (is_of(kind, &s->events[i]) && n - skipped++ <= ROWS)
				write_event(p, kind, &s->events[i]);
		page_left_out(p, n > ROWS ? n - ROWS : 0, kind->width);
		page_table_end(p);
	}
	page_section_end(p);
}

void
parts_events(struct page *p)
{
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		write_kind(p, &kinds[i]);
	if (p->report->summary->untold == 0)
		return;
	markup_raw(&p->m, "<p class=\"note\">");
	page_number(p, p->report->summary->untold);
	markup_raw(&p->m, " entries that would be told one by one are more "
			  "than this page can hold, and are left out.</p>\n");
}
