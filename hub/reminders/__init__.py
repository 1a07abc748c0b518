"""Reminders: policy, plan, write, check, approve, send, receipt."""
