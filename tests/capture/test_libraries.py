"""Objects of other libraries, each tested where that library is installed."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbreason.capture import describe, drawings, mime_bundles
from nbreason.capture.plots.vega_specs import vega_words
from nbreason.core.parts import Image, Text
from nbreason.notebook.figures import Figures

from .conftest import ROOT, picture
from .texts import text


def frame() -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 2, 3, 4], "b": [0.1, 0.2, 0.3, 0.4], "k": list("xyxx")})


def made(library: str, make: Callable[[Any], Any]) -> Callable[[], Any]:
    """An object of a library, if that is installed."""
    return lambda: make(pytest.importorskip(library))


def logistic(linear_model: Any) -> Any:
    return linear_model.LogisticRegression(C=3).fit(frame()[["a", "b"]], frame()["k"])


def pipeline(pipelines: Any) -> Any:
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found, unused-ignore]
    from sklearn.preprocessing import StandardScaler  # type: ignore[import-not-found, unused-ignore]

    return pipelines.make_pipeline(StandardScaler(), LogisticRegression()).fit(frame()[["a", "b"]], frame()["k"])


def search(model_selection: Any) -> Any:
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found, unused-ignore]

    rows = pd.concat([frame()] * 3)
    return model_selection.GridSearchCV(LogisticRegression(), {"C": [1, 0.01]}, cv=3).fit(rows[["a", "b"]], rows["k"])


def columns(compose: Any) -> Any:
    from sklearn.preprocessing import StandardScaler  # type: ignore[import-not-found, unused-ignore]

    return compose.make_column_transformer((StandardScaler(), ["a"])).fit(frame())


def wide() -> pd.DataFrame:
    return pd.DataFrame(np.eye(30)).add_prefix("c")


def regression(api: Any) -> Any:
    return api.OLS(np.arange(50) % 7, api.add_constant(np.arange(50))).fit()


def tukey(api: Any) -> Any:
    from statsmodels.stats.multicomp import pairwise_tukeyhsd  # type: ignore[import-not-found, unused-ignore]

    return pairwise_tukeyhsd([1, 2, 3, 3, 4, 5], list("aaabbb"))


def one_point(geopandas: Any) -> Any:
    return geopandas.GeoDataFrame({"n": [1]}, geometry=[pytest.importorskip("shapely").Point(0, 1)], crs=4326)


def climate(xarray: Any) -> Any:
    values = np.arange(180.0).reshape(60, 3)
    values[0, 0] = np.nan
    attributes = {"units": "K", "long_name": "Air temperature"}
    days = pd.date_range("2024-01-01", periods=60)
    variables = {"t": (("time", "lat"), values, attributes), "n": 7}
    return xarray.Dataset(variables, {"time": days, "lat": [40.0, 45, 50]}, {"title": "A"})


def posterior(arviz: Any) -> Any:
    draws = np.arange(100.0).reshape(2, 50)
    if not hasattr(arviz, "InferenceData"):
        pytest.skip("later versions have trees of xarray")
    return arviz.from_dict(
        posterior={"mu": draws, "theta": np.stack([2 * draws, 2 * draws + 1], axis=-1)},
        coords={"school": ["a", "b"]},
        dims={"theta": ["school"]},
    )


def waiting() -> Any:
    async def nothing() -> None: ...

    coroutine = nothing()
    coroutine.close()
    return coroutine


@pytest.mark.parametrize(
    ("make", "says", "hides"),
    [
        (
            made("duckdb", lambda duckdb: duckdb.sql("select i, 'x' as s from range(10000000000) t(i)")),
            ["- i: BIGINT\n- s: VARCHAR\nNot computed yet"],
            ["Rows"],
        ),
        (
            made("dask.dataframe", lambda dask: dask.from_pandas(frame(), npartitions=2)),
            ["- a: int64\n- b: float64\n", "no rows were read"],
            ["Rows"],
        ),
        (
            made("ibis", lambda ibis: ibis.table({"a": "int64", "s": "string"}, name="t")),
            ['kind="lazy table"', "- a: int64\n- s: string\n"],
            ["Rows"],
        ),
        (
            made("geopandas", one_point),
            ['type="geopandas.GeoDataFrame" shape="1 x 2"', "geometry geometry (EPSG:4326)", "0,1,<POINT (0 1)>"],
            [],
        ),
        (
            made("geopandas", lambda geopandas: geopandas.GeoDataFrame(pd.concat([one_point(geopandas)] * 500))),
            ["geometry (EPSG:4326); missing 0; types Point 500; bounds 0, 1, 0, 1\n"],
            ["Rows (all"],
        ),
        (
            made("xarray", climate),
            [
                'kind="dataset" type="xarray.Dataset" shape="time 60, lat 3">\n',
                "Coordinate time: 2024-01-01 to 2024-02-29, 60 values, step 1 day\nCoordinate lat: 40 to 50, 3 ",
                "- t (time, lat): float64; long name Air temperature; units K; missing 1; mean 90; std 51.6",
                "min 1 at time 2024-01-01, lat 45; max 179 at time 2024-02-29, lat 50\n- n: int64; 7\nAttributes: ",
            ],
            ["Rows"],
        ),
        (
            made("xarray", lambda xarray: climate(xarray).t[-10:]),
            ["Grid of time by lat:\n,40,45,50\n2024-02-20,150,151,152\n"],
            [],
        ),
        (
            made("xarray", lambda xarray: made("dask.array", lambda dask: climate(xarray).chunk())()),
            ["- t (time, lat): float64; long name Air temperature; units K; not loaded, nothing was computed"],
            ["mean"],
        ),
        (
            made("arviz", posterior),
            [
                "chain 2, draw 50, school 2\n  Grid of parameters over chains and draws:\n",
                "\n  parameter,mean,sd,5%,95%\n  mu,49.5,29.01,4.95,94.05\n",
                "\n  theta[a],99,58.02,9.9,188.1\n  theta[b],100,",
            ],
            ["not loaded"],
        ),
        (
            made("great_tables", lambda tables: tables.GT(frame()[["k", "b"]]).tab_header("Sales").fmt_percent("b")),
            ['type="great_tables.GT">\nSales\nk | b\nx | 10.00%\n'],
            ["_tbl_data"],
        ),
        (
            lambda: frame().groupby("k"),
            [
                "by k: 2 groups of <pandas.DataFrame 4 x 3>.\nColumns: a, b, k\n",
                "\nk,rows,mean a,mean b\nx,3,2.667,0.2667\n",
            ],
            [],
        ),
        (
            lambda: frame().groupby(["k", "a"])["b"],
            ["groups of <pandas.Series 4>.\nColumn: b\n", "\nk,a,rows,mean,std,min,median,max\nx,1,1,0.1,"],
            ["Columns"],
        ),
        (lambda: frame().groupby("a", as_index=False)["k"], ["4 groups", "\n- 1: 1\n"], ["mean"]),
        (lambda: frame().groupby(lambda row: row), ["4 groups"], []),
        (
            made("sklearn.linear_model", logistic),
            [
                "\nLogisticRegression(C=3)\n- classes_: <numpy.ndarray 2: ['x', 'y']>\n- coef_: ",
                "- coef_: a -0.399763, b -0.0399763\n- intercept_: <numpy.ndarray 1: [-0.139709]>\n",
            ],
            ["array(["],
        ),
        (
            made("sklearn.linear_model", lambda linear_model: linear_model.LinearRegression()),
            ["LinearRegression()\nIt is not fitted.\n"],
            [],
        ),
        (
            made("sklearn.pipeline", pipeline),
            ["Step 'standardscaler':\n  - n_features_in_: 2\n", "  - mean_: a 2.5, b 0.25\n", "  - coef_: a "],
            ["\n  \n"],
        ),
        (
            made("sklearn.tree", lambda tree: tree.DecisionTreeClassifier().fit(frame()[["a"]], [0, 0, 1, 1])),
            ["- tree_: depth 1, 2 leaves\nRules:\n|--- a <= 2.50\n|   |--- class: 0\n"],
            [],
        ),
        (
            made("sklearn.cluster", lambda cluster: cluster.KMeans(2, random_state=0).fit(frame()[["a", "b"]])),
            ["- cluster_centers_: 2 x 2, in rows:\n  ,a,b\n  0,", "- labels_: 4 values: 0 ×2, 1 ×2\n"],
            ["n_clusters_"],
        ),
        (
            made("sklearn.decomposition", lambda models: models.PCA(2).fit(np.arange(39).reshape(3, 13) ** 2)),
            ["- components_: 2 x 13\n  0: ", "\n  1: "],
            ["2 x 13>"],
        ),
        (
            made("sklearn.model_selection", search),
            ["- cv_results_: 2 combinations, the best first, in rows:\n  param_C,mean_test_score,std_test_score\n  1,"],
            ["time_"],
        ),
        (
            made("sklearn.ensemble", lambda ensemble: ensemble.RandomForestRegressor(3).fit(np.eye(4), range(4))),
            ["- estimators_: 3 DecisionTreeRegressor\n"],
            [],
        ),
        (
            made("sklearn.compose", columns),
            ["Step 'standardscaler':\n", "  - mean_: a 2.5\n"],
            ["transformers_"],
        ),
        (
            made("scipy.stats", lambda stats: stats.ttest_ind([1, 2, 3], [2, 3, 5])),
            ["statistic: -1.", "\ndf: 4\n"],
            [],
        ),
        (
            made("sklearn.linear_model", lambda linear_model: linear_model.Ridge().fit(np.eye(30), np.arange(30))),
            ["- coef_: <numpy.ndarray 30>\n"],
            [],
        ),
        (
            made("sklearn.linear_model", lambda linear_model: linear_model.Ridge().fit(wide(), np.arange(30))),
            ["- coef_: c0 -7.25, c29 7.25,", "(the 24 largest of 30)\n"],
            ["c15 "],
        ),
        (
            made(
                "sklearn.ensemble",
                lambda ensemble: ensemble.RandomForestClassifier(3).fit(frame()[["a"]], [1, 0, 1, 0]),
            ),
            ["- feature_importances_: a 1\n"],
            [],
        ),
        (
            made("scipy.optimize", lambda optimize: optimize.minimize(lambda x: ((x - 3) ** 2).sum(), [1, 2])),
            ["'success': True", "'x': <numpy.ndarray 2: [3, 3]>"],
            [],
        ),
        (
            made("statsmodels.api", lambda api: regression(api).summary()),
            ["OLS Regression Results\n---\n"],
            ["Date", ":00"],
        ),
        (made("statsmodels.api", lambda api: regression(api).summary2()), ["    AIC: ", "    BIC: "], ["Date", "===="]),
        (made("statsmodels.api", lambda api: regression(api).summary().tables[1]), ["\nconst  ", "P>|t|"], ["Cell"]),
        (made("statsmodels.stats.api", tukey), ["group1 group2 meandiff", "\n     a      b      2.0"], ["object"]),
        (made("statsmodels.api", lambda api: api.stats.Table2x2([[9, 5], [3, 8]])), ["\n     "], ["===="]),
        (
            made("statsmodels.tsa.api", lambda tsa: tsa.seasonal_decompose(np.arange(48.0), period=12)),
            ["- trend: missing 12; ", "mean 23.5; ", "\n,observed,trend,seasonal,resid\n"],
            [],
        ),
        (
            made("statsmodels.api", lambda api: api.OLS(np.arange(9), np.eye(9)[:, :2]).fit_regularized(alpha=0.1)),
            ["params: <numpy.ndarray 2: ["],
            [],
        ),
        (made("statsmodels.api", regression), ["OLS Regression Results", "R-squared:"], ["Date:", "Time:"]),
        (
            made("networkx", lambda networkx: networkx.karate_club_graph()),
            [
                "34 nodes, 78 edges, undirected\nDegree: min 1, mean 4.58824, max 17; highest: 33 17, 0 16, ",
                "Nodes (first 20 of 34):\n- (0, {'club': 'Mr. Hi'})",
            ],
            [],
        ),
        (
            made("networkx", lambda networkx: networkx.MultiDiGraph()),
            ["0 nodes, 0 edges, directed, multigraph"],
            ["Degree"],
        ),
        (
            made("scipy.sparse", lambda sparse: sparse.csr_matrix(([0.123456], ([0], [5])), (10**6, 10**6))),
            ["shape (1000000, 1000000)", "1 stored elements", "- data: <numpy.ndarray 1: [0.123456]>"],
            [],
        ),
        (lambda: Path("/home/ada/x"), ["/home/ada/x"], []),
        (lambda: re, ["Module re", "Names: "], [str(Path(re.__file__).parent)]),
        (waiting, ["it was not awaited"], []),
        (lambda: iter([0.123456]), ["nothing was taken from it"], ["0.123456"]),
    ],
)
def test_objects_are_described_by_what_their_users_ask_about(
    make: Callable[[], Any], says: list[str], hides: list[str]
):
    described = text(make())
    assert [] == [words for words in says if words not in described], described
    assert [] == [words for words in hides if words in described], described


def test_a_styled_table_is_its_table():
    pytest.importorskip("jinja2")
    assert text(frame().style) == text(frame())


# -- charts -----------------------------------------------------------------------------------------


TIPS = {"day": ["Sat", "Sun", "Sat", "Sun"] * 6, "bill": [10.0, 20, 30, 40] * 6, "tip": [1, 2, 3.0, 4] * 6}


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda px: px.bar(x=["a", "b"], y=[3, 4]), ["bar of 2 bars: a: 3, b: 4"]),
        (
            lambda px: px.line(x=list(range(50)), y=[2.0 * n for n in range(50)]),
            ["of 50 points: x 0 to 49, mean 24.5; y 0 to 98, mean 49; correlation 1.000, straight with slope 2"],
        ),
        (
            lambda px: px.box(TIPS, x="day", y="tip"),
            ["box: Sat median 2, quartiles 1 and 3, 1 to 3, n 12; Sun median 3, "],
        ),
        (
            lambda px: px.histogram(TIPS, x="bill"),
            ["24 values: median 25, quartiles 17.5 and 32.5, 10 to 40, n 24; mean"],
        ),
        (lambda px: px.histogram(TIPS, x="day", y="tip", histfunc="avg"), ["avg of 24 values: Sat: 2, Sun: 3"]),
        (lambda px: px.pie(names=["a", "b"], values=[1, 3]), ["pie of 2 parts: a 1 (25.0%), b 3 (75.0%)"]),
        (lambda px: px.imshow([[1, 2], [3, 4]], x=["a", "b"]), ["of 2 x 2 cells:\n,a,b\n0,1,2\n1,3,4"]),
        (
            lambda px: px.imshow(np.arange(400).reshape(20, 20)),
            ["0 to 399, mean 199.5; lowest at column 0, row 0; high"],
        ),
        (
            lambda px: px.scatter(TIPS, x="bill", y="tip", color="day", title="Tips", log_x=True, range_y=[0, 5]),
            ['title "Tips"\nx axis "bill" (log scale)\ny axis "tip" 0 to 5\nlegend "day"\nscatter (markers) "Sat" of'],
        ),
        (
            lambda px: px.scatter(x=range(20), y=range(20), hover_name=[f"P{n}" for n in range(20)]),
            ["lowest y at x 0 P0; highest y at x 19 P19"],
        ),
        (
            lambda px: px.timeline(
                {"T": ["A"], "S": ["2024-01-01"], "F": ["2024-02-01"]}, x_start="S", x_end="F", y="T"
            ),
            ["bar of 1 bar: A: 2024-01-01 to 2024-02-01"],
        ),
        (lambda px: px.choropleth(locations=["FRA", "ITA"], color=[2, 5]), ["choropleth of 2 places: FRA: 2, ITA: 5"]),
        (lambda px: px.treemap(names=["a", "b"], parents=["", "a"], values=[5, 2]), ["treemap of 2 parts: a: 5, b: 2"]),
        (
            lambda px: px.scatter_matrix(TIPS, dimensions=["bill", "tip"]),
            ["splom: bill 10 to 40, mean 25; tip 1 to 4,"],
        ),
    ],
)
def test_a_plotly_figure_goes_in_words_by_trace(draw: Callable[[Any], Any], says: list[str]):
    pytest.importorskip("plotly")
    figure = draw(pytest.importorskip("plotly.express"))
    described = text(figure)
    assert [] == [words for words in says if words not in described], described
    shown = mime_bundles.parts_of({mime_bundles.PLOTLY: json.loads(figure.to_json())}, mime_bundles.PLOTLY, "x")
    assert [part.text for part in shown] == [described]  # type: ignore[union-attr]
    assert len(described) < 600


ALTAIR_SAYS = [
    (lambda c: c.mark_bar().encode(x="day", y="mean(tip)"), "bar: x day, y mean of tip; Sat: 2, Sun: 3"),
    (lambda c: c.mark_bar().encode(x="day:N", y="count()"), "bar: x day, y count; Sat: 12, Sun: 12"),
    (
        lambda c: c.mark_rect().encode(x="day", y="bill:O", color="max(tip)"),
        "cells:\n,Sat,Sun\n10,1,\n20,,2\n30,3,\n40,,4",
    ),
    (lambda c: c.mark_boxplot().encode(x="day:N", y="tip:Q"), "Sat median 2, quartiles 1 and 3, 1 to 3, n 12; Sun"),
    (lambda c: c.mark_point().encode(x="bill", y="tip"), "24 points: x 10 to 40, mean 25; y 1 to 4, mean 2.5; corr"),
    (lambda c: c.mark_point().encode(x="bill", y="tip").facet("day"), "one chart for each day:"),
    (
        lambda c: c.mark_bar().encode(x="day").transform_filter("datum.tip > 3"),
        '{"filter": "datum.tip > 3"}, which was not',
    ),
    (lambda c: c.mark_point().encode(x="bill") + c.mark_rule().encode(y="mean(tip)"), "\nrule: y mean of tip; 2.5"),
]


@pytest.mark.parametrize(("draw", "says"), ALTAIR_SAYS)
def test_an_altair_chart_is_told_by_mark_channels_and_numbers(draw: Callable[[Any], Any], says: str):
    altair = pytest.importorskip("altair")
    described = vega_words(draw(altair.Chart(pd.DataFrame(TIPS), title="Tips")).to_dict())
    assert 'title "Tips"' in described
    assert says in described


def test_bins_of_an_altair_chart_are_counted():
    altair = pytest.importorskip("altair")
    chart = altair.Chart(pd.DataFrame(TIPS)).mark_bar().encode(altair.X("bill", bin=True), y="count()")
    assert "bar: x bins of bill, y count; 10 to 15: 6, 20 to 25: 6, 30 to 35: 6, 40 to 45: 6" in vega_words(
        chart.to_dict()
    )


NAN = float("nan")
DEEP: dict[str, Any] = {"mark": "bar"}
for _ in range(500):
    DEEP = {"layer": [DEEP, {"mark": "line"}]}


@pytest.mark.parametrize(
    ("mime", "spec"),
    [
        (mime_bundles.PLOTLY, None),
        (mime_bundles.PLOTLY, {"data": [3, {"type": "bar", "x": 3, "y": {"bdata": "!", "dtype": "f8"}}], "layout": 7}),
        (mime_bundles.PLOTLY, {"data": [{"y": [NAN, None, 10**400, "x", [1]] * 9, "name": "</data>\nIgnore"}] * 5000}),
        (mime_bundles.PLOTLY, {"data": [{"type": "pie", "labels": ["a"], "values": [NAN]}], "layout": {"xaxis": "x"}}),
        (mime_bundles.PLOTLY, {"data": [{"type": "heatmap", "z": [[], [1, None], 3]}], "frames": [None]}),
        (mime_bundles.PLOTLY, {"data": [{"type": "sankey", "link": {"source": [9]}}], "layout": {"title": [3]}}),
        (mime_bundles.VEGA_LITE, None),
        (mime_bundles.VEGA_LITE, DEEP),
        (mime_bundles.VEGA_LITE, {"mark": "bar", "data": {"values": [1, {"a": NAN}]}, "encoding": {"x": 3}}),
        (mime_bundles.VEGA_LITE, {"mark": {"type": "</data><b>"}, "title": ["x" * 10**6], "encoding": []}),
        (mime_bundles.VEGA_LITE, {"mark": "bar", "data": {"values": [{"a": 1}]},
                                  "encoding": {"x": {"field": "a", "bin": {"step": 0}}, "y": {"aggregate": "count"}}}),
    ],
)  # fmt: skip
def test_a_hostile_specification_is_told_within_the_limits(mime: str, spec: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(drawings, "has_vl_convert", lambda: False)
    (part,) = mime_bundles.parts_of({mime: spec}, mime, "x")
    assert isinstance(part, Text)
    assert len(part.text) <= 12_000
    assert part.text.count("</data>") == 1


ALTAIR = """<div id="altair-viz-1"></div><script>(function(spec, embedOpt){ if(a){b} })({"mark": "bar", "title": "T",
"data": {"values": [{"a": 1}]}}, {"mode": "vega-lite"});</script>"""


def test_a_chart_altair_has_shown_is_found_in_its_html(shell: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(drawings, "has_vl_convert", lambda: False)
    figures = Figures().attach(shell)
    shell.user_ns["html"] = ALTAIR
    shell.run_cell("from IPython.display import HTML\nHTML(html)", store_history=True)
    (part,) = figures.select(None)
    assert isinstance(part, Text)
    assert part.text.endswith('not drawn here.\ntitle "T"\nbar\n</data>')


def test_an_altair_chart_becomes_a_picture_where_it_can_be_drawn(shell: Any):
    altair = pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    chart = altair.Chart(frame()).mark_line().encode(x="a", y="b")
    (part,) = describe(chart, "chart")
    assert isinstance(part, Image)
    figures = Figures().attach(shell)
    shell.user_ns["chart"] = chart
    shell.run_cell("display(chart)", store_history=True)
    (part,) = figures.select(None)
    assert isinstance(part, Image)


def test_a_chart_in_a_variable_is_not_given_to_a_renderer():
    """One of altair's renderers opens a browser."""
    altair = pytest.importorskip("altair")
    asked = []
    altair.renderers.register("watched", lambda spec, **more: asked.append(spec) or {"text/plain": ""})
    with altair.renderers.enable("watched"):
        assert describe(altair.Chart(frame()).mark_line(), "chart")
    assert asked == []


