#include "base/ascii.h"
#include "cmd/ctl.h"
#include "cmd/ctl_daemon.h"
#include "cmd/ctl_load.h"
#include "consent/keys.h"

#include <libconsent/buf.h>

#include <jansson.h>

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	KEY_LINE = 255 /* of an order: what the daemon takes */
};

/* What the command line said. */
struct call {
	const char *file, *socket;
	char found[CTL_DAEMON_PATH];
	const char *why, *algorithm; /* NULL: not given */
	const char *word;	     /* list, rotate, revoke, generate */
	const char *object;	     /* KID or DIR; NULL: none */
	bool json, log;
};

static int
complain(const char *text)
{
	(void)fprintf(stderr, "consentctl key: %s\n", text);
	return CTL_FAILED;
}

/* Whether the words and options belong together. */
static int
check_call(const struct call *call, int n)
{
	bool revokes = strcmp(call->word, "revoke") == 0;
	bool makes = strcmp(call->word, "generate") == 0;
	bool rotates = strcmp(call->word, "rotate") == 0;

	if (!revokes && !makes && !rotates && strcmp(call->word, "list") != 0)
		return complain("say list, rotate, revoke or generate");
	if (revokes && n != 2)
		return complain(
		    "revoke takes the id of a key; list shows them");
	if (makes && (n != 2 || call->algorithm == NULL))
		return complain("generate takes --algorithm HS256, ES256 or "
				"Ed25519, and a folder");
	if (!revokes && !makes && n > 1)
		return complain("too many words");
	if ((call->why != NULL && !revokes) || (call->log && !rotates) ||
	    (call->algorithm != NULL && !makes))
		return complain("--why is for revoke, --log for rotate, "
				"--algorithm for generate");
	return CTL_YES;
}

static int
read_call(int argc, char **argv, struct call *call)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'},
	    {"socket", required_argument, NULL, 's'},
	    {"why", required_argument, NULL, 'w'},
	    {"log", no_argument, NULL, 'l'},
	    {"algorithm", required_argument, NULL, 'a'}, {NULL, 0, NULL, 0}};
	int c;

	*call = (struct call){.file = CTL_FILE, .word = "list"};
	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (c == 'j')
			call->json = true;
		else if (c == 's')
			call->socket = optarg;
		else if (c == 'c')
			call->file = optarg;
		else if (c == 'w')
			call->why = optarg;
		else if (c == 'l')
			call->log = true;
		else if (c == 'a')
			call->algorithm = optarg;
		else
			return CTL_FAILED;
	}
	if (optind < argc)
		call->word = argv[optind];
	if (optind + 1 < argc)
		call->object = argv[optind + 1];
	return check_call(call, argc - optind);
}

/* ---- without a daemon --------------------------------------------------- */

static int
generate(const struct call *call)
{
	static const char *const names[] = {[SIGNER_HS256] = "HS256",
	    [SIGNER_ES256] = "ES256",
	    [SIGNER_ED25519] = "Ed25519"};
	char error[KEYS_ERROR] = "", kid[KEYS_KID];
	struct keys_folder folder = {.path = call->object, .error = error};
	size_t i = 0;
	int rc;

	while (i < 3 && strcmp(names[i], call->algorithm) != 0)
		i++;
	if (i == 3)
		return complain("an algorithm is HS256, ES256 or Ed25519");
	folder.algorithm = (enum signer_algorithm)i;
	rc = keys_create(&folder, "", kid);
	if (rc != CONSENT_OK)
		return complain(error[0] == '\0' ? status_text(rc) : error);
	if (call->json)
		(void)printf(
		    "{\"kid\":\"%s\",\"algorithm\":\"%s\"}\n", kid, names[i]);
	else
		(void)printf("%s\n", kid);
	return CTL_YES;
}

/* ---- orders ------------------------------------------------------------- */

/* A line has no end in it, and its words no blanks. */
static bool
is_plain(const char *text, const char *also)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++)
		if (ascii_is(text[i], ASCII_CONTROL) ||
		    (text[i] == ' ' && strchr(also, ' ') == NULL))
			return false;
	return i > 0;
}

static int
write_order(const struct call *call, struct buf *out)
{
	int rc;

	if (strcmp(call->word, "list") == 0)
		return buf_append(out, SPAN("key\n"));
	if (strcmp(call->word, "rotate") == 0)
		return buf_printf(
		    out, "key rotate%s\n", call->log ? " log" : "");
	if (!is_plain(call->object, "") ||
	    (call->why != NULL && !is_plain(call->why, " "))) {
		(void)complain("that is no id of a key, or no reason");
		return CONSENT_EINVAL;
	}
	rc = buf_printf(out, "key revoke %s%s%s\n", call->object,
	    call->why == NULL ? "" : " ", call->why == NULL ? "" : call->why);
	if (rc != CONSENT_OK)
		(void)complain("--why is too long");
	return rc;
}

static void
print_list(const json_t *answer)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "keys"), i, row)
	{
		bool signs = json_is_true(json_object_get(row, "signs"));
		const char *vkey =
		    json_string_value(json_object_get(row, "verifier"));

		(void)printf("%-23s  %-7s  %s %s", ctl_daemon_text(row, "kid"),
		    ctl_daemon_text(row, "algorithm"),
		    signs ? "signs" : "checks", ctl_daemon_text(row, "of"));
		if (vkey != NULL)
			(void)printf("  %s", vkey);
		(void)putchar('\n');
	}
}

static void
print_answer(const struct call *call, const json_t *answer)
{
	long long seq =
	    (long long)json_integer_value(json_object_get(answer, "seq"));

	if (call->json) {
		(void)json_dumpf(answer, stdout, JSON_INDENT(2));
		(void)putchar('\n');
	} else if (strcmp(call->word, "list") == 0) {
		print_list(answer);
	} else if (strcmp(call->word, "rotate") == 0) {
		(void)printf("%s signs %s from now on, says entry %lld\n",
		    ctl_daemon_text(answer, "kid"),
		    call->log ? "checkpoints" : "tokens", seq);
	} else {
		(void)printf("%s is revoked: its tokens count as no choice, "
			     "says entry %lld; %s signs\n",
		    ctl_daemon_text(answer, "kid"), seq,
		    ctl_daemon_text(answer, "signs"));
	}
}

int
ctl_key(int argc, char **argv)
{
	struct call call;
	json_t *answer = NULL;
	struct buf line;
	int rc = read_call(argc, argv, &call);

	if (rc == CTL_YES && strcmp(call.word, "generate") == 0)
		return generate(&call);
	if (rc == CTL_YES && call.socket == NULL) {
		call.socket = call.found;
		rc = ctl_daemon_find(call.file, call.found);
	}
	if (rc != CTL_YES)
		return rc;
	buf_init(&line, KEY_LINE);
	rc = CTL_FAILED;
	if (write_order(&call, &line) == CONSENT_OK)
		rc = ctl_daemon_order(call.socket, buf_span(&line), &answer);
	if (rc == CTL_YES)
		print_answer(&call, answer);
	json_decref(answer);
	buf_fini(&line);
	return rc;
}
