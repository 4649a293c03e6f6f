#ifndef CONSENT_CONSENT_LOOK_H
#define CONSENT_CONSENT_LOOK_H

/*
 * What may be said about the look of a notice: plain values, looked at when a
 * notice is made (libconsent/notice.h).
 */

enum notice_position {
	NOTICE_BOTTOM,
	NOTICE_TOP,
	NOTICE_CORNER /* below, where lines end */
};

/* Where the control is that reopens the choices. */
enum notice_control {
	NOTICE_CONTROL_START, /* below, where lines begin */
	NOTICE_CONTROL_END,
	NOTICE_CONTROL_NONE /* the site's own link stands for it */
};

enum {
	NOTICE_RADIUS = 10 /* CSS pixels: the sheet's own */
};

/* "#rgb" or "#rrggbb"; NULL: the sheet's own, or mixed from the others. */
struct notice_colours {
	const char *accent; /* links and all buttons */
	const char *ground;
	const char *ink;
};

/* What may be said about the look; consent/look has the rules. */
struct notice_look {
	struct notice_colours light, dark;
	const char *font; /* families, separated by commas; or NULL */
	const char *logo; /* "/path" of the site; or NULL */
	unsigned radius;  /* of corners, in CSS pixels */
	enum notice_position position;
	enum notice_control control;
};

#endif
