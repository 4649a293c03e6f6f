#ifndef CONSENT_UNIT_PROXY_SCRIPT_H
#define CONSENT_UNIT_PROXY_SCRIPT_H

/*
 * Scripts of exchanges: what the client asks, what the origin does, what both
 * get. The last request of each says that the connection ends behind it.
 */

#include <stdbool.h>
#include <stdint.h>

enum {
	SCRIPT_ACTS = 3, /* most of the origin */
	SCRIPT_TEXTS = 3 /* most to be found on one side */
};

/* What the origin does when it was asked. */
struct script_act {
	const char *wants; /* once it has got this since its last act */
	const char *says;  /* NULL: it is silent */
	bool closes;	   /* and hangs up */
};

/* How the last answer ends. */
enum script_end {
	SCRIPT_WHOLE,	/* it is good and complete */
	SCRIPT_REFUSAL, /* it is an error page, complete */
	SCRIPT_CUT	/* it has no ending */
};

struct script {
	const char *asks;
	struct script_act acts[SCRIPT_ACTS];
	const char *shows[SCRIPT_TEXTS]; /* to the client */
	const char *sends[SCRIPT_TEXTS]; /* to the origin */
	const char *hides;		 /* from the client */
	unsigned answers;
	enum script_end ends;
	bool down;	  /* nothing listens */
	bool leaves;	  /* the client hangs up before the first act */
	bool parts;	  /* it sends no more once the origin has hung up */
	int64_t patience; /* ms for the origin's head; 0: the default */
};

#define SITE "Host: site.example\r\n"
#define LAST SITE "Connection: close\r\n"
#define OK "HTTP/1.1 200 OK\r\n"
#define PLAIN OK "Content-Type: text/plain\r\n"
#define PAGE OK "Content-Type: text/html; charset=utf-8\r\n"
#define NOTHING "never in any answer"
#define TRACKED                                                                \
	"<!DOCTYPE html><html><head><script src=\"https://tracker.example/t\"" \
	"></script></head><body>here</body></html>"

static const struct script passes_through = {
    .asks = "GET /a?b=c HTTP/1.1\r\n" LAST "\r\n",
    .acts = {{"\r\n\r\n", PLAIN "Content-Length: 4\r\n\r\ntext", false}},
    .shows = {"HTTP/1.1 200 ", "\r\n\r\ntext"},
    .sends = {"GET /a?b=c HTTP/1.1\r\n", "X-Forwarded-For: 192.0.2.1\r\n"},
    .hides = NOTHING,
    .answers = 1};
static const struct script rewrites_a_page = {
    .asks = "GET / HTTP/1.1\r\n" LAST "Accept: text/html\r\n\r\n",
    .acts = {{"\r\n\r\n", PAGE "Connection: close\r\n\r\n" TRACKED, true}},
    .shows = {"HTTP/1.1 200 ", "here", "</html>"},
    .hides = " src=\"https://tracker.example/t\"",
    .answers = 1};
static const struct script passes_a_body = {
    .asks = "POST /form HTTP/1.1\r\n" LAST "Content-Length: 6\r\n\r\nposted",
    .acts = {{"posted", PLAIN "Content-Length: 2\r\n\r\nok", false}},
    .shows = {"HTTP/1.1 200 ", "\r\n\r\nok"},
    .sends = {"POST /form ", "\r\n\r\nposted"},
    .hides = NOTHING,
    .answers = 1};
static const struct script origin_down = {
    .asks = "GET / HTTP/1.1\r\n" LAST "\r\n",
    .shows = {"HTTP/1.1 502 "},
    .hides = NOTHING,
    .answers = 1,
    .ends = SCRIPT_REFUSAL,
    .down = true};
static const struct script origin_silent = {
    .asks = "GET / HTTP/1.1\r\n" LAST "\r\n",
    .acts = {{"\r\n\r\n", NULL, false}},
    .shows = {"HTTP/1.1 504 "},
    .hides = NOTHING,
    .answers = 1,
    .ends = SCRIPT_REFUSAL,
    .patience = 20};
static const struct script body_cut = {
    .asks = "GET /a HTTP/1.1\r\n" LAST "\r\n",
    .acts = {{"\r\n\r\n",
	PLAIN "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", true}},
    .shows = {"HTTP/1.1 200 ", "half"},
    .hides = "0\r\n\r\n",
    .answers = 1,
    .ends = SCRIPT_CUT};
static const struct script page_cut = {.asks = "GET / HTTP/1.1\r\n" LAST "\r\n",
    .acts = {{"\r\n\r\n", PAGE "Content-Length: 9999\r\n\r\n" TRACKED, true}},
    .shows = {"HTTP/1.1 200 ", "here"},
    .hides = "0\r\n\r\n",
    .answers = 1,
    .ends = SCRIPT_CUT};
static const struct script client_leaves = {
    .asks = "GET /slow HTTP/1.1\r\n" LAST "\r\n",
    .acts = {{"\r\n\r\n", PLAIN "Content-Length: 4\r\n\r\nlate", false}},
    .sends = {"GET /slow "},
    .hides = NOTHING,
    .answers = 0,
    .ends = SCRIPT_CUT,
    .leaves = true};
