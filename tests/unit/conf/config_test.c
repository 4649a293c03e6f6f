#include "loaded.h"

#include "net/tls.h"

/* The smallest file that works. */
static const char smallest[] = "listen = \"127.0.0.1:8080\";\n"
			       "upstream = \"http://127.0.0.1:9000\";\n"
			       "site = \"https://library.example\";\n";

static void
says(const struct loaded *l, const char *text)
{
	if (strstr(l->said, text) == NULL)
		fail_msg("no \"%s\" in:\n%s", text, l->said);
}

static void
smallest_file_has_the_safe_defaults(void **state)
{
	struct loaded l;
	char keys[64];

	(void)state;
	load(&l, smallest, policy);
	assert_string_equal(l.said, "");
	assert_int_equal(l.rc, CONSENT_OK);
	assert_int_equal(l.config->n_listen, 1);
	assert_string_equal(l.config->listen[0].address.text, "127.0.0.1:8080");
	assert_string_equal(
	    l.config->upstream.address, "http://127.0.0.1:9000");
	assert_string_equal(l.config->prefix, "/.consent");
	assert_string_equal(l.config->log_name, "library.example/consent");
	assert_false(l.config->forward_token);
	assert_false(l.config->clear_storage);
	assert_true(l.config->workers >= 1);
	assert_int_equal(l.config->admin.address.n, 0);
	assert_int_equal(l.config->token.lifetime_days, 185);
	assert_int_equal(l.config->log_retain_days, 0);
	assert_int_equal(l.config->token.n_sites, 1);
	assert_int_equal(l.config->algorithm, SEAL_HS256);
	assert_true(span_equal(
	    token_cookie_name(&l.config->token), SPAN("__Host-consent")));
	assert_int_equal(l.config->limits.header_bytes, 32768);
	assert_int_equal(l.config->limits.request_body, 64 << 20);
	assert_int_equal(l.config->timeouts.drain, 30000);
	assert_non_null(l.config->policy);
	assert_int_equal(notice_count(l.config->notices), 10);
	assert_true(snprintf(keys, sizeof keys, "%s/keys", l.folder) > 0);
	assert_string_equal(l.config->keys, keys);
	config_free(l.config);
}

static void
takes_listeners_of_every_kind(void **state)
{
	static const char text[] =
	    "listen = ( \"127.0.0.1:0\", \"[::1]:8080\", \"unix:run/sock\",\n"
	    "  { address = \"0.0.0.0:80\"; } );\n"
	    "upstream = \"unix:run/app\"; site = [ \"HTTP://LocalHost:80/\", "
	    "\"https://Bücher.example:8443\" ];\n";
	struct loaded l;

	(void)state;
	load(&l, text, policy);
	assert_string_equal(l.said, "");
	assert_int_equal(l.rc, CONSENT_OK);
	assert_int_equal(l.config->n_listen, 4);
	assert_string_equal(l.config->listen[1].address.text, "[::1]:8080");
	assert_int_equal(
	    l.config->listen[1].address.address.to.any.sa_family, AF_INET6);
	assert_int_equal(
	    l.config->listen[2].address.address.to.any.sa_family, AF_UNIX);
	assert_non_null(strstr(l.config->listen[2].address.text, l.folder));
	assert_string_equal(l.config->listen[3].address.text, "0.0.0.0:80");
	assert_non_null(strstr(l.config->upstream.address, l.folder));
	assert_string_equal(l.config->sites.items[0], "http://localhost");
	assert_string_equal(
	    l.config->sites.items[1], "https://xn--bcher-kva.example:8443");
	config_free(l.config);
}

