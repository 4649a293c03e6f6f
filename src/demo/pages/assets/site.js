/*
 * The site's own script: marks where the reader is, and keeps the demo strip
 * up to date from the site's own address. It needs no consent.
 */
(function () {
	"use strict";
	var EVERY = 2000;
	var strip = document.getElementById("strip");

	function set(id, text) {
		var place = document.getElementById(id);
		if (place.textContent !== text)
			place.textContent = text;
	}

	function row(vendor) {
		var line = document.createElement("tr");
		var head = document.createElement("th");
		head.scope = "row";
		head.textContent = vendor.name;
		line.appendChild(head);
		[vendor.scripts, vendor.beacons, vendor.images, vendor.frames]
			.forEach(function (n) {
				var cell = document.createElement("td");
				cell.textContent = n;
				line.appendChild(cell);
			});
		return line;
	}

	function showHits(hits) {
		var names = Object.keys(hits.vendors);
		var rows = document.getElementById("vendors");
		var key = JSON.stringify(hits.vendors);
		set("hits", String(hits.total));
		strip.classList.toggle("quiet", hits.total === 0);
		strip.classList.toggle("loud", hits.total > 0);
		if (rows.dataset.key === key)
			return;
		rows.dataset.key = key;
		rows.replaceChildren.apply(rows, names.map(function (name) {
			return row(hits.vendors[name]);
		}));
	}

	function showCookies(seen) {
		var names = seen.cookie.split(";").map(function (pair) {
			return pair.split("=")[0].trim();
		}).filter(Boolean).sort();
		var place = document.getElementById("cookies");
		var key = names.join(", ");
		if (place.dataset.key === key)
			return;
		place.dataset.key = key;
		place.textContent = key === "" ? strip.dataset.none : "";
		names.forEach(function (name, i) {
			var item = document.createElement("bdi");
			item.textContent = name;
			place.append(i === 0 ? "" : ", ", item);
		});
	}

	function ask(path, show) {
		return fetch(path, { cache: "no-store" }).then(function (answer) {
			return answer.json();
		}).then(show);
	}

	function refresh() {
		if (document.hidden)
			return Promise.resolve();
		return Promise.all([ask("/demo/hits", showHits),
			ask("/demo/cookies", showCookies)]).catch(function () {
			/* the demo is stopping; the next round may find it again */
		});
	}

	function loop() {
		refresh().then(function () { setTimeout(loop, EVERY); });
	}

	document.getElementById("reset").addEventListener("click", function () {
		fetch("/demo/reset", { method: "POST" }).then(refresh);
	});
	document.addEventListener("visibilitychange", refresh);

	document.querySelectorAll(".menu a, .languages a").forEach(function (link) {
		if (link.pathname === location.pathname)
			link.setAttribute("aria-current", "page");
	});
	/* tells a vendor about it, where one was let onto the page */
	document.querySelectorAll(".answers details").forEach(function (answer) {
		answer.addEventListener("toggle", function () {
			if (window.pulse)
				window.pulse("event", "question_opened");
		});
	});
	loop();
})();
