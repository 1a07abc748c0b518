"""The ages of what is open, in whole days past due; due today is current. The same as the aging of the insights."""

BUCKETS = ("current", "1-30", "31-60", "61-90", "91+")

AGING = """(case when i.due_on >= %(today)s then 'current' when i.due_on >= %(today)s::date - 30 then '1-30'
  when i.due_on >= %(today)s::date - 60 then '31-60' when i.due_on >= %(today)s::date - 90 then '61-90'
  else '91+' end)"""
"""The bucket of an open invoice `i`, in SQL; today is a parameter."""
