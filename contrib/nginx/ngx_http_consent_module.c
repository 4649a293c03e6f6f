/*
 * nginx with libconsent in it: withholds from pages and cookies what the
 * visitor did not agree to, by the token that consentd gave, and tells back
 * ends in the field Consent. Policy, keys and site are read with the
 * configuration, by the master, and are there for all workers.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <libconsent/findings.h>
#include <libconsent/host.h>

#define BUFFERED 8 /* in r->buffered; else of images, which are no pages */

typedef struct {
	struct host *host; /* NULL: off */
} conf_t;

/* One request and its answer. */
typedef struct {
	struct host_visit *visit;
	ngx_chain_t *in; /* of the page, still to be read */
	ngx_buf_t *out;	 /* what came of it last; NULL: it is no page */
} visitor_t;

ngx_module_t ngx_http_consent_module;

static ngx_http_output_header_filter_pt next_header_filter;
static ngx_http_output_body_filter_pt next_body_filter;

static struct span
span(ngx_str_t s)
{
	return (struct span){(const char *)s.data, s.len};
}

static ngx_str_t
str(struct span s)
{
	return (ngx_str_t){s.n, (u_char *)s.p};
}

/* ---- fields ----------------------------------------------------------- */

/* The next field of a list, from *i of *part on; NULL behind the last. */
static ngx_table_elt_t *
next_field(ngx_list_part_t **part, ngx_uint_t *i, struct host_field *out)
{
	for (; *part != NULL; *part = (*part)->next, *i = 0)
		if (*i < (*part)->nelts) {
			ngx_table_elt_t *at = (*part)->elts;

			at += (*i)++;
			out->name = span(at->key);
			out->value = span(at->value);
			return at;
		}
	return NULL;
}

/*
 * An answer's field goes with its hash. Of a request's list all is sent on,
 * but nothing under this name, which is for one connection.
 */
static void
drop_field(ngx_table_elt_t *field, enum host_head head)
{
	static u_char name[] = "keep-alive";

	ngx_str_set(&field->key, name);
	ngx_str_null(&field->value);
	field->lowcase_key = name;
	field->hash =
	    head == HOST_REQUEST ? ngx_hash_key(name, field->key.len) : 0;
}

static ngx_int_t
add_field(ngx_pool_t *pool, ngx_list_t *list, const struct host_field *from)
{
	ngx_table_elt_t *field = ngx_list_push(list);
	u_char *lower = ngx_pnalloc(pool, from->name.n);

	if (field == NULL || lower == NULL)
		return NGX_ERROR;
	ngx_memzero(field, sizeof *field);
	field->key = str(from->name);
	field->value = str(from->value);
	field->lowcase_key = lower;
	field->hash = ngx_hash_strlow(lower, field->key.data, field->key.len);
	return NGX_OK;
}

/* Leaves in a head what may go on, and adds what is ours. */
static ngx_int_t
edit_head(ngx_http_request_t *r, visitor_t *v, enum host_head head)
{
	ngx_list_t *list = head == HOST_REQUEST ? &r->headers_in.headers
						: &r->headers_out.headers;
	ngx_list_part_t *part = &list->part;
	ngx_table_elt_t *at;
	struct host_field field;
	ngx_uint_t i = 0;
	int rc;

	while ((at = next_field(&part, &i, &field)) != NULL) {
		rc = host_edit_field(v->visit, head, &field);
		if (rc == CONSENT_ENOENT)
			drop_field(at, head);
		else if (rc == CONSENT_OK)
			at->value = str(field.value);
		else
			return NGX_ERROR;
	}
	i = 0;
	while ((rc = host_add_field(v->visit, head, i++, &field)) == CONSENT_OK)
		if (add_field(r->pool, list, &field) != NGX_OK)
			return NGX_ERROR;
	return rc == CONSENT_ENOENT ? NGX_OK : NGX_ERROR;
}

/* ---- requests --------------------------------------------------------- */

static void
leave(void *visit)
{
	host_leave(visit);
}

/* Admits who asks, once. NULL: no memory, or nothing that a site is asked. */
static visitor_t *
find_visitor(ngx_http_request_t *r, const conf_t *conf)
{
	visitor_t *v = ngx_http_get_module_ctx(r, ngx_http_consent_module);
	struct host_request request = {
	    .target = span(r->unparsed_uri), .inside = r != r->main};
	ngx_list_part_t *part = &r->headers_in.headers.part;
	ngx_pool_cleanup_t *cleanup;
	struct host_field field;
	ngx_uint_t i = 0;

	if (v != NULL)
		return v;
	while (next_field(&part, &i, &field) != NULL)
		host_read_field(&request, &field);
	v = ngx_pcalloc(r->pool, sizeof *v);
	cleanup = ngx_pool_cleanup_add(r->pool, 0);
	if (v == NULL || cleanup == NULL ||
	    host_admit(conf->host, &request, &v->visit) != CONSENT_OK)
		return NULL;
	cleanup->handler = leave;
	cleanup->data = v->visit;
	ngx_http_set_ctx(r, v, ngx_http_consent_module);
	return v;
}

