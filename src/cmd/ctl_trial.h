#ifndef CONSENT_CMD_CTL_TRIAL_H
#define CONSENT_CMD_CTL_TRIAL_H

/* The commands of consentctl that try a policy out; as in cmd/ctl.h. */

/* test [--json] [-c FILE] [TESTS...]: runs policy tests; CTL_NO: one failed. */
int ctl_test(int argc, char **argv);

/*
 * try [--consent LIST] [-c FILE] PAGE|URL|-: the page as a visitor with that
 * consent gets it; CTL_NO: it cannot be read, or is not as clean as expected.
 */
int ctl_try(int argc, char **argv);

#endif
