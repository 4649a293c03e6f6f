#include "cmd/ctl_log_vkey.h"

#include "audit/note.h"
#include "cmd/ctl.h"
#include "cmd/ctl_load.h"
#include "conf/config.h"

#include <libconsent/findings.h>

#include <stdio.h>
#include <string.h>

static int
complain(const char *what)
{
	(void)fprintf(stderr, "consentctl log key: %s\n", what);
	return CTL_FAILED;
}

static int
print_keys(const struct config *config)
{
	char why[KEYS_ERROR] = "", vkey[NOTE_VKEY];
	struct keys_folder folder = {config->keys, SIGNER_ED25519, why};
	struct note_ring ring;
	size_t i;
	int code = CTL_YES;
	int rc = note_ring_load(&folder, config->log_name, &ring);

	if (rc == CONSENT_ENOENT) {
		(void)complain("there is no key yet: consentd makes it");
		code = CTL_NO;
	} else if (rc != CONSENT_OK) {
		code = complain(why[0] != '\0' ? why : status_text(rc));
	}
	for (i = 0; code == CTL_YES && i < ring.n; i++) {
		note_key_write(ring.keys[i], vkey);
		puts(vkey);
	}
	note_ring_fini(&ring);
	return code;
}

int
ctl_log_vkey(int argc, char **argv)
{
	const char *file = CTL_FILE;
	struct findings findings;
	struct ctl_loaded loaded;
	int rc, code = CTL_FAILED;

	if (argc == 3 && strcmp(argv[1], "-c") == 0)
		file = argv[2];
	else if (argc != 1)
		return complain("takes -c FILE and nothing else");
	findings_init(&findings);
	rc = ctl_load(file, &findings, &loaded);
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	else if (loaded.config == NULL)
		(void)complain("that is a policy alone");
	else
		code = print_keys(loaded.config);
	ctl_unload(&loaded);
	findings_fini(&findings);
	return code;
}