/* One mistake of the look a line, from line 5 on. */
static void
r37_the_look_is_checked_with_its_lines(void **state)
{
	static const char text[] = "listen = \"127.0.0.1:8080\";\n"
				   "upstream = \"http://127.0.0.1:9000\";\n"
				   "site = \"https://library.example\";\n"
				   "notice : {\n"
				   "  accent = \"#7a7a7a\";\n"
				   "  ink_dark = \"#555\";\n"
				   "  font = \"a;} * { display: none\";\n"
				   "  logo = \"https://evil.example/x\";\n"
				   "  control = \"none\";\n"
				   "  position = \"over\";\n"
				   "  radius = 33; };\n";
	static const char *const expected[] = {
	    "5: error: notice.accent: the contrast of strong on ground is "
	    "4.29:1, less than 4.5:1",
	    "6: error: notice.ink_dark: the contrast of ink on ground",
	    "7: error: notice.font must be",
	    "8: error: notice.logo must be a path",
	    "9: error: without the control every page needs a link",
	    "10: error: notice.position must be",
	    "11: error: notice.radius must be a whole number from 0 to 32",
	};
	struct loaded l;
	size_t i;

	(void)state;
	load(&l, text, policy);
	assert_int_equal(l.rc, CONSENT_EINVAL);
	for (i = 0; i < sizeof expected / sizeof expected[0]; i++)
		says(&l, expected[i]);
	load(&l, smallest,
	    "notice : { ground = \"white\"; accent = \"#0\"; };\n"
	    "policy : { };\n");
	says(&l, "4: error: notice.accent must be #rgb or #rrggbb");
	says(&l, "4: error: notice.ground must be #rgb or #rrggbb");
}

static void
the_look_reaches_the_notice(void **state)
{
	static const char text[] =
	    "notice : { accent = \"#840\"; position = \"corner\"; radius = 2;\n"
	    "  control = \"none\"; control_link = \"in the footer\"; };\n";
	const struct notice_facts *facts;
	struct loaded l;
	char all[2048];

	(void)state;
	(void)snprintf(all, sizeof all, "%s%s", text, policy);
	load(&l, smallest, all);
	assert_int_equal(l.rc, CONSENT_OK);
	facts = notice_facts(notice_at(l.config->notices, 0));
	assert_true(span_search(facts->css,
			SPAN("--consent-strong: #884400;")) < facts->css.n);
	assert_true(span_search(facts->banner, SPAN(" data-at=\"corner\"")) <
		    facts->banner.n);
	config_free(l.config);
}

static void
consent_mode_is_of_categories_that_need_consent(void **state)
{
	static const char text[] = "consent_mode : {\n"
				   "  ad_storage = \"essential\";\n"
				   "  analytics_storage = \"analytic\"; };\n";
	struct loaded l;
	char all[2048];

	(void)state;
	load(&l, smallest, policy);
	assert_int_equal(l.rc, CONSENT_OK);
	assert_null(l.config->mode);
	config_free(l.config);
	(void)snprintf(all, sizeof all, "%s%s", text, policy);
	load(&l, smallest, all);
	assert_int_equal(l.rc, CONSENT_EINVAL);
	says(&l, "5: error: consent_mode.ad_storage: \"essential\" is no "
		 "category that needs consent");
	says(&l, "6: error: consent_mode.analytics_storage: \"analytic\" is");
	(void)snprintf(all, sizeof all,
	    "consent_mode : { analytics_storage = \"analytics\"; };\n%s",
	    policy);
	load(&l, smallest, all);
	assert_int_equal(l.rc, CONSENT_OK);
	assert_non_null(l.config->mode);
	config_free(l.config);
	/* what is only reported is loaded before consent */
	load(&l, smallest,
	    "consent_mode : { ad_storage = \"analytics\"; };\n"
	    "policy : { version = \"1\"; categories = (\n"
	    "  { id = \"essential\"; required = true; },\n"
	    "  { id = \"analytics\"; mode = \"report\"; } );\n"
	    "  cookies = ( { name = \"_ga\"; category = \"analytics\"; } ); "
	    "};\n");
	assert_int_equal(l.rc, CONSENT_OK);
	says(&l, "4: warning: consent_mode.ad_storage: the tags of");
	config_free(l.config);
}

