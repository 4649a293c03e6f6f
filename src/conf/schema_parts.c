#include "conf/schema.h"

#include <stddef.h>

#include "conf/options.h"

#define LISTENER(member) offsetof(struct config_listener, member)
#define CERTIFICATE(member) offsetof(struct config_certificate, member)
#define UPSTREAM(member) offsetof(struct config_upstream, member)

/* clang-format off: a table is read by its columns */
static const struct option listener_table[] = {
    {"address", OPTION_STRING, LISTENER(address_text), NULL, 1, 0, NULL,
	"`address:port`, `[v6]:port` or `unix:PATH`."},
    {"http2", OPTION_FLAG, LISTENER(http2), "false", 0, 0, NULL,
	"Whether HTTP/2 is spoken: chosen by ALPN with `tls`, where it is the "
	"default, and with prior knowledge without."},
    {"proxy_protocol", OPTION_FLAG, LISTENER(proxy_protocol), "false", 0, 0,
	NULL,
	"Whether each connection begins with a PROXY header, version 1 or 2, "
	"from one of the `trusted`; others are closed."},
    {"tls", OPTION_SECTION, 0, NULL, 0, 0, NULL,
	"TLS of a listener. Files are PEM, read at the start and at each "
	"reload. The first certificate is for clients that name no host, or "
	"one that none is for."},
    {"tls.certificate", OPTION_PATH, LISTENER(single.certificate), "", 0, 0,
	NULL, "The certificate and those between it and the root."},
    {"tls.key", OPTION_PATH, LISTENER(single.key), "", 0, 0, NULL,
	"Its private key; only the first process must be able to read it."},
    {"tls.ocsp", OPTION_PATH, LISTENER(single.ocsp), "", 0, 0, NULL,
	"An OCSP response for it (DER), given to clients that ask."},
    {"tls.certificates", OPTION_ELSEWHERE, 0, "", 1, CONFIG_CERTIFICATES,
	"a group or a list of them",
	"Instead of these three, one group of them for each certificate."},
    {"tls.client_ca", OPTION_PATH, LISTENER(client_ca), "", 0, 0, NULL,
	"Authorities that clients' certificates are checked against."},
    {"tls.client_verify", OPTION_CHOICE, LISTENER(client_verify), "off", 0, 0,
	"off optional require",
	"`optional`: one that is shown must be good. `require`: no good one, "
	"no connection."},
    {"tls.minimum", OPTION_CHOICE, LISTENER(minimum), "1.2", 0, 0, "1.2 1.3",
	"The oldest version of TLS."},
    {NULL, OPTION_SECTION, 0, NULL, 0, 0, NULL, NULL},
};

static const struct option certificate_table[] = {
    {"certificate", OPTION_PATH, CERTIFICATE(certificate), NULL, 1, 0, NULL,
	""},
    {"key", OPTION_PATH, CERTIFICATE(key), NULL, 1, 0, NULL, ""},
    {"ocsp", OPTION_PATH, CERTIFICATE(ocsp), "", 0, 0, NULL, ""},
    {NULL, OPTION_SECTION, 0, NULL, 0, 0, NULL, NULL},
};

static const struct option upstream_table[] = {
    {"address", OPTION_STRING, UPSTREAM(address), NULL, 1, 0, NULL,
	"`http://host:port`, `https://host:port`, `unix:PATH` or `none`."},
    {"ca", OPTION_PATH, UPSTREAM(ca), "", 0, 0, NULL,
	"Authorities that its certificate is checked against, PEM. Left out, "
	"those of the system."},
    {"verify", OPTION_FLAG, UPSTREAM(verify), "true", 0, 0, NULL,
	"Whether its certificate and the name in it are checked."},
    {"server_name", OPTION_STRING, UPSTREAM(server_name), "", 0, 253, NULL,
	"The name that is asked for (SNI) and that its certificate must have. "
	"Left out, the host of its address."},
    {"certificate", OPTION_PATH, UPSTREAM(certificate), "", 0, 0, NULL,
	"Our own certificate, for an origin that asks for one."},
    {"key", OPTION_PATH, UPSTREAM(key), "", 0, 0, NULL, "Its private key."},
    {NULL, OPTION_SECTION, 0, NULL, 0, 0, NULL, NULL},
};
/* clang-format on */

const struct option *
config_listener_options(void)
{
	return listener_table;
}

const struct option *
config_certificate_options(void)
{
	return certificate_table;
}

const struct option *
config_upstream_options(void)
{
	return upstream_table;
}

int
config_markdown(struct buf *out)
{
	int rc = options_markdown(config_options(), out);

	if (rc == CONSENT_OK)
		rc = buf_append(
		    out, SPAN("\n## A group in `listen`\n\n"
			      "`listen = ( \"127.0.0.1:80\", { address = "
			      "\"0.0.0.0:443\"; tls : { … }; } );`\n\n"));
	if (rc == CONSENT_OK)
		rc = options_markdown(listener_table, out);
	if (rc == CONSENT_OK)
		rc = buf_append(out,
		    SPAN("\n## A group as `upstream`\n\n"
			 "All but the address is for `https://` only.\n\n"));
	if (rc == CONSENT_OK)
		rc = options_markdown(upstream_table, out);
	return rc;
}
