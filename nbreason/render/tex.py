"""Which formulas MathJax may typeset: those made of a list of macros and environments, of bounded size.

MathJax keeps definitions for the whole page, and can paint over what is around a formula.  So the lists hold what its
base and AMS packages offer for mathematics, and a few common macros of others; dimensions are bounded.  Any other
formula is shown as source.
"""

from __future__ import annotations

import html
import re

# Of MathJax's base and AMS packages all but definitions, references, raw MathML, `\unicode`, boxes that move or hide
# (`\rlap`, `\smash`, `\raise` …), lengths without bound, and the largest sizes and the sans serif of our own words.
MACROS = frozenset(
    r"""
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi
    psi omega varepsilon vartheta varpi varrho varsigma varphi Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi
    Omega S P aleph hbar imath jmath ell wp Re Im partial infty prime emptyset nabla top bot angle triangle backslash
    forall exists neg lnot flat natural sharp clubsuit diamondsuit heartsuit spadesuit

    surd coprod bigvee bigwedge biguplus bigcap bigcup int intop iint iiint iiiint idotsint prod sum bigotimes bigoplus
    bigodot oint bigsqcup smallint triangleleft triangleright bigtriangleup bigtriangledown wedge land vee lor cap cup
    ddagger dagger sqcap sqcup uplus amalg diamond bullet wr div odot oslash otimes ominus oplus mp pm circ bigcirc
    setminus cdot ast times star propto sqsubseteq sqsupseteq parallel mid dashv vdash leq le geq ge lt gt succ prec
    approx succeq preceq supset subset supseteq subseteq in ni notin owns gg ll sim simeq perp equiv asymp smile frown
    ne neq cong doteq bowtie models And Leftrightarrow Leftarrow Rightarrow leftrightarrow leftarrow gets rightarrow to
    mapsto leftharpoonup leftharpoondown rightharpoonup rightharpoondown nearrow searrow nwarrow swarrow
    rightleftharpoons hookrightarrow hookleftarrow longleftarrow Longleftarrow longrightarrow Longrightarrow
    Longleftrightarrow longleftrightarrow longmapsto ldots cdots vdots ddots dots dotsc dotsb dotsm dotsi dotso ldotp
    cdotp colon not iff implies impliedby

    lmoustache rmoustache lgroup rgroup arrowvert Arrowvert bracevert Vert vert uparrow downarrow updownarrow Uparrow
    Downarrow Updownarrow rangle langle rbrace lbrace rceil lceil rfloor lfloor lbrack rbrack lvert rvert lVert rVert
    ulcorner urcorner llcorner lrcorner left right middle big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr
    bigm Bigm biggm Biggm

    displaystyle textstyle scriptstyle scriptscriptstyle rm mit oldstyle cal it bf scr frak tt mathrm mathup mathnormal
    mathbf mathbfup mathit mathbfit mathbb Bbb mathfrak mathbffrak mathscr mathbfscr mathsf mathsfup mathbfsf mathbfsfup
    mathsfit mathbfsfit mathtt mathcal mathbfcal symrm symup symnormal symbf symbfup symit symbfit symbb symfrak
    symbffrak symscr symbfscr symsf symsfup symbfsf symbfsfup symsfit symbfsfit symtt symcal symbfcal text textrm textup
    textnormal textit textbf texttt hbox mbox fbox boxed tiny scriptsize small normalsize large Large

    arcsin arccos arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min
    Pr sec sin sinh sup tan tanh injlim projlim varliminf varlimsup varinjlim varprojlim operatorname bmod pmod mod pod
    limits nolimits mathord mathop mathopen mathclose mathbin mathrel mathpunct mathinner

    overline underline overbrace underbrace overparen underparen overrightarrow underrightarrow overleftarrow
    underleftarrow overleftrightarrow underleftrightarrow overset underset overunderset stackrel stackbin buildrel
    sideset substack over atop brace brack choose frac tfrac dfrac cfrac genfrac binom tbinom dbinom sqrt root of
    xrightarrow xleftarrow acute grave ddot tilde bar breve check hat vec dot widetilde widehat mathring dddot ddddot

    enspace quad qquad thinspace negthinspace negmedspace negthickspace nobreakspace space hskip hspace kern mskip
    mspace mkern rule strut mathstrut phantom vphantom hphantom hfil hfill matrix array pmatrix cases eqalign
    displaylines eqalignno leqalignno cr newline hline hdashline tag notag nonumber shoveleft shoveright begin end pmb
    TeX LaTeX

    digamma varkappa varGamma varDelta varTheta varLambda varXi varPi varSigma varUpsilon varPhi varPsi varOmega beth
    gimel daleth backprime hslash varnothing blacktriangle triangledown blacktriangledown square Box blacksquare lozenge
    Diamond blacklozenge circledS bigstar sphericalangle measuredangle nexists complement mho eth Finv diagup Game
    diagdown Bbbk yen circledR checkmark maltese

    dotplus ltimes smallsetminus rtimes Cap doublecap leftthreetimes Cup doublecup rightthreetimes barwedge curlywedge
    veebar curlyvee doublebarwedge boxminus circleddash boxtimes circledast boxdot circledcirc boxplus centerdot
    divideontimes intercal leqq geqq leqslant geqslant eqslantless eqslantgtr lesssim gtrsim lessapprox gtrapprox
    approxeq lessdot gtrdot lll llless ggg gggtr lessgtr gtrless lesseqgtr gtreqless lesseqqgtr gtreqqless doteqdot
    Doteq eqcirc risingdotseq circeq fallingdotseq triangleq backsim thicksim backsimeq thickapprox subseteqq supseteqq
    Subset
    Supset sqsubset sqsupset preccurlyeq succcurlyeq curlyeqprec curlyeqsucc precsim succsim precapprox succapprox
    vartriangleleft lhd vartriangleright rhd trianglelefteq unlhd trianglerighteq unrhd vDash Vdash Vvdash smallsmile
    shortmid smallfrown shortparallel bumpeq between Bumpeq pitchfork varpropto backepsilon blacktriangleleft
    blacktriangleright therefore because eqsim vartriangle Join nless ngtr nleq ngeq nleqslant ngeqslant nleqq ngeqq
    lneq gneq lneqq gneqq lvertneqq gvertneqq lnsim gnsim lnapprox gnapprox nprec nsucc npreceq nsucceq precneqq
    succneqq precnsim succnsim precnapprox succnapprox nsim ncong nshortmid nshortparallel nmid nparallel nvdash nvDash
    nVdash nVDash ntriangleleft ntriangleright ntrianglelefteq ntrianglerighteq nsubseteq nsupseteq nsubseteqq
    nsupseteqq subsetneq supsetneq varsubsetneq varsupsetneq subsetneqq supsetneqq varsubsetneqq varsupsetneqq
    leftleftarrows rightrightarrows leftrightarrows rightleftarrows Lleftarrow Rrightarrow twoheadleftarrow
    twoheadrightarrow leftarrowtail rightarrowtail looparrowleft looparrowright leftrightharpoons curvearrowleft
    curvearrowright circlearrowleft circlearrowright Lsh Rsh upuparrows downdownarrows upharpoonleft upharpoonright
    downharpoonleft restriction multimap downharpoonright leftrightsquigarrow rightsquigarrow leadsto dashrightarrow
    dashleftarrow nleftarrow nrightarrow nLeftarrow nRightarrow nleftrightarrow nLeftrightarrow

    boldsymbol bcancel cancel xcancel cancelto centernot bra ket braket set Bra Ket Braket Set ketbra degree celsius
    micro ohm perthousand coloneqq eqqcolon vcentcolon Coloneqq xleftrightarrow xLeftarrow xRightarrow xLeftrightarrow
    xhookrightarrow xhookleftarrow xmapsto xrightleftharpoons ce
    """.split()  # noqa: SIM905
)
"""Names of macros, without their backslash."""
CHARACTERS = frozenset("\\,:;>! {}|_#$%&'\"^~=.-\n\t")
"""Characters that may follow a backslash."""
ENVIRONMENTS = frozenset(
    """
    array equation equation* eqnarray eqnarray* align align* multline multline* split gather gather* alignat alignat*
    alignedat aligned gathered xalignat xalignat* xxalignat flalign flalign* subarray smallmatrix matrix pmatrix bmatrix
    Bmatrix vmatrix Vmatrix cases dcases rcases drcases matrix* pmatrix* bmatrix* Bmatrix* vmatrix* Vmatrix*
    psmallmatrix bsmallmatrix vsmallmatrix multlined CD
    """.split()  # noqa: SIM905
)

