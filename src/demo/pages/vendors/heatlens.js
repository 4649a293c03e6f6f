/* Heatlens, pretended: where the pointer goes, in batches. */
(function () {
	var here = document.currentScript.src.replace(/c\/heatlens.*/, "");
	var site = window._hlSettings.hlid, moves = 0, sent = 0;
	document.cookie = "_hlUser_" + site + "=" + Math.random().toString(36).slice(2) +
		"; path=/; max-age=31536000; samesite=lax";
	document.cookie = "_hlSession_" + site + "=1; path=/; max-age=1800; samesite=lax";
	try {
		localStorage.setItem("heatlens.visits",
			String(1 + Number(localStorage.getItem("heatlens.visits"))));
	} catch (e) { /* storage is off */ }

	function send() {
		sent++;
		navigator.sendBeacon(here + "in?site=" + site,
			JSON.stringify({ moves: moves, w: innerWidth, h: innerHeight }));
		moves = 0;
	}
	addEventListener("pointermove", function () {
		if (++moves >= 50 && sent < 5)
			send();
	}, { passive: true });
	send();
})();
