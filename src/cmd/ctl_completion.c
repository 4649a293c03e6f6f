#include "cmd/ctl.h"
#include "cmd/ctl_usage.h"
#include "conf/config.h"

#include <libconsent/span.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	OPTIONS_MAX = 48 /* of one command */
};

/* An option as a usage names it, and what stands behind it. */
struct flag {
	struct span name, value; /* "--format", "text|json|sarif" or "" */
};

/* The options of a command, each once. */
struct flags {
	struct flag items[OPTIONS_MAX];
	size_t n;
};

/* ---- reading a usage -------------------------------------------------- */

static bool
is_lower(char c)
{
	return (c >= 'a' && c <= 'z') || c == '-';
}

/* How many bytes from at on are of an option's name; 0: none begins there. */
static size_t
name_length(struct span text, size_t at)
{
	size_t n = at;

	if (text.p[at] != '-' ||
	    (at > 0 && strchr(" [|(\n", text.p[at - 1]) == NULL))
		return 0;
	while (n < text.n && is_lower(text.p[n]))
		n++;
	return n - at > 1 ? n - at : 0;
}

/* What stands behind an option, one blank away; or nothing. */
static struct span
value_at(struct span text, size_t at)
{
	size_t n = at + 1;

	if (at + 1 >= text.n || text.p[at] != ' ' ||
	    strchr(" -|[(", text.p[at + 1]) != NULL)
		return SPAN("");
	while (n < text.n && strchr(" ])\n;", text.p[n]) == NULL)
		n++;
	return span_sub(text, at + 1, n - at - 1);
}

static bool
has_flag(const struct flags *flags, struct span name)
{
	size_t i;

	for (i = 0; i < flags->n; i++)
		if (span_equal(flags->items[i].name, name))
			return true;
	return false;
}

static void
flags_add(struct flags *flags, struct flag flag)
{
	if (!has_flag(flags, flag.name) && flags->n < OPTIONS_MAX)
		flags->items[flags->n++] = flag;
}

/* Adds all options that a text names. */
static void
flags_read(struct flags *flags, struct span text)
{
	size_t i, n;

	for (i = 0; i<text.n; i += n> 0 ? n : 1) {
		n = name_length(text, i);
		if (n > 0)
			flags_add(flags, (struct flag){span_sub(text, i, n),
					     value_at(text, i + n)});
	}
}

/* ---- writing what is known of a command ------------------------------- */

/* Whether a value is one of several words: "text|json|sarif". */
static bool
is_choice(struct span value)
{
	size_t i;

	for (i = 0; i < value.n; i++)
		if (!is_lower(value.p[i]) && value.p[i] != '|')
			return false;
	return span_find(value, '|') < value.n;
}

static void
print_words(struct span words)
{
	bool first = true;

	while (words.n > 0) {
		struct span word = span_cut(&words, '|');

		printf("%s%.*s", first ? "" : " ", SPAN_ARG(word));
		first = false;
	}
}

static bool
is_file(struct span value)
{
	return span_equal(value, SPAN("FILE")) ||
	       span_equal(value, SPAN("FILE|-")) ||
	       span_equal(value, SPAN("PATH")) ||
	       span_equal(value, SPAN("DIR")) || span_equal(value, SPAN("PUB"));
}

/* The line of a command's options. */
static void
print_options(const char *path, const struct flags *flags)
{
	size_t i;

	printf("\t\"%s\") options=\"", path);
	for (i = 0; i < flags->n; i++)
		printf("%.*s ", SPAN_ARG(flags->items[i].name));
	printf("%s\" ;;\n", has_flag(flags, SPAN("--help")) ? "" : "--help");
}

/* The lines of what stands behind them: words, a file, or anything (-). */
static void
print_values(const char *path, const struct flags *flags)
{
	size_t i;

	for (i = 0; i < flags->n; i++) {
		const struct flag *it = &flags->items[i];

		if (it->value.n == 0)
			continue;
		printf("\t\"%s %.*s\") values=\"", path, SPAN_ARG(it->name));
		if (is_choice(it->value))
			print_words(it->value);
		else
			printf("%s", is_file(it->value) ? "FILE" : "-");
		printf("\" ;;\n");
	}
}

/* How a command's part of the table is written. */
typedef void print_part(const char *path, const struct flags *flags);

static void
print_text(const char *path, struct span text, print_part *print)
{
	struct flags flags = {.n = 0};

	flags_read(&flags, text);
	print(path, &flags);
}

/* ---- the commands of log, as its usage tells them ---------------------- */

