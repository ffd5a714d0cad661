"""Facts about fits of scikit-learn, statsmodels and scipy, arrays, and what is in containers."""

from __future__ import annotations

import warnings

import networkx
import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import optimize, stats
from sklearn import (
    cluster,
    compose,
    datasets,
    decomposition,
    ensemble,
    linear_model,
    metrics,
    model_selection,
    pipeline,
    preprocessing,
    tree,
)

from tests.bench.facts import Fact, Subject
from tests.bench.facts.frames import survey_frame


def regression() -> Subject:
    data = datasets.load_diabetes(as_frame=True)
    fit = linear_model.LinearRegression().fit(data.data, data.target)
    facts = [Fact(f"the coefficient of {name}", fit.coef_[at], ("coef_", name)) for at, name in ((2, "bmi"), (8, "s5"))]
    facts += [
        Fact("the intercept", fit.intercept_, ("intercept_",)),
        Fact("how many features", 10, ("n_features_in_",)),
    ]
    return Subject("fit", fit, facts)


def classes() -> Subject:
    data = datasets.load_iris(as_frame=True)
    fit = linear_model.LogisticRegression(C=0.5, max_iter=500).fit(data.data, data.target)
    facts = [Fact("C", 0.5, ("C or C=0.5",), (("C=0.5", ()),)), Fact("the classes", (0, 1, 2), ("classes_",))]
    facts += [Fact("coefficients of class 2", tuple(fit.coef_[2]), ("coef_",))]
    facts += [Fact("the intercepts", tuple(fit.intercept_), ("intercept_",))]
    return Subject("clf", fit, facts)


def pca() -> Subject:
    data = datasets.load_wine(as_frame=True).data
    fit = decomposition.PCA(3).fit(preprocessing.StandardScaler().fit_transform(data))
    facts = [Fact("share of variance", tuple(fit.explained_variance_ratio_), ("explained_variance_ratio_",))]
    facts += [Fact("loadings of the first component", tuple(fit.components_[0][:5]), ("components_",))]
    return Subject("pca", fit, facts)


def kmeans() -> Subject:
    data = datasets.load_iris(as_frame=True).data
    fit = cluster.KMeans(3, n_init=5, random_state=0).fit(data)
    facts = [Fact(f"centre {at}", tuple(fit.cluster_centers_[at]), ("cluster_centers_",)) for at in (0, 2)]
    facts += [Fact("inertia", fit.inertia_, ("inertia_",)), Fact("n_clusters", 3, ("n_clusters or n_clusters=3",))]
    facts += [Fact(f"size of cluster {at}", int((fit.labels_ == at).sum()), ("labels_", str(at))) for at in (0, 1, 2)]
    facts[3] = Fact("how many clusters", "n_clusters=3", ())
    return Subject("km", fit, facts)


def forest() -> Subject:
    data = datasets.load_wine(as_frame=True)
    fit = ensemble.RandomForestClassifier(50, random_state=0, oob_score=True).fit(data.data, data.target)
    facts = [
        Fact(f"importance of {name}", fit.feature_importances_[at], ("feature_importances_", name))
        for at, name in ((0, "alcohol"), (12, "proline"))
    ]
    facts += [Fact("out-of-bag score", fit.oob_score_, ("oob_score_",))]
    return Subject("forest", fit, facts)


def search() -> Subject:
    data = datasets.load_iris(as_frame=True)
    grid = {"max_depth": [1, 2, 3]}
    fit = model_selection.GridSearchCV(tree.DecisionTreeClassifier(random_state=0), grid, cv=3).fit(
        data.data, data.target
    )
    facts = [Fact("best depth", fit.best_params_["max_depth"], ("best_params_", "max_depth"))]
    facts += [Fact("best score", fit.best_score_, ("best_score_",))]
    facts += [Fact("score of depth 2", fit.cv_results_["mean_test_score"][1], ("mean_test_score", "2"))]
    return Subject("search", fit, facts)


def pipe() -> Subject:
    frame = survey_frame().dropna()
    columns = compose.make_column_transformer(
        (preprocessing.StandardScaler(), ["age"]), (preprocessing.OneHotEncoder(), ["city"])
    )
    fit = pipeline.make_pipeline(columns, linear_model.Ridge()).fit(frame[["age", "city"]], frame["hours"])
    facts = [Fact("coefficient of Oslo", fit[-1].coef_[2], ("coef_", "onehotencoder__city_Oslo"))]
    facts += [Fact("mean of the scaler", frame["age"].mean(), ("mean_",))]
    facts += [Fact("the intercept", fit[-1].intercept_, ("intercept_",))]
    return Subject("pipe", fit, facts)


