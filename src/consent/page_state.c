#include "consent/page_state.h"

void
scope_init(struct scope *s, struct page *page, const struct url *url)
{
	*s = (struct scope){.page = page, .url = url};
	buf_init(&s->text, URL_SCRATCH);
	buf_init(&s->parsing, URL_SCRATCH);
	buf_init(&s->value, PAGE_SCRATCH);
	page_edits_init(&s->edits, PAGE_SCRATCH);
}

void
scope_fini(struct scope *s)
{
	buf_fini(&s->text);
	buf_fini(&s->parsing);
	buf_fini(&s->value);
	page_edits_fini(&s->edits);
}