LONGEST = 8_000
"""Characters of one formula.  A matrix of 90,000 holds a page for 20 s and more."""
ROOM = 20_000
"""Characters of all formulas of an answer; a page needs 2 to 5 s to typeset so many."""
EACH = 10
"""Characters that each formula counts for besides its own."""
DEEPEST = 40
"""Braces and environments inside each other."""
LONGEST_PHANTOM = 60
"""Characters that a formula may leave room for without showing them."""

_EM = {"em": 1.0, "ex": 0.43, "mu": 1 / 18, "pt": 0.1, "px": 0.0625, "pc": 1.2, "mm": 0.285, "cm": 2.85, "in": 7.2}
_DIMENSION = rf"\s*([-+]?(?:\d{{1,9}}(?:[.,]\d{{0,9}})?|[.,]\d{{1,9}}))\s*({'|'.join(_EM)})\s*"
_TOKEN = re.compile(r"\\(?:([A-Za-z]+)|(.))|[{}&]", re.S)
_SPACE = re.compile(rf"\*?\s*(?:\{{{_DIMENSION}\}}|{_DIMENSION})")
_STRUT = re.compile(rf"\s*\{{\s*0\s*(?:{'|'.join(_EM)})\s*\}}\s*\{{{_DIMENSION}\}}")
_ROW_GAP = re.compile(rf"\*?\s*\[(?:{_DIMENSION}|\s*[-+]?[\d.,]+\s*[A-Za-z]+\s*)\]")
_DELIMITER = r"\s*\{\s*(?:\\?[^{}\\]|\\[{}]|\\[A-Za-z]+)?\s*\}"
_GENFRAC = re.compile(rf"{_DELIMITER}{_DELIMITER}\s*\{{(?:\s*|{_DIMENSION})\}}\s*\{{[0-3]?\}}")
_NAME = re.compile(r"\s*\{([A-Za-z]+\*?)\}")
_COLUMNS = re.compile(r"\s*(?:\[[tbc]\]\s*)?\{(?:[lcr|:\s]|[@!<>]\{\s*\}|\*\{\d{1,2}\}\{[lcr|]{1,4}\}){0,99}\}")
_COUNT = re.compile(r"\s*\{\d{1,2}\}")
_CHEMISTRY = re.compile(r"\s*\{(?:[^{}\\$%]|\{[^{}\\$%]*\})*\}")
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%")
_LABEL = re.compile(r"\\label\s*\{[^{}\\$]*\}")

