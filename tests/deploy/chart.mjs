/*
 * Renders templates of Helm that keep to a subset: {{ .Values.a.b }},
 * {{ .Release.Name }} and {{ .Chart.Name }}, each through `quote`, `toJson`,
 * `toYaml` and `indent N`. Anything else is an error, as is a value that is not
 * there: a chart that goes further needs Helm itself to be tested.
 */

import { stringify } from "yaml";

const filters = {
	quote: (value) => JSON.stringify(String(value)),
	toJson: (value) => JSON.stringify(value),
	toYaml: (value) => stringify(value).trimEnd(),
	indent: (value, n) => String(value).trimEnd()
		.replace(/^/gm, " ".repeat(Number(n))),
};

function look(path, scope)
{
	if (!/^(\.[A-Za-z]\w*)+$/.test(path))
		throw new Error(`{{ ${path} }} is beyond this subset`);
	let value = scope;
	for (const name of path.split(".").slice(1)) {
		value = value?.[name];
		if (value === undefined)
			throw new Error(`{{ ${path} }} has no value`);
	}
	return value;
}

export function render(template, scope)
{
	return template.replace(/\{\{(.*?)\}\}/g, (_, inner) => {
		const [path, ...calls] = inner.split("|").map((s) => s.trim());
		let value = look(path, scope);
		for (const call of calls) {
			const [name, ...more] = call.split(/\s+/);
			if (!filters[name])
				throw new Error(`${name} is beyond this subset`);
			value = filters[name](value, ...more);
		}
		if (typeof value === "object")
			throw new Error(`{{ ${inner} }} is no text`);
		return value;
	});
}
