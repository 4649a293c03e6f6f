#include "proxy/inventory_file.h"

#include "fuzz.h"
#include "proxy/inventory.h"

#include <libconsent/buf.h>
#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * The input is the file of an inventory. One that is taken is written again,
 * and then it is read and written as it is: nothing is lost on the way, and
 * nothing comes in that the next start would refuse.
 */

enum {
	NAME = 64
};

static struct {
	char folder[NAME];
	char given[2 * NAME], once[2 * NAME], twice[2 * NAME];
	struct policy *none;
} f;

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
clean(void)
{
	(void)unlink(f.given); /* some were never made */
	(void)unlink(f.once);
	(void)unlink(f.twice);
	(void)rmdir(f.folder);
	policy_free(f.none);
}

/* A policy that names nothing. */
static struct policy *
load_none(void)
{
	const struct loader_options options = {NULL};
	struct settings *settings = NULL;
	struct findings findings;
	struct policy *p = NULL;

	findings_init(&findings);
	must(settings_parse("fuzz",
		 SPAN("version=\"1\";categories=({id=\"e\";required=true;},"
		      "{id=\"a\";});resources=({host=\"none.invalid\";"
		      "category=\"a\";});"),
		 &findings, &settings) == CONSENT_OK);
	must(policy_load(settings_root(settings), &options, &findings, &p) ==
	     CONSENT_OK);
	must(p != NULL);
	settings_free(settings);
	findings_fini(&findings);
	return p;
}

static void
open_once(void)
{
	if (f.none != NULL)
		return;
	(void)snprintf(
	    f.folder, sizeof f.folder, "/tmp/consentd-inventory-XXXXXX");
	must(mkdtemp(f.folder) != NULL);
	(void)snprintf(f.given, sizeof f.given, "%s/given", f.folder);
	(void)snprintf(f.once, sizeof f.once, "%s/once", f.folder);
	(void)snprintf(f.twice, sizeof f.twice, "%s/twice", f.folder);
	f.none = load_none();
	must(atexit(clean) == 0);
}

static void
put(const char *path, const uint8_t *data, size_t n)
{
	FILE *file = fopen(path, "wb");

	must(file != NULL);
	must(fwrite(data, 1, n, file) == n);
	must(fclose(file) == 0);
}

static void
take(const char *path, struct buf *out)
{
	char bytes[4096];
	FILE *file = fopen(path, "rb");
	size_t n;

	must(file != NULL);
	while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
		must(buf_append(out, (struct span){bytes, n}) == CONSENT_OK);
	must(fclose(file) == 0);
}

/* Reads one file and writes the other; what reading said. */
static int
pass(const char *from, const char *to)
{
	struct inventory *v = inventory_map();
	int rc;

	must(v != NULL);
	rc = inventory_file_read(from, v);
	if (rc == CONSENT_OK)
		must(inventory_file_write(to, v, f.none) == CONSENT_OK);
	inventory_unmap(v);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf once, twice;
	int rc;

	open_once();
	put(f.given, data, n);
	rc = pass(f.given, f.once);
	if (rc != CONSENT_OK) {
		must(rc == CONSENT_EINVAL);
		return 0;
	}
	must(pass(f.once, f.twice) == CONSENT_OK);
	buf_init(&once, INVENTORY_FILE_BYTES);
	buf_init(&twice, INVENTORY_FILE_BYTES);
	take(f.once, &once);
	take(f.twice, &twice);
	must(span_equal(buf_span(&once), buf_span(&twice)));
	buf_fini(&once);
	buf_fini(&twice);
	return 0;
}
