"""The shipped rulebooks: complete, fitting what exists, and honest about what is not confirmed."""

import pytest

from documents.forms import all_forms
from flows.guards import GUARDS
from models.law.loader import check_book, codes, load_book
from models.law.schema import Clock

ROAD_2026_ACTIONS = """
    open verify_residence transfer manage_user request_determination record_substitution admit observe issue_result
    return_unexamined notify_result record_voluntary decide_voluntary divert record_force_majeure record_evasion
    end_evasion record_ground place_pending deliver_pending escape capture end_pending compile notify_person
    record_reading send_to_court supplement register_file return_incomplete accept notify_acceptance query reply_query
    extend_term suspend resume terminate open_session postpone_session hold_session decide send_decision file_appeal
    forward_appeal decide_appeal take_effect receive_decision request_centre receive_request assign_centre ask_ministry
    ministry_assigns send_assignment receive_assignment deliver start_in_place enforce close
"""
ROAD_2026_RULES = """
    p4-test-resid p4-notify-xa p4-user-mgmt p4-new-mgmt p4-move health-send-limit detain-addiction health-24h-a
    health-24h-b health-forward health-result health-observe p4-determine-result p4-register p4-vol-decide p4-notdone
    p4-quit p4-quit-notice p4-subst-notice p4-vol-ex p4-compile p4-thoihieu p4-pending p4-credit p4-wanted
    p4-escape-notice p4-read p4-transfer p4-no-review c3-return c3-accept c3-notice-accept c3-term c3-check p4-query
    c3-session c3-session-notice c3-send c3-complaint c3-petition c3-forward c3-appeal-term p4-gap-send p4-ex1 p4-ex2
    p4-ex3 p4-ex4 p4-ex5 p4-force p4-term-start p4-endnotice p4-shelter p4-cert p4-funeral-decide p4-funeral
    p4-death-family
"""
ROAD_2014_ACTIONS = """
    open verify_residence transfer request_determination admit issue_result place_pending compile notify_person
    record_reading send_to_justice receive confirm_legality return_for_supplement supplement transfer_to_court
    register_file accept suspend resume terminate open_session hold_session decide send_decision file_appeal
    take_effect send_effective deliver
"""
ROAD_2014_RULES = """
    p1-thoihieu p1-comp-nonres p1-health p1-pending p1-notice p1-send-tp p1-tuphap p1-ldtbxh p1-court-term
    p1-court-send p1-complaint p1-settle p1-sendeff p1-lapse p1-exec p1-hoan p1-giam p1-revoke p1-end p1-term
"""

ROAD_2022_ACTIONS = """
    open verify_residence transfer manage_user request_determination record_substitution admit observe issue_result
    return_unexamined notify_result record_voluntary decide_voluntary divert record_evasion end_evasion record_ground
    place_pending deliver_pending escape capture end_pending compile notify_person record_reading send_to_review
    receive return_for_supplement supplement transfer_to_court register_file return_incomplete accept
    notify_acceptance query reply_query extend_term suspend resume terminate open_session postpone_session
    hold_session decide send_decision file_appeal forward_appeal decide_appeal take_effect send_effective deliver
    enforce delay postpone end_postponement exempt revoke reduce suspend_serving resume_serving release_remaining
    leave_for_proceedings leave_for_funeral return_from_leave give_end_notice certify report_home propose_aftercare
    decide_aftercare move end_aftercare close record_adulthood
"""
ROAD_2022_RULES = """
    resid-verify notify-use manage-user health-send-limit detain-addiction health-24h-a health-24h-b health-forward
    health-result health-observe health-result-person health-stop-mgmt reg-no-chance-d reg-voluntary reg-decision
    reg-methadone-notice reg-facility-notice violation-record violation-explain file-compile-A elig-limit-A
    mgmt-family mgmt-facility mgmt-credit mgmt-escape notice-A read-A send-A review-A return-A supplement-A
    transfer-after-A court-query c9-return c9-accept c9-judge c9-check c9-term c9-session c9-postpone-session c9-send
    c9-complaint c9-settle c9-hoan-accept c9-hoan-decide c9-publish c3-return c3-accept c3-notice-accept c3-term
    c3-check c3-session c3-session-notice c3-send c3-complaint c3-petition c3-forward c3-appeal-term c3-postpone
    c3-reduce c3-publish exec-send-A exec-limit-A exec-take exec-delay exec-force exec-custody term-A exec-wanted
    exec-hoan-file exec-reduce exec-reduce-post exec-funeral exec-funeral-decide exec-death-family exec-end-notice
    exec-end-cert exec-report post-file post-decide post-term-A post-move clean-record file-compile-M notice-M read-M
    send-M review-M supplement-M transfer-after-M cm-term cm-check cm-complaint cm-other term-M exec-end-notice-M
    post-term-M
"""

BOOKS_2025 = ("2025-03", "2025-07")


@pytest.mark.parametrize("code", codes())
def test_shipped_book_fits_the_forms_and_guards_that_exist(code: str) -> None:
    check_book(load_book(code), forms=all_forms(), guards=GUARDS)


