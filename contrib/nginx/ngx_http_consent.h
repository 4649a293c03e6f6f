#ifndef CONSENT_CONTRIB_NGINX_NGX_HTTP_CONSENT_H
#define CONSENT_CONTRIB_NGINX_NGX_HTTP_CONSENT_H

/*
 * What the two files of the module share: the visitor of a request, and the
 * fields of heads.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <libconsent/host.h>

/* One request and its answer. */
typedef struct {
	ngx_http_request_t *r;
	struct host_visit *visit;
	struct page *page; /* NULL: the answer is none */
	bool is_refused, has_begun, has_ended;
	ngx_chain_t *in; /* of the page, still to be read */
	ngx_chain_t *out, **last, *free, *busy;
	ngx_buf_t *piece; /* the last of out while it has room */
} consent_visitor_t;

/* A name in both spellings, and a value that is copied. */
typedef struct {
	ngx_str_t name, lower;
	struct span value;
} consent_field_t;

extern ngx_module_t ngx_http_consent_module;

/* Whether the module is on where the request belongs. */
bool consent_is_on(ngx_http_request_t *r);

/*
 * Who asks, admitted once for a request where the module is on. NULL: no
 * memory, or nothing that is asked of a site.
 */
consent_visitor_t *consent_visitor(ngx_http_request_t *r);

/* Puts the filters of heads and bodies into nginx's chains. */
void consent_filters_init(void);

/* The bytes of a string of nginx's. */
static inline struct span
consent_span(ngx_str_t s)
{
	return (struct span){(const char *)s.data, s.len};
}

/* Hands each field of that name over, in any case of letters. */
void consent_each_field(ngx_list_t *list, struct span name,
    void (*take)(void *ctx, ngx_table_elt_t *field), void *ctx);

/* Copies into the request's memory; without any, an empty value. */
void consent_set_value(
    ngx_http_request_t *r, ngx_table_elt_t *field, struct span value);

/* Adds a field to a list. NGX_ERROR: no memory. */
ngx_int_t consent_add_field(
    ngx_http_request_t *r, ngx_list_t *list, const consent_field_t *field);

#endif
