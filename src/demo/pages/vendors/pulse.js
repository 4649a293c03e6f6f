/* Pulse Analytics, pretended: a client id, a queue, one hit a call. */
(function () {
	var here = document.currentScript.src.replace(/js\?.*/, "");
	var match = /(?:^|; )_pulse_P7F3=([^;]*)/.exec(document.cookie);
	var id = match ? match[1] : "P1." + Math.random().toString(36).slice(2);
	document.cookie = "_pulse_P7F3=" + id + "; path=/; max-age=34128000; samesite=lax";
	try {
		localStorage.setItem("pulse.client", id);
	} catch (e) { /* storage is off */ }

	function send(args) {
		var hit = new URLSearchParams({
			v: "2", cid: id, en: args[0], ep: String(args[1]),
			dl: location.href, dt: document.title
		});
		navigator.sendBeacon(here + "collect?" + hit, "");
	}
	var queue = window.pulseLayer = window.pulseLayer || [];
	queue.forEach(send);
	queue.push = function (args) { send(args); };
	new Image().src = here + "p.gif?cid=" + id;
})();
