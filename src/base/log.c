#include "base/log.h"

#include "base/clock.h"
#include "base/log_room.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	LINE_MAX_BYTES = 2048
};

static const char *const level_names[] = {"error", "warn", "info", "debug"};
static enum log_level log_level = LOG_LEVEL_INFO;
static const char *log_role = "main";
static struct log_room *log_room;
static void (*log_on_line)(void *ctx);
static void *log_ctx;

void
log_set_level(enum log_level level)
{
	log_level = level;
}

void
log_set_role(const char *role)
{
	log_role = role;
}

void
log_gather(struct log_room *room, void (*on_line)(void *ctx), void *ctx)
{
	log_room = room;
	log_on_line = on_line;
	log_ctx = ctx;
}

void
log_flush(void)
{
	if (log_room != NULL)
		log_room_empty(log_room);
}

static void
put_line(enum log_level level, struct span line)
{
	/* nothing is left to tell when stderr itself fails */
	if (log_room == NULL && write(STDERR_FILENO, line.p, line.n) < 0)
		return;
	if (log_room == NULL)
		return;
	if (atomic_load_explicit(&log_room->n, memory_order_relaxed) == 0)
		log_on_line(log_ctx);
	log_room_add(log_room, line);
	if (level <= LOG_LEVEL_WARN)
		log_flush();
}

/* The time of a line; a second is spelled once. */
static void
spell_now(char text[CLOCK_TEXT])
{
	static char spelled[CLOCK_TEXT];
	static int64_t second = -1;
	int64_t now = clock_now(), ms = now % 1000;

	if (now - ms != second) {
		clock_format(now, spelled);
		second = now - ms;
	}
	memcpy(text, spelled, sizeof spelled);
	text += sizeof "2026-11-01T10:00:00." - 1;
	text[0] = (char)('0' + ms / 100 % 10);
	text[1] = (char)('0' + ms / 10 % 10);
	text[2] = (char)('0' + ms % 10);
}

/* Copies text to out with every byte outside 0x20-0x7E as \xHH. */
static size_t
escape(char *out, size_t room, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (; *text != '\0' && n + 8 < room; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c <= 0x7e) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	if (*text != '\0') {
		memcpy(out + n, "...", 3);
		n += 3;
	}
	return n;
}

static void CONSENT_PRINTF(3, 0) write_line(
    enum log_level level, const char *event, const char *format, va_list args)
{
	char text[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
	char when[CLOCK_TEXT];
	int n;
	size_t end;

	if (level > log_level)
		return;
	spell_now(when);
	n = snprintf(line, sizeof line, "%s %s %s %s", when, level_names[level],
	    log_role, event);
	if (n < 0 || (size_t)n >= sizeof line)
		return;
	end = (size_t)n;
	if (vsnprintf(text, sizeof text, format, args) > 0) {
		line[end++] = ' ';
		end += escape(line + end, sizeof line - end - 1, text);
	}
	line[end++] = '\n';
	put_line(level, (struct span){line, end});
}

#define DEFINE_LEVEL(name, level)                                              \
	void name(const char *event, const char *format, ...)                  \
	{                                                                      \
		va_list args;                                                  \
                                                                               \
		va_start(args, format);                                        \
		write_line(level, event, format, args);                        \
		va_end(args);                                                  \
	}

DEFINE_LEVEL(log_error, LOG_LEVEL_ERROR)
DEFINE_LEVEL(log_warn, LOG_LEVEL_WARN)
DEFINE_LEVEL(log_info, LOG_LEVEL_INFO)
DEFINE_LEVEL(log_debug, LOG_LEVEL_DEBUG)
