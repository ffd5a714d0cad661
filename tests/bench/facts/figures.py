"""Facts about figures of matplotlib, seaborn, plotly, altair and geopandas, and about xarray's datasets: what one would
read off the picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import altair
import arviz
import geopandas
import matplotlib as mpl
import numpy as np
import pandas as pd
import plotly.express as px
import seaborn
import shapely
import statsmodels.api as sm
import xarray
from sklearn import datasets

from nbreason.capture.alt_text import alt_text
from tests.bench.facts import Fact, Subject

mpl.use("agg")
import matplotlib.pyplot as plt  # noqa: E402

IRIS = datasets.load_iris(as_frame=True).frame.rename(columns=lambda name: name.removesuffix(" (cm)"))
IRIS["species"] = IRIS.pop("target").map(dict(enumerate(["setosa", "versicolor", "virginica"])))
CO2 = sm.datasets.co2.load_pandas().data["co2"].dropna()
NILE = sm.datasets.nile.load_pandas().data.astype({"year": int}).set_index("year")["volume"]
KINDS = list(IRIS["species"].unique())
BEFORE = "line of or bars or boxes or points or bins"


def shown(name: str, draw: Callable[[Any], object], facts: list[Fact]) -> Subject:
    """A figure of matplotlib as its words, that go along with the picture."""
    fig, ax = plt.subplots()
    draw(ax)
    fig.canvas.draw()
    said = alt_text(fig)
    plt.close(fig)
    return Subject(name, fig, facts, said)


def specified(name: str, chart: Any, specification: str, facts: list[Fact]) -> Subject:
    """A chart of plotly or altair, beside its specification."""
    return Subject(name, chart, facts, others={"specification as JSON": specification})


def histogram() -> Subject:
    counts, edges = np.histogram(NILE, bins=12)
    peak = int(counts.argmax())
    facts = [
        Fact("how many bins", 12, ("bins",)),
        Fact("the height of the highest", int(counts[peak]), ("highest",)),
        Fact("where the highest begins", edges[peak], ("highest",)),
        Fact("where the highest ends", edges[peak + 1], ("highest",)),
        Fact("how many values", len(NILE), ("sum",)),
        Fact("all heights", tuple(counts.tolist()), ("heights",)),
        Fact("label of x", "volume", ("x axis",)),
    ]
    return shown("flow", lambda ax: (ax.hist(NILE, bins=12), ax.set_xlabel("volume")), facts)


def boxes() -> Subject:
    facts = []
    for kind in KINDS:
        values = IRIS.loc[IRIS["species"] == kind, "petal width"]
        facts.append(Fact(f"median of {kind}", values.median(), (kind, "median")))
        facts.append(Fact(f"upper quartile of {kind}", values.quantile(0.75), (kind, "box")))
    facts += [Fact("how many boxes", 3, ("boxes",)), Fact("categories", "virginica", ("species",))]
    return shown("petals", lambda ax: seaborn.boxplot(IRIS, x="species", y="petal width", ax=ax), facts)


def violins() -> Subject:
    facts = []
    for kind in KINDS:
        values = IRIS.loc[IRIS["species"] == kind, "sepal width"]
        facts.append(Fact(f"median of {kind}", values.median(), (kind, "median")))
        facts.append(Fact(f"lower quartile of {kind}", values.quantile(0.25), (kind, "quartiles")))
    return shown("sepals", lambda ax: seaborn.violinplot(IRIS, x="species", y="sepal width", ax=ax), facts)


def means() -> Subject:
    table = IRIS.groupby("species")["petal length"].mean()
    facts = [Fact(f"bar of {kind}", value, (kind,)) for kind, value in table.items()]
    facts += [Fact("how many bars", 3, ("bars",)), Fact("label of y", "mean", ("y axis",))]
    return shown("bars", lambda ax: table.plot.bar(ax=ax, ylabel="mean"), facts)


def stacked() -> Subject:
    table = pd.crosstab(IRIS["species"], IRIS["petal width"].gt(1.4).map({True: "wide", False: "narrow"}))
    facts = [Fact(f"{width} {kind}", int(table.loc[kind, width]), (width, kind)) for kind in KINDS for width in table]
    return shown("stacked", lambda ax: table.plot.bar(stacked=True, ax=ax), facts)


def fitted() -> Subject:
    x, y = IRIS["petal length"], IRIS["petal width"]
    slope, intercept = np.polyfit(x, y, 1)
    ends = np.array([x.min(), x.max()])
    facts = [
        Fact("slope", slope, ("fit", "slope")),
        Fact("height at its end", slope * ends[1] + intercept, ("fit",)),
        Fact("points", 150, ("scatter",)),
        Fact("correlation", x.corr(y), ("scatter", "correlation")),
        Fact("largest x", x.max(), ("scatter", "x")),
        Fact("mean of y", y.mean(), ("scatter", "mean")),
        Fact("colour of the fit", "red", ("",)),
    ]

    def draw(ax: Any) -> None:
        ax.scatter(x, y)
        ax.plot(np.linspace(*ends, 50), slope * np.linspace(*ends, 50) + intercept, "r", label="fit")
        ax.legend()

    return shown("fit", draw, facts)


def groups() -> Subject:
    facts = [Fact("points", 150, ("scatter",)), Fact("legend", "species", ("legend",))]
    for kind in KINDS:
        part = IRIS[IRIS["species"] == kind]
        facts.append(Fact(f"points of {kind}", len(part), (kind,)))
        facts.append(Fact(f"mean of {kind}", part["sepal length"].mean(), (kind, "mean")))
    return shown(
        "species", lambda ax: seaborn.scatterplot(IRIS, x="sepal length", y="sepal width", hue="species", ax=ax), facts
    )


def dates() -> Subject:
    facts = [
        Fact("first week", f"{CO2.index[0]:%Y-%m-%d}", ("from",)),
        Fact("last week", f"{CO2.index[-1]:%Y-%m-%d}", ("to",)),
        Fact("when it is highest", f"{CO2.idxmax():%Y-%m-%d}", ("highest",)),
        Fact("highest", CO2.max(), ("highest",)),
        Fact("lowest", CO2.min(), ("lowest",)),
        Fact("mean", CO2.mean(), ("mean",)),
    ]
    return shown("co2", lambda ax: ax.plot(CO2.index, CO2), facts)


def matrix() -> Subject:
    table = IRIS.drop(columns="species").corr()
    facts = [
        Fact(f"{a} and {b}", table.loc[a, b], (a, b))
        for a, b in (("sepal length", "petal length"), ("sepal width", "petal width"))
    ]
    facts += [Fact("how many cells", (4, 4), ("heat map",))]
    return shown("correlations", lambda ax: seaborn.heatmap(table, annot=True, ax=ax), facts)


def panels() -> Subject:
    grid = seaborn.FacetGrid(IRIS, col="species")
    grid.map_dataframe(seaborn.scatterplot, x="sepal length", y="sepal width")
    grid.figure.canvas.draw()
    said = alt_text(grid.figure)
    facts = [Fact("how many panels", 3, ("panels",)), Fact("points of each", 50, ("in each",))]
    for kind in KINDS:
        part = IRIS[IRIS["species"] == kind]
        facts.append(
            Fact(
                f"correlation of {kind}",
                part["sepal length"].corr(part["sepal width"]),
                (kind, "correlation"),
            )
        )
    plt.close("all")
    return Subject("panels", grid, facts, said)


def plotly_bars() -> Subject:
    table = IRIS.groupby("species", as_index=False)["petal length"].mean()
    chart = px.bar(table, x="species", y="petal length", title="Petals")
    facts = [Fact(f"bar of {kind}", value, (kind,)) for kind, value in table.itertuples(index=False)]
    facts += [Fact("how many bars", 3, ("bars",)), Fact("title", "Petals", ("title",))]
    return specified("petals", chart, chart.to_json(), facts)


def plotly_scatter() -> Subject:
    chart = px.scatter(IRIS, x="sepal length", y="petal length", color="species")
    facts = []
    for kind in KINDS:
        part = IRIS[IRIS["species"] == kind]
        facts.append(Fact(f"points of {kind}", len(part), (kind,)))
        facts.append(
            Fact(
                f"correlation of {kind}",
                part["sepal length"].corr(part["petal length"]),
                (kind, "correlation"),
            )
        )
        facts.append(Fact(f"largest y of {kind}", part["petal length"].max(), (kind, "y")))
    return specified("scatter", chart, chart.to_json(), facts)


def plotly_boxes() -> Subject:
    chart = px.box(IRIS, x="species", y="petal width")
    facts = [
        Fact(f"median of {kind}", IRIS.loc[IRIS["species"] == kind, "petal width"].median(), (kind, "median"))
        for kind in KINDS
    ]
    return specified("boxes", chart, chart.to_json(), facts)


def plotly_pie() -> Subject:
    chart = px.pie(names=["rent", "food", "rest"], values=[820, 410, 410], title="Budget")
    facts = [Fact("rent", 820, ("rent",)), Fact("parts", 3, ("parts",)), Fact("share of food", "25.0%", ("food",))]
    return specified("budget", chart, chart.to_json(), facts)


def plotly_line() -> Subject:
    chart = px.line(NILE.reset_index(), x="year", y="volume")
    facts = [
        Fact("points", len(NILE), ("points",)),
        Fact("year of the highest", int(NILE.idxmax()), ("highest",)),
        Fact("year of the lowest", int(NILE.idxmin()), ("lowest",)),
        Fact("mean", NILE.mean(), ("y", "mean")),
        Fact("first", NILE.iloc[0], ("first",)),
        Fact("last", NILE.iloc[-1], ("last",)),
    ]
    return specified("nile", chart, chart.to_json(), facts)


def altair_bars() -> Subject:
    chart = altair.Chart(IRIS).mark_bar().encode(x="species", y="mean(sepal length)")
    table = IRIS.groupby("species")["sepal length"].mean()
    facts = [Fact(f"bar of {kind}", value, (kind,)) for kind, value in table.items()]
    return _altair("bars", chart, facts)


def altair_histogram() -> Subject:
    chart = altair.Chart(IRIS).mark_bar().encode(altair.X("sepal length", bin=True), y="count()")
    counts, edges = np.histogram(IRIS["sepal length"], bins=np.arange(4, 8.1, 0.5))
    peak = int(counts.argmax())
    facts = [
        Fact(
            "the highest bin",
            int(np.histogram(IRIS["sepal length"], np.arange(4, 8.6, 0.5) - 1e-9)[0][peak]),
            (f"{edges[peak]:g} to",),
        )
    ]
    return _altair("histogram", chart, facts)


def altair_points() -> Subject:
    chart = altair.Chart(IRIS).mark_point().encode(x="sepal length", y="petal length", color="species")
    facts = [Fact(f"points of {kind}", 50, (kind,)) for kind in KINDS]
    facts += [Fact("mean of setosa", IRIS.loc[IRIS["species"] == "setosa", "petal length"].mean(), ("setosa", "mean"))]
    return _altair("points", chart, facts)


def _altair(name: str, chart: Any, facts: list[Fact]) -> Subject:
    from nbreason.capture.plots.vega_specs import vega_words

    return Subject(
        name, chart, facts, vega_words(chart.to_dict()), {"specification as JSON": json.dumps(chart.to_dict())}
    )


def coloured_map() -> Subject:
    shapes = [shapely.box(x, y, x + 1, y + 1) for x in range(4) for y in range(3)]
    frame = geopandas.GeoDataFrame({"people": np.arange(12) ** 2}, geometry=shapes, crs=4326)
    facts = [Fact("how many shapes", 12, ("shapes",)), Fact("most", 121, ("colours",)), Fact("eastern edge", 4, ("x",))]
    return shown("map", lambda ax: frame.plot("people", ax=ax), facts)


def surface() -> Subject:
    x, y = np.meshgrid(np.linspace(-2, 2, 21), np.linspace(-1, 3, 21))
    fig, ax = plt.subplots(subplot_kw={"projection": "3d"})
    ax.plot_surface(x, y, 5 - (x - 1) ** 2 - (y - 2) ** 2)
    fig.canvas.draw()
    said = alt_text(fig)
    plt.close(fig)
    facts = [
        Fact("top", 5, ("surface", "z")),
        Fact("where the top is", (1, 2), ("highest",)),
        Fact("range of y", (-1, 3), ("y",)),
    ]
    return Subject("surface", fig, facts, said)


def climate() -> Subject:
    days = pd.date_range("2023-01-01", periods=365)
    random = np.random.default_rng(3)
    values = 280 + 10 * np.sin(np.arange(365) / 58)[:, None, None] + random.normal(size=(365, 5, 8))
    variables = {
        "air": (("time", "lat", "lon"), values, {"units": "K", "long_name": "Air temperature"}),
        "rain": (("time",), random.gamma(2, size=365)),
    }
    data = xarray.Dataset(
        variables, {"time": days, "lat": np.linspace(30, 50, 5), "lon": np.arange(8) * 2.5}, {"title": "Model run"}
    )
    top = data["air"].where(data["air"] == data["air"].max(), drop=True)
    facts = [
        Fact("dimensions", (365, 5, 8), ("shape",)),
        Fact("units", "K", ("air", "units")),
        Fact("mean of air", float(data["air"].mean()), ("air", "mean")),
        Fact("highest air", float(data["air"].max()), ("air", "max")),
        Fact("when", f"{pd.Timestamp(top['time'].values[0]):%Y-%m-%d}", ("air", "max")),
        Fact("missing", 0, ("air", "missing")),
        Fact("mean of rain", float(data["rain"].mean()), ("rain", "mean")),
        Fact("first day", "2023-01-01", ("time",)),
        Fact("last day", "2023-12-31", ("time",)),
        Fact("step of latitude", 5, ("lat", "step")),
        Fact("how many variables", 2, ("Variables",)),
        Fact("title", "Model run", ("title",)),
    ]
    return Subject("climate", data, facts)


def monthly() -> Subject:
    values = np.round(np.random.default_rng(4).normal(15, 8, (12, 4)), 1)
    array = xarray.DataArray(values, {"month": range(1, 13), "station": list("ABCD")}, name="temperature")
    facts = [
        Fact(f"{station} in month {month}", values[month - 1, index], (station, str(month)))
        for month, index, station in ((1, 0, "A"), (7, 2, "C"), (12, 3, "D"))
    ]
    return Subject("monthly", array, facts)


def posterior() -> Subject:
    random = np.random.default_rng(5)
    draws = {"mu": random.normal(4, 1, (4, 250)), "theta": random.normal([1, 5, 9], 1, (4, 250, 3))}
    data = arviz.from_dict(posterior=draws, coords={"school": ["a", "b", "c"]}, dims={"theta": ["school"]})
    facts = [
        Fact("mean of mu", draws["mu"].mean(), ("mean", "mu")),
        Fact("deviation of mu", draws["mu"].std(ddof=1), ("sd", "mu")),
        Fact("mean of theta b", draws["theta"][:, :, 1].mean(), ("mean", "theta[b]")),
        Fact("95 % of theta c", np.quantile(draws["theta"][:, :, 2], 0.95), ("95%", "theta[c]")),
        Fact("chains", 4, ("chain",)),
        Fact("draws", 250, ("draw",)),
    ]
    return Subject("idata", data, facts)


SUBJECTS = [
    *(histogram, boxes, violins, means, stacked, fitted, groups, dates, matrix, panels, coloured_map, surface),
    *(plotly_bars, plotly_scatter, plotly_boxes, plotly_pie, plotly_line, altair_bars, altair_histogram, altair_points),
    *(climate, monthly, posterior),
]
