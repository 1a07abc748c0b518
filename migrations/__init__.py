"""The two trees of schema revisions: `hub`, shared by all tenants, and `tenant`, which every tenant's schema follows.

Revisions are numbered 0001, 0002, ... in one line per tree. `tenant/schema.sql` is the whole tenant schema at the
newest revision, from which new tenants are made. `python -m migrations` writes both; see docs/tenancy.md.
"""
