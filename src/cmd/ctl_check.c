#include "cmd/ctl.h"
#include "cmd/ctl_check_print.h"
#include "cmd/ctl_load.h"

#include <libconsent/findings.h>

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_SARIF,
	FORMAT_NONE /* no such format */
};

static enum format
format_of(const char *name)
{
	static const char *const names[] = {"text", "json", "sarif"};
	unsigned i;

	for (i = 0; i < FORMAT_NONE; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum format)i;
	(void)fprintf(stderr,
	    "check: no format is called \"%s\": text, json or sarif\n", name);
	return FORMAT_NONE;
}

static void
print_summary(const char *path, const struct findings *f)
{
	if (f->errors + f->warnings == 0)
		(void)printf("%s: nothing is wrong\n", path);
	else
		(void)printf("%s: %zu error%s, %zu warning%s\n", path,
		    f->errors, f->errors == 1 ? "" : "s", f->warnings,
		    f->warnings == 1 ? "" : "s");
}

/* The exit code of a load: what cannot be read is not merely wrong. */
static int
exit_code(int rc)
{
	if (rc == CONSENT_OK)
		return CTL_YES;
	return rc == CONSENT_EINVAL ? CTL_NO : CTL_FAILED;
}

/* Loads as the daemon does, and lets go of it: only the findings count. */
static int
look(const char *path, struct findings *findings)
{
	struct ctl_loaded loaded;
	int rc = ctl_load(path, findings, &loaded);

	if (rc == CONSENT_OK)
		rc = ctl_load_certificates(&loaded, findings);
	ctl_unload(&loaded);
	if (rc != CONSENT_OK && findings->errors == 0)
		findings_error(findings, (struct place){.file = path},
		    FINDING_UNREADABLE, "%s", status_text(rc));
	return exit_code(rc);
}

static int
check(const char *path, enum format format)
{
	struct findings findings;
	int code, rc = CONSENT_OK;

	findings_init(&findings);
	code = look(path, &findings);
	findings_sort(&findings);
	if (format == FORMAT_JSON)
		rc = ctl_check_json(&findings);
	else if (format == FORMAT_SARIF)
		rc = ctl_check_sarif(&findings);
	else
		findings_print(&findings, stderr);
	if (format == FORMAT_TEXT)
		print_summary(path, &findings);
	findings_fini(&findings);
	return rc == CONSENT_OK ? code : CTL_FAILED;
}

int
ctl_check(int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'},
	    {"format", required_argument, NULL, 'f'}, {NULL, 0, NULL, 0}};
	enum format format = FORMAT_TEXT;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return CTL_FAILED;
		format = c == 'j' ? FORMAT_JSON : format_of(optarg);
		if (format == FORMAT_NONE)
			return CTL_FAILED;
	}
	if (argc - optind > 1) {
		(void)fputs("check takes one file\n", stderr);
		return CTL_FAILED;
	}
	return check(optind < argc ? argv[optind] : CTL_FILE, format);
}
