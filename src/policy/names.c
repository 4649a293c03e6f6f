#include "policy/names.h"

const char *
policy_mode_name(enum policy_mode mode)
{
	return mode == POLICY_REPORT ? "report" : "enforce";
}

const char *
policy_action_name(enum policy_action action)
{
	switch (action) {
	case POLICY_PLACEHOLDER:
		return "placeholder";
	case POLICY_NEUTRALISE:
		return "neutralise";
	case POLICY_REMOVE:
		break;
	}
	return NULL;
}

const char *
policy_method_name(unsigned i)
{
	static const char *const names[POLICY_METHODS] = {
	    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

	return names[i];
}