static void
names_every_mistake_with_its_line(void **state)
{
	static const char text[] =
	    "listen = ( \"localhost:80\", \"127.0.0.1\", \"127.0.0.1:65536\",\n"
	    "  \"[::1:80\", { address = \"127.0.0.1:81\"; tls : { }; } );\n"
	    "upstream = \"ftp://127.0.0.1:9000\";\n"
	    "site = [ \"https://a.example/path\", \"ftp://a.example\" ];\n"
	    "lisen = 1;\n"
	    "prefix = \"/a//b\";\n"
	    "admin = \"9180\";\n"
	    "token : { cookie = \"a b\"; lifetime_days = 401; };\n"
	    "log : { name = \"two words\"; retain_days = 214; };\n"
	    "notice : { policy_url = \"//evil.example\";\n"
	    "  contact = \"javascript:1\"; languages = [ \"xx\" ]; };\n";
	static const char *const expected[] = {
	    "1: error: localhost:80 is no address",
	    "1: error: 127.0.0.1 is no address",
	    "1: error: 127.0.0.1:65536 is no address",
	    "2: error: [::1:80 is no address",
	    "2: error: tls needs a certificate and its key",
	    "3: error: ftp://127.0.0.1:9000 is no upstream",
	    "4: error: https://a.example/path is no origin",
	    "4: error: ftp://a.example is no origin",
	    "5: error: ",
	    "listen",
	    "6: error: prefix must be a path",
	    "7: error: 9180 is no address",
	    "8: error: the cookie's name is no token",
	    "8: error: token.lifetime_days must be a whole number from 1 to "
	    "400",
	    "9: error: log.name must be visible ASCII",
	    "9: error: log.retain_days must be 0 or at least 215",
	    "10: error: notice.policy_url must be a path",
	    "11: error: notice.contact must be a mailto:",
	    "policy is missing",
	};
	struct loaded l;
	size_t i;

	(void)state;
	load(&l, text, "");
	assert_int_equal(l.rc, CONSENT_EINVAL);
	for (i = 0; i < sizeof expected / sizeof *expected; i++)
		says(&l, expected[i]);
}

/* What the tests of one option add to; lines count from its first. */
static void
load_with(struct loaded *l, const char *listen, const char *more)
{
	char text[2048];

	assert_true(snprintf(text, sizeof text,
			"listen = %s;\n%s\nsite = \"https://a.example\";\n",
			listen, more) > 0);
	load(l, text, policy);
}

static const char plain_upstream[] = "upstream = \"http://127.0.0.1:1\";";

static void
takes_tls_and_more_of_a_listener(void **state)
{
	const struct config_listener *l;
	struct loaded a;

	(void)state;
	load_with(&a,
	    "( { address = \"127.0.0.1:443\"; tls : { certificate = \"c\";"
	    " key = \"/k\"; client_ca = \"ca\"; client_verify = \"require\";"
	    " minimum = \"1.3\"; }; },"
	    " { address = \"127.0.0.1:444\"; http2 = false; tls : {"
	    " certificates = ( { certificate = \"a\"; key = \"b\"; },"
	    " { certificate = \"c\"; key = \"d\"; ocsp = \"e\"; } ); }; },"
	    " { address = \"127.0.0.1:80\"; http2 = true;"
	    " proxy_protocol = true; } )",
	    "upstream = { address = \"https://origin.example\";"
	    " ca = \"root.pem\"; server_name = \"inner\"; };"
	    "trusted = \"10.0.0.0/8\"; upgrade = ( );"
	    "user = \"nobody\"; limits = { connections = 7; queue = 8; };"
	    "timeouts = { body = 3; tunnel = \"1h\"; };");
	assert_string_equal(a.said, "");
	assert_int_equal(a.rc, CONSENT_OK);
	l = &a.config->listen[0];
	assert_true(l->tls && l->http2 && !l->proxy_protocol);
	assert_string_equal(l->single.key, "/k");
	assert_non_null(strstr(l->client_ca, a.folder));
	assert_int_equal(l->client_verify, TLS_VERIFY_REQUIRE);
	assert_int_equal(l->minimum, TLS_1_3);
	l = &a.config->listen[1];
	assert_true(l->tls && !l->http2);
	assert_int_equal(l->n_listed, 2);
	assert_non_null(strstr(l->listed[1].ocsp, "/e"));
	l = &a.config->listen[2];
	assert_true(!l->tls && l->http2 && l->proxy_protocol);
	assert_string_equal(
	    a.config->upstream.address, "https://origin.example");
	assert_string_equal(a.config->upstream.server_name, "inner");
	assert_true(a.config->upstream.verify);
	assert_int_equal(a.config->trusted.n, 1);
	assert_int_equal(a.config->upgrades.n, 0);
	assert_string_equal(a.config->user, "nobody");
	assert_int_equal(a.config->limits.connections, 7);
	assert_int_equal(a.config->limits.queue, 8);
	assert_int_equal(a.config->limits.upstream_connections, 256);
	assert_int_equal(a.config->timeouts.body, 3000);
	assert_int_equal(a.config->timeouts.tunnel, 3600000);
	config_free(a.config);
}

