#!/usr/bin/env node
/*
 * The manifests of conf/deploy: Kubernetes' against the published API, the
 * chart's against the manifests, Compose's and Envoy's by what they must not
 * leave open. Configurations within them are checked by consentctl. Writes TAP;
 * BUILD names the folder of the programs.
 */

import { deepStrictEqual as same } from "node:assert";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync,
	writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { parse, parseAllDocuments } from "yaml";

import { render } from "./chart.mjs";
import { moduleOf, unknownFields } from "./fields.mjs";

const require = createRequire(import.meta.url);
const TOP = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const BUILD = process.env.BUILD ?? "build/release";
const DEPLOY = join(TOP, "conf/deploy");
const CHART = join(DEPLOY, "helm/consentd");

const read = (...path) => readFileSync(join(...path), "utf8");
const documents = (text) => parseAllDocuments(text).map((doc) => {
	if (doc.errors.length > 0)
		throw doc.errors[0];
	return doc.toJS();
});
const manifests = () => documents(read(DEPLOY, "kubernetes/library.yaml"));
const of = (kind, objects = manifests()) =>
	objects.find((object) => object.kind === kind);
const pod = () => of("StatefulSet").spec.template.spec;
const container = (name) => pod().containers.find((c) => c.name === name);

/* What the API's own validator and its fields have against an object. */
function faults(object)
{
	const { [object.kind]: Model } = require(
		`kubernetes-models/${moduleOf(object)}`);
	const found = unknownFields(object);
	try {
		new Model(object).validate();
	} catch (error) {
		found.push(error.message);
	}
	return found;
}

/* The same objects by the chart, with these values over its own. */
function charted(values = {})
{
	const scope = {
		Release: { Name: "library" },
		Chart: parse(read(CHART, "Chart.yaml")),
		Values: { ...parse(read(CHART, "values.yaml")), ...values },
	};
	return readdirSync(join(CHART, "templates")).flatMap((name) =>
		documents(render(read(CHART, "templates", name), scope)));
}