@pytest.mark.parametrize(
    ("code", "actions", "rules"),
    [
        ("2026", ROAD_2026_ACTIONS, ROAD_2026_RULES),
        ("2022", ROAD_2022_ACTIONS, ROAD_2022_RULES),
        ("2014", ROAD_2014_ACTIONS, ROAD_2014_RULES),
    ],
    ids=["2026", "2022", "2014"],
)
def test_shipped_book_has_every_act_and_limit_of_its_road(code: str, actions: str, rules: str) -> None:
    book = load_book(code)
    assert sorted(set(actions.split()) - {action.code for action in book.actions}) == []
    assert sorted(set(rules.split()) - {rule.id for rule in book.rules}) == []


def test_what_rests_on_lapsed_or_repealed_law_is_unconfirmed() -> None:
    doubtful = [rule for rule in load_book("2026").rules if rule.id.startswith(("c3-", "health-", "detain-"))]
    assert len(doubtful) > 20
    assert [rule.id for rule in doubtful if rule.confirmed] == []


def test_what_was_read_of_the_ordinance_of_2014_is_unconfirmed_in_2022() -> None:
    old = [rule for rule in load_book("2022").rules if rule.id.startswith("c9-") and rule.id != "c9-publish"]
    assert len(old) > 9
    assert [rule.id for rule in old if rule.confirmed] == []


def test_what_was_read_of_the_ordinance_on_minors_is_unconfirmed() -> None:
    book = load_book("2022")
    rules = {rule.id: rule.confirmed for rule in book.rules if rule.id.startswith("cm-")}
    rows = {row.id: row.confirmed for row in book.provisions if row.id.startswith("cm-")}
    assert rules == dict.fromkeys(("cm-term", "cm-check", "cm-complaint", "cm-other"), False)
    assert {name for name, confirmed in rows.items() if confirmed} == {"cm-room", "cm-publish"}, "other texts"


def test_papers_about_minors_never_speak_of_an_administrative_measure() -> None:
    book = load_book("2022")
    words = book.words("minor")
    spoken = " ".join([*words.legal_bases, words.measure, words.measure_full, words.complaint_period])
    assert "xử lý hành chính" not in spoken
    assert "xử lý hành chính" in " ".join(book.words("adult").legal_bases)


@pytest.mark.parametrize("code", codes())
def test_every_book_says_who_is_too_young_by_which_article(code: str) -> None:
    book = load_book(code)
    assert bool(book.minors_refused) == ("minor" not in book.tracks)
    assert book.minors_citation
    assert (book.least_age < 18) == (book.least_age_citation is not None)


@pytest.mark.parametrize("code", codes())
def test_no_unread_rule_is_confirmed(code: str) -> None:
    unread = [rule for rule in load_book(code).rules if rule.clock is Clock.unread]
    assert unread
    assert not any(rule.confirmed for rule in unread)


@pytest.mark.parametrize("code", codes())
def test_shipped_file_states_every_stage_of_its_actions(code: str) -> None:
    book = load_book(code)
    assert {stage for action in book.actions for stage in action.stages} == set(book.stages)


@pytest.mark.parametrize("code", BOOKS_2025)
def test_no_body_that_was_abolished_in_2025_has_a_part(code: str) -> None:
    book = load_book(code)
    gone = {"district_police", "labour_office", "justice_office"}
    assert "justice_review" not in book.stages
    assert [action.code for action in book.actions if gone & set(action.by)] == []
    said = [text for rule in book.rules for text in (rule.title, rule.who)]
    said += [action.title for action in book.actions]
    assert [text for text in said if "Lao động" in text or "Công an cấp huyện" in text] == []
    assert [text for text in said if code == "2025-07" and "Tòa án nhân dân cấp huyện" in text] == []


def test_nothing_of_the_half_year_under_the_unread_circular_is_confirmed() -> None:
    book = load_book("2025-03")
    assert not any(rule.confirmed for rule in book.rules)
    assert not any(action.confirmed for action in book.actions)
    assert not any(row.confirmed for row in book.provisions)
    assert book.transition is not None
    assert not any(landing.confirmed for landing in book.transition.landings)


def test_of_july_2025_only_what_was_read_is_confirmed() -> None:
    book = load_book("2025-07")
    rows = {rule.id: rule.confirmed for rule in book.rules}
    rows |= {row.id: row.confirmed for row in book.provisions}
    court = [row for row in rows if row.startswith(("c3-", "c25-", "cm-"))]
    assert len(court) > 50
    assert [row for row in court if rows[row]] == []
    unread = {"p3-criminal-gate", "p3-court-proc", "p3-no-escort"}
    assert {row for row in rows if row.startswith("p3-") and not rows[row]} == unread
    assert {"health-result", "exec-send-A", "term-A", "term-M", "post-term-A"} <= {
        row for row in rows if rows[row]
    }


def test_law_and_decree_on_one_step_are_one_clock_with_a_warning() -> None:
    book = load_book("2025-07")
    law, decree = book.rule("p3-transfer-law"), book.rule("p3-transfer-decree")
    assert [(amount.value, amount.unit, amount.past) for amount in law.amounts] == [
        (1, "working_day", "warning"), (3, "working_day", "breach"),
    ]  # fmt: skip
    assert (law.amounts[0].citation, law.amounts[1].citation) == (decree.citation, law.citation)
    assert (decree.amounts[0].value, decree.beside) == (1, law.id)
    assert all(ref.id != decree.id for action in book.actions for ref in (*action.starts, *action.ends))