/* Each of these alone is one finding, on the line that is wrong. */
static const struct {
	const char *listen, *more, *finding;
} mismatches[] = {
    {"{ address = \"127.0.0.1:1\"; tls : { certificate = \"c\"; }; }",
	plain_upstream, "1: error: tls needs a certificate and its key"},
    {"{ address = \"127.0.0.1:1\"; tls : { certificate = \"c\";"
     " key = \"k\"; client_verify = \"require\"; }; }",
	plain_upstream, "1: error: tls.client_verify needs"},
    {"{ address = \"127.0.0.1:1\"; tls : { certificate = \"c\";"
     " certificates = ( { certificate = \"c\"; key = \"k\"; } ); }; }",
	plain_upstream, "1: error: write either certificates or"},
    {"{ address = \"127.0.0.1:1\"; tls : { certificates = ( ); }; }",
	plain_upstream, "1: error: tls.certificates must be 1 to 16"},
    {"{ address = \"127.0.0.1:1\"; proxy_protocl = true; }", plain_upstream,
	"proxy_protocol"},
    {"{ address = \"127.0.0.1:1\"; proxy_protocol = true; }", plain_upstream,
	"1: error: proxy_protocol needs an address"},
    {"{ address = \"unix:s\"; proxy_protocol = true; }", plain_upstream,
	"1: error: proxy_protocol needs \"unix:\""},
    {"{ http2 = true; }", plain_upstream, "1: error: address is missing"},
    {"(\"127.0.0.1:1\", \"[::1]:0\", \"[::1]:0\", \"127.0.0.1:1\")",
	plain_upstream, "1: error: listen has 127.0.0.1:1 twice"},
    {"3", plain_upstream, "1: error: listen must be an address"},
    {"\"127.0.0.1:1\"",
	"upstream = { address = \"http://127.0.0.1:1\";\n ca = "
	"\"c\"; };",
	"3: error: ca is for an upstream that is https://"},
    {"\"127.0.0.1:1\"",
	"upstream = { address = \"https://127.0.0.1:2\"; key = "
	"\"c\"; };",
	"2: error: a certificate for upstream needs its key"},
    {"\"127.0.0.1:1\"", "upstream = 3;",
	"2: error: upstream must be an address"},
    {"\"127.0.0.1:1\"", "upstream = \"https://127.0.0.1:1\";",
	"2: error: upstream is an address of our own"},
    {"\"127.0.0.1:1\"", "upstream = \"unix:s\";\ntrusted = \"10.0.0.1/8\";",
	"3: error: 10.0.0.1/8 has bits set"},
    {"\"127.0.0.1:1\"",
	"upstream = \"unix:s\";\nadmin = "
	"\"0.0.0.0:9\";",
	"3: error: 0.0.0.0:9 is not loopback"},
    {"\"127.0.0.1:1\"",
	"upstream = \"unix:s\";\nadmin = "
	"\"127.0.0.1:1\";",
	"3: error: admin is an address where visitors connect"},
    {"\"127.0.0.1:1\"", "upstream = \"unix:s\";\ngroup = \"g\";",
	"3: error: a group needs a user"},
    {"\"127.0.0.1:1\"",
	"upstream = \"unix:s\";\nuser = \"nobody\"; group = \"no such\";",
	"3: error: there is no group no such"},
    {"\"127.0.0.1:1\"", "upstream = \"unix:s\";\nuser = \"no such\";",
	"3: error: there is no user no such"},
    {"\"127.0.0.1:1\"", "upstream = \"unix:s\";\nuser = \"root\";",
	"3: error: user must not be root"},
    {"\"127.0.0.1:1\"", "upstream = \"unix:s\";\nupgrade = \"ws\";",
	"3: error: ws is no path"},
};

static void
refuses_what_does_not_go_together(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof mismatches / sizeof *mismatches; i++) {
		struct loaded l;

		load_with(&l, mismatches[i].listen, mismatches[i].more);
		assert_int_equal(l.rc, CONSENT_EINVAL);
		says(&l, mismatches[i].finding);
	}
}

static void
warns_of_what_is_dangerous(void **state)
{
	struct loaded l;

	(void)state;
	load_with(&l, "\"127.0.0.1:1\"",
	    "upstream = { address = \"https://a.example\"; verify = false; };\n"
	    "trusted = ( \"::/0\" );\n"
	    "admin = \"[::]:9\"; admin_public = true;");
	assert_int_equal(l.rc, CONSENT_OK);
	says(&l, "2: warning: the certificate of https://a.example");
	says(&l, "3: warning: ::/0 trusts everybody");
	says(&l, "4: warning: [::]:9 is not loopback");
	config_free(l.config);
}

