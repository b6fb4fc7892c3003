"""What the set-up's screens say and take: answers so far in a few lines, and what was typed as an answer."""

from __future__ import annotations

from canvas_kms_tui.setup import Account, Answers, Bucket, problems
from canvas_kms_tui.setup.answers import AWS_MANAGED, NEW, SAME
from canvas_kms_tui.setup.planned import DEFAULT_ROLE, bucket_name
from canvas_kms_tui.setup.steps import Ask


def said(answers: Answers, account: Account) -> list[str]:
    """The answers in words, a line each."""
    domain = account.domain(answers.domain)
    own = str((domain.settings if domain else {}).get("ExecutionRole") or "")
    role = (answers.role or own or DEFAULT_ROLE).rsplit("/", 1)[-1]
    lines = [
        f"domain   {domain.name or domain.id if domain else answers.domain + ' (new)'}   role   {role}",
        f"keys     {_key(answers.storage_key, account) if domain is None else 'of the Domain'} for volumes, "
        f"{_key(answers.data_key, account)} for data in S3",
        f"bucket   {bucket_name(answers, account)}",
    ]
    if answers.datasets:
        lines.append(f"data     {', '.join(answers.datasets)}")
    if answers.profiles:
        lines.append(f"users    {', '.join(answers.profiles)}")
    return lines


def _key(key: str, account: Account) -> str:
    words = {NEW: "a new key", SAME: "the same key", AWS_MANAGED: "AWS's own key"}
    found = account.key(key)
    return words.get(key) or (found.shown if found else key)


def with_answer(answers: Answers, ask: Ask, value: str, account: Account) -> tuple[Answers, str]:
    """The answers with this one taken (or, of many, taken back), and what is wrong with it; then they are as before."""
    new: object = value
    if ask.kind == "yes":
        new = value == "yes"
    elif ask.kind == "many":
        chosen = tuple(getattr(answers, ask.answer))
        new = tuple(each for each in chosen if each != value) if value in chosen else (*chosen, value)
    taken = answers.with_(**{ask.answer: new})
    bucket = Bucket(bucket_name(taken, account), exists=True)
    wrong = [each for each in problems(taken, account, bucket) if each.answer == ask.answer and each.stops]
    if wrong and not (ask.kind == "many" and not new):
        return answers, wrong[0].text
    return taken, ""
