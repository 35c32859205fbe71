"""Who may do what, written a second time in plain Python from the table of the requirements, never from access.yml.

One letter code for each role, as the table has it: PR practitioner, FL line manager, DL safeguarding lead, SM senior
manager, BR board representative, CS chief social work officer, CH chair, IS scrutineer, AU auditor, BM board manager.
"""

from __future__ import annotations

from dataclasses import dataclass

CODES = {
    "PR": "practitioner", "FL": "line_manager", "DL": "safeguarding_lead", "SM": "senior_manager",
    "BR": "board_representative", "CS": "chief_social_work_officer", "CH": "chair", "IS": "independent_scrutineer",
    "AU": "auditor", "BM": "board_manager",
}  # fmt: skip
WORKS = ("PR", "FL", "DL", "SM", "BR", "CS", "CH", "IS")
MANAGES_PEOPLE = ("FL", "DL", "SM")
FOLLOWS_AGENCY = ("DL", "SM", "BR")
MAY_BREAK_THE_GLASS = ("FL", "DL", "SM", "CS", "BM")


@dataclass(frozen=True)
class Who:
    """Somebody, and how they stand to one dispute; ``came_to`` is the latest stage they entered, 0 for none."""

    code: str
    is_on_it: bool = False
    has_last_word: bool = False
    raised_it: bool = False
    leads: bool = False
    supports: bool = False
    advises: bool = False
    manages_somebody: bool = False
    is_of_a_party: bool = False
    was_told: bool = False
    broke_the_glass: bool = False
    glass_was_broken: bool = False
    came_to: int = 0
    is_restricted: bool = False
    is_named: bool = False
    has_conflict: bool = False
    is_over: bool = False
    is_engaged: bool = False

    @property
    def is_shut_out(self) -> bool:
        """A conflict of interest, or a restricted case without their name on its list."""
        return self.has_conflict or (self.is_restricted and not self.is_named)


def may_see(who: Who, stage: int, is_inside: bool) -> str:
    if who.code in MAY_BREAK_THE_GLASS and who.broke_the_glass:
        return "allow"
    if who.code in ("CH", "CS", "IS") and who.glass_was_broken:
        return "allow"
    if who.is_on_it or who.has_last_word or who.supports or who.was_told or who.manages_somebody:
        return "allow"
    if who.code == "BM" or (who.code in ("AU", "IS") and who.is_engaged):
        return "allow"
    return "allow" if who.is_of_a_party and who.code in ("DL", "SM", "BR", "CS") else "deny"


def audits(who: Who) -> bool:
    """Reads for audit, under an engagement."""
    return who.code == "AU" and who.is_engaged


def may_read(who: Who, stage: int, is_inside: bool) -> str:
    if who.has_last_word or audits(who):
        return "allow"
    if who.broke_the_glass and who.code in MAY_BREAK_THE_GLASS and not is_inside:
        return "allow"
    follows = who.is_of_a_party and who.code in FOLLOWS_AGENCY
    if not (who.is_on_it or who.supports or who.advises or follows) or who.came_to == 0 or is_inside:
        return "deny"
    if stage <= who.came_to:
        return "allow"
    return "redact" if who.is_on_it or who.supports or follows else "deny"


def is_there_now(who: Who, stage: int, is_inside: bool) -> bool:
    return who.came_to > 0 and stage <= who.came_to and not is_inside


def may_work(who: Who, stage: int, is_inside: bool) -> str:
    here = (who.is_on_it or who.has_last_word) and is_there_now(who, stage, is_inside)
    return "allow" if here and who.code in WORKS else "deny"


def may_review(who: Who, stage: int, is_inside: bool) -> str:
    return "allow" if who.is_on_it and is_there_now(who, stage, is_inside) and who.code in MANAGES_PEOPLE else "deny"


def may_agree(who: Who, stage: int, is_inside: bool) -> str:
    if not is_there_now(who, stage, is_inside):
        return "deny"
    return "allow" if who.leads or (who.is_on_it and who.code in ("FL", "DL", "SM", "BR")) else "deny"


def may_bring_in(who: Who, stage: int, is_inside: bool) -> str:
    here = (who.is_on_it or who.is_of_a_party) and is_there_now(who, stage, is_inside)
    return "allow" if here and who.code in ("FL", "DL", "SM", "BR") else "deny"


def may_escalate(who: Who, stage: int, is_inside: bool) -> str:
    if who.raised_it and who.code in WORKS:
        return "allow"
    return "allow" if may_review(who, stage, is_inside) == "allow" or (
        who.leads and is_there_now(who, stage, is_inside)
    ) else "deny"


def may_withdraw(who: Who, stage: int, is_inside: bool) -> str:
    raised, manages = who.raised_it and who.code in WORKS, who.is_on_it and who.code in MANAGES_PEOPLE
    return "allow" if raised or manages else "deny"


def may_confirm_safety(who: Who, stage: int, is_inside: bool) -> str:
    here = who.is_on_it or who.has_last_word
    return "allow" if here and who.code in ("PR", "FL", "DL", "SM", "BR", "CS") else "deny"


def may_tell(who: Who, stage: int, is_inside: bool) -> str:
    return "allow" if (who.is_on_it or who.has_last_word) and who.code in WORKS else "deny"


def may_learn(who: Who, stage: int, is_inside: bool) -> str:
    return "allow" if who.is_on_it or who.has_last_word else "deny"


