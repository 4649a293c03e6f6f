/*
 * consentd: the daemon. Reads its command line, hands the configuration to the
 * server and says where it listens.
 */

#include "base/digest.h"
#include "base/log.h"
#include "base/version.h"
#include "base/wiping.h"
#include "cmd/ctl_usage.h"
#include "conf/assembly.h"
#include "conf/config.h"
#include "demo/origin.h"
#include "net/tls.h"
#include "net/tls_throwaway.h"
#include "proxy/server.h"

#include <libconsent/findings.h>

#include <errno.h>
#include <ftw.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	DEMO_PORT = 8080,      /* tried first */
	DEMO_PORTS = 100,      /* tried after it */
	EXIT_CONFIGURATION = 2 /* also for a bad command line */
};

/* Files of the demonstration, below its folder. */
#define DEMO_CERTIFICATE "localhost.pem"
#define DEMO_KEY "localhost.key"

static const char usage[] = CONSENTD_USAGE;

/* What the command line said, and the demonstration's own sockets. */
struct daemon {
	const char *file; /* NULL in a demonstration */
	bool demo;
	unsigned port, tls_port;
	char folder[64]; /* of the demonstration; removed at the end */
	struct demo_options site;
	unsigned site_port;
	unsigned char secret[TLS_SECRET_BYTES]; /* of session tickets */
};

/* ---- loading ---------------------------------------------------------- */

static int
run_demo_site(void *ctx, int stop_fd)
{
	struct daemon *d = ctx;

	d->site.stop_fd = stop_fd;
	return demo_run(&d->site) == CONSENT_OK ? 0 : 1;
}

static int
load_config(
    const struct daemon *d, struct findings *findings, struct config **out)
{
	struct config_demo demo = {.folder = d->folder,
	    .port = d->port,
	    .tls_port = d->tls_port,
	    .certificate = DEMO_CERTIFICATE,
	    .key = DEMO_KEY,
	    .origin = d->site_port};

	return d->demo ? config_demo(&demo, findings, out)
		       : config_load(d->file, findings, out);
}

/* Sessions go on over workers and reloads: the secret stays the same. */
static void
share_tickets(const struct daemon *d, const struct proxy_setup *setup)
{
	size_t i;

	for (i = 0; i < setup->n_listeners; i++)
		if (setup->listeners[i].tls != NULL)
			tls_server_set_secret(
			    setup->listeners[i].tls, d->secret);
}

static int
load(void *ctx, struct findings *findings, struct proxy_setup **out)
{
	struct daemon *d = ctx;
	struct config *config = NULL;
	int rc = load_config(d, findings, &config);

	if (rc == CONSENT_OK)
		rc = assembly_take(config, findings, out);
	if (rc == CONSENT_OK)
		share_tickets(d, *out);
	findings_print(findings, stderr);
	if (rc == CONSENT_OK && d->demo) {
		(*out)->companion = run_demo_site;
		(*out)->companion_ctx = d;
	}
	return rc;
}

static void
unload(void *ctx, struct proxy_setup *setup)
{
	(void)ctx;
	assembly_free(setup);
}

static void
started(void *ctx, const struct listen_set *set)
{
	const struct daemon *d = ctx;
	char url[256];
	size_t i;

	for (i = 0; i < set->n; i++) {
		listen_url(&set->at[i], url, sizeof url);
		(void)printf("consentd: listening on %s\n", url);
	}
	if (d->demo)
		(void)printf("\n"
			     "  A health library with trackers on it, and "
			     "consentd in front.\n"
			     "  Open http://localhost:%u/ in a browser, or\n"
			     "  https://localhost:%u/ by a certificate that "
			     "nobody has signed.\n"
			     "  The site as it is without consentd: "
			     "http://127.0.0.1:%u/\n"
			     "  How it stands: consentctl status --socket "
			     "%s/control.sock\n"
			     "  Both speak HTTP/2, too. Ctrl-C ends it.\n\n",
		    d->port, d->tls_port, d->site_port, d->folder);
	(void)fflush(stdout);
}

/* ---- the demonstration ------------------------------------------------ */

/* A socket bound to a loopback port (0: any), or -1. */
static int
open_loopback(unsigned *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((in_port_t)*port)};
	socklen_t n = sizeof at;
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	    bind(fd, (const struct sockaddr *)&at, n) == 0 &&
	    getsockname(fd, (struct sockaddr *)&at, &n) == 0) {
		*port = ntohs(at.sin_port);
		return fd;
	}
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* Looks for the first free port from the wanted one on. */
static int
find_port(unsigned *port)
{
	unsigned last = *port + DEMO_PORTS / 2;

	for (; *port < last; ++*port) {
		int fd = open_loopback(port);

		if (fd < 0)
			continue;
		(void)close(fd);
		return CONSENT_OK;
	}
	return CONSENT_EIO;
}