/* What consentctl says of files in a folder of their own. */
function checked(files)
{
	const folder = mkdtempSync(join(tmpdir(), "consentd-"));
	try {
		for (const [name, text] of Object.entries(files))
			writeFileSync(join(folder, name), text);
		const done = spawnSync(join(BUILD, "consentctl"),
			["check", join(folder, "consentd.conf")],
			{ encoding: "utf8", cwd: TOP });
		return (done.stdout + done.stderr).replaceAll(folder + "/", "");
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const FINE = "consentd.conf: nothing is wrong\n";

const tests = {
	the_manifests_are_of_the_published_api() {
		for (const object of manifests())
			same([object.kind, faults(object)], [object.kind, []]);
	},
	a_wrong_field_and_a_wrong_type_are_seen() {
		const set = of("StatefulSet");
		set.spec.template.spec.containers[0].livenesProbe = {};
		set.spec.volumeClaimTemplates[0].spec.acessModes = [];
		set.spec.serviceName = 1;
		const [mount, probe, type, ...more] = faults(set).sort((a, b) =>
			b.includes("acess") - a.includes("acess"));
		same([mount, probe, more], [
			"/spec/volumeClaimTemplates/0/spec/acessModes",
			"/spec/template/spec/containers/0/livenesProbe", []]);
		same(type.includes("data/spec/serviceName must be string"), true);
	},
	their_configuration_is_right() {
		same(checked(of("ConfigMap").data), FINE);
		same(checked({ "consentd.conf": read(DEPLOY, "compose/consentd.conf"),
			"policy.conf": read(TOP, "conf/policy.conf") }), FINE);
	},
	nothing_comes_past_the_sidecar() {
		const { spec } = of("NetworkPolicy");
		same(spec.policyTypes, ["Ingress", "Egress"]);
		same(spec.ingress, [{ ports: [{ protocol: "TCP", port: 8080 }] }]);
		same(spec.egress, []);
		same(spec.podSelector, of("StatefulSet").spec.selector);
		same(of("Service").spec.selector, spec.podSelector.matchLabels);
		same(of("StatefulSet").spec.template.metadata.labels,
			spec.podSelector.matchLabels);
		same(container("consentd").ports, [{ name: "http",
			containerPort: 8080 }]);
		same(container("site").ports, undefined);
		same(/^upstream = "http:\/\/127\.0\.0\.1:9000";$/m.test(
			of("ConfigMap").data["consentd.conf"]), true);
	},
	no_container_may_more_than_it_needs() {
		for (const each of [...pod().initContainers, ...pod().containers])
			same(each.securityContext, { allowPrivilegeEscalation: false,
				readOnlyRootFilesystem: true,
				capabilities: { drop: ["ALL"] } });
		same(pod().securityContext.runAsNonRoot, true);
		const user = read(TOP, "Containerfile").match(/^USER (\d+):/m)[1];
		same(pod().securityContext.runAsUser, Number(user));
	},
	who_ends_waits_for_requests() {
		const leave = container("consentd").lifecycle.preStop.sleep.seconds;
		const drain = Number(read(TOP, "docs/CONFIG.md").match(
			/^\| `drain` .*?`(\d+)s`/m)[1]);
		same(container("site").lifecycle.preStop.sleep.seconds >
			leave + drain, true);
		same(pod().terminationGracePeriodSeconds >
			leave + drain + 2, true);
	},
	every_volume_has_a_use_and_a_place() {
		const named = [...pod().volumes.map((v) => v.name),
			...of("StatefulSet").spec.volumeClaimTemplates.map(
				(v) => v.metadata.name)].sort();
		const used = new Set([...pod().initContainers, ...pod().containers]
			.flatMap((c) => c.volumeMounts ?? []).map((m) => m.name));
		same([...used].sort(), named);
		const conf = of("ConfigMap").data["consentd.conf"];
		const places = container("consentd").volumeMounts
			.map((m) => m.mountPath);
		for (const [, path] of conf.matchAll(/"(\/[^"]+)"/g))
			same([path, places.some((place) =>
				path.startsWith(place + "/"))], [path, true]);
	},
	the_chart_makes_the_manifests() {
		same(charted().sort((a, b) => a.kind < b.kind ? -1 : 1),
			manifests().sort((a, b) => a.kind < b.kind ? -1 : 1));
		const { version } = read(TOP, "src/base/version.h").match(
			/VERSION "(?<version>[^"]+)"/).groups;
		same(parse(read(CHART, "Chart.yaml")).appVersion, version);
	},
	its_values_arrive() {
		const { data } = of("ConfigMap", charted({
			origin: "https://shop.example",
			trusted: ["192.0.2.1", "192.0.2.2"] }));
		for (const line of ['site     = "https://shop.example";',
			'trusted  = ["192.0.2.1","192.0.2.2"];'])
			same([line, data["consentd.conf"].includes(line)],
				[line, true]);
		same(checked(data), FINE);
	},
	a_chart_beyond_the_subset_is_refused() {
		for (const template of ["{{ if .Values.a }}", "{{ .Values.none }}",
			"{{ .Values.site | upper }}", '{{ include "x" . }}']) {
			let refused = false;
			try {
				render(template, { Values: { site: "x" } });
			} catch {
				refused = true;
			}
			same([template, refused], [template, true]);
		}
	},
	compose_leaves_the_site_inside() {
		const file = parse(read(DEPLOY, "compose/compose.yaml"));
		const { consentd, site } = file.services;
		same(site.ports, undefined);
		same(site.networks, ["inside"]);
		same(file.networks.inside.internal, true);
		same([consentd.read_only, consentd.cap_drop, consentd.security_opt],
			[true, ["ALL"], ["no-new-privileges:true"]]);
		for (const mount of consentd.volumes) {
			const [from] = mount.split(":");
			same([from, from === "consent" || existsSync(join(DEPLOY,
				"compose", from))], [from, true]);
		}
		same(existsSync(join(DEPLOY, "compose", consentd.build,
			"Containerfile")), true);
	},
	envoy_knows_no_other_way() {
		const { clusters, listeners } =
			parse(read(DEPLOY, "envoy/envoy.yaml")).static_resources;
		same(clusters.map((cluster) => cluster.name), ["consentd"]);
		const { port_value: port } = clusters[0].load_assignment.endpoints[0]
			.lb_endpoints[0].endpoint.address.socket_address;
		same(read(DEPLOY, "envoy/consentd.conf").includes(
			`"127.0.0.1:${port}"`), true);
		const http = listeners[0].filter_chains[0].filters[0].typed_config;
		same(http.use_remote_address, true);
		const [host] = http.route_config.virtual_hosts;
		same(host.request_headers_to_remove, ["Forwarded"]);
		same(host.routes.map((route) => route.route.cluster), ["consentd"]);
		same(checked({ "consentd.conf": read(DEPLOY, "envoy/consentd.conf"),
			"policy.conf": read(TOP, "conf/policy.conf") }), FINE);
	},
};

console.log(`1..${Object.keys(tests).length}`);
let number = 0;
for (const [name, test] of Object.entries(tests)) {
	let verdict = "ok";
	try {
		test();
	} catch (error) {
		console.log(String(error.message).replace(/^/gm, "# "));
		verdict = "not ok";
		process.exitCode = 1;
	}
	console.log(`${verdict} ${++number} - ${name}`);
}
