#ifndef CONSENT_CMD_CTL_IMPORT_H
#define CONSENT_CMD_CTL_IMPORT_H

/*
 * import [options] FORMAT FILE|-: turns a list that others keep into rules for
 * an @include, and tells what it left out and why. CTL_NO where nothing of the
 * list can be said.
 */
int ctl_import(int argc, char **argv);

#endif
