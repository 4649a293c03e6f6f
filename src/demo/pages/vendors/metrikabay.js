/* Metrika Bay, pretended: reads its queue, then measures with an image. */
(function () {
	var url = "", site = "", queue = window._mbq || [];
	var until = "; path=/; max-age=33868800; samesite=lax";

	function run(command) {
		if (command[0] === "setTrackerUrl")
			url = command[1];
		else if (command[0] === "setSiteId")
			site = command[1];
	}
	function track(command) {
		if (command[0] === "trackPageView")
			new Image().src = url + "?idsite=" + site + "&rec=1&url=" +
				encodeURIComponent(location.href) +
				"&action_name=" + encodeURIComponent(document.title);
	}
	queue.forEach(run);
	document.cookie = "_mb_id." + site + "=" +
		Math.random().toString(16).slice(2) + until;
	document.cookie = "_mb_ses." + site + "=1; path=/; max-age=1800; samesite=lax";
	queue.forEach(track);
	queue.push = function (command) { run(command); track(command); };
})();