def may_confirm(who: Who, stage: int, is_inside: bool) -> str:
    return "allow" if who.is_on_it and who.code in ("FL", "DL", "SM", "BR") else "deny"


def may_export(who: Who, stage: int, is_inside: bool) -> str:
    if audits(who):
        return "allow"
    if who.code in ("AU", "BM") or not is_there_now(who, stage, is_inside):
        return "deny"
    return "allow" if who.is_on_it or who.has_last_word or who.is_of_a_party else "deny"


def may_see_readers(who: Who, stage: int, is_inside: bool) -> str:
    if who.code == "BM" or audits(who) or (who.is_of_a_party and who.code in ("DL", "SM")):
        return "allow"
    if who.is_of_a_party and who.code == "FL" and is_there_now(who, stage, is_inside):
        return "allow"
    if who.has_last_word and who.code in ("CS", "CH", "IS"):
        return "allow"
    return "redact" if who.is_on_it or who.supports else "deny"


def may_restrict(who: Who, stage: int, is_inside: bool) -> str:
    near = who.is_on_it or who.is_of_a_party
    if who.code in ("SM", "CS", "CH") and (near or who.has_last_word):
        return "allow"
    if (who.code == "DL" and near) or who.code == "BM":
        return "second"
    return "ask" if who.is_on_it and who.code in ("PR", "FL") else "deny"


def may_break_the_glass(who: Who, stage: int, is_inside: bool) -> str:
    if who.code in ("CS", "BM"):
        return "allow"
    return "allow" if who.code in ("FL", "DL", "SM") and who.is_of_a_party else "deny"


def may_review_broken_glass(who: Who, stage: int, is_inside: bool) -> str:
    if who.code in ("DL", "SM"):
        return "allow" if who.is_of_a_party else "deny"
    return "allow" if who.code in ("CS", "CH", "IS", "BM") or audits(who) else "deny"


def may_confirm_a_mistake(who: Who, stage: int, is_inside: bool) -> str:
    return "allow" if who.code == "BM" or (who.code == "DL" and who.is_of_a_party) else "deny"


def may_grant(who: Who, stage: int, is_inside: bool) -> str:
    return "allow" if who.code == "BM" or (who.code in ("DL", "SM") and who.is_of_a_party) else "deny"


def after_the_end(action: str, who: Who, stage: int, is_inside: bool) -> str:
    """What is left once access has ended: that it is there and who reads it, for those who answer for that; audit, emergency."""
    if action in ("break_glass", "review_break_glass", "confirm_mistake"):
        return ORACLE[action](who, stage, is_inside)
    if who.broke_the_glass and who.code in MAY_BREAK_THE_GLASS and (action == "see" or (action == "read" and not is_inside)):
        return "allow"
    if action == "see" and who.glass_was_broken and who.code in ("CH", "CS", "IS"):
        return "allow"
    keeps = who.code == "BM" or (who.code in ("DL", "SM") and who.is_of_a_party)
    if who.code == "AU":
        return "allow" if who.is_engaged and action in ("see", "read", "export", "readers") else "deny"
    if who.code == "IS" and who.is_engaged and action == "see":
        return "allow"
    if action in ("readers", "grant_access"):
        return "allow" if keeps else "deny"
    if action == "see":
        spoke = (who.code == "CS" and who.is_of_a_party) or (who.code in ("CS", "CH") and who.has_last_word)
        return "allow" if keeps or spoke else "deny"
    decides = who.code in ("SM", "CS", "CH") and (who.is_on_it or who.is_of_a_party or who.has_last_word)
    return "allow" if action == "restrict" and decides else "deny"


def may_be_shown_the_safe_address(who: Who, stage: int, is_inside: bool) -> str:
    return "allow" if who.is_on_it and who.code in ("PR", "FL", "DL") else "deny"


def may_know_who_raised_it(who: Who, stage: int, is_inside: bool) -> str:
    if who.raised_it or who.supports or audits(who):
        return "allow"
    if who.code in ("SM", "CS") and who.broke_the_glass:
        return "allow"
    leads = who.code == "DL" and (who.is_on_it or who.is_of_a_party)
    return "allow" if leads or (who.code == "CH" and who.has_last_word) else "deny"


ORACLE = {
    "grant_access": may_grant,
    "see": may_see, "read": may_read, "work": may_work, "draft_decision": may_work, "review": may_review,
    "agree": may_agree, "bring_in": may_bring_in, "escalate": may_escalate, "withdraw": may_withdraw,
    "confirm_safety": may_confirm_safety, "give_feedback": may_tell, "offer_debrief": may_tell,
    "write_learning": may_learn, "confirm_outcome": may_confirm, "export": may_export, "readers": may_see_readers,
    "know_raiser": may_know_who_raised_it, "safe_address": may_be_shown_the_safe_address,
    "restrict": may_restrict, "break_glass": may_break_the_glass, "review_break_glass": may_review_broken_glass,
    "confirm_mistake": may_confirm_a_mistake,
}  # fmt: skip


def expected(action: str, who: Who, stage: int, is_inside: bool) -> str:
    """What the requirements say."""
    if who.is_over and not who.is_shut_out:
        return after_the_end(action, who, stage, is_inside)
    return "deny" if who.is_shut_out else ORACLE[action](who, stage, is_inside)
