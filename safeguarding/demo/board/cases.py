"""What went otherwise than it should before the board, for those who train others or check the checks."""

from safeguarding.demo.anomalies import Standing


def cases() -> tuple[Standing, ...]:
    return (
        Standing(
            "rating-late", "A placement rating is dated in June 2020 and was recorded after June’s cut-off."
        ),
        Standing("rating-above-inherent", "Mental health is rated above its inherent rating in July 2020."),
        Standing("target-above-current", "Sharing of information is rated below its target in July 2020."),
        Standing("acceptance-lapsed", "The acceptance of the courts’ wait lapsed on 31 July 2020."),
        Standing(
            "tolerated-bare", "Access to case records is tolerated from July 2020, and nobody accepted it."
        ),
        Standing("risk-red-idle", "Mental health is red in July 2020, without an action."),
        Standing(
            "risk-unowned", "Local lockdowns in June and the return to school in August 2020 have no owner."
        ),
        Standing("rating-below-partner", "Track and trace is rated below the schools’ own rating."),
        Standing("control-old-proof", "The sharing protocol was last seen to work in January 2020."),
        Standing("escalation-late", "The board answered on domestic abuse in June 2020, two weeks late."),
        Standing("challenge-reopened", "The hospitals’ answer on therapists was not accepted at first."),
        Standing(
            "decision-afterwards", "The fortnightly returns were decided in March and written down in April."
        ),
        Standing("review-corrected", "The review of June 2020 has a second version."),
        Standing("risk-neglected", "Two open risks of the present are past their review date."),
        Standing("board-owes", "An escalation and a challenge of the present are past their dates."),
    )
