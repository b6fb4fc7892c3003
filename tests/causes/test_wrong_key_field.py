"""wrong-key-field: a key is set where Canvas does not look for it."""

from __future__ import annotations

NO_OWN_KEY = {"DefaultUserSettings": {"CanvasAppSettings": {"WorkspaceSettings": {"S3KmsKeyId": None}}}}


def domain(**more) -> dict:
    return {"domains": {"analytics": {**NO_OWN_KEY, **more}}}


async def test_a_key_of_the_domains_volumes_does_not_encrypt_what_is_in_s3(look):
    found = await look("wrong-key-field")
    assert found.loud == {"wrong-key-field": "warn"}, found.told()
    finding = found.finding("wrong-key-field")
    assert found.key("studio-storage") in finding.summary
    assert finding.certainty == "certain"


async def test_the_fix_sets_the_key_where_canvas_looks(look):
    found = await look("wrong-key-field")
    fix = found.finding("wrong-key-field").fixes[0]
    change = fix.changes[0]
    assert change.operation == "UpdateDomain"
    assert change.after["WorkspaceSettings"]["S3KmsKeyId"] == found.key("studio-storage")


async def test_canvas_own_key_is_the_right_field(look):
    assert (await look("healthy")).status("wrong-key-field") == "pass"


async def test_a_customer_managed_default_of_the_bucket_is_no_mistake(look):
    found = await look(domain())
    assert found.status("wrong-key-field") == "pass"
    assert found.loud == {}, found.told()


async def test_without_any_customer_managed_key_nothing_is_believed(look):
    plain = {"algorithm": "AES256", "key": None, "bucket_key": None}
    settings = domain(KmsKeyId=None)
    found = await look({**settings, "buckets": {"artifacts": {"encryption": plain, "objects": None}}})
    assert found.status("wrong-key-field") == "not_applicable"
    assert found.loud == {}, found.told()


async def test_with_no_file_yet_the_buckets_default_tells_and_it_is_only_likely(look):
    plain = {"algorithm": "AES256", "key": None, "bucket_key": None}
    found = await look({**domain(), "buckets": {"artifacts": {"encryption": plain, "objects": None}}})
    assert found.status("wrong-key-field") == "warn"
    assert found.finding("wrong-key-field").certainty == "likely"


async def test_the_guides_old_way_is_fine_where_the_files_have_that_key(look):
    sharing = {**NO_OWN_KEY["DefaultUserSettings"], "SharingSettings": {"S3KmsKeyId": "{key:artifacts}"}}
    found = await look({"domains": {"analytics": {"DefaultUserSettings": sharing}}})
    assert found.status("wrong-key-field") == "pass", found.told()


async def test_files_under_the_key_of_a_setting_that_is_gone_do_not_say_what_new_ones_get(look):
    plain = {"algorithm": "AES256", "key": None, "bucket_key": None}
    found = await look({**domain(), "buckets": {"artifacts": {"encryption": plain}}})
    assert found.loud == {"wrong-key-field": "warn"}, found.told()
    assert "SSE-S3" in found.finding("wrong-key-field").summary
