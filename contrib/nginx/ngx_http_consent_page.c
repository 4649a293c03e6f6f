/*
 * The answers: cookies and fields of each head, and pages, which stream
 * through piece by piece. A page that cannot be read with certainty (a coding,
 * another charset than UTF-8, a part) is 502 and the log says why; one that
 * fails on its way is cut.
 */

#include "ngx_http_consent.h"

enum {
	PIECE = 16384, /* bytes of a page that leave at once */
	PIECES = 8,    /* under way to a client before more is read */
	BUFFERED = 8   /* in r->buffered; 1, 2 and 4 are of SSI, sub and copy, 8
			  is of the image filter, which wants no page */
};

static ngx_http_output_header_filter_pt next_header_filter;
static ngx_http_output_body_filter_pt next_body_filter;

static void
drop_field(void *ctx, ngx_table_elt_t *field)
{
	(void)ctx;
	field->hash = 0;
}

/* ---- heads ------------------------------------------------------------ */

static void
screen_set_cookie(void *ctx, ngx_table_elt_t *field)
{
	const consent_visitor_t *v = ctx;

	if (!host_may_set(v->visit, consent_span(field->value)))
		field->hash = 0;
}

static void
edit_csp(void *ctx, ngx_table_elt_t *field)
{
	consent_visitor_t *v = ctx;
	struct buf out;

	buf_init(&out, 2 * CSP_SITE_BYTES);
	if (host_edit_csp(v->visit, consent_span(field->value), &out) ==
	    CONSENT_OK)
		consent_set_value(v->r, field, buf_span(&out));
	buf_fini(&out);
}

/*
 * Whether the answer is a page, and of which kind. NGX_DECLINED: it is none;
 * NGX_ERROR: it cannot be read, and *why says it.
 */
static ngx_int_t
find_kind(const ngx_http_request_t *r, enum page_kind *kind, const char **why)
{
	struct span charset = consent_span(r->headers_out.charset);
	ngx_table_elt_t *coding = r->headers_out.content_encoding;
	struct span type = consent_span(r->headers_out.content_type);
	int rc = host_kind(type, kind);

	*why = NULL;
	if (rc == CONSENT_ENOENT || r->headers_out.content_length_n == 0 ||
	    r->headers_out.status == NGX_HTTP_NOT_MODIFIED ||
	    r->headers_out.status == NGX_HTTP_NO_CONTENT)
		return NGX_DECLINED;
	if (rc != CONSENT_OK ||
	    (charset.n > 0 && !span_equal_nocase(charset, SPAN("utf-8"))))
		*why = "its type or charset is none that is read";
	else if (coding != NULL && coding->value.len > 0)
		*why = "it is coded: proxy_set_header Accept-Encoding \"\"";
	else if (r->headers_out.status == NGX_HTTP_PARTIAL_CONTENT)
		*why = "it is a part: proxy_set_header Range \"\"";
	return *why == NULL ? NGX_OK : NGX_ERROR;
}

/* A buffer with room at the end of out; NULL: no memory. */
static ngx_buf_t *
next_piece(consent_visitor_t *v)
{
	ngx_chain_t *link = ngx_chain_get_free_buf(v->r->pool, &v->free);
	ngx_buf_t *b = link == NULL ? NULL : link->buf;

	if (b == NULL)
		return NULL;
	if (b->start == NULL) {
		b->start = ngx_palloc(v->r->pool, PIECE);
		if (b->start == NULL)
			return NULL;
		b->end = b->start + PIECE;
	}
	b->pos = b->last = b->start;
	b->tag = (ngx_buf_tag_t)&ngx_http_consent_module;
	b->temporary = 1;
	*v->last = link;
	v->last = &link->next;
	return b;
}

/* The last link of the page's chain of sinks: gathers pieces for nginx. */
static int
put(void *ctx, struct span bytes, enum sink_mark mark)
{
	consent_visitor_t *v = ctx;

	(void)mark;
	while (bytes.n > 0) {
		size_t n;

		if (v->piece == NULL || v->piece->last == v->piece->end)
			v->piece = next_piece(v);
		if (v->piece == NULL)
			return CONSENT_ENOMEM;
		n = ngx_min(bytes.n, (size_t)(v->piece->end - v->piece->last));
		v->piece->last = ngx_cpymem(v->piece->last, bytes.p, n);
		bytes = span_sub(bytes, n, bytes.n);
	}
	return CONSENT_OK;
}

