/*
 * Pages that no one would write: tags of all kinds in any order, from a seed.
 * But no noscript: one whose text does not end level goes on purpose.
 */

const names = ("a b i p div span table tr td th tbody caption col ul li dl dt " +
	"select option optgroup form button input br hr img svg g path title desc " +
	"foreignObject math mi mtext annotation-xml template script style " +
	"textarea iframe object video head body html frameset frame pre h1 nobr " +
	"font applet marquee ruby rt center address main image keygen").split(" ");
const attributes = ["", " class=x", " id='a>b'", " title=\"<p>\"", " a=1 A=2",
	" encoding=text/html", " /", " href=\"/x?a&amp;b\"", " type=hidden"];
const texts = ["x", " ", "\n", "a &lt; b", "&amp", "<", "< p>", "</>", "<!-- c -->",
	"<!x>", "<![CDATA[ <b> ]]>", "<?x?>", "\0", "--!>", "]]>", "\r\n", "\"'"];

/* One page of about n pieces; pick is plants.mjs's random. */
export function soup(pick, n) {
	let page = ["", "<!doctype html>", "<!doctype html><body>",
		"<!doctype html><table>", "<!doctype html><svg>"][pick(5)];

	for (let i = 0; i < n; i++) {
		const name = names[pick(names.length)];
		page += [
			() => `<${name}${attributes[pick(attributes.length)]}>`,
			() => `<${name}>`,
			() => `</${name}>`,
			() => texts[pick(texts.length)],
		][pick(4)]();
	}
	return page;
}
