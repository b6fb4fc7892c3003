"""The file of accounts: TOML, JSON and CSV mean the same, and what is wrong with one is said in a line."""

from __future__ import annotations

import json

import pytest

from canvas_kms_tui.fleet.accounts import BadAccounts, load
from canvas_kms_tui.fleet.places import Account, Place, places_of

ARN = "arn:aws:iam::111122223333:role/team/CanvasReader"
FORMS = {
    "a.toml": f'[[account]]\nid = "111122223333"\nrole_arn = "{ARN}"\nexternal_id = "x 1"\n'
    'regions = ["eu-west-1", "us-east-1"]\n\n[[account]]\nid = "444455556666"\nrole = "Reader"\n',
    "a.json": json.dumps(
        {
            "account": [
                {"id": "111122223333", "role_arn": ARN, "external_id": "x 1", "regions": ["eu-west-1", "us-east-1"]},
                {"id": "444455556666", "role": "Reader"},
            ]
        }
    ),
    "a.csv": f"id,role_arn,role,external_id,regions\n111122223333,{ARN},,x 1,eu-west-1 us-east-1\n"
    "444455556666,,Reader,,\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_means_the_same(tmp_path, name):
    path = tmp_path / name
    path.write_text("\ufeff" * name.endswith("csv") + FORMS[name], encoding="utf-8")
    assert load(path) == [
        Account("111122223333", ARN, "x 1", None, ("eu-west-1", "us-east-1")),
        Account("444455556666", "arn:aws:iam::444455556666:role/Reader"),
    ]


BAD = {
    "no-account.toml": ("", "must hold a list of accounts"),
    "empty.json": ("[]", "names no account"),
    "number.toml": ("[[account]]\nid = 111122223333\n", "id must be a text, in quotes"),
    "short.toml": ('[[account]]\nid = "123"\n', "'123' is no account id; write its 12 digits"),
    "typo.toml": ('[[account]]\nid = "111122223333"\nrol = "X"\n', "'rol' is not known"),
    "other.toml": (f'[[account]]\nid = "444455556666"\nrole_arn = "{ARN}"\n', "is of account 111122223333"),
    "both.toml": (
        '[[account]]\nid = "111122223333"\nrole = "X"\nprofile = "y"\n',
        "give one of role_arn, role and profile",
    ),
    "arn.toml": ('[[account]]\nid = "111122223333"\nrole_arn = "X"\n', "is not of the form arn:aws:iam::"),
    "twice.csv": ("id,role\n111122223333,A\n111122223333,B\n", "stands twice"),
    "region.json": ('[{"id": "111122223333", "role": "A", "regions": ["Ireland"]}]', "'Ireland' is not of the form"),
    "syntax.toml": ("[[account]\n", "line 1"),
    "syntax.json": ("{", "line 1"),
    "text.json": ('["111122223333"]', "must be a table"),
    "kind.yaml": ("accounts: []", "name it .toml, .json or .csv"),
    "long.csv": ("id,role\n111122223333,A,B,C\n", "None is not known"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_meant_is_told_with_its_entry(tmp_path, name):
    text, told = BAD[name]
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(BadAccounts) as bad:
        load(path)
    assert told in str(bad.value)
    assert str(bad.value).startswith(str(path))
    assert "\n" not in str(bad.value)


def test_an_account_s_own_regions_win_over_those_of_the_run():
    account = Account("111122223333", regions=("eu-west-1",))
    assert places_of(account, ("us-east-1",), "aws") == [Place("111122223333", "aws", "eu-west-1")]
    assert [place.region for place in places_of(Account("1"), ("a", "b"), "aws")] == ["a", "b"]