_SPACES = frozenset(("hspace", "hskip", "kern", "mkern", "mskip", "mspace"))
_BACK = {"!": 3 / 18, "negthinspace": 3 / 18, "negmedspace": 4 / 18, "negthickspace": 5 / 18}
_WIDEST, _FARTHEST_BACK, _HIGHEST = 15.0, 2.5, 3.0  # in em


def typesettable(tex: str) -> bool:
    """Whether MathJax may typeset a formula: it changes nothing outside of itself and paints nothing over it.

    tex: without its delimiters, but with `\\begin` and `\\end` if it is an environment
    """
    if len(tex) > LONGEST or _COMMENT.search(tex):
        return False
    open_groups: list[str] = []
    back = 0.0  # how far the current cell goes back over itself, in em
    end = 0
    while match := _TOKEN.search(tex, end):
        if "\\" in tex[end : match.start()]:
            return False  # a backslash at the end, which would take the delimiter with it
        mark, end = match[1] or match[2] or match[0], match.end()
        if match[0] in "{&}":
            back = 0.0 if mark == "&" else back
            if mark == "{":
                open_groups.append(mark)
            elif mark == "}" and (not open_groups or open_groups.pop() != "{"):
                return False
        elif mark not in (MACROS if match[1] else CHARACTERS):
            return False
        elif mark in ("begin", "end"):
            name = _NAME.match(tex, end)
            if not name or name[1] not in ENVIRONMENTS:
                return False
            end = name.end()
            if mark == "begin":
                open_groups.append(name[1])
                end = _after_arguments(name[1], tex, end)
            elif not open_groups or open_groups.pop() != name[1]:
                return False
        elif mark in ("\\", "cr", "newline"):
            back = 0.0
            if not _low_enough(tex, end):
                return False
        elif mark in _BACK:
            back += _BACK[mark]
        elif mark in _SPACES:
            space = _SPACE.match(tex, end)
            size = _em(space) if space else _WIDEST + 1
            back -= min(size, 0.0)
            if size > _WIDEST:
                return False
        elif not _bounded(mark, tex, end):
            return False
        if end < 0 or back > _FARTHEST_BACK or len(open_groups) > DEEPEST:
            return False
    return not open_groups and "\\" not in tex[end:]