/* Before the content is made: what back ends get. */
static ngx_int_t
on_request(ngx_http_request_t *r)
{
	conf_t *conf = ngx_http_get_module_loc_conf(r, ngx_http_consent_module);
	visitor_t *v;
	ngx_int_t rc;

	if (conf->host == NULL || r != r->main)
		return NGX_DECLINED;
	v = find_visitor(r, conf);
	if (v == NULL)
		return NGX_HTTP_BAD_REQUEST;
	rc = edit_head(r, v, HOST_REQUEST);
	return rc == NGX_OK ? NGX_DECLINED : rc;
}

/* ---- answers ---------------------------------------------------------- */

static ngx_int_t
begin_page(ngx_http_request_t *r, visitor_t *v, enum page_kind kind)
{
	ngx_http_headers_out_t *h = &r->headers_out;

	if (edit_head(r, v, HOST_PAGE) != NGX_OK ||
	    host_page(v->visit, kind) != CONSENT_OK)
		return NGX_ERROR;
	/* what nginx has of a head outside of its list */
	ngx_http_clear_content_length(r);
	ngx_http_clear_accept_ranges(r);
	ngx_http_clear_last_modified(r);
	ngx_http_clear_etag(r);
	if (h->charset.len == 0) {
		ngx_str_set(&h->charset, "utf-8");
		h->content_type_len = h->content_type.len; /* it says none */
	}
	r->filter_need_in_memory = 1;
	v->out = ngx_calloc_buf(r->pool);
	return v->out == NULL ? NGX_ERROR : NGX_OK;
}

static ngx_int_t
on_head(ngx_http_request_t *r)
{
	conf_t *conf = ngx_http_get_module_loc_conf(r, ngx_http_consent_module);
	ngx_http_headers_out_t *h = &r->headers_out;
	struct host_answer answer = {.status = h->status,
	    .is_empty = h->content_length_n == 0,
	    .type = span(h->content_type),
	    .charset = span(h->charset)};
	enum page_kind kind;
	const char *why;
	visitor_t *v;
	int rc;

	if (conf->host == NULL)
		return next_header_filter(r);
	v = find_visitor(r, conf);
	/* what is no request of a site gets nginx's refusal, and that alone */
	if (v == NULL &&
	    (h->status == NGX_HTTP_BAD_REQUEST || r->unparsed_uri.len == 0))
		return next_header_filter(r);
	if (v == NULL)
		return NGX_ERROR;
	if (h->content_encoding != NULL)
		answer.coding = span(h->content_encoding->value);
	rc = host_find_page(&answer, &kind, &why);
	if (rc == CONSENT_ECODING) {
		ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
		    "consent: this page is not sent: %s", why);
		return ngx_http_filter_finalize_request(
		    r, &ngx_http_consent_module, NGX_HTTP_BAD_GATEWAY);
	}
	rc = rc == CONSENT_OK ? begin_page(r, v, kind)
			      : edit_head(r, v, HOST_ANSWER);
	return rc == NGX_OK ? next_header_filter(r) : NGX_ERROR;
}

/* Makes of the next buffer of a page the one that goes to the client. */
static ngx_int_t
read_on(ngx_http_request_t *r, visitor_t *v)
{
	ngx_chain_t *link = v->in;
	ngx_buf_t *b = link->buf, *out = v->out;
	bool is_last = b->last_buf || (r != r->main && b->last_in_chain);
	enum sink_mark mark = b->flush ? SINK_FLUSH : SINK_MORE;
	struct span made, bytes = {(const char *)b->pos, 0};
	int rc = CONSENT_EIO;

	if (ngx_buf_in_memory(b))
		bytes.n = (size_t)(b->last - b->pos);
	if (bytes.n == (size_t)ngx_buf_size(b)) /* all is there, as asked */
		rc = host_write(
		    v->visit, bytes, is_last ? SINK_LAST : mark, &made);
	if (rc != CONSENT_OK) {
		ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
		    "consent: the page is cut: %s", status_text(rc));
		return NGX_ERROR;
	}
	if (!out->memory) /* one without bytes may still wait in nginx */
		out = ngx_palloc(r->pool, sizeof *out);
	if (out == NULL)
		return NGX_ERROR;
	*out = (ngx_buf_t){.pos = (u_char *)made.p,
	    .last = (u_char *)made.p + made.n,
	    .memory = made.n > 0,
	    .recycled = made.n > 0, /* or nginx gathers it with the next */
	    .sync = made.n == 0,
	    .flush = b->flush,
	    .last_buf = b->last_buf,
	    .last_in_chain = b->last_in_chain};
	v->out = out;
	b->pos = b->last;
	v->in = link->next;
	ngx_free_chain(r->pool, link);
	return NGX_OK;
}

