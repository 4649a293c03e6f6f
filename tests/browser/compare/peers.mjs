/*
 * The notices that are compared, each set up as its documentation says, with
 * accept, reject and preferences for the same three purposes: what the page
 * gets for it, where its parts are, and how one answers.
 */

const purposes = {
	analytics: ["Analytics", "Measures how the site is used, to improve it."],
	marketing: ["Marketing", "Measures advertising and shows what may interest you."],
	media: ["External media", "Shows videos, maps and posts from other providers."],
};
const words = "Library of Health uses what this site needs to work. With your " +
	"consent it would also use analytics, marketing and external media.";
const policy = "/en/cookies";

const sections = Object.entries(purposes).map(([linkedCategory,
	[title, description]]) => ({ title, description, linkedCategory }));

const vanilla = {
	/* a browser that is driven would not get it */
	hideFromBots: false,
	categories: { necessary: { enabled: true, readOnly: true },
		analytics: {}, marketing: {}, media: {} },
	language: { default: "en", translations: { en: {
		consentModal: { title: "Your privacy, your choice", description: words,
			acceptAllBtn: "Accept all", acceptNecessaryBtn: "Reject all",
			showPreferencesBtn: "Manage preferences",
			footer: `<a href="${policy}">Cookie policy</a>` },
		preferencesModal: { title: "Cookie choices", acceptAllBtn: "Accept all",
			acceptNecessaryBtn: "Reject all", savePreferencesBtn: "Save",
			closeIconLabel: "Close", sections: [{ title: "Essential",
				description: "Needed for the site to work.",
				linkedCategory: "necessary" }, ...sections] },
	} } },
};

const klaro = {
	version: 1, elementID: "klaro", storageMethod: "cookie",
	mustConsent: false, acceptAll: true, hideDeclineAll: false,
	translations: { zz: { privacyPolicyUrl: policy }, en: {
		consentNotice: { description: words },
		purposes: Object.fromEntries(Object.entries(purposes).map(
			([id, [title, description]]) => [id, { title, description }])),
	} },
	services: [["google-analytics", "Google Analytics", "analytics"],
		["meta-pixel", "Meta Pixel", "marketing"],
		["video", "Videos", "media"]].map(([name, title, purpose]) =>
		({ name, title, purposes: [purpose], default: false })),
};

const tarteaucitron = {
	privacyUrl: policy, bodyPosition: "top", hashtag: "#tarteaucitron",
	cookieName: "tarteaucitron", orientation: "bottom", groupServices: false,
	showDetailsOnClick: true, serviceDefaultState: "wait", showAlertSmall: false,
	cookieslist: false, showIcon: true, iconPosition: "BottomLeft",
	adblocker: false, DenyAllCta: true, AcceptAllCta: true, highPrivacy: true,
	handleBrowserDNTRequest: false, removeCredit: false, moreInfoLink: true,
	useExternalCss: false, useExternalJs: false, readmoreLink: "",
	mandatory: true, mandatoryCta: true,
};

const json = JSON.stringify;

export const peers = [
	{
		name: "consentd", ours: true, root: "#consent-notice",
		reject: ["#consent-notice [value=reject]"],
		accept: "#consent-notice [value=accept]",
		open: ["#consent-notice summary"],
		withdraw: ["#consent-control", "[value=withdraw]"],
	},
	{
		name: "vanilla-cookieconsent", root: "#cc-main",
		head: `<link rel="stylesheet" href="/npm/vanilla-cookieconsent/dist/cookieconsent.css">
<script defer src="/npm/vanilla-cookieconsent/dist/cookieconsent.umd.js"></script>
<script type="module">CookieConsent.run(${json(vanilla)});</script>`,
		foot: `<button type="button" id="again" data-cc="show-preferencesModal">Cookie
choices</button>`,
		reject: ["#cc-main .cm [data-role=necessary]"],
		accept: "#cc-main .cm [data-role=all]",
		open: ["#cc-main .cm [data-role=show]"],
		withdraw: ["#again", "#cc-main .pm [data-role=necessary]"],
	},
	{
		name: "klaro", root: "#klaro",
		head: `<script>var klaroConfig = ${json(klaro)};</script>
<script defer src="/npm/klaro/dist/klaro.js"></script>`,
		foot: `<a id="again" href="#" onclick="return klaro.show()">Cookie
choices</a>`,
		reject: ["#klaro .cn-decline"],
		accept: "#klaro .cookie-notice .cm-btn-success",
		open: ["#klaro .cm-link"],
		withdraw: ["#again", "#purpose-item-disableAll", "#klaro .cm-btn-accept"],
		texts: "klaro/src/translations",
	},
	{
		name: "tarteaucitronjs", root: "#tarteaucitronRoot",
		head: `<script src="/npm/tarteaucitronjs/tarteaucitron.min.js"></script>
<script>tarteaucitron.init(${json(tarteaucitron)});
(tarteaucitron.job = tarteaucitron.job || []).push("gtag", "facebookpixel", "youtube");
tarteaucitron.user.gtagUa = "G-XXXXXXXXXX";
tarteaucitron.user.facebookpixelId = "123";</script>`,
		reject: ["#tarteaucitronAllDenied2"],
		accept: "#tarteaucitronAlertBig .tarteaucitronAllow",
		open: ["#tarteaucitronCloseAlert"],
		withdraw: ["#tarteaucitronManager", "#tarteaucitronAllDenied"],
		texts: "tarteaucitronjs/lang",
	},
];
