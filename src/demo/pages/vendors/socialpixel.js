/* Social Pixel, pretended: an image for each event in the queue. */
(function () {
	var here = document.currentScript.src.replace(/pixel\.js.*/, "");
	var queue = window.spq, account = "";
	document.cookie = "_spx=sp.1." + Date.now() + "; path=/; max-age=7776000; samesite=lax";

	function call(what, name) {
		if (what === "init")
			account = name;
		else
			new Image().src = here + "tr?id=" + account + "&ev=" +
				encodeURIComponent(name) + "&dl=" +
				encodeURIComponent(location.href);
	}
	queue.callMethod = call;
	queue.queue.forEach(function (args) { call.apply(null, args); });
})();
