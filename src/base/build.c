#include "base/build.h"

/* gcc says it by a macro, clang by a feature. */
#ifdef __has_feature
#define HAS(feature) __has_feature(feature)
#else
#define HAS(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || HAS(address_sanitizer)
#define SANITIZED true
#else
#define SANITIZED false
#endif

bool
build_is_sanitized(void)
{
	return SANITIZED;
}