def ols() -> Subject:
    data = sm.datasets.longley.load_pandas()
    fit = sm.OLS(data.endog, sm.add_constant(data.exog)).fit()
    facts = [Fact("R²", fit.rsquared, ("R-squared",)), Fact("adjusted R²", fit.rsquared_adj, ("Adj. R-squared",))]
    facts += [Fact(f"coefficient of {name}", fit.params[name], ("coef", name)) for name in ("GNP", "UNEMP", "YEAR")]
    facts += [Fact("p of GNPDEFL", fit.pvalues["GNPDEFL"], ("P>|t|", "GNPDEFL"))]
    facts += [
        Fact("error of UNEMP", fit.bse["UNEMP"], ("std err", "UNEMP")),
        Fact("observations", 16, ("No. Observations",)),
    ]
    facts += [Fact("AIC", round(fit.aic, 1), ("AIC",)), Fact("F", fit.fvalue, ("F-statistic",))]
    return Subject("fit", fit, facts)


def logit() -> Subject:
    data = sm.datasets.spector.load_pandas()
    fit = sm.Logit(data.endog, sm.add_constant(data.exog)).fit(disp=False)
    facts = [Fact(f"coefficient of {name}", fit.params[name], ("coef", name)) for name in ("GPA", "PSI")]
    facts += [
        Fact("pseudo R²", fit.prsquared, ("Pseudo R-squ.",)),
        Fact("p of PSI", round(fit.pvalues["PSI"], 3), ("P>|z|", "PSI")),
    ]
    return Subject("fit", fit, facts)


def formula() -> Subject:
    frame = survey_frame().dropna()
    frame = frame.assign(smoker=frame["smoker"].astype(int))
    fit = smf.ols("hours ~ age + C(city)", frame).fit()
    facts = [Fact("coefficient of Oslo", fit.params["C(city)[T.Oslo]"], ("coef", "C(city)[T.Oslo]"))]
    facts += [Fact("the intercept", fit.params["Intercept"], ("coef", "Intercept"))]
    facts += [Fact("observations", len(frame), ("No. Observations",))]
    return Subject("fit", fit, facts)


def anova() -> Subject:
    frame = survey_frame().dropna()
    table = sm.stats.anova_lm(smf.ols("hours ~ C(city) + age", frame).fit())
    facts = [
        Fact("F of age", table.loc["age", "F"], ("F", "age")),
        Fact("p of age", table.loc["age", "PR(>F)"], ("PR(>F)", "age")),
    ]
    facts += [Fact("degrees of freedom", int(table.loc["C(city)", "df"]), ("df", "C(city)"))]
    return Subject("anova", table, facts)


def minimum() -> Subject:
    found = optimize.minimize(lambda x: ((x - [1.237, -0.744]) ** 2).sum() + 3.25, [0, 0])
    facts = [Fact("where", tuple(found.x), ("x",)), Fact("the value", found.fun, ("fun",))]
    facts += [Fact("how many evaluations", found.nfev, ("nfev",)), Fact("did it succeed", "True", ("success",))]
    return Subject("found", found, facts)


def eigen() -> Subject:
    found = np.linalg.eig(datasets.load_iris(as_frame=True).data.cov().to_numpy())
    facts = [Fact("the eigenvalues", tuple(found.eigenvalues), ("eigenvalues",))]
    facts += [Fact("first row of the vectors", tuple(found.eigenvectors[0]), ("eigenvectors",))]
    return Subject("np.linalg.eig(cov)", found, facts)


def histogram() -> Subject:
    found = np.histogram(survey_frame()["age"], bins=8)
    return Subject(
        "np.histogram(age, 8)", found, [Fact("counts", tuple(found[0]), ()), Fact("edges", tuple(found[1]), ())]
    )


def test() -> Subject:
    frame = survey_frame().dropna()
    found = stats.ttest_ind(frame["hours"][frame["smoker"]], frame["hours"][~frame["smoker"]])
    facts = [
        Fact("t", found.statistic, ("statistic",)),
        Fact("p", found.pvalue, ("pvalue",)),
        Fact("df", found.df, ("df or _df",)),
    ]
    return Subject("test", found, facts)


def line() -> Subject:
    data = sm.datasets.engel.load_pandas().data
    found = stats.linregress(data["income"], data["foodexp"])
    facts = [Fact("the slope", found.slope, ("slope",)), Fact("the intercept", found.intercept, ("intercept",))]
    facts += [Fact("r", found.rvalue, ("rvalue",)), Fact("error of the slope", found.stderr, ("stderr",))]
    return Subject("line", found, facts)


