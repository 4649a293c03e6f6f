#ifndef CONSENT_CONF_SCHEMA_H
#define CONSENT_CONF_SCHEMA_H

/*
 * What the daemon's configuration consists of: the struct that holds it whole
 * and the table of its options. Reads and checks nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/csp.h>
#include <libconsent/notice.h>
#include <libconsent/policy.h>
#include <libconsent/token.h>

#include "conf/option.h"
#include "consent/consent_mode.h"
#include "net/address.h"
#include "web/network.h"

enum {
	CONFIG_LISTENERS = 16,
	CONFIG_CERTIFICATES = 16, /* of one listener */
	CONFIG_SITES = 16,
	CONFIG_UPGRADES = 64,
	CONFIG_WORKERS = 64,
	CONFIG_PREFIX = 64 /* longest prefix of our own paths */
};

struct config_address {
	char text[ADDRESS_TEXT]; /* "127.0.0.1:8080", "[::1]:0", "unix:/p" */
	struct address address;	 /* n is 0 where there is none */
};

/* Paths; ocsp is "" where it was left out. */
struct config_certificate {
	char *certificate, *key, *ocsp;
};

/* Where something is configured; the name is owned. */
struct config_place {
	char *file; /* or NULL */
	unsigned line, column, length;
};

/* One member of listen. */
struct config_listener {
	char *address_text; /* as written */
	struct config_address address;
	bool http2, proxy_protocol;
	struct config_certificate single; /* tls.certificate and so on */
	struct config_certificate listed[CONFIG_CERTIFICATES];
	size_t n_listed; /* tls.certificates; or single alone */
	char *client_ca;
	int client_verify; /* enum tls_verify */
	int minimum;	   /* enum tls_version */
	bool tls;	   /* the group is there */
	struct config_place tls_at;
};

/* Strings are owned; those that were left out are "". */
struct config_upstream {
	char *address; /* "http[s]://host:port", "unix:/path"; "": none */
	char *ca, *server_name, *certificate, *key;
	bool verify;
	struct config_place at;
};

struct config_limits {
	uint64_t header_bytes;	       /* of a message head */
	unsigned headers;	       /* fields of it */
	uint64_t request_body;	       /* bytes; 0: no limit */
	unsigned connections;	       /* of clients to one worker */
	unsigned address_connections;  /* of one address; 0: no limit */
	unsigned upstream_connections; /* to the origin, of one worker */
	unsigned queue;		       /* requests that wait for these */
	unsigned tunnels;	       /* of one worker, besides these */
	unsigned streams;	       /* of one HTTP/2 connection */
	uint64_t body_rate;	       /* bytes a second; 0: no limit */
	uint64_t send_rate;	       /* of an answer; likewise */
	unsigned choices; /* a minute, of one address; 0: no limit */
};

/* Strings are owned; those that were left out are "". */
struct config_look {
	char *accent, *accent_dark, *ground, *ground_dark, *ink, *ink_dark;
	char *font, *logo;
	char *control_link; /* where the site has its own link to the choices */
	unsigned radius;    /* CSS pixels */
	int position;	    /* enum notice_position */
	int control;	    /* enum notice_control */
};

/* All in milliseconds. */
struct config_timeouts {
	int64_t header, body, send, idle, upstream_connect, upstream;
	int64_t upstream_idle, resolve, half_closed;
	int64_t queue, tunnel, grace, drain;
};

/* Strings are owned; those that were left out are "". */
struct config {
	struct config_listener listen[CONFIG_LISTENERS];
	size_t n_listen;
	struct config_upstream upstream;
	struct option_list sites; /* origins, "https://library.example" */
	char *admin_text;	  /* as written */
	struct config_address admin;
	bool admin_public; /* it may be an address that others reach */
	bool admin_is_public;
	char *control;	 /* path of a socket */
	char *inventory; /* path of a file */
	char *user, *group;
	bool sandbox;
	struct option_list trusted_text; /* as written */
	struct network_set trusted;
	bool trusts_local;	     /* "unix:" is among the trusted */
	struct option_list upgrades; /* globs of paths */
	char *prefix;		     /* "/.consent" */
	char *cdn_variant;	     /* a request field, or "" */
	uint64_t memo_bytes;	     /* of pages, of one worker */
	unsigned workers;	     /* at least one */
	bool forward_token;	     /* the origin sees our cookie, too */
	bool clear_storage;	     /* a withdrawal ends web storage, too */

	int algorithm; /* enum seal_algorithm */
	char *keys;    /* folder */
	char *domain;  /* of the cookie, with scope "site"; or NULL */
	struct token_options token; /* complete */

	int access_to, access_form; /* enum access_to, access_form */
	char *access_file;
	unsigned access_sample;

	char *log_directory;
	int64_t log_summary; /* ms */
	unsigned log_retain_days;
	char *log_name; /* the log's origin line, never "" */

	struct option_list languages;
	char *notice_directory, *policy_url, *controller, *contact;
	char *address, *jurisdiction; /* of the controller; recorded */
	struct config_look look;
	char *consent_mode[CONSENT_MODE_TYPES]; /* ids of categories, or "" */
	char *vendor_directory;

	struct config_limits limits;
	struct config_timeouts timeouts;

	struct policy *policy;
	struct notice_set *notices;
	struct csp *csp;
	struct guard *guard;
	struct site_script *script;
	struct consent_mode *mode; /* NULL: no type has a category */
};

/* All options, as rows over a struct config; static. */
const struct option *config_options(void);

/* Those of a group in listen, over a struct config_listener; static. */
const struct option *config_listener_options(void);

/* Those of a group in its tls.certificates, over a struct
 * config_certificate; static. */
const struct option *config_certificate_options(void);

/* Those of the group upstream, over a struct config_upstream; the first row
 * is its address. Static. */
const struct option *config_upstream_options(void);

/* Appends the whole reference in Markdown. CONSENT_ENOMEM, _ELIMIT. */
int config_markdown(struct buf *out) CONSENT_CHECKED;

#endif
