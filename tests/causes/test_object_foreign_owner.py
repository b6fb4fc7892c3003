"""object-foreign-owner: the object belongs to somebody else."""

from __future__ import annotations

PLAIN = {"algorithm": "AES256", "key": None, "bucket_key": None}


def sales(ownership: str, **churn) -> dict:
    return {
        "buckets": {
            "sales": {"ownership": ownership, "objects": {"2025/churn.csv": {"encryption": PLAIN, **churn}}},
        }
    }


async def test_an_object_of_another_account_fails(look):
    found = await look("object-foreign-owner")
    assert found.loud == {"object-foreign-owner": "fail"}, found.told()


async def test_with_bucket_owner_enforced_the_bucket_owns_everything(look):
    found = await look(sales("BucketOwnerEnforced", owner="999988887777"))
    assert found.loud == {}, found.told()


async def test_with_acls_an_own_object_passes(look):
    assert (await look(sales("ObjectWriter"))).status("object-foreign-owner") == "pass"


async def test_where_the_acl_is_closed_to_us_the_listing_says_whose_it_is(look):
    closed = {"operator": {"denied": ["s3:GetObjectAcl"]}}
    ours = await look({**sales("ObjectWriter"), **closed})
    assert ours.status("object-foreign-owner") == "pass"
    theirs = await look({**sales("ObjectWriter", owner="999988887777"), **closed})
    assert theirs.fails == {"object-foreign-owner"}