/* While a buffer is on its way to the client, no more is read of the page. */
static ngx_int_t
on_body(ngx_http_request_t *r, ngx_chain_t *in)
{
	visitor_t *v = ngx_http_get_module_ctx(r, ngx_http_consent_module);
	ngx_int_t rc;

	if (v == NULL || v->out == NULL)
		return next_body_filter(r, in);
	if (ngx_chain_add_copy(r->pool, &v->in, in) != NGX_OK)
		return NGX_ERROR;
	do {
		bool is_new = v->in != NULL && ngx_buf_size(v->out) == 0;
		ngx_chain_t link = {NULL, NULL};

		if (is_new && read_on(r, v) != NGX_OK)
			return NGX_ERROR;
		link.buf = v->out;
		rc = next_body_filter(r, is_new ? &link : NULL);
	} while (rc != NGX_ERROR && v->in != NULL && ngx_buf_size(v->out) == 0);
	r->buffered &= ~BUFFERED;
	if (v->in != NULL)
		r->buffered |= BUFFERED;
	return rc;
}

/* ---- configuration ---------------------------------------------------- */

static void
free_host(void *host)
{
	host_free(host);
}

/* consent ORIGIN POLICY KEYS, there as long as the configuration is; or off. */
static char *
set_host(ngx_conf_t *cf, ngx_command_t *command, void *place)
{
	conf_t *conf = place;
	ngx_str_t *words = cf->args->elts;
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
	struct host_options options = {.site = (char *)words[1].data};
	struct findings findings;
	struct finding *f;
	int rc;

	if (conf->host != NGX_CONF_UNSET_PTR)
		return "is duplicate";
	conf->host = NULL;
	if (cf->args->nelts == 2)
		return ngx_strcmp(words[1].data, "off") == 0
			   ? NGX_CONF_OK
			   : "wants a site, its policy and its keys, or off";
	if (cleanup == NULL ||
	    ngx_conf_full_name(cf->cycle, &words[2], 1) != NGX_OK ||
	    ngx_conf_full_name(cf->cycle, &words[3], 1) != NGX_OK)
		return NGX_CONF_ERROR;
	options.policy = (char *)words[2].data;
	options.keys = (char *)words[3].data;
	findings_init(&findings);
	rc = host_new(&options, &findings, &conf->host);
	for (f = findings.items; f < findings.items + findings.n; f++)
		ngx_conf_log_error(
		    f->level == FINDING_ERROR ? NGX_LOG_EMERG : NGX_LOG_WARN,
		    cf, 0, "consent: %s:%ui: %s",
		    f->place.file == NULL ? "" : f->place.file,
		    (ngx_uint_t)f->place.line, f->text);
	findings_fini(&findings);
	cleanup->handler = free_host;
	cleanup->data = conf->host;
	return rc == CONSENT_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}

static void *
create_conf(ngx_conf_t *cf)
{
	conf_t *conf = ngx_palloc(cf->pool, sizeof *conf);

	if (conf != NULL)
		conf->host = NGX_CONF_UNSET_PTR;
	return conf;
}

static char *
merge_conf(ngx_conf_t *cf, void *parent, void *child)
{
	conf_t *prev = parent, *conf = child;

	ngx_conf_merge_ptr_value(conf->host, prev->host, NULL);
	return NGX_CONF_OK;
}

static ngx_int_t
init(ngx_conf_t *cf)
{
	ngx_http_core_main_conf_t *core =
	    ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
	ngx_http_handler_pt *handler =
	    ngx_array_push(&core->phases[NGX_HTTP_PREACCESS_PHASE].handlers);

	if (handler == NULL)
		return NGX_ERROR;
	*handler = on_request;
	next_header_filter = ngx_http_top_header_filter;
	ngx_http_top_header_filter = on_head;
	next_body_filter = ngx_http_top_body_filter;
	ngx_http_top_body_filter = on_body;
	return NGX_OK;
}

static ngx_command_t commands[] = {
    {ngx_string("consent"),
	NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF |
	    NGX_CONF_TAKE13,
	set_host, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
    ngx_null_command};

static ngx_http_module_t context = {.postconfiguration = init,
    .create_loc_conf = create_conf,
    .merge_loc_conf = merge_conf};

ngx_module_t ngx_http_consent_module = {NGX_MODULE_V1, &context, commands,
    NGX_HTTP_MODULE, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NGX_MODULE_V1_PADDING};
