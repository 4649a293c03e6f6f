#include "proxy/thrift.h"

#include <malloc.h>

void
thrift_note(struct thrift *t, size_t count)
{
	if (count > t->recent)
		t->recent = count;
}

bool
thrift_look(struct thrift *t, size_t count, size_t burst)
{
	size_t recent = t->recent;

	t->recent = count;
	if (recent > t->most)
		t->most = recent;
	if (t->most < burst || recent > t->most / THRIFT_PART)
		return false;
	t->most = recent;
	return true;
}

void
thrift_give(void)
{
	(void)malloc_trim(0); /* 0: there was nothing to give */
}
