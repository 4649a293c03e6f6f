/*
 * Which fields a Kubernetes object may have, read from the declarations that
 * kubernetes-models makes of the published API. Its validators tell what is
 * missing or of a wrong type, but pass over a field that nobody knows.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const MODELS = dirname(require.resolve("kubernetes-models/package.json"));
const MACHINERY = dirname(require.resolve(
	"@kubernetes-models/apimachinery/package.json"));

/* Where a module that a declaration names lies. */
function place(from, name)
{
	const own = "@kubernetes-models/apimachinery/";
	if (name.startsWith(own))
		return join(MACHINERY, name.slice(own.length) + ".d.ts");
	return join(dirname(from), name + ".d.ts");
}

/* The rows of name and type of what stands between two braces. */
function rows(text)
{
	const found = new Map();
	let depth = 0, start = 0;
	for (let i = 0; i < text.length; i++) {
		if ("{[<(".includes(text[i]))
			depth++;
		else if ("}]>)".includes(text[i]))
			depth--;
		else if (text[i] === ";" && depth === 0) {
			const row = text.slice(start, i).match(
				/^\s*"([^"]+)"\??:\s*([^]*)$/);
			if (row)
				found.set(row[1], row[2].trim());
			start = i + 1;
		}
	}
	return found;
}

function declaration(file)
{
	const text = readFileSync(file, "utf8").replace(/\/\*[^]*?\*\//g, "");
	const imports = new Map();
	for (const [, names, from] of text.matchAll(
		/import \{([^}]*)\} from "([^"]+)"/g))
		for (const name of names.split(","))
			imports.set(name.trim().split(" as ").pop(), place(file, from));
	const body = text.match(/export interface \w+[^{]*\{\n([^]*?)\n\}/);
	return { imports, fields: body && rows(body[1]) };
}

/* The fields of a value that its type does not have, each with its path. */
function strangers(value, type, scope, path)
{
	const list = type.match(/^Array<([^]*)>$/);
	if (list)
		return value.flatMap((item, i) =>
			strangers(item, list[1].trim(), scope, `${path}/${i}`));
	let fields, within = scope;
	if (type.startsWith("{")) {
		fields = rows(type.slice(1, -1));
		if (fields.size === 0)		/* of any name, such as labels */
			return [];
	} else if (scope.imports.has(type)) {
		within = declaration(scope.imports.get(type));
		fields = within.fields;
	}
	if (!fields || value === null || typeof value !== "object")
		return [];
	return Object.entries(value).flatMap(([name, item]) =>
		fields.has(name)
			? strangers(item, fields.get(name), within, `${path}/${name}`)
			: [`${path}/${name}`]);
}

/* The module of an object's kind, as kubernetes-models names it. */
export function moduleOf(object)
{
	return `${object.apiVersion}/${object.kind}`;
}

export function unknownFields(object)
{
	const file = join(MODELS, moduleOf(object) + ".d.ts");
	const { fields, imports } = declaration(file);
	return Object.entries(object).flatMap(([name, value]) =>
		fields.has(name)
			? strangers(value, fields.get(name), { imports }, `/${name}`)
			: [`/${name}`]);
}
