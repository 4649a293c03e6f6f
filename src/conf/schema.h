#ifndef CONSENT_CONF_SCHEMA_H
#define CONSENT_CONF_SCHEMA_H

/*
 * What the daemon's configuration consists of: the struct that holds it whole
 * and the table of its options. Reads and checks nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/notice.h>
#include <libconsent/policy.h>
#include <libconsent/token.h>

#include "conf/option.h"
#include "net/address.h"

enum {
	CONFIG_LISTENERS = 16,
	CONFIG_SITES = 16,
	CONFIG_WORKERS = 64,
	CONFIG_PREFIX = 64 /* longest prefix of our own paths */
};

struct config_address {
	char text[ADDRESS_TEXT]; /* "127.0.0.1:8080", "[::1]:0", "unix:/p" */
	struct address address;	 /* n is 0 where there is none */
};

struct config_limits {
	uint64_t header_bytes; /* of a message head */
	unsigned headers;      /* fields of it */
	uint64_t request_body; /* bytes; 0: no limit */
	unsigned connections;  /* to the origin, of one worker */
	unsigned choices;      /* a minute, of one address; 0: no limit */
};

/* All in milliseconds. */
struct config_timeouts {
	int64_t header, idle, upstream_connect, upstream, drain;
};

/* Strings are owned; those that were left out are "". */
struct config {
	struct config_address listen[CONFIG_LISTENERS];
	size_t n_listen;
	char *upstream;		  /* "http://host:port", "unix:/path" */
	struct option_list sites; /* origins, "https://library.example" */
	char *admin_text;	  /* as written */
	struct config_address admin;
	char *control;	    /* path of a socket */
	char *prefix;	    /* "/.consent" */
	unsigned workers;   /* at least one */
	bool forward_token; /* the origin sees our cookie, too */

	int algorithm; /* enum seal_algorithm */
	char *keys;    /* folder */
	char *domain;  /* of the cookie, with scope "site"; or NULL */
	struct token_options token; /* complete */

	char *log_directory;
	char *log_name; /* the log's origin line, never "" */

	struct option_list languages;
	char *notice_directory, *policy_url, *controller, *contact;
	char *vendor_directory;

	struct config_limits limits;
	struct config_timeouts timeouts;

	struct policy *policy;
	struct notice_set *notices;
};

/* All options, as rows over a struct config; static. */
const struct option *config_options(void);

#endif