/* A certificate of its own for each demonstration. */
static int
make_certificate(const struct daemon *d)
{
	char certificate[128], key[128];

	(void)snprintf(certificate, sizeof certificate, "%s/%s", d->folder,
	    DEMO_CERTIFICATE);
	(void)snprintf(key, sizeof key, "%s/%s", d->folder, DEMO_KEY);
	return tls_throwaway_write(certificate, key);
}

static int
open_demo(struct daemon *d)
{
	unsigned collector = 0;

	(void)snprintf(
	    d->folder, sizeof d->folder, "/tmp/consentd-demo-XXXXXX");
	if (mkdtemp(d->folder) == NULL || find_port(&d->port) != CONSENT_OK)
		return CONSENT_EIO;
	d->tls_port = d->port + 1;
	if (find_port(&d->tls_port) != CONSENT_OK ||
	    make_certificate(d) != CONSENT_OK)
		return CONSENT_EIO;
	d->site.origin_fd = open_loopback(&d->site_port);
	d->site.collector_fd = open_loopback(&collector);
	d->site.collector_port = collector;
	if (d->site.origin_fd < 0 || d->site.collector_fd < 0 ||
	    listen(d->site.origin_fd, SOMAXCONN) != 0 ||
	    listen(d->site.collector_fd, SOMAXCONN) != 0)
		return CONSENT_EIO;
	return CONSENT_OK;
}

static int
remove_entry(
    const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

/* Removes the demonstration's folder with all below it. */
static void
remove_folder(const char *path)
{
	/* what cannot be removed stays in /tmp: nobody is left to tell */
	(void)nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- the command line ------------------------------------------------- */

static int
bad_usage(const char *text, const char *what)
{
	(void)fprintf(stderr, "consentd: %s%s\n%s", text, what, usage);
	return EXIT_CONFIGURATION;
}

static int
read_port(struct daemon *d, const char *text)
{
	uint64_t port;

	if (text == NULL ||
	    span_to_u64(span_of(text), 10, UINT16_MAX - DEMO_PORTS, &port) !=
		CONSENT_OK ||
	    port == 0)
		return CONSENT_EINVAL;
	d->port = (unsigned)port;
	return CONSENT_OK;
}

/* Reads the arguments; -1 to go on, else the exit code. */
static int
read_arguments(struct daemon *d, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (strcmp(arg, "--version") == 0) {
			(void)printf("consentd %s\n", CONSENT_VERSION);
			return 0;
		} else if (strcmp(arg, "--help") == 0) {
			(void)fputs(usage, stdout);
			return 0;
		} else if (strcmp(arg, "--demo") == 0) {
			d->demo = true;
		} else if (strcmp(arg, "--debug") == 0) {
			log_set_level(LOG_LEVEL_DEBUG);
		} else if (strcmp(arg, "-c") == 0 && i + 1 < argc) {
			d->file = argv[++i];
		} else if (strcmp(arg, "--port") == 0) {
			if (read_port(d, argv[++i]) != CONSENT_OK)
				return bad_usage("--port needs a port", "");
		} else {
			return bad_usage("unknown argument: ", arg);
		}
	}
	if (d->demo && d->file != NULL)
		return bad_usage("-c and --demo exclude each other", "");
	return -1;
}

int
main(int argc, char **argv)
{
	struct daemon d = {.port = DEMO_PORT};
	struct server_host host = {
	    .load = load, .unload = unload, .started = started, .ctx = &d};
	int code;

	if (wiping_start() != CONSENT_OK)
		return 1;
	code = read_arguments(&d, argc, argv);

	if (code >= 0)
		return code;
	if (d.file == NULL)
		d.file = CONFIG_FILE;
	if (d.demo && open_demo(&d) != CONSENT_OK) {
		(void)fprintf(stderr,
		    "consentd: the demonstration cannot "
		    "start: %s\n",
		    strerror(errno));
		return 1;
	}
	if (digest_random(d.secret, sizeof d.secret) != CONSENT_OK)
		return 1;
	host.file = d.demo ? NULL : d.file;
	code = server_run(&host);
	digest_wipe(d.secret, sizeof d.secret);
	if (d.demo)
		remove_folder(d.folder);
	return code;
}