/* The library's own policy, where the site's wants one beside its own. */
static ngx_int_t
add_policy(consent_visitor_t *v)
{
	consent_field_t field = {.name = ngx_string("Content-Security-Policy"),
	    .lower = ngx_string("content-security-policy")};
	static const ngx_str_t name =
	    ngx_string("Content-Security-Policy-Report-Only");
	static const ngx_str_t lower =
	    ngx_string("content-security-policy-report-only");
	enum csp_force force;
	struct buf text;
	ngx_int_t rc = NGX_ERROR;

	buf_init(&text, CSP_BYTES);
	if (host_write_csp(v->visit, &text, &force) == CONSENT_OK) {
		field.value = buf_span(&text);
		if (force == CSP_REPORT) {
			field.name = name;
			field.lower = lower;
		}
		rc = force == CSP_NONE
			 ? NGX_OK
			 : consent_add_field(
			       v->r, &v->r->headers_out.headers, &field);
	}
	buf_fini(&text);
	return rc;
}

/* What is of the page as it was, and what lets others keep this one, goes. */
static ngx_int_t
change_head(consent_visitor_t *v)
{
	static const struct span stale[] = {{"Cache-Control", 13},
	    {"Expires", 7}, {"Content-MD5", 11}, {"Digest", 6}};
	static const consent_field_t keep = {ngx_string("Cache-Control"),
	    ngx_string("cache-control"), {"private, no-cache", 17}};
	static const ngx_str_t utf8 = ngx_string("utf-8");
	ngx_http_request_t *r = v->r;
	ngx_list_t *fields = &r->headers_out.headers;
	size_t i;

	ngx_http_clear_content_length(r);
	ngx_http_clear_accept_ranges(r);
	ngx_http_clear_last_modified(r);
	ngx_http_clear_etag(r);
	if (r->headers_out.charset.len == 0 &&
	    r->headers_out.content_type_len == r->headers_out.content_type.len)
		r->headers_out.charset = utf8;
	r->filter_need_in_memory = 1;
	for (i = 0; i < sizeof stale / sizeof stale[0]; i++)
		consent_each_field(fields, stale[i], drop_field, NULL);
	consent_each_field(
	    fields, SPAN("Content-Security-Policy"), edit_csp, v);
	consent_each_field(
	    fields, SPAN("Content-Security-Policy-Report-Only"), edit_csp, v);
	return add_policy(v) == NGX_OK ? consent_add_field(r, fields, &keep)
				       : NGX_ERROR;
}

/* Instead of a page that cannot be read. */
static ngx_int_t
refuse(consent_visitor_t *v, const char *why)
{
	v->is_refused = true;
	ngx_log_error(NGX_LOG_ERR, v->r->connection->log, 0,
	    "consent: this page is not sent: %s", why);
	return ngx_http_filter_finalize_request(
	    v->r, &ngx_http_consent_module, NGX_HTTP_BAD_GATEWAY);
}

static ngx_int_t
on_head(ngx_http_request_t *r)
{
	enum page_kind kind = PAGE_HTML;
	consent_visitor_t *v;
	const char *why;
	ngx_int_t rc;

	if (!consent_is_on(r))
		return next_header_filter(r);
	v = consent_visitor(r);
	/* a request that is none of a site: all it gets is nginx's refusal */
	if (v == NULL)
		return r->headers_out.status == NGX_HTTP_BAD_REQUEST
			   ? next_header_filter(r)
			   : NGX_ERROR;
	consent_each_field(
	    &r->headers_out.headers, SPAN("Set-Cookie"), screen_set_cookie, v);
	rc = v->is_refused ? NGX_DECLINED : find_kind(r, &kind, &why);
	if (rc == NGX_DECLINED)
		return next_header_filter(r);
	if (rc == NGX_ERROR)
		return refuse(v, why);
	if (change_head(v) != NGX_OK)
		return NGX_ERROR;
	if (!r->header_only && host_page(v->visit, kind, (struct sink){put, v},
				   &v->page) != CONSENT_OK)
		return NGX_ERROR;
	return next_header_filter(r);
}

/* ---- bodies ----------------------------------------------------------- */

