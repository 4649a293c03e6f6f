/*
 * nginx with libconsent in it: withholds from pages and cookies what the
 * visitor did not agree to, by the token that consentd gave, and tells back
 * ends in the field Consent. Here: the directives, and what is done to
 * requests. Policy, keys and site are read with the configuration, by the
 * master, and are there for all workers.
 */

#include "ngx_http_consent.h"

#include <libconsent/findings.h>

enum {
	COOKIE_LINES = 16 /* of a request, that are read */
};

typedef struct {
	ngx_flag_t on;
	ngx_str_t policy, keys, site;
	struct host *host;
} conf_t;

/* ---- fields ----------------------------------------------------------- */

void
consent_each_field(ngx_list_t *list, struct span name,
    void (*take)(void *ctx, ngx_table_elt_t *field), void *ctx)
{
	ngx_list_part_t *part;
	ngx_uint_t i;

	for (part = &list->part; part != NULL; part = part->next)
		for (i = 0; i < part->nelts; i++) {
			ngx_table_elt_t *field =
			    (ngx_table_elt_t *)part->elts + i;

			if (field->hash != 0 &&
			    span_equal_nocase(consent_span(field->key), name))
				take(ctx, field);
		}
}

void
consent_set_value(
    ngx_http_request_t *r, ngx_table_elt_t *field, struct span value)
{
	field->value.data = ngx_pnalloc(r->pool, value.n + 1);
	field->value.len = field->value.data == NULL ? 0 : value.n;
	if (value.n > 0)
		ngx_memcpy(field->value.data, value.p, field->value.len);
}

ngx_int_t
consent_add_field(
    ngx_http_request_t *r, ngx_list_t *list, const consent_field_t *field)
{
	ngx_table_elt_t *to = ngx_list_push(list);

	if (to == NULL)
		return NGX_ERROR;
	ngx_memzero(to, sizeof *to);
	to->key = field->name;
	to->lowcase_key = field->lower.data;
	to->hash = ngx_hash_key(field->lower.data, field->lower.len);
	consent_set_value(r, to, field->value);
	return NGX_OK;
}

/* ---- requests --------------------------------------------------------- */

static void
keep_value(void *value, ngx_table_elt_t *field)
{
	*(struct span *)value = consent_span(field->value);
}

struct cookie_lines {
	struct span values[COOKIE_LINES];
	size_t n;
};

static void
keep_cookies(void *ctx, ngx_table_elt_t *field)
{
	struct cookie_lines *lines = ctx;

	if (lines->n < COOKIE_LINES)
		lines->values[lines->n++] = consent_span(field->value);
}

static struct span
request_value(ngx_http_request_t *r, struct span name)
{
	struct span value = {NULL, 0};

	consent_each_field(&r->headers_in.headers, name, keep_value, &value);
	return value;
}

static void
leave(void *data)
{
	consent_visitor_t *v = data;

	page_free(v->page);
	host_leave(v->visit);
}

bool
consent_is_on(ngx_http_request_t *r)
{
	conf_t *conf = ngx_http_get_module_loc_conf(r, ngx_http_consent_module);

	return conf->on;
}

consent_visitor_t *
consent_visitor(ngx_http_request_t *r)
{
	conf_t *conf = ngx_http_get_module_loc_conf(r, ngx_http_consent_module);
	consent_visitor_t *v =
	    ngx_http_get_module_ctx(r, ngx_http_consent_module);
	struct span shown = request_value(r, SPAN("Sec-Fetch-Dest"));
	struct cookie_lines lines = {.n = 0};
	struct host_request request = {.target = consent_span(r->unparsed_uri),
	    .cookies = lines.values,
	    .accept_language = request_value(r, SPAN("Accept-Language")),
	    .gpc = gate_is_gpc(request_value(r, SPAN("Sec-GPC"))),
	    .dnt = span_equal(request_value(r, SPAN("DNT")), SPAN("1")),
	    .alone = r == r->main &&
		     (shown.n == 0 || span_equal(shown, SPAN("document")))};
	ngx_pool_cleanup_t *cleanup;

	if (v != NULL)
		return v;
	consent_each_field(
	    &r->headers_in.headers, SPAN("Cookie"), keep_cookies, &lines);
	request.n_cookies = lines.n;
	cleanup = ngx_pool_cleanup_add(r->pool, sizeof *v);
	if (cleanup == NULL)
		return NULL;
	v = cleanup->data;
	ngx_memzero(v, sizeof *v);
	v->r = r;
	v->last = &v->out;
	cleanup->handler = leave;
	if (host_admit(conf->host, &request, &v->visit) != CONSENT_OK)
		return NULL;
	ngx_http_set_ctx(r, v, ngx_http_consent_module);
	return v;
}

