#ifndef CONSENT_CONF_CHECK_PARTS_H
#define CONSENT_CONF_CHECK_PARTS_H

/*
 * What the files of conf/check share: one check under way, its tools, and its
 * parts that stand in files of their own. Nobody else includes this.
 */

#include <libconsent/findings.h>
#include <libconsent/span.h>

#include "conf/schema.h"

struct setting;

struct check {
	struct config *config;
	const struct setting *root;
	const char *folder;
	struct findings *findings;
	int rc; /* CONSENT_ENOMEM once memory ran out */
};

/* Tools: conf/check_parts.c. */

/* Where an option stands, or the file where it was left out. */
struct place check_place(const struct check *c, const char *name);

/* *at becomes a copy of text; what was there is freed. */
void check_replace(struct check *c, char **at, struct span text);

/* Keeps a place beyond the settings that it is in. */
void check_keep_place(
    struct check *c, struct config_place *at, struct place place);

/* Reads "127.0.0.1:80", "[::1]:80" or "unix:PATH"; else reports it. */
void check_address(struct check *c, const char *text, struct place place,
    struct config_address *out);

/* Parts: conf/check_listen.c, conf/check_edge.c and conf/check_notice.c. */

/* Reads listen with the TLS of each listener. */
void check_listen(struct check *c);

/* Frees what check_listen and check_upstream have read. */
void check_listen_free(struct config *config);
void check_upstream_free(struct config *config);

/* Reads upstream, which must not be one of the listeners. */
void check_upstream(struct check *c);

/* Reads the trusted networks; a listener with PROXY needs some. */
void check_trusted(struct check *c);

/* The admin's address and the control socket; user and group; files. */
void check_admin(struct check *c);

/* URLs and languages of the notice; folders of texts and vendors. */
void check_notice(struct check *c);

/* The globs of paths where Upgrade may pass. */
void check_upgrades(struct check *c);

#endif