/* A link without bytes that says what follows: nothing, or a pause. */
static ngx_int_t
put_mark(consent_visitor_t *v, const ngx_buf_t *from)
{
	ngx_chain_t *link = ngx_alloc_chain_link(v->r->pool);
	ngx_buf_t *b = ngx_calloc_buf(v->r->pool);

	if (link == NULL || b == NULL)
		return NGX_ERROR;
	b->last_buf = from->last_buf;
	b->last_in_chain = from->last_in_chain;
	b->flush = from->flush;
	b->sync = from->sync;
	*link = (ngx_chain_t){b, NULL};
	*v->last = link;
	v->last = &link->next;
	v->piece = NULL;
	return NGX_OK;
}

static ngx_int_t
take(consent_visitor_t *v, ngx_buf_t *b)
{
	bool is_last = b->last_buf || (v->r != v->r->main && b->last_in_chain);
	struct span bytes = {(const char *)b->pos, 0};
	int rc = CONSENT_OK;

	if (ngx_buf_in_memory(b))
		bytes.n = (size_t)(b->last - b->pos);
	else if (b->in_file)
		return NGX_ERROR; /* asked for in memory: see change_head */
	/* UTF-16 says so by its first byte, which UTF-8 never has */
	if (bytes.n > 0 && !v->has_begun && (b->pos[0] & 0xfe) == 0xfe)
		return NGX_ERROR;
	v->has_begun |= bytes.n > 0;
	if (bytes.n > 0 || is_last || b->flush)
		rc = page_write(v->page, bytes,
		    is_last    ? SINK_LAST
		    : b->flush ? SINK_FLUSH
			       : SINK_MORE);
	b->pos = b->last;
	v->has_ended |= is_last;
	return rc != CONSENT_OK			? NGX_ERROR
	       : is_last || b->flush || b->sync ? put_mark(v, b)
						: NGX_OK;
}

static size_t
count_links(const ngx_chain_t *link)
{
	size_t n = 0;

	for (; link != NULL; link = link->next)
		n++;
	return n;
}

/*
 * Reads on while the client takes what comes of it. Before it waits all must be
 * on its way: little pieces that nginx keeps together are never taken.
 */
static ngx_int_t
read_on(consent_visitor_t *v)
{
	static const ngx_buf_t flush = {.flush = 1};
	size_t busy = count_links(v->busy);

	while (v->in != NULL && busy + count_links(v->out) < PIECES) {
		ngx_chain_t *link = v->in;

		if (take(v, link->buf) != NGX_OK) {
			ngx_log_error(NGX_LOG_ERR, v->r->connection->log, 0,
			    "consent: the page is cut: it cannot be read");
			return NGX_ERROR;
		}
		v->in = link->next;
		ngx_free_chain(v->r->pool, link);
	}
	return v->in == NULL ? NGX_OK : put_mark(v, &flush);
}

/* A page is asked to wait by what is not read of it. */
static ngx_int_t
on_body(ngx_http_request_t *r, ngx_chain_t *in)
{
	consent_visitor_t *v =
	    ngx_http_get_module_ctx(r, ngx_http_consent_module);
	ngx_int_t rc;

	if (v == NULL || v->page == NULL || v->is_refused || v->has_ended)
		return next_body_filter(r, in);
	if (in != NULL && ngx_chain_add_copy(r->pool, &v->in, in) != NGX_OK)
		return NGX_ERROR;
	do {
		if (read_on(v) != NGX_OK)
			return NGX_ERROR;
		rc = next_body_filter(r, v->out);
		ngx_chain_update_chains(r->pool, &v->free, &v->busy, &v->out,
		    (ngx_buf_tag_t)&ngx_http_consent_module);
		v->last = &v->out;
		v->piece = NULL;
	} while (
	    rc != NGX_ERROR && v->in != NULL && count_links(v->busy) < PIECES);
	r->buffered &= ~(unsigned)BUFFERED & 0xf;
	if (v->in != NULL)
		r->buffered |= BUFFERED;
	return v->in != NULL && rc != NGX_ERROR ? NGX_AGAIN : rc;
}

void
consent_filters_init(void)
{
	next_header_filter = ngx_http_top_header_filter;
	ngx_http_top_header_filter = on_head;
	next_body_filter = ngx_http_top_body_filter;
	ngx_http_top_body_filter = on_body;
}