static void
says_what_must_be_given(void **state)
{
	struct loaded l;

	(void)state;
	load(&l, "workers = 1;\n", policy);
	assert_int_equal(l.rc, CONSENT_EINVAL);
	says(&l, "listen is missing");
	says(&l, "upstream is missing");
	says(&l, "site is missing");
}

static void
nothing_may_be_behind(void **state)
{
	struct loaded l;

	(void)state;
	load(&l,
	    "listen = \"127.0.0.1:8080\"; upstream = \"none\";\n"
	    "site = \"https://a.example\";\n",
	    policy);
	assert_int_equal(l.rc, CONSENT_OK);
	assert_string_equal(l.config->upstream.address, "");
	config_free(l.config);
}

static void
an_unknown_language_is_an_error(void **state)
{
	struct loaded l;

	(void)state;
	load(&l,
	    "listen = \"127.0.0.1:8080\"; upstream = \"http://127.0.0.1:1\";\n"
	    "site = \"https://a.example\";\n"
	    "notice : { languages = [ \"xx\" ]; };\n",
	    policy);
	assert_int_equal(l.rc, CONSENT_EINVAL);
	says(&l, "xx");
}

static void
scope_site_needs_one_domain(void **state)
{
	struct loaded l;

	(void)state;
	load(&l,
	    "listen = \"127.0.0.1:1\"; upstream = \"http://127.0.0.1:2\";\n"
	    "site = [ \"https://www.library.co.uk\", "
	    "\"https://shop.library.co.uk\" ];\n"
	    "token : { scope = \"site\"; };\n",
	    policy);
	assert_int_equal(l.rc, CONSENT_OK);
	assert_string_equal(l.config->token.domain, "library.co.uk");
	config_free(l.config);
	load(&l,
	    "listen = \"127.0.0.1:1\"; upstream = \"http://127.0.0.1:2\";\n"
	    "site = [ \"https://a.co.uk\", \"https://b.co.uk\" ];\n"
	    "token : { scope = \"site\"; };\n",
	    policy);
	assert_int_equal(l.rc, CONSENT_EINVAL);
	says(&l, "needs all sites below one domain");
	load(&l,
	    "listen = \"127.0.0.1:1\"; upstream = \"http://127.0.0.1:2\";\n"
	    "site = \"http://127.0.0.1:8080\";\n"
	    "token : { scope = \"site\"; };\n",
	    policy);
	assert_int_equal(l.rc, CONSENT_EINVAL);
	says(&l, "needs a domain");
	says(&l, "needs sites that are https");
}

static void
cookie_prefixes_keep_their_promise(void **state)
{
	struct loaded l;

	(void)state;
	load(&l,
	    "listen = \"127.0.0.1:1\"; upstream = \"http://127.0.0.1:2\";\n"
	    "site = \"http://localhost:1\";\n"
	    "token : { cookie = \"__Host-c\"; };\n",
	    policy);
	assert_int_equal(l.rc, CONSENT_EINVAL);
	says(&l, "__Host-c needs sites that are https");
	load(&l,
	    "listen = \"127.0.0.1:1\"; upstream = \"http://127.0.0.1:2\";\n"
	    "site = \"https://www.a.example\";\n"
	    "token : { cookie = \"__Host-c\"; scope = \"site\"; };\n",
	    policy);
	assert_int_equal(l.rc, CONSENT_EINVAL);
	says(&l, "__Host-c cannot have scope \"site\"");
}

static const char walled[] =
    "policy : { version = \"1\"; third_parties = \"unlisted\"; csp = \"%s\";\n"
    "  categories = ( { id = \"essential\"; required = true; },\n"
    "    { id = \"analytics\"; },\n"
    "    { id = \"ads\"; mode = \"report\"; } );\n"
    "  resources = ( { host = \"library.example\"; path = \"/x\";\n"
    "      category = \"analytics\"; },\n"
    "    { host = \"cdn.library.example\"; category = \"essential\"; },\n"
    "    { host = \"x.library.example\"; path = \"/y\"; category = "
    "\"analytics\"; },\n"
    "    { host = \"ads.library.example\"; category = \"ads\"; },\n"
    "    { host = \"other.example\"; category = \"analytics\"; },\n"
    "    { host = \"stats.library.example\"; category = \"analytics\"; } ); "
    "};\n";

