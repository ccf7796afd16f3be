"""The dashboard and the alerts ask for what the desk shows; one that asks for something else is found."""

import pytest
import yaml

from tools.queries import DEPLOY, Query, known, problems, queries


def test_every_query_is_about_metrics_and_labels_that_exist():
    there = known()
    asked = list(queries())
    assert len(asked) > 20
    assert [line for query in asked for line in problems(query, there)] == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("sum(rate(ato_effect_total[5m]))", "there is no metric ato_effect_total"),
        ("sum by (door, kind) (rate(ato_door_seconds_count[5m]))", "ato_door_seconds_count has no label kind"),
        ('histogram_quantile(0.9, sum by (le) (rate(ato_step_seconds_bucket{stp="suspend"}[5m]))) > 1', "no label stp"),
        ("sum(ato_cases", "unclosed"),
    ],
)
def test_a_query_about_nothing_is_found(text, what):
    found = list(problems(Query("here", text), known()))
    assert len(found) == 1
    assert found[0].startswith("here: ")
    assert what in found[0]


def test_every_metric_is_shown_or_alerted_on():
    asked = " ".join(query.text for query in queries())
    whole = {name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") for name in known()}
    assert [name for name in sorted(whole) if name not in asked] == []


def test_every_alert_says_what_to_do():
    groups = yaml.safe_load((DEPLOY / "alerts.yaml").read_text("utf-8"))["groups"]
    for rule in groups[0]["rules"]:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "action"}
