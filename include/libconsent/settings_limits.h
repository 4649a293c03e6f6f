#ifndef CONSENT_SETTINGS_SETTINGS_LIMITS_H
#define CONSENT_SETTINGS_SETTINGS_LIMITS_H

/*
 * How large a configuration may be.
 */

enum {
	SETTINGS_BYTES = 4 << 20, /* of one file: 80,000 rules of a list */
	SETTINGS_FILES = 64,	  /* read for one tree, the first included */
	SETTINGS_NESTING = 8	  /* of includes */
};

#endif