static void
screen_cookies(void *ctx, ngx_table_elt_t *field)
{
	consent_visitor_t *v = ctx;
	struct span kept = {NULL, 0};
	struct buf scratch;

	buf_init(&scratch, HOST_COOKIES);
	if (host_screen_cookies(v->visit, consent_span(field->value), &scratch,
		&kept) != CONSENT_OK)
		kept.n = 0;
	consent_set_value(v->r, field, kept);
	buf_fini(&scratch);
}

/* nginx passes on what is in the list: the name goes, so nobody reads it. */
static void
forget(void *ctx, ngx_table_elt_t *field)
{
	(void)ctx;
	ngx_str_set(&field->key, "X-Forgotten");
	field->lowcase_key = (u_char *)"x-forgotten";
	ngx_str_null(&field->value);
}

static ngx_int_t
add_consent(consent_visitor_t *v)
{
	consent_field_t field = {
	    .name = ngx_string("Consent"), .lower = ngx_string("consent")};
	struct buf granted;
	ngx_int_t rc = NGX_ERROR;

	buf_init(&granted, 1024);
	if (gate_write_granted(host_gate(v->visit), &granted) == CONSENT_OK) {
		field.value = buf_span(&granted);
		rc = consent_add_field(v->r, &v->r->headers_in.headers, &field);
	}
	buf_fini(&granted);
	return rc;
}

/*
 * Whether the answer may be shown as a page. The browser may hold what it was
 * before, or for another choice, and a part cannot be read: it is asked for
 * whole and anew.
 */
static bool
may_be_page(ngx_http_request_t *r)
{
	static const char *const parts[] = {"script", "style", "image", "font",
	    "audio", "video", "track", "manifest"};
	struct span dest = request_value(r, SPAN("Sec-Fetch-Dest"));
	size_t i;

	for (i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (span_equal(dest, span_of(parts[i])))
			return false;
	return true;
}

/* Before the content is made: what back ends get. */
static ngx_int_t
on_request(ngx_http_request_t *r)
{
	static const char *const held[] = {"If-None-Match", "If-Modified-Since",
	    "If-Match", "If-Unmodified-Since", "If-Range", "Range"};
	ngx_list_t *fields = &r->headers_in.headers;
	consent_visitor_t *v;
	size_t i;

	if (!consent_is_on(r) || r != r->main)
		return NGX_DECLINED;
	v = consent_visitor(r);
	if (v == NULL)
		return NGX_HTTP_BAD_REQUEST;
	consent_each_field(fields, SPAN("Cookie"), screen_cookies, v);
	consent_each_field(fields, SPAN("Consent"), forget, NULL);
	for (i = 0; may_be_page(r) && i < sizeof held / sizeof held[0]; i++)
		consent_each_field(fields, span_of(held[i]), forget, NULL);
	return add_consent(v) == NGX_OK ? NGX_DECLINED
					: NGX_HTTP_INTERNAL_SERVER_ERROR;
}

/* ---- configuration ---------------------------------------------------- */

static void
tell(ngx_conf_t *cf, const struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->items[i];

		ngx_conf_log_error(
		    f->level == FINDING_ERROR ? NGX_LOG_EMERG : NGX_LOG_WARN,
		    cf, 0, "consent: %s:%ui: %s",
		    f->place.file == NULL ? "" : f->place.file,
		    (ngx_uint_t)f->place.line, f->text);
	}
}