def report() -> Subject:
    data = datasets.load_wine()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        guess = model_selection.cross_val_predict(tree.DecisionTreeClassifier(random_state=0), data.data, data.target)
    found = metrics.classification_report(data.target, guess, output_dict=True)
    facts = [
        Fact("accuracy", found["accuracy"], ("accuracy",)),
        Fact("recall of 1", found["1"]["recall"], ("1", "recall")),
    ]
    return Subject("report", found, facts)


def confusion() -> Subject:
    data = datasets.load_wine()
    guess = model_selection.cross_val_predict(tree.DecisionTreeClassifier(random_state=0), data.data, data.target)
    found = metrics.confusion_matrix(data.target, guess)
    return Subject("confusion", found, [Fact(f"row {at}", tuple(row), ()) for at, row in enumerate(found)])


def digits() -> Subject:
    images = datasets.load_digits().images
    facts = [
        Fact("the shape", images.shape, ("shape",)),
        Fact("mean", images.mean(), ("mean",)),
        Fact("max", 16, ("max",)),
    ]
    return Subject("images", images, [*facts, Fact("type", "float64", ("dtype",))])


def labels() -> Subject:
    data = datasets.load_wine().data
    found = cluster.KMeans(3, n_init=5, random_state=0).fit(data).labels_
    facts = [Fact(f"size of cluster {at}", int((found == at).sum()), ("distinct", str(at))) for at in (0, 1, 2)]
    return Subject("labels", found, facts)


def scaled() -> Subject:
    data = datasets.load_iris().data
    facts = [Fact(f"mean of column {at}", data[:, at].mean(), (str(at), "mean")) for at in (0, 3)]
    facts += [Fact("median of column 2", float(np.median(data[:, 2])), ("2", "median"))]
    return Subject("X", data, [*facts, Fact("the shape", data.shape, ("shape",))])


def sizes() -> Subject:
    return Subject("x.shape", (1035, 6), [Fact("rows and columns", (1035, 6), ())])


def bunch() -> Subject:
    data = datasets.load_iris()
    facts = [Fact("shape of the data", (150, 4), ("data",)), Fact("the targets", "setosa", ("target_names",))]
    return Subject("iris", data, [*facts, Fact("a feature", "petal width (cm)", ("feature_names",))])


def frames() -> Subject:
    frame = survey_frame()
    parts = {city: part["hours"].describe() for city, part in frame.groupby("city")}
    facts = [Fact(f"mean of {city}", parts[city]["mean"], (city, "mean")) for city in ("Oslo", "Bergen")]
    return Subject("parts", parts, facts)


def scores() -> Subject:
    data = datasets.load_iris()
    found = model_selection.cross_validate(linear_model.LogisticRegression(max_iter=500), data.data, data.target)
    return Subject("scores", found, [Fact("the scores", tuple(found["test_score"]), ("test_score",))])


def club() -> Subject:
    graph = networkx.karate_club_graph()
    facts = [Fact("nodes", 34, ("nodes",)), Fact("edges", 78, ("edges",))]
    degree = [degree for _, degree in graph.degree()]
    facts += [Fact("mean degree", sum(degree) / 34, ("Degree", "mean")), Fact("largest degree", 17, ("Degree", "max"))]
    return Subject("club", graph, facts)


def correlations() -> Subject:
    table = sm.datasets.longley.load_pandas().data.corr()
    facts = [
        Fact(f"{a} and {b}", table.loc[a, b], (a, b))
        for a, b in (("TOTEMP", "GNP"), ("UNEMP", "ARMED"), ("POP", "YEAR"))
    ]
    return Subject("df.corr()", table, facts)


def quantiles() -> Subject:
    series = pd.Series(np.random.default_rng(2).lognormal(3, 1, 900), name="income")
    facts = [
        Fact("mean", series.mean(), ("income", "mean")),
        Fact("median", series.median(), ("income", "50% or median")),
    ]
    facts += [Fact("which row is the largest", int(series.idxmax()), ("income", "max"))]
    return Subject("income", series, [*facts, Fact("how many", 900, ("shape or Length",))])


SUBJECTS = [
    *(regression, classes, pca, kmeans, forest, search, pipe, ols, logit, formula, anova, minimum, eigen, histogram),
    *(
        test,
        line,
        report,
        confusion,
        digits,
        labels,
        scaled,
        sizes,
        bunch,
        frames,
        scores,
        club,
        correlations,
        quantiles,
    ),
]