static const struct script trace_refused = {
    .asks = "TRACE / HTTP/1.1\r\n" LAST "\r\n",
    .shows = {"HTTP/1.1 501 "},
    .hides = NOTHING,
    .answers = 1,
    .ends = SCRIPT_REFUSAL};
static const struct script connect_refused = {
    .asks = "CONNECT site.example:443 HTTP/1.1\r\n"
	    "Host: site.example:443\r\n\r\n",
    .shows = {"HTTP/1.1 501 "},
    .hides = NOTHING,
    .answers = 1,
    .ends = SCRIPT_REFUSAL};
static const struct script expectation_unknown = {
    .asks = "GET / HTTP/1.1\r\n" LAST "Expect: wonders\r\n\r\n",
    .shows = {"HTTP/1.1 417 "},
    .hides = NOTHING,
    .answers = 1,
    .ends = SCRIPT_REFUSAL};
static const struct script asks_once_more = {
    .asks = "GET /a HTTP/1.1\r\n" SITE "\r\nGET /b HTTP/1.1\r\n" LAST "\r\n",
    .acts = {{"GET /a ", PLAIN "Content-Length: 3\r\n\r\none", false},
	{"GET /b ", NULL, true},
	{"GET /b ", PLAIN "Content-Length: 3\r\n\r\ntwo", false}},
    .shows = {"\r\n\r\none", "\r\n\r\ntwo"},
    .hides = NOTHING,
    .answers = 2};
static const struct script posts_but_once = {
    .asks = "GET /a HTTP/1.1\r\n" SITE "\r\nPOST /b HTTP/1.1\r\n" LAST
	    "Content-Length: 2\r\n\r\nhi",
    .acts = {{"GET /a ", PLAIN "Content-Length: 3\r\n\r\none", false},
	{"\r\n\r\nhi", NULL, true},
	{"POST /b ", PLAIN "Content-Length: 3\r\n\r\ntwo", false}},
    .shows = {"\r\n\r\none", "HTTP/1.1 502 "},
    .hides = "two",
    .answers = 2,
    .ends = SCRIPT_REFUSAL};
static const struct script whole_page_asked = {
    .asks = "GET / HTTP/1.1\r\n" LAST "Range: bytes=5-9\r\n\r\n",
    .acts = {{"Range: bytes=5-9\r\n",
		 "HTTP/1.1 206 Partial Content\r\n"
		 "Content-Type: text/html; charset=utf-8\r\n"
		 "Content-Range: bytes 5-9/99\r\n"
		 "Content-Length: 5\r\n\r\nparts",
		 false},
	{"GET / ", PAGE "Connection: close\r\n\r\n" TRACKED, true}},
    .shows = {"HTTP/1.1 200 ", "here", "</html>"},
    .hides = "parts",
    .answers = 1};
static const struct script own_path = {
    .asks = "GET /.consent/state HTTP/1.1\r\n" LAST "\r\n",
    .shows = {"HTTP/1.1 200 ", "\"2026-11-01\""},
    .hides = NOTHING,
    .answers = 1};
static const struct script answered_early = {
    .asks = "POST / HTTP/1.1\r\n" LAST "Content-Length: 9999\r\n\r\nbegun",
    .acts = {{"begun", PLAIN "Content-Length: 5\r\n\r\nearly", false}},
    .shows = {"HTTP/1.1 200 ", "\r\n\r\nearly"},
    .sends = {"\r\n\r\nbegun"},
    .hides = NOTHING,
    .answers = 1};
static const struct script opens_a_tunnel = {
    .asks = "GET /socket HTTP/1.1\r\n" SITE "Connection: Upgrade\r\n"
	    "Upgrade: websocket\r\n\r\nto the origin",
    .acts = {{"\r\n\r\n",
		 "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
		 "Upgrade: websocket\r\n\r\nto the client",
		 false},
	{"to the origin", "the end", true}},
    .shows = {"HTTP/1.1 101 ", "\r\n\r\nto the clientthe end"},
    .sends = {"Upgrade: websocket\r\n", "\r\n\r\nto the origin"},
    .hides = NOTHING,
    .answers = 1,
    .ends = SCRIPT_CUT,
    .parts = true};
static const struct script tunnel_not_asked = {
    .asks = "GET /a HTTP/1.1\r\n" SITE "\r\n",
    .acts = {{"\r\n\r\n",
	"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
	"Upgrade: websocket\r\n\r\nto the client",
	false}},
    .shows = {"HTTP/1.1 502 "},
    .hides = "to the client",
    .answers = 1,
    .ends = SCRIPT_REFUSAL};

/* All of them, by name. */
#define SCRIPTS(each)                                                          \
	each(passes_through) each(rewrites_a_page) each(passes_a_body)         \
	    each(origin_down) each(origin_silent) each(body_cut)               \
		each(page_cut) each(client_leaves) each(trace_refused)         \
		    each(connect_refused) each(expectation_unknown)            \
			each(asks_once_more) each(posts_but_once)              \
			    each(whole_page_asked) each(own_path)              \
				each(answered_early) each(opens_a_tunnel)      \
				    each(tunnel_not_asked)

#endif
