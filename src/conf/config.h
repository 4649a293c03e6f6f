#ifndef CONSENT_CONF_CONFIG_H
#define CONSENT_CONF_CONFIG_H

/*
 * The daemon's whole configuration, checked: the one place that knows every
 * option. Reads the file, its policy and the texts of its notices, opens no
 * socket, no key and no log. A struct config is never changed after it was
 * made; a reload makes a new one. Owns all that it points to.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/notice.h>
#include <libconsent/policy.h>
#include <libconsent/seal.h>
#include <libconsent/status.h>
#include <libconsent/token.h>

#include "conf/options.h"
#include "net/address.h"

struct findings;

enum {
	CONFIG_LISTENERS = 16,
	CONFIG_SITES = 16,
	CONFIG_WORKERS = 64,
	CONFIG_PREFIX = 64 /* longest prefix of our own paths */
};

/* The file that is read where none is named. */
#define CONFIG_FILE "/etc/consentd/consentd.conf"

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

struct config {
	struct config_address listen[CONFIG_LISTENERS];
	size_t n_listen;
	char *upstream;		  /* "http://host:port", "unix:/path" */
	struct option_list sites; /* origins, "https://library.example" */
	struct config_address admin;
	char *control;		    /* path of a socket; "": none */
	char *prefix;		    /* "/.consent" */
	unsigned workers;	    /* at least one */
	bool forward_token;	    /* the origin sees our cookie, too */
	struct token_options token; /* complete, sites included */
	int algorithm;		    /* enum seal_algorithm */
	char *keys;		    /* folder */
	char *log_directory;
	char *log_name; /* origin line of the log */
	struct option_list languages;
	struct notice_options notice; /* complete */
	struct config_limits limits;
	struct config_timeouts timeouts;
	struct policy *policy;
	struct notice_set *notices;

	/* as written, before they were checked and went to the above */
	struct {
		char *admin, *log_name, *token_cookie, *policy_url;
		char *vendors, *notices, *controller, *contact;
	} raw;
};

/*
 * Reads and checks the file at path with all that it includes. Every mistake
 * that can be told in one run is in findings, warnings too. CONSENT_EIO: the
 * file cannot be read; CONSENT_EINVAL: it is wrong; CONSENT_ENOMEM. *out is
 * written on success only and freed with config_free.
 */
int config_load(const char *path, struct findings *findings,
    struct config **out) CONSENT_CHECKED;

/* What the demonstration puts into its configuration. */
struct config_demo {
	const char *folder; /* throw-away: keys and log go below it */
	unsigned port;	    /* to listen on at 127.0.0.1 */
	unsigned origin;    /* the demo origin's port there */
	const char *site;   /* public origin; NULL: http://localhost:PORT */
};

/*
 * The built-in configuration of consentd --demo, over the policy that is built
 * into the program. Codes as for config_load.
 */
int config_demo(const struct config_demo *demo, struct findings *findings,
    struct config **out) CONSENT_CHECKED;

/* Frees config and all that it owns; NULL is nothing. */
void config_free(struct config *config);

/* The table of all options, for the documentation; static. */
const struct option *config_options(void);

#endif
