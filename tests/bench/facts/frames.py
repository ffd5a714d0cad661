"""Facts about tables of pandas, polars, pyarrow and geopandas."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import shapely
import statsmodels.api as sm
from sklearn import datasets

from tests.bench.facts import Fact, Subject


def shape(frame: Any) -> Fact:
    height, width = frame.shape
    return Fact(
        "how many rows and columns", (height, width), ("shape",), (((height, width), ("rows or RangeIndex or Index",)),)
    )


def rows(frame: Any) -> Fact:
    return Fact("how many rows", len(frame), ("shape or rows or entries or Length",))


def missing(frame: Any, name: str) -> Fact:
    """pandas says it in ``info`` by the number of values that are there."""
    count = int(frame[name].isna().sum())
    either = [(len(frame) - count, (name, "non-null"))]
    if not count:  # nbreason says it of all that it says nothing else of
        either += [("nothing is missing", ()), ("nothing missing unless said", ())]
    shown = (name, lambda cells: sum(cell in ("", "nan", "NaN", "None", "NaT", "<NA>") for cell in cells))
    return Fact(f"missing values of {name}", count, (name, "missing"), tuple(either), shown)


def number(cells: list[str]) -> list[float]:
    return [float(cell) for cell in cells if cell not in ("", "nan", "NaN")]


def mean(frame: Any, name: str) -> Fact:
    return Fact(f"mean of {name}", frame[name].mean(), (name, "mean"))


def median(frame: Any, name: str) -> Fact:
    return Fact(f"median of {name}", frame[name].median(), (name, "50% or median"))


def quartile(frame: Any, name: str) -> Fact:
    return Fact(f"upper quartile of {name}", frame[name].quantile(0.75), (name, "75%"))


def std(frame: Any, name: str) -> Fact:
    return Fact(f"deviation of {name}", frame[name].std(), (name, "std"))


def least(frame: Any, name: str) -> Fact:
    shown, value = (name, lambda cells: min(number(cells))), frame[name].min()
    return Fact(f"smallest {name}", value, (name, "min or values or distinct"), (), shown)


def most(frame: Any, name: str) -> Fact:
    shown, value = (name, lambda cells: max(number(cells))), frame[name].max()
    return Fact(f"largest {name}", value, (name, "max or values or distinct"), (), shown)


def distinct(frame: Any, name: str) -> Fact:
    shown = (name, lambda cells: len(set(cells)))
    count = int(frame[name].nunique())
    return Fact(f"different values of {name}", count, (name, "distinct or unique"), (), shown)


def times(frame: Any, name: str, value: Any) -> Fact:
    count = int((frame[name] == value).sum())
    return Fact(
        f"how often {name} is {value!r}",
        count,
        (name, "values or top or distinct", str(value)),
        (),
        (name, lambda cells: cells.count(str(value))),
    )


def dtype(frame: Any, name: str) -> Fact:
    said = str(frame[name].dtype)
    return Fact(f"type of {name}", said, (name,), ((said, ("All columns are or Columns",)),))


def cell(frame: Any, label: Any, name: str, called: str = "") -> Fact:
    return Fact(f"{name} of {label}", frame.loc[label, name], (name, called or str(label)))


def iris() -> Subject:
    frame = datasets.load_iris(as_frame=True).frame
    frame["species"] = frame.pop("target").map(dict(enumerate(["setosa", "versicolor", "virginica"])))
    width = "petal width (cm)"
    facts = [shape(frame), mean(frame, width), median(frame, width), most(frame, "sepal length (cm)")]
    facts += [missing(frame, width), times(frame, "species", "setosa"), distinct(frame, "species")]
    facts += [Fact("repeated rows", int(frame.duplicated().sum()), ("row or rows or repeats",))]
    facts += [quartile(frame, "petal length (cm)"), std(frame, width), cell(frame, 0, "sepal length (cm)")]
    facts += [cell(frame, 50, "sepal length (cm)")]  # a row that is not shown
    return Subject("iris", frame, facts)


def wine() -> Subject:
    frame = datasets.load_wine(as_frame=True).frame
    facts = [shape(frame), mean(frame, "alcohol"), most(frame, "proline"), least(frame, "ash"), median(frame, "hue")]
    facts += [times(frame, "target", 1), distinct(frame, "target"), missing(frame, "flavanoids"), dtype(frame, "hue")]
    facts += [cell(frame, 177, "malic_acid"), cell(frame, 100, "hue")]
    return Subject("wine", frame, facts)


def cancer() -> Subject:
    frame = datasets.load_breast_cancer(as_frame=True).frame
    facts = [shape(frame), mean(frame, "mean radius"), most(frame, "worst area"), quartile(frame, "mean texture")]
    facts += [times(frame, "target", 1), least(frame, "mean area"), median(frame, "worst radius")]
    facts += [missing(frame, "mean concavity"), std(frame, "worst texture")]
    return Subject("cancer", frame, facts)


def fair() -> Subject:
    frame = sm.datasets.fair.load_pandas().data
    facts = [shape(frame), mean(frame, "affairs"), times(frame, "rate_marriage", 5.0), times(frame, "religious", 1.0)]
    facts += [distinct(frame, "yrs_married"), most(frame, "affairs"), missing(frame, "educ"), median(frame, "age")]
    facts += [mean(frame, "age"), times(frame, "children", 0.0), least(frame, "age")]
    for fact in facts:  # whole numbers are read without the point
        object.__setattr__(fact, "named", tuple(one.removesuffix(".0") for one in fact.named))
    return Subject("fair", frame, facts)


def anes96() -> Subject:
    frame = sm.datasets.anes96.load_pandas().data
    facts = [shape(frame), mean(frame, "popul"), median(frame, "popul"), most(frame, "popul"), mean(frame, "age")]
    facts += [missing(frame, "income"), quartile(frame, "age")]
    facts += [Fact("how many voted for Dole", int((frame["vote"] == 1).sum()), ("vote", "values or distinct", "1"))]
    facts += [Fact("how many are strong Democrats", int((frame["PID"] == 0).sum()), ("PID", "values or distinct", "0"))]
    return Subject("anes96", frame, facts)


def longley() -> Subject:
    frame = sm.datasets.longley.load_pandas().data.astype({"YEAR": int})
    facts = [
        shape(frame),
        cell(frame, 5, "GNP"),
        cell(frame, 15, "TOTEMP"),
        most(frame, "UNEMP"),
        missing(frame, "POP"),
    ]
    facts += [cell(frame, 8, "ARMED"), least(frame, "GNPDEFL"), dtype(frame, "YEAR"), mean(frame, "GNP")]
    return Subject("longley", frame, facts)


def stackloss() -> Subject:
    frame = sm.datasets.stackloss.load_pandas().data
    facts = [shape(frame), most(frame, "STACKLOSS"), least(frame, "AIRFLOW"), missing(frame, "WATERTEMP")]
    facts += [cell(frame, row, "ACIDCONC") for row in (3, 10, 17)]
    return Subject("stackloss", frame, facts)


def macrodata() -> Subject:
    frame = sm.datasets.macrodata.load_pandas().data
    frame.index = pd.period_range("1959Q1", periods=len(frame), freq="Q", name="quarter")
    frame = frame.drop(columns=["year", "quarter"])
    facts = [shape(frame), mean(frame, "unemp"), most(frame, "unemp"), least(frame, "realint"), median(frame, "infl")]
    facts += [cell(frame, pd.Period("1959Q1"), "realgdp"), cell(frame, pd.Period("2009Q3"), "realgdp")]
    facts += [Fact("when unemployment was highest", str(frame["unemp"].idxmax()), ("unemp", "max at"))]
    facts += [Fact("the first quarter", "1959Q1", ("Index",)), Fact("the last quarter", "2009Q3", ("Index",))]
    facts += [Fact("the frequency", "Q-DEC", ("frequency or Freq",))]
    return Subject("macro", frame, facts)


def co2() -> Subject:
    frame = sm.datasets.co2.load_pandas().data
    facts = [shape(frame), missing(frame, "co2"), mean(frame, "co2"), most(frame, "co2"), median(frame, "co2")]
    facts += [Fact("when it was highest", str(frame["co2"].idxmax().date()), ("co2", "max"))]
    facts += [Fact("the frequency", "W-SAT", ("frequency or Freq",)), Fact("the last week", "2001-12-29", ("Index",))]
    return Subject("co2", frame, facts)


def elnino() -> Subject:
    frame = sm.datasets.elnino.load_pandas().data.astype({"YEAR": int}).set_index("YEAR")
    facts = [shape(frame), mean(frame, "JAN"), most(frame, "FEB"), least(frame, "SEP"), median(frame, "JUL")]
    facts += [Fact("the year of the warmest January", int(frame["JAN"].idxmax()), ("JAN", "max at"))]
    facts += [Fact("the year of the coldest September", int(frame["SEP"].idxmin()), ("SEP", "min at"))]
    facts += [Fact("January 1950", frame.loc[1950, "JAN"], ("JAN", "1950"))]
    facts += [Fact("May 1983", frame.loc[1983, "MAY"], ("MAY", "1983"))]
    facts += [Fact("August 1990", frame.loc[1990, "AUG"], ("AUG", "1990"))]
    facts += [Fact("December 2010", frame.loc[2010, "DEC"], ("DEC", "2010"))]
    facts += [Fact("the first year", "1950", ("Index",)), Fact("the last year", "2010", ("Index",))]
    return Subject("elnino", frame, facts)


def nile() -> Subject:
    frame = sm.datasets.nile.load_pandas().data.astype({"year": int}).set_index("year")["volume"]
    table = frame.to_frame()
    facts = [rows(frame), most(table, "volume"), least(table, "volume")]
    facts += [Fact(f"the volume of {year}", frame[year], (str(year),)) for year in (1871, 1913, 1950, 1970)]
    return Subject("nile", frame, facts)


def scotland() -> Subject:
    frame = sm.datasets.scotland.load_pandas().data
    frame = frame.drop(columns=[name for name in frame.columns if frame[name].dtype == object])
    facts = [shape(frame), *(cell(frame, row, "YES") for row in (0, 31)), most(frame, "YES"), least(frame, "YES")]
    facts += [mean(frame, "YES"), median(frame, "AGE"), missing(frame, "COUTAX")]
    return Subject("votes", frame, facts)


def groups() -> Subject:
    frame = iris().value.groupby("species").mean()
    facts = [shape(frame)]
    facts += [
        Fact(f"mean {name} of {kind}", frame.loc[kind, name], (name, kind))
        for kind, name in (("setosa", "petal width (cm)"), ("virginica", "sepal length (cm)"))
    ]
    facts += [most(frame, "petal length (cm)")]
    return Subject("means", frame, facts)


def survey_frame() -> pd.DataFrame:
    draw = np.random.default_rng(5)
    size = 1_200
    levels = ["never", "sometimes", "often", "always"]
    frame = pd.DataFrame(
        {
            "id": draw.permutation(np.arange(40_000, 40_000 + size)),
            "age": draw.integers(18, 80, size),
            "city": draw.choice(["Oslo", "Bergen", "Trondheim", "Stavanger"], size, p=[0.5, 0.25, 0.15, 0.1]),
            "reads": pd.Categorical(draw.choice(levels, size, p=[0.1, 0.4, 0.3, 0.2]), levels, ordered=True),
            "hours": np.round(draw.gamma(2, 3, size), 1),
            "smoker": draw.random(size) < 0.2,
            "remark": [f"remark {n} of a person" for n in range(size)],
        }
    )
    frame.loc[draw.choice(size, 90, replace=False), "hours"] = np.nan
    frame.loc[draw.choice(size, 33, replace=False), "city"] = None
    return frame


def survey() -> Subject:
    frame = survey_frame()
    facts = [shape(frame), missing(frame, "hours"), missing(frame, "city"), times(frame, "city", "Oslo")]
    facts += [
        times(frame, "reads", "often"),
        times(frame, "smoker", True),
        mean(frame, "hours"),
        median(frame, "hours"),
    ]
    facts += [distinct(frame, "city"), mean(frame, "age"), most(frame, "hours"), distinct(frame, "remark")]
    order = "'never' < 'sometimes' < 'often' < 'always'"
    facts += [Fact("the order of the answers", order, ("reads",), (("ordered", ("reads",)),))]
    facts += [cell(frame, 0, "age"), cell(frame, 1199, "age"), cell(frame, 700, "hours"), std(frame, "age")]
    return Subject("survey", frame, facts)


def crosstab() -> Subject:
    frame = survey_frame()
    frame = pd.crosstab(frame["city"], frame["reads"])
    facts = [
        Fact(f"{city}, {reads}", frame.loc[city, reads], (city, reads)) for city in frame.index for reads in frame
    ][:5]
    facts += [Fact("what the columns are", "reads", ("Column levels or reads",))]
    return Subject("table", frame, facts)


def pivot() -> Subject:
    frame = survey_frame()
    frame = frame.pivot_table(index="city", columns="smoker", values=["age", "hours"])
    facts = [
        Fact(f"mean {key[0]} in {city}", frame.loc[city, key], (city, f"{key[0]} / {key[1]}"))
        for city, key in (("Oslo", ("age", True)), ("Bergen", ("hours", False)), ("Stavanger", ("age", False)))
    ]
    facts += [shape(frame)]
    return Subject("pivot", frame, facts)


def value_counts() -> Subject:
    series = survey_frame()["age"].value_counts()
    facts = [
        Fact(f"how many are {age}", series[age], ("count", str(age))) for age in (series.index[0], series.index[9], 40)
    ]
    facts += [rows(series), Fact("the most frequent age", series.index[0], ("0 or count or age", str(series.iloc[0])))]
    return Subject("ages", series, facts[:4])


def duplicates() -> Subject:
    draw = np.random.default_rng(7)
    days = pd.date_range("2024-01-01", periods=500, freq="D")
    frame = pd.DataFrame({"flow": draw.normal(20, 4, 520)}, index=days.append(days[:20]).sort_values())
    facts = [
        shape(frame),
        Fact("duplicates of the index", 20, ("Index", "duplicate or duplicates")),
        mean(frame, "flow"),
    ]
    facts += [std(frame, "flow"), Fact("the first day", "2024-01-01", ("Index",)), median(frame, "flow")]
    return Subject("flow", frame, facts)


def wide() -> Subject:
    draw = np.random.default_rng(3)
    frame = pd.DataFrame(draw.normal(50, 9, (80, 244)), columns=[f"gene{n}" for n in range(244)])
    facts = [shape(frame), mean(frame, "gene0"), mean(frame, "gene77"), most(frame, "gene3"), median(frame, "gene243")]
    facts += [Fact(f"is there a {name}", name, ("Left out or Columns",)) for name in ("gene100", "gene200")]
    return Subject("genes", frame, facts)


def columns() -> Subject:
    index = wide().value.columns
    facts = [Fact("how many", 244, ("shape or length",)), Fact("is it there", "gene120", ("Labels or Index",))]
    return Subject("genes.columns", index, facts)


def polars_fair() -> Subject:
    table = sm.datasets.fair.load_pandas().data
    facts = [shape(table), mean(table, "affairs"), most(table, "affairs"), distinct(table, "age")]
    best = int((table["rate_marriage"] == 5).sum())
    facts += [missing(table, "educ"), Fact("how many rate 5", best, ("rate_marriage", "values or distinct", "5"))]
    facts += [quartile(table, "age")]
    facts += [Fact("the type of age", "Float64", ("age or Columns",), (("f64", ("age",)),))]
    return Subject("people", pl.from_pandas(table), facts)


def polars_small() -> Subject:
    table = sm.datasets.longley.load_pandas().data
    facts = [shape(table), most(table, "GNP"), Fact("employment of 1947", table["TOTEMP"][0], ("TOTEMP", "1947"))]
    facts += [Fact("unemployment of 1955", table["UNEMP"][8], ("UNEMP", "1955"))]
    return Subject("longley", pl.from_pandas(table), facts)


def arrow_wine() -> Subject:
    table = datasets.load_wine(as_frame=True).frame
    facts = [shape(table), mean(table, "alcohol"), most(table, "proline"), median(table, "hue"), missing(table, "ash")]
    facts += [
        times(table, "target", 1),
        Fact("the type of alcohol", "double", ("alcohol or Columns",)),
        least(table, "ash"),
    ]
    return Subject("wine", pa.Table.from_pandas(table), facts)


def stations() -> Subject:
    draw = np.random.default_rng(11)
    points = [shapely.Point(x, y) for x, y in zip(draw.uniform(5, 30, 300), draw.uniform(58, 71, 300), strict=True)]
    frame = geopandas.GeoDataFrame({"height": draw.integers(0, 900, 300)}, geometry=points, crs="EPSG:4326")
    bounds = tuple(float(side) for side in frame.total_bounds)
    facts = [shape(frame), mean(frame, "height"), Fact("the CRS", "EPSG:4326", ("geometry",)), most(frame, "height")]
    facts += [
        Fact("what kind of geometry", 300, ("geometry", "Point")),
        Fact("the bounds", bounds, ("geometry", "bounds")),
    ]
    return Subject("stations", frame, facts)


def grouped() -> Subject:
    frame = survey_frame()
    sizes = frame.groupby("city").size()
    facts = [Fact(f"how many in {city}", int(count), (city,)) for city, count in sizes.items()]
    hours = frame.groupby("city")["hours"]
    facts += [Fact("mean of Oslo", hours.mean()["Oslo"], ("mean", "Oslo"))]
    facts += [Fact("median of Bergen", hours.median()["Bergen"], ("median", "Bergen"))]
    facts += [Fact("how many groups", 4, ("city",)), Fact("what is grouped", "hours", ("Column",))]
    return Subject("hours", hours, facts)


def lazy() -> Subject:
    frame = pl.from_pandas(sm.datasets.longley.load_pandas().data).lazy()
    return Subject(
        "query", frame, [Fact("the type of GNP", "Float64", ("GNP or Columns",)), Fact("is it there", "UNEMP", ())]
    )


SUBJECTS = [
    *(iris, wine, cancer, fair, anes96, longley, stackloss, macrodata, co2, elnino, nile, scotland),
    *(groups, survey, crosstab, pivot, value_counts, duplicates, wide, columns),
    *(polars_fair, polars_small, arrow_wine, stations, grouped, lazy),
]
