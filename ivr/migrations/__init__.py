"""How the call log's database came to its shape, a step a file in versions/, run by Alembic (ivr.database.migrate).

For a new step copy the newest file, name the old one as its ``down_revision``, and change the tables in ivr/database.py
alike: tests/test_call_log.py fails while both differ. Add columns as nullable or with a default, so that the version of
the line before can go on writing.
"""
