"""The guide's six questions, with this environment's values."""

from __future__ import annotations

from diagnosing import changed, diagnosed

from canvas_kms_tui.faq import QUESTIONS, answered, as_text


async def here(demo, diagnosis: bool = True) -> dict[int, str]:
    async with diagnosed(demo) as found:
        questions = await answered(found.facts, found.diagnosis if diagnosis else None)
        return {question.number: "\n".join(question.here) for question in questions}


def test_the_questions_read_without_an_environment():
    text = as_text()
    assert len(QUESTIONS) == 6
    assert "30 December 2022" in text
    assert "Here:" not in text


async def test_each_answer_has_the_environments_own_values(fresh_demo):
    demo = fresh_demo(changed({}, account="444455556666", region="ap-southeast-2", prefix="zz-"))
    answers = await here(demo)
    assert "arn:aws:kms:ap-southeast-2:444455556666:key/" in answers[1]
    assert "application storage key" in answers[1]
    assert "Nothing stands in the way" in answers[2]
    assert "sagemaker-ap-southeast-2-444455556666: it exists" in answers[3]
    assert "set by: Domain" in answers[4]
    assert "Datasets (1)" in answers[5]
    assert "DISABLED" in answers[6]


async def test_why_it_failed_is_the_diagnosis_own_sentence(fresh_demo):
    assert "is disabled" in (await here(fresh_demo("key-disabled")))[2]


async def test_a_missing_default_bucket_is_said(fresh_demo):
    assert "does not exist" in (await here(fresh_demo("default-bucket-missing")))[3]


async def test_what_may_not_be_read_is_said_to_be_unknown(fresh_demo):
    answers = await here(fresh_demo(changed({"operator": {"denied": ["s3:ListBucket", "s3:ListAllMyBuckets"]}})))
    assert "not known: s3:ListBucket" in answers[5]
