"""The invented track for themes of one partnership of the demonstration, added to its protocol as a board would add it."""

from __future__ import annotations

TRACK = """
tracks:
  - key: person
    label: About one person
    when: It is about an adult or a child at risk
  - key: between
    label: How agencies work together
    when: A pattern or a gap between agencies, seen more than once; nobody is named
    about: theme
    terminology: {dispute: system concern, stage: Part, person: theme, raise_it: Raise a system concern}
    subjects:
      - {code: pattern, label: The same thing happens again and again}
      - {code: gap, label: Nobody is responsible for something}
    grounds:
      - {code: practice, label: Agreed practice is not followed}
      - {code: none_agreed, label: No practice is agreed}
    categories:
      - {code: transfers, label: Transfers between services}
      - {code: other, label: Something else}
    stages:
      - order: 1
        label: Part 1
        name: Senior managers
        about: The senior managers of both agencies look at the pattern together.
        leads: {roles: [{role: senior_manager}]}
        duties:
          - {kind: position_stated, by: raising, gate: escalate, why: What is seen is written down before it goes further}
          - {kind: discussion_held, by: raising, gate: leave, why: Both agencies have looked at it together}
      - order: 2
        label: Part 2
        name: Committee chair
        about: The chair of the committees looks at it and recommends.
        is_referral: true
        leads: {mode: any_of, of_partnership: true, roles: [{role: chair}]}
        referred_by: [{role: senior_manager}]
    final_authority: {kind: recommendation, role: chair, title: The chair's recommendation}
    board_form:
      - {code: theme, label: What is the theme, prefill: dispute.theme}
      - {code: about, label: "What was seen?", prefill: dispute.summary, long: true}
      - {code: tried, label: "What was tried?", prefill: dispute.methodology, long: true}
    closure: {reopen_within_days: 0}
"""
VERSION = ("version: \"1\"", "version: \"1, with a track for themes (invented)\"")


def with_themes(text: str) -> str:
    """A protocol's file with the track added, and a version that says so."""
    return text.replace(*VERSION) + TRACK