/* The name of the command that a line of the usage begins, or "". */
static struct span
log_name(struct span line)
{
	if (line.n < 3 || !span_starts(line, SPAN("  ")) || line.p[2] < 'a' ||
	    line.p[2] > 'z')
		return SPAN("");
	line = span_sub(line, 2, line.n);
	return span_sub(line, 0, span_find(line, ' '));
}

/* From Filters: or Order: on, up to the next of them. */
static struct span
paragraph(struct span usage, struct span from, struct span to)
{
	usage = span_sub(usage, span_search(usage, from), usage.n);
	return span_sub(usage, 0, span_search(usage, to));
}

/* Adds what a line of the command says, and what it stands for. */
static void
log_read_line(struct flags *flags, struct span usage, struct span line)
{
	flags_read(flags, line);
	if (span_search(line, SPAN("[FILTERS]")) < line.n)
		flags_read(flags,
		    paragraph(usage, SPAN("Filters: "), SPAN("Order: ")));
	if (span_search(line, SPAN("[ORDER]")) < line.n)
		flags_read(
		    flags, paragraph(usage, SPAN("Order: "), SPAN(" take ")));
}

/* The options of one command: of its lines up to the next command's. */
static void
log_flags(struct span name, struct flags *flags)
{
	struct span usage = span_of(ctl_log_usage()), rest = usage;
	bool is_here = false;

	while (rest.n > 0) {
		struct span line = span_cut(&rest, '\n');
		struct span begun = log_name(line);
		size_t take = span_search(line, SPAN(" take --"));

		if (begun.n > 0 || line.n == 0)
			is_here = span_equal(begun, name);
		if (is_here && line.n > 0)
			log_read_line(flags, usage, line);
		if (take < line.n &&
		    span_search(span_sub(line, 0, take), name) < take)
			flags_read(flags, line);
	}
	/* those that ask the daemon read no directory */
	if (!has_flag(flags, SPAN("-c")))
		flags_add(flags, (struct flag){SPAN("--dir"), SPAN("DIR")});
}

/* Calls print for each command of log, or prints their names. */
static void
log_each(print_part *print)
{
	struct span rest = span_of(ctl_log_usage()), last = SPAN("");
	char path[64];

	while (rest.n > 0) {
		struct span line = span_cut(&rest, '\n');
		struct span name = log_name(line);
		struct flags flags = {.n = 0};

		/* verify has two lines, one behind the other */
		if (line.n == 0 && last.n > 0)
			return;
		if (name.n == 0 || span_equal(name, last))
			continue;
		last = name;
		(void)snprintf(path, sizeof path, "log %.*s", SPAN_ARG(name));
		if (print == NULL) {
			printf("%.*s ", SPAN_ARG(name));
			continue;
		}
		if (span_equal(name, SPAN("ship")))
			flags_read(&flags, span_of(ctl_log_ship_usage()));
		log_flags(name, &flags);
		print(path, &flags);
	}
}

/* ---- the table and the scripts ---------------------------------------- */

static void
print_each(print_part *print)
{
	const struct ctl_command *commands;
	size_t i, n;

	commands = ctl_commands(&n);
	for (i = 0; i < n; i++)
		print_text(commands[i].name, span_of(commands[i].usage), print);
	log_each(print);
	print_text("consentd", SPAN(CONSENTD_USAGE), print);
}

/* The next word of a usage, or the "]" behind one; false: there is none. */
static bool
next_word(struct span *usage, struct span *word)
{
	size_t n = 0;

	while (usage->n > 0 && strchr(" \n[", usage->p[0]) != NULL)
		*usage = span_sub(*usage, 1, usage->n);
	while (n < usage->n && strchr(" \n[]", usage->p[n]) == NULL)
		n++;
	if (n == 0 && usage->n > 0)
		n = 1;
	*word = span_sub(*usage, 0, n);
	*usage = span_sub(*usage, n, usage->n);
	return n > 0;
}

/* The line of the words that may stand for themselves: "report|enforce". */
static void
print_plain(const struct ctl_command *command)
{
	struct span usage = span_of(command->usage), word, last = SPAN("]");

	for (; next_word(&usage, &word); last = word)
		if (is_choice(word) && word.n > 1 && word.p[0] != '-' &&
		    last.p[0] != '-') {
			printf("\t\"%s\") plain=\"", command->name);
			print_words(word);
			printf("\" ;;\n");
			return;
		}
}

