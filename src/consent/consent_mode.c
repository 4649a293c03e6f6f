#include "consent/consent_mode.h"

#include <stdlib.h>

#include "consent/script.h"

enum {
	TEXT_MAX = 4096 /* bytes of the script, categories included */
};

struct consent_mode {
	struct buf text;
	char hash[CSP_HASH];
};

static const char *const names[CONSENT_MODE_TYPES] = {
    [CONSENT_MODE_AD_STORAGE] = "ad_storage",
    [CONSENT_MODE_AD_USER_DATA] = "ad_user_data",
    [CONSENT_MODE_AD_PERSONALIZATION] = "ad_personalization",
    [CONSENT_MODE_ANALYTICS_STORAGE] = "analytics_storage",
};

const char *
consent_mode_name(enum consent_mode_type type)
{
	return names[type];
}

bool
consent_mode_may_grant(const struct policy *policy, const char *id)
{
	int category = policy_category(policy, span_of(id));

	return category >= 0 &&
	       (policy_facts(policy)->required >> category & 1) == 0;
}

/* Ids of categories are tokens: nothing in them needs to be escaped. */
static int
write_type(struct buf *out, const char *name, const char *category)
{
	return category[0] == '\0'
		   ? buf_printf(out, "%s:0", name)
		   : buf_printf(out, "%s:\"%s\"", name, category);
}

/* The script: a function, and its call. */
static int
write_text(struct buf *out, const char *const categories[CONSENT_MODE_TYPES])
{
	int rc = script_write(SPAN("consent_mode.min.js"), out);
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < CONSENT_MODE_TYPES; i++) {
		rc = buf_append(out, i == 0 ? SPAN("({") : SPAN(","));
		if (rc == CONSENT_OK)
			rc = write_type(out, names[i], categories[i]);
	}
	return rc == CONSENT_OK ? buf_append(out, SPAN("})")) : rc;
}

int
consent_mode_new(
    const char *const categories[CONSENT_MODE_TYPES], struct consent_mode **out)
{
	struct consent_mode *mode = calloc(1, sizeof *mode);
	int rc;

	if (mode == NULL)
		return CONSENT_ENOMEM;
	buf_init(&mode->text, TEXT_MAX);
	rc = write_text(&mode->text, categories);
	if (rc == CONSENT_OK)
		rc = script_hash(buf_span(&mode->text), mode->hash);
	if (rc != CONSENT_OK) {
		consent_mode_free(mode);
		return rc;
	}
	*out = mode;
	return CONSENT_OK;
}

/* The ids that were granted, but for what needs no consent. */
static int
write_granted(const struct gate *gate, struct buf *out)
{
	category_set granted = gate->granted & ~gate->facts->required;
	size_t before = out->n;
	int rc = CONSENT_OK;
	unsigned i;

	for (i = 0; rc == CONSENT_OK && i < gate->facts->n_categories; i++)
		if ((granted >> i & 1) != 0)
			rc = buf_printf(out, "%s%s", out->n > before ? " " : "",
			    gate->facts->categories[i].id);
	return rc;
}

int
consent_mode_write(const struct consent_mode *mode, const struct gate *gate,
    enum guard_form form, struct buf *out)
{
	bool is_xml = form == GUARD_XML;
	int rc;

	if (mode == NULL)
		return CONSENT_OK;
	rc = buf_append(out, SPAN("<script data-consent-mode=\""));
	if (rc == CONSENT_OK)
		rc = write_granted(gate, out);
	if (rc == CONSENT_OK)
		rc = buf_printf(out, "\">%s", is_xml ? "<![CDATA[" : "");
	if (rc == CONSENT_OK)
		rc = buf_append(out, buf_span(&mode->text));
	return rc == CONSENT_OK
		   ? buf_printf(out, "%s</script>", is_xml ? "]]>" : "")
		   : rc;
}

const char *
consent_mode_hash(const struct consent_mode *mode)
{
	return mode->hash;
}

void
consent_mode_free(struct consent_mode *mode)
{
	if (mode == NULL)
		return;
	buf_fini(&mode->text);
	free(mode);
}