static void
a_wall_within_the_sites_own_domain_is_told(void **state)
{
	char text[sizeof walled + 16];
	struct loaded l;

	(void)state;
	(void)snprintf(text, sizeof text, walled, "enforce");
	load(&l, smallest, text);
	assert_int_equal(l.rc, 0);
	says(&l, "14: warning: while stats.library.example is withheld");
	assert_null(strstr(l.said, "while ads"));
	assert_null(strstr(l.said, "while cdn"));
	assert_null(strstr(l.said, "while other"));
	assert_null(strstr(l.said, "while x."));
	config_free(l.config);
	(void)snprintf(text, sizeof text, walled, "off");
	load(&l, smallest, text);
	assert_int_equal(l.rc, 0);
	assert_null(strstr(l.said, "while"));
	config_free(l.config);
}

static void
plain_http_is_a_warning(void **state)
{
	struct loaded l;

	(void)state;
	load(&l,
	    "listen = \"127.0.0.1:1\"; upstream = \"http://127.0.0.1:2\";\n"
	    "site = \"http://library.example\";\n",
	    policy);
	assert_int_equal(l.rc, CONSENT_OK);
	says(&l, "2: warning: http://library.example is plain http");
	config_free(l.config);
}

static void
no_daemon_is_its_own_origin(void **state)
{
	struct loaded l;

	(void)state;
	load(&l,
	    "listen = \"127.0.0.1:8080\"; upstream = "
	    "\"http://127.0.0.1:8080\";\n"
	    "site = \"https://library.example\";\n",
	    policy);
	assert_int_equal(l.rc, CONSENT_EINVAL);
	says(&l, "upstream is an address of our own");
}

static void
a_file_that_is_not_there(void **state)
{
	struct findings findings;
	struct config *config = NULL;

	(void)state;
	findings_init(&findings);
	assert_int_equal(config_load("/nonexistent/a.conf", &findings, &config),
	    CONSENT_EIO);
	assert_int_equal(findings.errors, 1);
	assert_null(config);
	findings_fini(&findings);
}

static void
sample_and_demonstration_are_right(void **state)
{
	const struct config_demo demo = {.folder = "/tmp/demo",
	    .port = 8080,
	    .tls_port = 8081,
	    .certificate = "c.pem",
	    .key = "c.key",
	    .origin = 9000};
	struct findings findings;
	struct config *config = NULL;

	(void)state;
	findings_init(&findings);
	assert_int_equal(
	    config_load("conf/consentd.conf", &findings, &config), CONSENT_OK);
	assert_string_equal(config->keys, "conf/keys");
	config_free(config);
	config = NULL;
	assert_int_equal(config_demo(&demo, &findings, &config), CONSENT_OK);
	assert_string_equal(config->upstream.address, "http://127.0.0.1:9000");
	assert_string_equal(config->sites.items[0], "http://localhost:8080");
	assert_string_equal(config->log_directory, "/tmp/demo/log");
	config_free(config);
	assert_int_equal(findings.errors, 0);
	assert_int_equal(findings.warnings, 0);
	findings_fini(&findings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(smallest_file_has_the_safe_defaults),
	    cmocka_unit_test(takes_listeners_of_every_kind),
	    cmocka_unit_test(r37_the_look_is_checked_with_its_lines),
	    cmocka_unit_test(the_look_reaches_the_notice),
	    cmocka_unit_test(consent_mode_is_of_categories_that_need_consent),
	    cmocka_unit_test(names_every_mistake_with_its_line),
	    cmocka_unit_test(takes_tls_and_more_of_a_listener),
	    cmocka_unit_test(refuses_what_does_not_go_together),
	    cmocka_unit_test(warns_of_what_is_dangerous),
	    cmocka_unit_test(says_what_must_be_given),
	    cmocka_unit_test(nothing_may_be_behind),
	    cmocka_unit_test(an_unknown_language_is_an_error),
	    cmocka_unit_test(scope_site_needs_one_domain),
	    cmocka_unit_test(cookie_prefixes_keep_their_promise),
	    cmocka_unit_test(a_wall_within_the_sites_own_domain_is_told),
	    cmocka_unit_test(plain_http_is_a_warning),
	    cmocka_unit_test(no_daemon_is_its_own_origin),
	    cmocka_unit_test(a_file_that_is_not_there),
	    cmocka_unit_test(sample_and_demonstration_are_right),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