/* Commands, and words that a command's usage begins with. */
static void
print_commands(void)
{
	const struct ctl_command *commands;
	size_t i, n;

	commands = ctl_commands(&n);
	printf("\t\"\") commands=\"");
	for (i = 0; i < n; i++)
		printf("%s ", commands[i].name);
	printf("--help --version\" ;;\n\t\"log\") commands=\"");
	log_each(NULL);
	printf("--help\" ;;\n");
	for (i = 0; i < n; i++) {
		struct span usage = span_of(commands[i].usage);
		struct span first = span_sub(usage, 0, span_find(usage, ' '));

		if (strcmp(commands[i].name, "log") == 0)
			continue;
		if (!is_choice(first)) {
			print_plain(&commands[i]);
			continue;
		}
		printf("\t\"%s\") commands=\"", commands[i].name);
		print_words(first);
		printf("\" ;;\n");
	}
}

/* What both shells know: $1 is the command, $2 the word before the cursor. */
static void
print_table(void)
{
	(void)fputs("_consentctl_table() {\n"
		    "\tcase \"$1\" in\n",
	    stdout);
	print_commands();
	(void)fputs("\tesac\n\tcase \"$1\" in\n", stdout);
	print_each(print_options);
	(void)fputs("\tesac\n\tcase \"$1 $2\" in\n", stdout);
	print_each(print_values);
	(void)fputs("\tesac\n}\n\n", stdout);
}

static const char bash_script[] =
    "_consentctl() {\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} command= commands= options= "
    "values= plain=\n"
    "\tif [[ ${COMP_WORDS[0]##*/} == consentd ]]; then\n"
    "\t\tcommand=consentd\n"
    "\telif ((COMP_CWORD > 1)); then\n"
    "\t\tcommand=${COMP_WORDS[1]}\n"
    "\t\t[[ $command == log ]] && ((COMP_CWORD > 2)) &&\n"
    "\t\t\tcommand=\"log ${COMP_WORDS[2]}\"\n"
    "\tfi\n"
    "\t_consentctl_table \"$command\" \"${COMP_WORDS[COMP_CWORD-1]}\"\n"
    "\tif [[ $values == FILE ]]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "\telif [[ -n $values ]]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \"${values#-}\" -- \"$cur\")\n"
    "\telif [[ $cur == -* ]]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \"$commands $options\" -- "
    "\"$cur\")\n"
    "\telif [[ -n $commands ]]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$cur\")\n"
    "\telse\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \"$plain\" -- \"$cur\"\n"
    "\t\t\tcompgen -f -- \"$cur\")\n"
    "\tfi\n"
    "}\n"
    "complete -o filenames -o bashdefault -F _consentctl consentctl "
    "consentd\n";

static const char zsh_script[] =
    "_consentctl() {\n"
    "\tlocal command= commands= options= values= plain=\n"
    "\tif [[ ${words[1]:t} == consentd ]]; then\n"
    "\t\tcommand=consentd\n"
    "\telif ((CURRENT > 2)); then\n"
    "\t\tcommand=${words[2]}\n"
    "\t\t[[ $command == log ]] && ((CURRENT > 3)) &&\n"
    "\t\t\tcommand=\"log ${words[3]}\"\n"
    "\tfi\n"
    "\t_consentctl_table \"$command\" \"${words[CURRENT-1]}\"\n"
    "\tif [[ $values == FILE ]]; then\n"
    "\t\t_files\n"
    "\telif [[ -n $values ]]; then\n"
    "\t\tcompadd -- ${=values#-}\n"
    "\telif [[ ${words[CURRENT]} == -* ]]; then\n"
    "\t\tcompadd -- ${=commands} ${=options}\n"
    "\telif [[ -n $commands ]]; then\n"
    "\t\tcompadd -- ${=commands}\n"
    "\telse\n"
    "\t\t[[ -n $plain ]] && compadd -- ${=plain}\n"
    "\t\t_files\n"
    "\tfi\n"
    "}\n"
    "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
    "\t_consentctl \"$@\"\n"
    "else\n"
    "\tcompdef _consentctl consentctl consentd\n"
    "fi\n";

int
ctl_completion(int argc, char **argv)
{
	const char *shell = argc == 2 ? argv[1] : "";

	if (strcmp(shell, "bash") == 0) {
		printf("# bash completion, written by consentctl\n\n");
		print_table();
		(void)fputs(bash_script, stdout);
	} else if (strcmp(shell, "zsh") == 0) {
		printf("#compdef consentctl consentd\n"
		       "# written by consentctl\n\n");
		print_table();
		(void)fputs(zsh_script, stdout);
	} else {
		(void)fputs(
		    "completion is for one shell: bash or zsh\n", stderr);
		return CTL_FAILED;
	}
	return CTL_YES;
}
