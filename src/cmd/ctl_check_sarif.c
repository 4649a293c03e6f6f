#include "base/ascii.h"
#include "base/version.h"
#include "cmd/ctl_check_print.h"

#include <libconsent/buf.h>
#include <libconsent/findings.h>

#include <jansson.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	URI_BYTES = 3 * 4096 + 8
};

/* A path as a URI: relative to where the command ran, or of this machine. */
static json_t *
uri_of(const char *path)
{
	static const char digits[] = "0123456789ABCDEF";
	json_t *text = NULL;
	struct buf uri;
	int rc = CONSENT_OK;

	buf_init(&uri, URI_BYTES);
	if (path[0] == '/')
		rc = buf_append(&uri, SPAN("file://"));
	for (; rc == CONSENT_OK && *path != '\0'; path++) {
		unsigned char byte = (unsigned char)*path;

		if (ascii_is(*path, ASCII_ALNUM) ||
		    strchr("/-._~", *path) != NULL)
			rc = buf_append_byte(&uri, *path);
		else
			rc = buf_printf(&uri, "%%%c%c", digits[byte >> 4],
			    digits[byte & 15]);
	}
	if (rc == CONSENT_OK)
		text = json_stringn(uri.p, uri.n);
	buf_fini(&uri);
	return text;
}

/* Columns count characters there; where the line is unknown, bytes must do. */
static unsigned
column_of(const struct place *place, unsigned byte)
{
	unsigned i, column = 1;

	if (place->text.n == 0)
		return byte;
	for (i = 1; i < byte; i++)
		if (i > place->text.n ||
		    ((unsigned char)place->text.p[i - 1] & 0xC0) != 0x80)
			column++;
	return column;
}

static json_t *
region_of(const struct place *place)
{
	json_t *region = json_pack("{s:i}", "startLine", (int)place->line);

	if (place->column == 0)
		return region;
	(void)json_object_set_new(region, "startColumn",
	    json_integer(column_of(place, place->column)));
	(void)json_object_set_new(region, "endColumn",
	    json_integer(column_of(place, place->column + place->length)));
	return region;
}

/* What stands where, for a finding that stands anywhere. */
static json_t *
location_of(const struct place *place)
{
	json_t *where = json_pack(
	    "{s:{s:o}}", "artifactLocation", "uri", uri_of(place->file));

	if (place->line > 0)
		(void)json_object_set_new(where, "region", region_of(place));
	return json_pack("{s:o}", "physicalLocation", where);
}

/* The change that was proposed, if there is one. */
static json_t *
fix_of(const struct finding *f)
{
	return json_pack("{s:{s:s}, s:[{s:{s:o}, s:[{s:o, s:{s:s}}]}]}",
	    "description", "text", "what was meant", "artifactChanges",
	    "artifactLocation", "uri", uri_of(f->place.file), "replacements",
	    "deletedRegion", region_of(&f->place), "insertedContent", "text",
	    f->fix);
}

static json_t *
result_of(const struct finding *f)
{
	json_t *result = json_pack("{s:s, s:i, s:s, s:{s:s}}", "ruleId",
	    finding_kind_id(f->kind), "ruleIndex", (int)f->kind, "level",
	    findings_level_name(f->level), "message", "text", f->text);

	if (f->place.file != NULL)
		(void)json_object_set_new(result, "locations",
		    json_pack("[o]", location_of(&f->place)));
	if (f->fix != NULL && f->place.file != NULL && f->place.column > 0)
		(void)json_object_set_new(
		    result, "fixes", json_pack("[o]", fix_of(f)));
	return result;
}

static json_t *
rules(void)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < FINDING_KINDS; i++) {
		enum finding_kind kind = (enum finding_kind)i;

		(void)json_array_append_new(
		    list, json_pack("{s:s, s:{s:s}}", "id",
			      finding_kind_id(kind), "shortDescription", "text",
			      finding_kind_summary(kind)));
	}
	return list;
}

int
ctl_check_sarif(const struct findings *findings)
{
	json_t *results = json_array(), *log;
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; i < findings->n; i++)
		if (json_array_append_new(
			results, result_of(&findings->items[i])) != 0)
			rc = CONSENT_ENOMEM;
	log = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:s, s:o}]}",
	    "$schema", "https://json.schemastore.org/sarif-2.1.0.json",
	    "version", "2.1.0", "runs", "tool", "driver", "name",
	    "consentctl check", "version", CONSENT_VERSION, "rules", rules(),
	    "columnKind", "unicodeCodePoints", "results", results);
	if (log == NULL)
		return CONSENT_ENOMEM;
	if (rc == CONSENT_OK && json_dumpf(log, stdout, JSON_INDENT(2)) != 0)
		rc = CONSENT_EIO;
	(void)putchar('\n');
	json_decref(log);
	return rc;
}
