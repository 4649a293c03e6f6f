#include "consent/colour.h"

#include <stdio.h>

#include "base/ascii.h"

enum {
	ROOT_STEPS = 64 /* enough for the smallest channel */
};

static int
hex_pair(char high, char low)
{
	int a = ascii_hex_value(high), b = ascii_hex_value(low);

	return a < 0 || b < 0 ? -1 : a * 16 + b;
}

int
colour_parse(struct span text, struct colour *out)
{
	size_t each = text.n == 7 ? 2 : 1, i;
	int value[3];

	if ((text.n != 4 && text.n != 7) || text.p[0] != '#')
		return CONSENT_EINVAL;
	for (i = 0; i < 3; i++) {
		const char *at = text.p + 1 + i * each;

		value[i] = hex_pair(at[0], at[each - 1]);
		if (value[i] < 0)
			return CONSENT_EINVAL;
	}
	*out = (struct colour){(unsigned char)value[0], (unsigned char)value[1],
	    (unsigned char)value[2]};
	return CONSENT_OK;
}

void
colour_format(struct colour c, char out[COLOUR_TEXT])
{
	(void)snprintf(out, COLOUR_TEXT, "#%02x%02x%02x", c.red, c.green,
	    c.blue); /* fits */
}

/* By Newton's method: the library has no need of libm for one root. */
static double
fifth_root(double y)
{
	double z = 1;
	unsigned i;

	for (i = 0; i < ROOT_STEPS; i++)
		z = (4 * z + y / (z * z * z * z)) / 5;
	return z;
}

/* A channel's share of light: WCAG 2.2, "relative luminance". */
static double
linear(unsigned char channel)
{
	double c = channel / 255.0, x;

	if (c <= 0.04045)
		return c / 12.92;
	x = (c + 0.055) / 1.055;
	return x * x * fifth_root(x * x); /* to the power of 2.4 */
}

static double
luminance(struct colour c)
{
	return 0.2126 * linear(c.red) + 0.7152 * linear(c.green) +
	       0.0722 * linear(c.blue);
}

unsigned
colour_contrast(struct colour a, struct colour b)
{
	double x = luminance(a), y = luminance(b);
	double light = x > y ? x : y, dark = x > y ? y : x;

	/* black on white is 21, not a rounding error less */
	return (unsigned)((light + 0.05) / (dark + 0.05) * 100 + 1e-6);
}

static unsigned char
mix_channel(unsigned char a, unsigned char b, unsigned percent)
{
	return (unsigned char)((a * (100 - percent) + b * percent + 50) / 100);
}

struct colour
colour_mix(struct colour a, struct colour b, unsigned percent)
{
	return (struct colour){mix_channel(a.red, b.red, percent),
	    mix_channel(a.green, b.green, percent),
	    mix_channel(a.blue, b.blue, percent)};
}