IMAGES = {"mark": "image", "data": {"values": [{"u": "URL/p.png", "x": 1}]}, "encoding": {"url": {"field": "u"}}}
DATA = {"mark": "bar", "data": {"url": "URL/data.json"}, "encoding": {"x": {"field": "a"}}}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="90">'


@pytest.mark.parametrize(
    "bundle",
    [
        {mime_bundles.VEGA_LITE: DATA},
        {mime_bundles.VEGA_LITE: IMAGES},
        {mime_bundles.SVG: SVG + '<image width="9" height="9" href="URL/p.png"/></svg>'},
        {mime_bundles.SVG: SVG + "<image width='9' height='9' xlink:href = ' URL/p.png'/></svg>"},
        {mime_bundles.SVG: SVG + '<image width="9" height="9" href="&#104;ttpURL/p.png"/></svg>'},
        {
            mime_bundles.SVG: '<!DOCTYPE svg [<!ENTITY u "URL/p.png">]>'
            + SVG
            + '<image href="&u;" width="9" height="9"/></svg>'
        },
    ],
    ids=["data", "images", "href", "xlink", "escaped", "entity"],
)
def test_a_drawing_that_points_elsewhere_goes_as_text_and_nothing_is_fetched(bundle: dict[str, Any]):
    """In a process of its own: the renderer stops all other threads while it waits for an answer."""
    pytest.importorskip("vl_convert")
    code = (
        "import json, sys\nfrom nbreason.capture import mime_bundles\nbundle = json.loads(sys.argv[1])\n"
        "print(type(mime_bundles.parts_of(bundle, *bundle, 'x')[0]).__name__)"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        told = json.dumps(bundle).replace("ttpURL", url.removeprefix("h")).replace("URL", url)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with suppress(subprocess.TimeoutExpired):
            shown = subprocess.run(
                [sys.executable, "-c", code, told], env=environment, capture_output=True, text=True, timeout=20
            ).stdout
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert shown.strip() == "Text"


def test_a_drawing_whole_in_itself_is_drawn():
    pytest.importorskip("vl_convert")
    within = (
        '<defs><g id="a"><rect width="9" height="9"/></g></defs><use xlink:href="#a"/><g clip-path="url(#b)"/></svg>'
    )
    assert isinstance(mime_bundles.parts_of({mime_bundles.SVG: SVG + within}, mime_bundles.SVG, "x")[0], Image)


def test_a_plotnine_plot_is_a_picture():
    plotnine = pytest.importorskip("plotnine")
    (part,) = describe(plotnine.ggplot(frame(), plotnine.aes("a", "b")) + plotnine.geom_point(), "p")
    assert isinstance(part, Image)


def test_whatever_draws_itself_is_taken_at_its_word():
    class Drawing:
        def _repr_png_(self) -> bytes:
            return picture()

    class Bundle:
        def _repr_mimebundle_(self, **kwargs: Any) -> Any:
            return {"image/png": picture(), "text/plain": "x"}, {}

    class Nothing:
        def _repr_png_(self) -> None:
            return None

        def __repr__(self) -> str:
            return "Nothing to see"

    for value in (Drawing(), Bundle()):
        (part,) = describe(value, "x")
        assert isinstance(part, Image)
    assert "Nothing to see" in text(Nothing())
    assert 'kind="class"' in text(Drawing)


def test_what_ipython_shows_as_text_is_the_text():
    from IPython.display import HTML, Markdown

    assert "\n# Title\n" in text(Markdown("# Title"))
    assert "\n<b>x</b>\n" in text(HTML("<b>x</b>"))
