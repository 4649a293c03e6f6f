/*
 * Google's consent mode, the basic kind: says "denied" before any tag of the
 * page can ask, then what the visitor agreed to, and what they choose later.
 * Tags themselves are withheld until there is consent, like all else.
 *
 * types has the category whose consent grants each of Google's types, or 0
 * where none does. What is granted stands in the attribute data-consent-mode,
 * so that the text is the same for all and a site's CSP can name its hash.
 */
(function (types) {
	var chosen = document.currentScript.dataset.consentMode.split(" ");
	// Google's scripts look for just this, arguments and no array
	function gtag() {
		(self.dataLayer = self.dataLayer || []).push(arguments);
	}
	function tell(command, granted) {
		var all = {};
		for (var type in types)
			all[type] = granted.includes(types[type]) ? "granted" : "denied";
		gtag("consent", command, all);
	}
	tell("default", []);
	if (chosen[0]) tell("update", chosen);
	addEventListener("consent", ({ detail }) => {
		// the site may have an event of that name, too
		if ((detail || 0).granted) tell("update", detail.granted);
	});
})