def _after_arguments(environment: str, tex: str, end: int) -> int:
    """Where the arguments of an environment end; -1 if they are not plain columns or a number."""
    if environment in ("array", "subarray"):
        pattern = _COLUMNS
    elif environment.removesuffix("*") in ("alignat", "alignedat", "xalignat", "xxalignat"):
        pattern = _COUNT
    else:
        return end
    match = pattern.match(tex, end)
    return match.end() if match else -1


def _bounded(macro: str, tex: str, end: int) -> bool:
    """Whether the arguments of a macro, which begin here, are of bounded size."""
    if macro == "rule":
        strut = _STRUT.match(tex, end)
        return strut is not None and 0 <= _em(strut) <= _HIGHEST
    if macro == "genfrac":
        fraction = _GENFRAC.match(tex, end)
        return fraction is not None and 0 <= _em(fraction) <= 1
    if macro in ("phantom", "hphantom", "vphantom"):
        return _group_length(tex, end) <= LONGEST_PHANTOM
    if macro == "ce":
        return _CHEMISTRY.match(tex, end) is not None
    return True


def _low_enough(tex: str, end: int) -> bool:
    """Whether the gap below a row, `\\\\[1em]`, is small, if there is one."""
    gap = _ROW_GAP.match(tex, end)
    return gap is None or (gap[1] is not None and -1 <= _em(gap) <= _HIGHEST)


def _em(match: re.Match[str]) -> float:
    """The dimension that a pattern has found, in em; 0 for none."""
    values = [group for group in match.groups() if group]
    return float(values[0].replace(",", ".")) * _EM[values[1]] if values else 0.0


def _group_length(tex: str, start: int) -> int:
    """Characters of the group in braces that begins here."""
    depth = 0
    for match in _TOKEN.finditer(tex, start):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth <= 0:
            return match.end() - start
    return len(tex) - start


_FORMULA = re.compile(r'<(span|div) class="arithmatex">([^<]*)</\1>')


class Typesetter:
    """Shows the formulas of a page as source that may not be typeset, or for which there is no room left."""

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        self.left_out = 0

    def apply(self, page: str) -> str:
        """Sanitised HTML in, the same with less to typeset out."""
        return _FORMULA.sub(self._formula, page)

    def _formula(self, match: re.Match[str]) -> str:
        text = _LABEL.sub("", html.unescape(match[2]))  # labels are for the whole page, and taken once only
        tex = text if text.startswith("\\begin") else text[2:-2]
        tag = match[1]
        if typesettable(tex):
            if EACH + len(tex) <= self.room:
                self.room -= EACH + len(tex)
                return f'<{tag} class="arithmatex">{html.escape(text, quote=False)}</{tag}>'
            self.left_out += 1
        elif len(tex) > LONGEST:
            self.left_out += 1
        code = f"<code>{html.escape(tex.strip(), quote=False)}</code>"
        return code if tag == "span" else f"<pre>{code}</pre>"

    def note(self) -> str:
        """A line that says how many formulas are shown as source for their size or number."""
        if not self.left_out:
            return ""
        formulas = "1 formula is" if self.left_out == 1 else f"{self.left_out:,} formulas are"
        return f"<p><em>{formulas} shown as source: typesetting them all would block the page.</em></p>"