static void
free_host(void *host)
{
	host_free(host);
}

/* For as long as the configuration is there. */
static char *
load(ngx_conf_t *cf, conf_t *conf)
{
	const struct host_options options = {
	    .policy = (char *)conf->policy.data,
	    .keys = (char *)conf->keys.data,
	    .site = (char *)conf->site.data};
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
	struct findings findings;
	int rc;

	if (cleanup == NULL)
		return NGX_CONF_ERROR;
	findings_init(&findings);
	rc = host_new(&options, &findings, &conf->host);
	tell(cf, &findings);
	findings_fini(&findings);
	if (rc != CONSENT_OK)
		return NGX_CONF_ERROR;
	cleanup->handler = free_host;
	cleanup->data = conf->host;
	return NGX_CONF_OK;
}

static void *
create_conf(ngx_conf_t *cf)
{
	conf_t *conf = ngx_pcalloc(cf->pool, sizeof *conf);

	if (conf != NULL)
		conf->on = NGX_CONF_UNSET;
	return conf;
}

static char *
merge_conf(ngx_conf_t *cf, void *parent, void *child)
{
	conf_t *prev = parent, *conf = child;
	bool is_own = conf->policy.len + conf->keys.len + conf->site.len > 0;

	ngx_conf_merge_value(conf->on, prev->on, 0);
	ngx_conf_merge_str_value(conf->policy, prev->policy, "");
	ngx_conf_merge_str_value(conf->keys, prev->keys, "");
	ngx_conf_merge_str_value(conf->site, prev->site, "");
	if (!conf->on)
		return NGX_CONF_OK;
	if (!is_own && prev->host != NULL) {
		conf->host = prev->host;
		return NGX_CONF_OK;
	}
	if (conf->policy.len == 0 || conf->keys.len == 0 ||
	    conf->site.len == 0) {
		ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
		    "consent: name consent_policy, consent_keys and "
		    "consent_site");
		return NGX_CONF_ERROR;
	}
	return load(cf, conf);
}

/* A path counts from the folder of nginx.conf. */
static char *
set_path(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
	char *rc = ngx_conf_set_str_slot(cf, command, conf);
	ngx_str_t *path = (ngx_str_t *)((char *)conf + command->offset);

	return rc != NGX_CONF_OK ||
		       ngx_conf_full_name(cf->cycle, path, 1) == NGX_OK
		   ? rc
		   : NGX_CONF_ERROR;
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
	consent_filters_init();
	return NGX_OK;
}

#define EVERYWHERE NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF

static ngx_command_t commands[] = {
    {ngx_string("consent"), EVERYWHERE | NGX_CONF_FLAG, ngx_conf_set_flag_slot,
	NGX_HTTP_LOC_CONF_OFFSET, offsetof(conf_t, on), NULL},
    {ngx_string("consent_policy"), EVERYWHERE | NGX_CONF_TAKE1, set_path,
	NGX_HTTP_LOC_CONF_OFFSET, offsetof(conf_t, policy), NULL},
    {ngx_string("consent_keys"), EVERYWHERE | NGX_CONF_TAKE1, set_path,
	NGX_HTTP_LOC_CONF_OFFSET, offsetof(conf_t, keys), NULL},
    {ngx_string("consent_site"), EVERYWHERE | NGX_CONF_TAKE1,
	ngx_conf_set_str_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(conf_t, site),
	NULL},
    ngx_null_command};

static ngx_http_module_t context = {.postconfiguration = init,
    .create_loc_conf = create_conf,
    .merge_loc_conf = merge_conf};

ngx_module_t ngx_http_consent_module = {NGX_MODULE_V1, &context, commands,
    NGX_HTTP_MODULE, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NGX_MODULE_V1_PADDING};
